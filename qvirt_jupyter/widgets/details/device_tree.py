"""The tree of a machine's pages and devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.widgets._details_messages import DeviceTreeState


class DeviceTree(PanelPart):
    """What there is to look at; the arrow keys move through it.

    Parameters
    ----------
    select, remove
        Called on the publisher thread with an entry's id and the browser window.
    add
        Called with the window where hardware is to be added.
    """

    _part: ClassVar[str] = "device-tree"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "hardware": _("Hardware"),
        "add": _("Add hardware"),
        "unapplied": _("has changes that are not applied"),
    }

    def __init__(
        self,
        select: Callable[[str, str], object],
        add: Callable[[str], object],
        remove: Callable[[str, str], object],
    ) -> None:
        super().__init__()
        self._select, self._add, self._remove = select, add, remove

    def update(self, state: DeviceTreeState) -> None:
        """Show these entries, unless they are shown already."""
        if state != self.shown:
            self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {"type": "select", "id": str(key)}:
                publisher.post(None, lambda: self._select(key, client))
            case {"type": "add"}:
                publisher.post(None, lambda: self._add(client))
            case {"type": "remove", "id": str(key)}:
                publisher.post(None, lambda: self._remove(key, client))
