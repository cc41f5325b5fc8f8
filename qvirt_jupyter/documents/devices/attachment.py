"""Which devices sit on which controller.

https://libvirt.org/formatdomain.html#device-addresses
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.documents.devices.device import Devices

if TYPE_CHECKING:
    from qvirt_jupyter.documents.devices.controller import Controller
    from qvirt_jupyter.documents.devices.device import Device

_NAMED_BY_ADDRESS = ("virtio-serial", "ccid")
_DRIVES = ("scsi", "sata", "ide", "fdc", "nvme")


def plugged_into(controller: Controller) -> tuple[Device, ...]:
    """Return the devices whose address names a controller of their guest."""
    holder = controller._holder  # noqa: SLF001 - the underscore keeps the names of fields free
    if not isinstance(holder, Devices) or controller.type is None:
        return ()
    found = controller._tree.worked_out("plugged", lambda: _all_plugged(holder))  # noqa: SLF001 - as above
    return tuple(found.get((controller.type, controller.index or 0), ()))


def _all_plugged(devices: Devices) -> dict[tuple[str, int], list[Device]]:
    """Return all devices that sit on a controller, by its type and index."""
    found: dict[tuple[str, int], list[Device]] = {}
    for each in devices.all:
        place = _plugged(each)
        if place is not None:
            found.setdefault(place, []).append(each)
    return found


def _plugged(device: Device) -> tuple[str, int] | None:
    """Return the type and the index of the controller that a device's address names."""
    address = device.address
    if address.type in _NAMED_BY_ADDRESS:
        return (str(address.type), address.controller or 0)
    if address.type == "usb":
        return ("usb", address.bus or 0)
    if address.type != "drive":
        return None
    # An address of a drive does not say of which kind of controller it is.
    bus = getattr(device, "bus", None) if device.tag == "disk" else "scsi"
    return (bus, address.controller or 0) if bus in _DRIVES else None
