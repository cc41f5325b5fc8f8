r"""Text out of what a terminal is sent, without escape sequences, in whatever pieces they come.

ECMA-48 says how they look: ``ESC [`` begins a control sequence, ``ESC ]``, ``ESC P`` and others a
string that ends with ``ESC \`` or BEL, and all others have one or a few bytes.
https://ecma-international.org/publications-and-standards/standards/ecma-48/
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

_TOKEN: Final = re.compile(
    rb"(?P<gone>"
    rb"\x1b\[[\x20-\x3f]{0,64}[\x40-\x7e]"
    rb"|\x1b[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"
    rb"|\x1b[\x20-\x2f]{0,4}[\x30-\x4f\x51-\x57\x59\x5a\x5c\x60-\x7e]"
    # One that is broken: what follows is text.
    rb"|\x1b|[\x00\x05\x07\x0e\x0f\x7f])"
    rb"|(?P<line>\r{0,16}\n)"
)
_UNFINISHED: Final = re.compile(
    rb"(?:\x1b(?:\[[\x20-\x3f]{0,64}|[\]PX^_][^\x07\x1b]{0,4096}\x1b?|[\x20-\x2f]{0,4})"
    rb"|\r{1,16}"
    # The beginning of a letter in UTF-8.
    rb"|[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
)
_LONGEST: Final = 4200
"""Bytes of an unfinished sequence, at most."""


class AnsiText:
    r"""The text of a stream that has been fed so far.

    ``\r\n`` is ``\n`` in it, and bytes that are no UTF-8 are kept as surrogates (see
    :func:`shown`), so that each place in the text has one in the stream.

    Parameters
    ----------
    offset
        That of the first byte in the stream.
    """

    def __init__(self, offset: int = 0) -> None:
        self.text = ""
        self._held = b""
        self._offset = offset
        # Of each run of text: where it ends in the text, where it begins and ends in the stream.
        self._ends: list[int] = []
        self._runs: list[tuple[int, int]] = []

    @property
    def offset(self) -> int:
        """The offset behind the last byte that was fed."""
        return self._offset + len(self._held)

    def feed(self, data: bytes) -> None:
        """Add what came next."""
        data = self._held + data
        unfinished = _UNFINISHED.search(data, max(0, len(data) - _LONGEST))
        whole = len(data) if unfinished is None else unfinished.start()
        self._held = data[whole:]
        place, parts = 0, []
        for token in _TOKEN.finditer(data, 0, whole):
            parts.append((data[place : token.start()], place, token.start()))
            if token["line"] is not None:
                parts.append((b"\n", token.start(), token.end()))
            place = token.end()
        parts.append((data[place:whole], place, whole))
        pieces = [self.text]
        length = len(self.text)
        for raw, begin, end in parts:
            if raw:
                piece = raw.decode("utf-8", "surrogateescape")
                pieces.append(piece)
                length += len(piece)
                self._ends.append(length)
                self._runs.append((self._offset + begin, self._offset + end))
        self.text = "".join(pieces)
        self._offset += whole

    def offset_behind(self, place: int) -> int:
        """Return the offset in the stream behind so many characters of the text."""
        if not place or not self._ends:
            return self._runs[0][0] if self._runs else self._offset
        run = bisect_left(self._ends, place)
        begin, end = self._runs[run]
        if place == self._ends[run]:
            return end
        first = self._ends[run - 1] if run else 0
        return begin + len(self.text[first:place].encode("utf-8", "surrogateescape"))

    def forget(self, number: int) -> None:
        """Drop characters at the beginning of the text, as many as that or some fewer."""
        run = bisect_left(self._ends, number + 1)
        if run:
            dropped = self._ends[run - 1]
            self.text = self.text[dropped:]
            self._ends = [end - dropped for end in self._ends[run:]]
            self._runs = self._runs[run:]


def shown(text: str) -> str:
    """Return text that can be printed: what was no UTF-8 is a replacement character."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def plain(data: bytes) -> str:
    """Return the text of bytes that a terminal was sent."""
    found = AnsiText()
    found.feed(data)
    return shown(found.text)
