"""Numbers of bytes as people read them."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_STEP: Final = 1024
_ROUND_FROM: Final = 100
"""From here on, what is behind the point tells nobody anything."""


def bytes_text(number: float) -> str:
    """Return a number of bytes in the largest unit that keeps it above one: ``1.5 GiB``."""
    size = float(number)
    index = 0
    while size >= _STEP and index < len(_UNITS) - 1:
        size /= _STEP
        index += 1
    digits = 0 if size >= _ROUND_FROM or size.is_integer() or index == 0 else 1
    return f"{size:.{digits}f} {_UNITS[index]}"
