"""The page that gives the guest a device of the host, which is chosen by what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Declared, Unknown, hostdev_of, why_not_given
from qvirt_jupyter.documents.node_device import NetworkDevice, Product
from qvirt_jupyter.widgets.details.add_page import AddPage
from qvirt_jupyter.widgets.details.page import Derived

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter import documents

HOST_DEVICE = "hostdev"
"""The tag of what this page adds."""


class HostDevicePage(AddPage):
    """Adds a device of the host.

    Parameters
    ----------
    nodes
        The devices of the host; those that guests cannot be given are left out.
    """

    def __init__(self, nodes: Iterable[documents.NodeDevice]) -> None:
        super().__init__(HOST_DEVICE)
        self._all = tuple(nodes)
        cards = {
            node.parent: node.capability.interface
            for node in self._all
            if isinstance(node.capability, NetworkDevice)
        }
        self._nodes = {
            str(node.name): node for node in self._all if node.name and not why_not_given(node)
        }
        self._labels = {
            name: _label(node, cards.get(node.name)) for name, node in self._nodes.items()
        }
        # In the order of their places; libvirt lists them as it finds them.
        self._labels = dict(sorted(self._labels.items(), key=lambda item: (item[1], item[0])))

    def declared(self, element: documents.Element) -> list[Declared]:
        """Return the choice of the device before all that it fills in."""
        chosen = Derived(
            name="node",
            type=Choice(*self._labels, open=False, labels=self._labels),
            label=_("Device of the host"),
            read=self._chosen,
            write=self._choose,
        )
        return [chosen, *super().declared(element)]

    def _chosen(self, element: documents.Hostdev) -> str | None:
        where = (element.type, element.where)
        for name, node in self._nodes.items():
            given = hostdev_of(node, None, self._all)
            if element.where and (given.type, given.where) == where:
                return name
        return None

    def _choose(self, element: documents.Hostdev, name: str | None) -> None:
        node = self._nodes.get(name or "")
        if node is None:
            return
        given = hostdev_of(node, None, self._all)
        element.type = given.type
        if not isinstance(given.source, Unknown):
            element.source = given.source


def _label(node: documents.NodeDevice, card: str | None) -> str:
    """Return what people call a device: where it is, who made it, and what; a NIC with its name."""
    device = node.capability
    given = hostdev_of(node)
    words = [given.where]
    if isinstance(device, Product):
        words += [device.vendor or "", device.product or ""]
    text = " ".join(word for word in words if word)
    return f"{text} ({card})" if card else text or str(node.name)
