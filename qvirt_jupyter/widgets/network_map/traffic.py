"""How much goes through interfaces, as a map shows it."""

from __future__ import annotations

import math
from typing import Final

_DIGITS: Final = 2


def shown_rate(rate: float) -> float:
    """Return a rate with its first two digits only, so that a view hears of real changes alone.

    Parameters
    ----------
    rate
        In bytes a second.
    """
    if rate < 1:
        return 0.0
    unit = 10.0 ** max(0, math.floor(math.log10(rate)) - _DIGITS + 1)
    return round(rate / unit) * unit
