"""Numbers of bytes as people read them."""

from __future__ import annotations

from typing import Final

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def bytes_text(number: int) -> str:
    """Return a number of bytes as people read it: ``1.5 GiB``."""
    step = 1024
    size = float(number)
    for unit in _UNITS:
        if size < step or unit == _UNITS[-1]:
            return f"{size:.0f} {unit}" if size >= 10 or size.is_integer() else f"{size:.1f} {unit}"  # noqa: PLR2004 - two digits are enough
        size /= step
    raise AssertionError("the last unit takes all")
