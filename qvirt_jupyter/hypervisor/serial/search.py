"""Looking for patterns in what a serial line says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.hypervisor.serial.ansi_text import AnsiText, shown
from qvirt_jupyter.hypervisor.serial.match import SerialMatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.hypervisor.serial.scrollback import Scrollback

WINDOW: Final = 256 * 1024
"""Characters in which is looked at most; what came before them is forgotten."""
_PIECE: Final = 64 * 1024


class SerialSearch:
    """A search from an offset on, which goes on as more comes.

    Parameters
    ----------
    scrollback
        Where is looked.
    offset
        From where on.
    patterns
        What is looked for; the match that begins first wins.
    """

    def __init__(
        self, scrollback: Scrollback, offset: int, patterns: Sequence[str | re.Pattern[str]]
    ) -> None:
        self._scrollback = scrollback
        self._patterns = [
            re.compile(re.escape(pattern)) if isinstance(pattern, str) else pattern
            for pattern in patterns
        ]
        self._longest = max(
            (len(pattern) if isinstance(pattern, str) else WINDOW for pattern in patterns),
            default=0,
        )
        self._begin = offset
        self._text = AnsiText(offset)
        self._searched = 0
        self.is_cut = False
        """Whether so much came without a match that the first of it is forgotten."""
        self.end = offset
        """The offset behind the match."""

    @property
    def text(self) -> str:
        """What has come so far."""
        return shown(self._text.text)

    def look(self, timeout: float) -> SerialMatch | None:
        """Return the first match, or None where there is none after something more has come.

        Parameters
        ----------
        timeout
            Seconds to wait for more, where there is nothing new.
        """
        self._scrollback.wait_beyond(self._text.offset, timeout)
        while True:
            begin, data = self._scrollback.since(self._text.offset, _PIECE)
            if begin > self._text.offset:
                # The guest wrote more than is kept while nobody looked.
                self._begin, self._text, self._searched = begin, AnsiText(begin), 0
                self.is_cut = True
            if not data:
                return None
            self._text.feed(data)
            found = self._found()
            if found is not None:
                return found
            if len(self._text.text) > WINDOW:
                self._text.forget(len(self._text.text) - WINDOW)
                self.is_cut = True
            # What ends a text that was searched may begin a match.
            self._searched = max(0, len(self._text.text) - self._longest)

    def _found(self) -> SerialMatch | None:
        text = self._text.text
        found = [
            (match.start(), index, match)
            for index, pattern in enumerate(self._patterns)
            if (match := pattern.search(text, self._searched)) is not None
        ]
        if not found:
            return None
        _start, index, match = min(found, key=lambda one: one[:2])
        self.end = self._text.offset_behind(match.end())
        begin, raw = self._scrollback.since(self._begin, max(0, self.end - self._begin))
        return SerialMatch(
            index=index,
            before=shown(text[: match.start()]),
            text=shown(match.group()),
            after=shown(text[match.end() :]),
            raw=raw[: max(0, self.end - begin)],
            groups=tuple(map(_shown, match.groups())),
            named={name: _shown(group) for name, group in match.groupdict().items()},
        )


def _shown(group: str | None) -> str | None:
    return None if group is None else shown(group)
