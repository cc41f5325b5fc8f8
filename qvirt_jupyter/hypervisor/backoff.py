"""How long to wait before the next attempt."""

from __future__ import annotations

import random
from typing import Final

FIRST: Final = 0.3
"""Seconds before the second attempt; the first is made at once."""
LONGEST: Final = 30.0
"""Seconds that are never exceeded."""
JITTER: Final = 0.5
"""Part of the wait that is left to chance, so that many clients do not come back together."""


class Backoff:
    """Waits that double, with a part left to chance.

    Parameters
    ----------
    source
        Gives a number from 0 to 1; a test may fix it.
    """

    def __init__(self, source: random.Random | None = None) -> None:
        self._random = source or random.Random()  # noqa: S311 - nobody is to be kept from guessing
        self._attempts = 0

    def next(self) -> float:
        """Return the seconds to wait before the next attempt."""
        if self._attempts == 0:
            self._attempts = 1
            return 0.0
        whole = min(LONGEST, FIRST * 2 ** min(self._attempts - 1, 16))
        self._attempts += 1
        wait: float = whole * (1 - JITTER * self._random.random())
        return wait
