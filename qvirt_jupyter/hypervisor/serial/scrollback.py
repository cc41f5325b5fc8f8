"""The last lines of a serial line, in bounded memory, for any number of readers.

A byte is found by its offset: how many came before it since the line was made. So each reader
keeps a number and nothing else, and one that is slow takes no memory: it only misses what has been
dropped meanwhile, and can see that.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LINES: Final = 10_000
"""Lines that are kept."""
SIZE: Final = 4 * 1024 * 1024
"""Bytes that are kept, for lines that are long."""
_SLACK: Final = 1_000
"""Lines that may be there beyond the bound, so that not every line that comes drops another."""
_WHOLE_LINE: Final = 64 * 1024
"""Bytes within which the end of a line is looked for, to drop whole lines only."""
_STEP: Final = 4096
"""Bytes in which ends of lines are counted at once; a power of two."""


class Scrollback:
    """What came last.

    Parameters
    ----------
    lines
        How many lines are kept.
    size
        How many bytes are kept.
    """

    def __init__(self, lines: int = LINES, size: int = SIZE) -> None:
        self._lines_at_most = lines
        self._slack = min(_SLACK, lines)
        self._size = size
        self._data = bytearray()
        self._ends = 0
        self._start = 0
        self._changed = threading.Condition()

    @property
    def start(self) -> int:
        """The offset of the first byte that is kept."""
        return self._start

    @property
    def end(self) -> int:
        """The offset behind the last byte: how many have come."""
        with self._changed:
            return self._start + len(self._data)

    def append(self, data: bytes) -> None:
        """Add what came, drop what is too much, and wake those who wait."""
        with self._changed:
            self._data += data
            self._ends += data.count(b"\n")
            if self._ends > self._lines_at_most + self._slack:
                over = self._ends - self._lines_at_most
                self._drop(self._behind_lines(over), over)
            if len(self._data) > self._size:
                # Some more, so that this is not done for each byte.
                place = self._whole(len(self._data) - self._size + self._size // 16)
                self._drop(place, self._data.count(b"\n", 0, place))
            self._changed.notify_all()

    def since(self, offset: int, at_most: int | None = None) -> tuple[int, bytes]:
        """Return what came from an offset on.

        Parameters
        ----------
        offset
            Where to begin.
        at_most
            Bytes to return; None for all.

        Returns
        -------
        tuple
            The offset at which it begins, greater than what was asked for where that is dropped
            already; and the bytes.
        """
        with self._changed:
            begin = max(0, offset - self._start)
            end = len(self._data) if at_most is None else begin + at_most
            return self._start + begin, bytes(self._data[begin:end])

    def wait_beyond(
        self, offset: int, timeout: float | None, unless: Callable[[], bool] | None = None
    ) -> bool:
        """Wait until something came behind an offset; return whether it has.

        Parameters
        ----------
        offset
            What the caller has seen.
        timeout
            Seconds to wait at most; None waits for ever.
        unless
            Ends the waiting too; it is asked whenever something changed, see :meth:`wake`.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._start + len(self._data) > offset or (unless is not None and unless()),
                timeout,
            )
            return self._start + len(self._data) > offset

    def wake(self) -> None:
        """Have those who wait look again at what ends their waiting."""
        with self._changed:
            self._changed.notify_all()

    def contents(self) -> bytes:
        """Return all that is kept: the last lines, and no more of them than are promised."""
        with self._changed:
            # An end of a line that is followed by nothing begins no further line.
            ends = self._ends - self._data.endswith(b"\n")
            over = ends + 1 - self._lines_at_most
            return bytes(self._data[self._behind_lines(over) if over > 0 else 0 :])

    def _behind_lines(self, number: int) -> int:
        """Return where the line begins that so many lines come before."""
        place, step = 0, _STEP
        while number > 0 and place < len(self._data):
            ends = self._data.count(b"\n", place, place + step)
            if ends < number or step == 1:
                place, number = place + step, number - ends
            else:
                # It ends in here; by halves, since a search for each line takes ten times as long.
                step //= 2
        return place

    def _whole(self, place: int) -> int:
        """Return a place soon behind another at which a line, or at least a letter, begins."""
        end = self._data.find(b"\n", place, place + _WHOLE_LINE)
        if end >= 0:
            return end + 1
        # The second to fourth byte of a letter in UTF-8 is 10xxxxxx.
        for behind in range(place, min(place + 4, len(self._data))):
            if self._data[behind] & 0xC0 != 0x80:  # noqa: PLR2004 - see above
                return behind
        return place

    def _drop(self, number: int, ends: int) -> None:
        """Drop so many bytes, in which so many lines end."""
        self._ends -= ends
        del self._data[:number]
        self._start += number
