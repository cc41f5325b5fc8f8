"""Whether anybody looks: what nobody sees is not measured and not sent."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable

LEASE = 60.0
"""Seconds after which a view that says nothing is taken to be gone; views speak every 20 s."""


class Presence(PanelPart):
    """An invisible part that says whether the panel around it is on somebody's screen.

    Parameters
    ----------
    on_change
        Called on the publisher thread with whether anybody looks, whenever that changes.
    """

    _part: ClassVar[str] = "presence"

    def __init__(self, on_change: Callable[[bool], object]) -> None:
        super().__init__()
        self._on_change = on_change
        self._lock = threading.Lock()
        self._views: dict[str, float] = {}
        self._is_seen = False

    @property
    def is_seen(self) -> bool:
        """Whether somebody looks."""
        return self._is_seen

    def check(self) -> None:
        """Forget views that have been silent for too long; a tick of figures is a good time."""
        now = time.monotonic()
        with self._lock:
            self._views = {view: end for view, end in self._views.items() if end > now}
            is_seen = bool(self._views)
            changed = is_seen != self._is_seen
            self._is_seen = is_seen
        if changed:
            publisher.post(("presence", id(self)), lambda: self._on_change(self._is_seen))

    def close(self) -> None:
        """Take it away; nobody looks any more, and nobody is told."""
        with self._lock:
            self._views.clear()
            self._is_seen = False
        super().close()

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - views have ids
        match content:
            case {"type": "visible", "view": str(view), "visible": bool(visible)}:
                with self._lock:
                    if visible:
                        self._views[view] = time.monotonic() + LEASE
                    else:
                        self._views.pop(view, None)
                self.check()
