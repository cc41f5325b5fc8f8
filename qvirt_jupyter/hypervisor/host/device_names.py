"""What people call a device of the host: where it is, who made it, what it is, and who has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import hostdev_of, why_not_given
from qvirt_jupyter.documents.node_device import (
    MediatedDevice,
    NetworkDevice,
    Product,
    StorageDevice,
    UsbDevice,
)
from qvirt_jupyter.hypervisor.host.device_users import is_same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter import documents

CHOSEN: Final = ("usb", "pci", "mdev", "scsi")
"""The types of host devices that are chosen by name; others are typed."""


class HostDeviceNames:
    """The devices of one host that guests can be given.

    Parameters
    ----------
    nodes
        All devices of the host.
    """

    def __init__(self, nodes: Iterable[documents.NodeDevice]) -> None:
        self._all = tuple(nodes)
        self._children = {
            node.parent: node.capability
            for node in self._all
            if isinstance(node.capability, NetworkDevice | StorageDevice)
        }
        self.given = {
            str(node.name): hostdev_of(node, None, self._all)
            for node in self._all
            if node.name and not why_not_given(node)
        }
        """What gives a guest each of them, by libvirt's name of it."""
        self._nodes = {str(node.name): node for node in self._all if node.name}

    def labels(self, kind: str | None) -> dict[str, str]:
        """Return what the devices of a type are called, in the order of that."""
        named = {name: self._label(name) for name in self._of(kind)}
        return dict(sorted(named.items(), key=lambda item: (item[1], item[0])))

    def reasons(self, kind: str | None) -> dict[str, str]:
        """Return why some of them cannot be given, by name."""
        return {
            name: str(why_not_given(self._nodes[name]))
            for name in self._of(kind)
            if name not in self.given
        }

    def find(self, device: documents.Hostdev) -> str | None:
        """Return the name of the node that a guest's device is."""
        found = (name for name, given in self.given.items() if is_same(device, given))
        return next(found, None) if device.where else None

    def label_of(self, device: documents.Hostdev) -> str:
        """Return what the device of a guest is called; empty where the host has it not now."""
        name = self.find(device)
        return self._label(name) if name else ""

    def product_of(self, device: documents.Hostdev) -> str:
        """Return who made the device of a guest and what it is; empty where nobody knows."""
        name = self.find(device)
        return self._product(name) if name else ""

    def _of(self, kind: str | None) -> Iterable[str]:
        yield from (name for name, given in self.given.items() if given.type == kind)
        if kind == "mdev":
            # One that is off is shown, so that nobody looks for it in vain.
            for name, node in self._nodes.items():
                if isinstance(node.capability, MediatedDevice) and name not in self.given:
                    yield name

    def _label(self, name: str) -> str:
        device = self._nodes[name].capability
        where = ""
        if isinstance(device, UsbDevice):
            where = f"{device.bus or 0:03}:{device.device or 0:03}"
        elif name in self.given:
            where = self.given[name].where
        return " ".join(part for part in (where, self._product(name)) if part) or name

    def _product(self, name: str) -> str:
        node = self._nodes[name]
        device, child = node.capability, self._children.get(name)
        words: list[str | None] = []
        if isinstance(device, Product):
            words += [device.vendor, device.product]
        elif isinstance(device, MediatedDevice):
            # The card that it is a part of says more than its own number.
            parent = self._nodes.get(node.parent or "")
            above = parent.capability if parent is not None else None
            words += [device.type_id, above.product if isinstance(above, Product) else node.parent]
        elif isinstance(child, StorageDevice):
            words += [child.vendor, child.model]
        if isinstance(child, NetworkDevice) and child.interface:
            words.append(f"({child.interface})")
        elif isinstance(child, StorageDevice):
            words.append(f"({child.block})")
        return " ".join(word.strip() for word in words if word)


def with_users(label: str, users: Iterable[str]) -> str:
    """Return what a device is called, with the machines that have it already."""
    names = ", ".join(sorted(set(users)))
    return (
        str(_("{device}, given to {names}").format(device=label, names=names)) if names else label
    )
