"""What the manager and a machine's tab have in common: one frame, one end, one snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.widgets.subshells import hear_beside_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.hypervisor import Subscription


class Panel(ipywidgets.VBox):
    """A box of widgets that follows live objects until it is closed.

    Closing it closes everything in it, and its subscriptions. Subclasses say in :meth:`snapshot`
    what a saved notebook shows.
    """

    def __init__(self, children: tuple[ipywidgets.Widget, ...]) -> None:
        super().__init__(children)
        self.add_class("qvirt-panel")
        for widget in (*_inside(self), self):
            hear_beside_cells(widget)
        self._subscriptions: list[Subscription] = []
        self.is_closed = False

    def follow(self, *subscriptions: Subscription) -> None:
        """Close these when the panel closes."""
        self._subscriptions.extend(subscriptions)

    def snapshot(self) -> str:
        """Return what is shown now as plain HTML."""
        raise NotImplementedError

    def take_over(self, before: Panel) -> None:
        """Look like the panel that was in the same tab before its page was loaded again."""

    def turn_to(self, place: str) -> None:
        """Bring a place in it to the front; what the panel does not have changes nothing."""

    def close(self) -> None:
        """Close the panel, all that is in it and its subscriptions; machines are not touched."""
        if self.is_closed:
            return
        self.is_closed = True
        for subscription in self._subscriptions:
            subscription.close()
        for widget in tuple(_inside(self)):
            _close_whole(widget)
        super().close()
        _close_looks(self)

    def __del__(self) -> None:
        # ipywidgets closes what is deleted; a panel whose making failed half-way has nothing to
        # close, and one that is alive is held by its subscriptions.
        return

    def _repr_mimebundle_(self, **keywords: Any) -> dict[str, Any]:  # noqa: ANN401 - IPython's
        # Beside the widget, for GitHub, nbconvert and notebooks whose kernel is gone.
        bundle: dict[str, Any] = super()._repr_mimebundle_(**keywords)
        snapshot = self.snapshot()
        return {**bundle, "text/plain": html.plain(snapshot), "text/html": snapshot}


def close_all(widget: ipywidgets.Widget) -> None:
    """Close a widget and all that is in it, with their layouts and styles."""
    for each in (*_inside(widget), widget):
        _close_whole(each)


def _close_whole(widget: ipywidgets.Widget) -> None:
    # ipywidgets leaves the layout and the style of a closed widget open for good.
    widget.close()
    _close_looks(widget)


def _close_looks(widget: ipywidgets.Widget) -> None:
    for name in ("layout", "style"):
        look = getattr(widget, name, None)
        if isinstance(look, ipywidgets.Widget):
            look.close()


def _inside(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """Yield all that is inside a widget, the innermost first."""
    for child in getattr(widget, "children", ()):
        yield from _inside(child)
        yield child
