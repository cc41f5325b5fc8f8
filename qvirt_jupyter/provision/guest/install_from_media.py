"""Installation from an ISO image or a drive of the host."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.guest.disk_request import DiskRequest
from qvirt_jupyter.provision.guest.equipment import put_in
from qvirt_jupyter.provision.guest.install_method import InstallMethod, Making, boot_first
from qvirt_jupyter.provision.guest.needs import is_windows

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.provision.guest.equipment import Equipment
    from qvirt_jupyter.provision.guest.request import GuestRequest
    from qvirt_jupyter.provision.osinfo import OperatingSystem


@dataclass(frozen=True, slots=True)
class InstallFromMedia(InstallMethod):
    """Start from an ISO image first, then from the disk that was installed to.

    A machine without disks always starts from it.

    Parameters
    ----------
    media
        An ISO image or a drive of the host, or a volume as ``pool/volume``.
    drivers
        Likewise, an image with VirtIO drivers, which Windows asks for; it stays in a second drive.
    """

    media: str
    drivers: str | None = dataclasses.field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        for each in (self.media, self.drivers):
            if each is not None and ("/" not in each or each.endswith("/")):
                message = _("{medium} is no path that begins with /, and no volume of a pool.")
                raise ValueError(str(message.format(medium=each or '""')))

    def prepared(self, request: GuestRequest, making: Making) -> GuestRequest:
        """Look where the images lie on the host."""
        found = dataclasses.replace(
            self,
            media=_place(self.media, making),
            drivers=self.drivers and _place(self.drivers, making),
        )
        return dataclasses.replace(request, install=found)

    def equip(self, equipment: Equipment) -> None:
        """Add the drive, with what stays in it, and that of the drivers."""
        stays = is_windows(equipment.system) or not self._is_installed(equipment.domain)
        drive = DiskRequest(device="cdrom")
        equipment.add_disk(drive, self.media if stays else None)
        if self.drivers:
            equipment.add_disk(drive, self.drivers)

    def start_from(self, equipment: Equipment) -> tuple[str, ...]:
        """Return the disk, or the drive where there is none."""
        return ("hd",) if self._is_installed(equipment.domain) else ("cdrom",)

    def begin(self, domain: documents.Domain, system: OperatingSystem) -> bool:
        """Put the medium into the first drive and start from it."""
        del system
        if not self._is_installed(domain):
            return False
        drive = next(disk for disk in domain.devices.disks if disk.device == "cdrom")
        put_in(drive, self.media)
        boot_first(domain, "cdrom")
        return True

    @staticmethod
    def _is_installed(domain: documents.Domain) -> bool:
        return any(disk.device in (None, "disk") for disk in domain.devices.disks)


def _place(name: str, making: Making) -> str:
    if name.startswith("/"):
        return name
    pool, _slash, volume = name.partition("/")
    return making.connection.storage_pools[pool].volumes[volume].path
