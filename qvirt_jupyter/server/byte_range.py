"""``Range: bytes=…`` of a request: which part of a download is wanted.

https://www.rfc-editor.org/rfc/rfc9110#section-14.2
"""

from __future__ import annotations

import re

_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


def part_of(header: str, size: int) -> tuple[int, int] | None:
    """Return where the part begins and ends (that byte is no part of it); None for all of it.

    Parameters
    ----------
    header
        The value of the header, or empty. Several ranges at once, and what nobody understands,
        mean all of it: the standard lets a server do so.
    size
        Of the whole, in bytes.

    Raises
    ------
    ValueError
        There is no such part.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        # The last so many bytes.
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), size if not last else min(size, int(last) + 1)
    if first and last and int(last) < int(first):
        # It is no range at all.
        return None
    if start >= size or start >= end:
        raise ValueError("The volume ends before.")
    return start, end
