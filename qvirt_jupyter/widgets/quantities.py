"""Figures with their units, as people read them; what is not known is said, never zero."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _, ngettext
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_STEP = 1024
_SIZES: Sequence[str] = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_ONE = 0.95
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def percent(value: float | None) -> str:
    """Return a share of 100."""
    if value is None or math.isnan(value):
        return str(_("not available"))
    return f"{value:.0f} %" if value >= _ONE or value == 0 else f"{value:.1f} %"


def size(value: float | None, *, unit: str = "B") -> str:
    """Return a size in the largest unit that keeps it above one.

    Parameters
    ----------
    value
        In ``unit``; None where it is not known.
    unit
        ``"B"`` or ``"KiB"``.
    """
    if value is None or math.isnan(value):
        return str(_("not available"))
    return bytes_text(value * _STEP ** _SIZES.index(unit))


def rate(value: float | None) -> str:
    """Return a number of bytes a second."""
    if value is None or math.isnan(value):
        return str(_("not available"))
    return f"{size(value)}/s"


def scale(largest: float, *, unit: str = "B") -> tuple[float, str]:
    """Return what to divide by, and the unit's name, so that an axis up to ``largest`` is short."""
    index = _SIZES.index(unit)
    divisor = 1.0
    while largest / divisor >= _STEP and index < len(_SIZES) - 1:
        divisor *= _STEP
        index += 1
    return divisor, _SIZES[index]


def span(seconds: float) -> str:
    """Return a length of time in its two largest units."""
    whole = max(0, int(seconds))
    days, hours, minutes = whole // _DAY, whole % _DAY // _HOUR, whole % _HOUR // _MINUTE
    if days:
        whole_days = str(ngettext("{number} day", "{number} days", days))
        return f"{whole_days} {hours} h" if hours else whole_days
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min"
    return f"{whole} s"
