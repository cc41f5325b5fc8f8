"""Installation from an ISO image or a drive of the host."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision.guest.disk_request import DiskRequest
from qvirt_jupyter.provision.guest.equipment import put_in
from qvirt_jupyter.provision.guest.import_disk import NoInstall
from qvirt_jupyter.provision.guest.install_method import InstallMethod, Making, boot_first
from qvirt_jupyter.provision.guest.needs import is_windows

if TYPE_CHECKING:
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

    @property
    def sources(self) -> tuple[str, ...]:
        """The medium."""
        return (self.media,)

    @property
    def first_start(self) -> LazyString | str:
        """That it starts from the medium."""
        return _(
            "The machine starts from the medium in its first drive until the installation has "
            "ended. Then it starts as these pages say, and the drive is empty, except for Windows."
        )

    def show(self, domain: documents.Domain) -> None:
        """Put the medium into the first drive."""
        drive = _drive(domain)
        if drive is not None:
            put_in(drive, self.media)

    def customised(self, domain: documents.Domain, system: OperatingSystem) -> InstallMethod:
        """Install from what is in the first drive now; where nothing is, install nothing."""
        drive = _drive(domain)
        medium = _medium(drive) if drive is not None else None
        if drive is None or medium is None:
            return NoInstall()
        if self._is_installed(domain) and not is_windows(system):
            put_in(drive, None)
        return dataclasses.replace(self, media=medium)

    def begin(self, domain: documents.Domain, system: OperatingSystem) -> bool:
        """Put the medium into the first drive and start from it."""
        del system
        drive = _drive(domain)
        if drive is None or not self._is_installed(domain):
            return False
        put_in(drive, self.media)
        boot_first(domain, "cdrom")
        return True

    @staticmethod
    def _is_installed(domain: documents.Domain) -> bool:
        return any(disk.device in (None, "disk") for disk in domain.devices.disks)


def _drive(domain: documents.Domain) -> documents.Disk | None:
    return next((disk for disk in domain.devices.disks if disk.device == "cdrom"), None)


def _medium(drive: documents.Disk) -> str | None:
    source = drive.source
    if isinstance(source, documents.VolumeSource):
        return f"{source.pool}/{source.volume}" if source.pool and source.volume else None
    return drive.path or None


def _place(name: str, making: Making) -> str:
    if name.startswith("/"):
        return name
    pool, _slash, volume = name.partition("/")
    return making.connection.storage_pools[pool].volumes[volume].path
