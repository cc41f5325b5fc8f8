"""Where the pointer is over graphs, so that they say the values of that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable


class Pointer(PanelPart):
    """A line under the pointer; it lies over the graphs beside it.

    Parameters
    ----------
    on_move
        Called on the publisher thread with the graph's number and the place on its time axis, from
        0 to 1, or None when the pointer has left.
    """

    _part: ClassVar[str] = "pointer"

    def __init__(self, on_move: Callable[[int, float | None], object]) -> None:
        super().__init__()
        self._on_move = on_move

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - no client's own
        match content:
            case {"type": "pointer", "graph": int(graph), "share": float() | int() | None as share}:
                publisher.post(("pointer", id(self), graph), lambda: self._on_move(graph, share))
