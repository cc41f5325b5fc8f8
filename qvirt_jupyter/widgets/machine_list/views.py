"""Who looks at a VM list: the views of browsers, what is on their screens, and since when."""

from __future__ import annotations

import time
from dataclasses import dataclass

LEASE = 60.0
"""Seconds after which a view that says nothing is taken to be gone; views speak every 20 s."""


@dataclass(frozen=True, slots=True)
class Looking:
    """What one browser's view shows.

    Parameters
    ----------
    until
        When it is taken to be gone, unless it says something before; of ``time.monotonic``.
    visible
        Rows on its screen.
    asked
        Columns that its filter looks into.
    """

    until: float
    visible: frozenset[str]
    asked: frozenset[str]


class Views:
    """The views of one list; not thread-safe by itself."""

    def __init__(self) -> None:
        self._views: dict[str, Looking] = {}

    def __bool__(self) -> bool:
        return bool(self._views)

    @property
    def visible(self) -> frozenset[str]:
        """Rows on any screen."""
        return frozenset().union(*(view.visible for view in self._views.values()))

    @property
    def asked(self) -> frozenset[str]:
        """Columns that any filter looks into."""
        return frozenset().union(*(view.asked for view in self._views.values()))

    def take(self, name: str, visible: frozenset[str], asked: frozenset[str]) -> Looking | None:
        """Note what a view shows now, and return what it showed before.

        Parameters
        ----------
        name
            The view.
        visible, asked
            As in :class:`Looking`.
        """
        before = self._views.get(name)
        self._views[name] = Looking(time.monotonic() + LEASE, visible, asked)
        return before

    def drop(self, name: str) -> None:
        """Forget a view that is out of sight.

        Parameters
        ----------
        name
            The view.
        """
        self._views.pop(name, None)

    def forget_silent(self) -> bool:
        """Forget views that have said nothing for too long; return whether there were any."""
        now = time.monotonic()
        silent = [name for name, view in self._views.items() if view.until < now]
        for name in silent:
            del self._views[name]
        return bool(silent)

    def clear(self) -> None:
        """Forget all."""
        self._views.clear()
