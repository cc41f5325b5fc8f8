"""The devices that the firmware tries, in order.

https://libvirt.org/formatdomain.html#bios-bootloader
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.schema import rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.documents.devices.device import Device, Devices
    from qvirt_jupyter.documents.sections.operating_system import OperatingSystem

# What the firmware can boot from (src/conf/domain_validate.c and domain_conf.c: the devices whose
# format has <boot>).
BOOTABLE = ("disk", "interface", "hostdev", "redirdev")


class BootOrder:
    """What a domain says of the order in which devices are tried."""

    if TYPE_CHECKING:
        os: OperatingSystem
        devices: Devices

    @property
    def bootable(self) -> tuple[Device, ...]:
        """The devices that may stand in the boot order, as they stand in the document."""
        return tuple(device for device in self.devices.all if device.tag in BOOTABLE)

    @property
    def boot_order(self) -> tuple[Device, ...]:
        """The devices that the firmware tries, first to last.

        Where the definition names kinds of devices instead (``<boot dev='hd'/>``), it is the first
        device of each kind. Setting it numbers the devices and takes the kinds away: libvirt
        refuses both at once.
        """
        numbered = [device for device in self.bootable if device.boot_order is not None]
        if numbered:
            return tuple(sorted(numbered, key=lambda device: device.boot_order or 0))
        found = (self._first_of(str(kind.device)) for kind in self.os.boot)
        return tuple(device for device in dict.fromkeys(found) if device is not None)

    @boot_order.setter
    def boot_order(self, devices: Iterable[Device]) -> None:
        new = list(dict.fromkeys(devices))
        known = self.bootable
        for device in new:
            if device not in known:
                raise ValueError(
                    str(
                        _("{device} is no device of this machine that can be booted from.").format(
                            device=device.display_name or device.tag
                        )
                    )
                )
        if tuple(new) == self.boot_order and not self.os.boot:
            return
        self.os.boot.clear()
        for device in known:
            device.boot_order = new.index(device) + 1 if device in new else None

    @rule("devices.*.boot_order", touches=("os",))
    def numbers_replace_kinds(self) -> None:
        """Take the kinds of devices away: libvirt refuses both at once."""
        if any(device.boot_order is not None for device in self.bootable):
            self.os.boot.clear()

    @rule("os.boot", touches=("devices",))
    def kinds_replace_numbers(self) -> None:
        """Take the numbers of devices away: libvirt refuses both at once."""
        if self.os.boot:
            for device in self.bootable:
                device.boot_order = None

    def _first_of(self, kind: str) -> Device | None:
        wanted: dict[str, tuple[str, tuple[str | None, ...]]] = {
            "hd": ("disk", (None, "disk", "lun")),
            "cdrom": ("disk", ("cdrom",)),
            "fd": ("disk", ("floppy",)),
            "network": ("interface", ()),
        }
        tag, kinds = wanted.get(kind, ("", ()))
        for device in self.bootable:
            if device.tag == tag and (not kinds or getattr(device, "device", None) in kinds):
                return device
        return None
