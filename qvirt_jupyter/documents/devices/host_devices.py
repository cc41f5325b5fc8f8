"""Devices of the host, as what gives them to a guest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.hostdev import Hostdev
from qvirt_jupyter.documents.devices.hostdev_sources import (
    AdapterUnit,
    MediatedSource,
    PciSource,
    ScsiSource,
    UsbSource,
)
from qvirt_jupyter.documents.node_device import MediatedDevice, PciDevice, ScsiDevice, UsbDevice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.node_device import NodeDevice

_ROOT_HUB_MAKER = 0x1D6B
"""The maker that Linux names for the hubs that are part of a USB controller."""

_BRIDGES = range(0x060000, 0x070000)
"""The PCI classes of bridges (https://pcisig.com, Code and ID Assignment)."""

_MEDIATED_MODELS = {"vfio_ccw": "vfio-ccw", "vfio_ap": "vfio-ap"}
"""Which model a mediated device has, by the beginning of its type; others are PCI devices."""


def hostdev_of(
    node: NodeDevice, domain: Domain | None = None, others: Iterable[NodeDevice] = ()
) -> Hostdev:
    """Return what gives a guest a device of the host.

    Parameters
    ----------
    node
        The device.
    domain
        The guest.
    others
        The devices of the host: where another one has the same maker and product, the place where
        this one is plugged in is said too.

    Raises
    ------
    ValueError
        Guests are given no such devices; the text says so.
    """
    reason = why_not_given(node)
    if reason:
        raise ValueError(str(reason))
    device = node.capability
    if isinstance(device, UsbDevice):
        new = Hostdev(type="usb")
        source = new.source
        assert isinstance(source, UsbSource)  # noqa: S101 - the type says so
        source.vendor, source.product = device.vendor_id, device.product_id
        if any(_is_twin(device, other) for other in others):
            source.bus, source.device = device.bus, device.device
    elif isinstance(device, PciDevice):
        new = Hostdev(type="pci")
        new.managed = domain is None or domain.type != "xen"
        place = new.source
        assert isinstance(place, PciSource)  # noqa: S101 - the type says so
        place.address.domain, place.address.bus = device.domain, device.bus
        place.address.slot, place.address.function = device.slot, device.function
    elif isinstance(device, ScsiDevice):
        new = Hostdev(type="scsi")
        reached = new.source
        assert isinstance(reached, ScsiSource)  # noqa: S101 - the type says so
        unit = reached.place
        assert isinstance(unit, AdapterUnit)  # noqa: S101 - that is how it is reached
        unit.adapter = f"scsi_host{device.host or 0}"
        unit.bus, unit.target, unit.unit = device.bus, device.target, device.unit
    else:
        assert isinstance(device, MediatedDevice)  # noqa: S101 - of all others there is a reason
        new = Hostdev(type="mdev")
        part = new.source
        assert isinstance(part, MediatedSource)  # noqa: S101 - the type says so
        part.uuid = device.uuid
        kind = (device.type_id or "").partition("-")[0]
        part.model = _MEDIATED_MODELS.get(kind, "vfio-pci")
    return new


def why_not_given(node: NodeDevice) -> Words:
    """Say why guests cannot be given a device of the host; empty where they can."""
    device = node.capability
    if isinstance(device, UsbDevice):
        is_hub = device.vendor_id == _ROOT_HUB_MAKER
        return _("It is a hub that belongs to the USB controller.") if is_hub else ""
    if isinstance(device, PciDevice):
        is_bridge = (device.device_class or 0) in _BRIDGES
        return _("It is a bridge that other devices of the host need.") if is_bridge else ""
    if isinstance(device, MediatedDevice):
        return "" if device.uuid else _("It is not running. Start it first.")
    if isinstance(device, ScsiDevice):
        return "" if device.host is not None else _("It is behind no adapter of the host.")
    return _("Guests are given USB, PCI, SCSI and mediated devices only.")


def _is_twin(device: UsbDevice, other: NodeDevice) -> bool:
    found = other.capability
    return (
        isinstance(found, UsbDevice)
        and (found.vendor_id, found.product_id) == (device.vendor_id, device.product_id)
        and (found.bus, found.device) != (device.bus, device.device)
    )
