"""Which devices an operating system has drivers for, by libvirt's names of their models.

libosinfo names devices by their PCI or USB ids, a virtio device by two: one before virtio 1.0, one
since (https://docs.oasis-open.org/virtio/virtio/v1.2/, "PCI Device Discovery").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from qvirt_jupyter.provision.osinfo import OperatingSystem

_PCI: Final = "http://pcisig.com/pci/"
_DEVICES: Final = {
    "virtio-net": ("1af4/1000", "1af4/1041"),
    "virtio-blk": ("1af4/1001", "1af4/1042"),
    "virtio-balloon": ("1af4/1002", "1af4/1045"),
    "virtio-serial": ("1af4/1003", "1af4/1043"),
    "virtio-scsi": ("1af4/1004", "1af4/1048"),
    "virtio-rng": ("1af4/1005", "1af4/1044"),
    "virtio-gpu": ("1af4/1050",),
    "qxl": ("1b36/0100",),
    "usb3": ("1033/0194", "1b36/0004"),
    "e1000e": ("8086/10d3",),
    "e1000": ("8086/100e",),
    "rtl8139": ("10ec/8139",),
    "ne2k_pci": ("10ec/8029",),
    "pcnet": ("1022/2000",),
}
_Q35: Final = "http://qemu.org/chipset/x86/q35"


def drives(system: OperatingSystem, device: str) -> bool:
    """Tell whether a system has a driver for a device; what nobody knows of it counts as no."""
    return any(_PCI + name in system.devices for name in _DEVICES[device])


def runs_on_q35(system: OperatingSystem) -> bool:
    """Tell whether a system is known to run on QEMU's PC with PCI Express."""
    return _Q35 in system.devices


def is_windows(system: OperatingSystem) -> bool:
    """Tell whether a system descends from Windows NT."""
    return system.family == "winnt"
