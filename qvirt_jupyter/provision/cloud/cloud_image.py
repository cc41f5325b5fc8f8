"""A machine from an image with an installed system, which cloud-init makes somebody's own."""

from __future__ import annotations

import dataclasses
import re
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, Literal

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import (
    OperationFailed,
    QvirtError,
    Subject,
    Unsupported,
    WrongState,
)
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.provision.cloud.detection import detect_image, stand_in
from qvirt_jupyter.provision.guest.disk_request import DiskRequest
from qvirt_jupyter.provision.guest.equipment import put_in
from qvirt_jupyter.provision.guest.install_method import InstallMethod, Making
from qvirt_jupyter.provision.guest.needs import is_windows
from qvirt_jupyter.provision.guest.places import FOLDERS, folder_pool, free_name
from qvirt_jupyter.provision.images import FORMATS, DiskImage

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import StoragePool, StorageVolume
    from qvirt_jupyter.provision.cloud.seed import CloudSeed
    from qvirt_jupyter.provision.guest.equipment import Equipment
    from qvirt_jupyter.provision.guest.request import GuestRequest
    from qvirt_jupyter.provision.osinfo import Database, OperatingSystem

NOTICING: Final = 30.0
"""Seconds in which libvirt must see what a new volume holds."""
_SEED: Final = "-seed.iso"
"""How the name of a seed ends."""
_IS_SEED: Final = re.compile(r"-seed(?:-\d+)?\.iso$")
_SUFFIXES: Final = {"qcow2": "qcow2", "raw": "img"}


@dataclass(frozen=True, slots=True)
class CloudImage(InstallMethod):
    """Start from an image with an installed system: the first disk is made of it.

    The seed comes as a second volume in a CD-ROM drive and stays there: cloud-init looks for it at
    every start, and does its work once. Who wants it gone ejects it.

    Parameters
    ----------
    image
        A qcow2 or raw image: a path of the host, or a volume as ``pool/volume``. A file in no pool
        must lie on this machine.
    seed
        What the system is told on its first start; None tells it nothing.
    copy
        Whether the disk is a copy, which is there on its own. Otherwise it holds only what differs
        from the image, is there at once, and the image must neither change nor go.
    size
        Bytes of the disk, not less than the image's; None means the size of the request's first
        disk, or what the system recommends. The system grows its file system by itself.
    seed_pool
        The pool that the seed lies in; empty means that of the disk.
    """

    image: str
    seed: CloudSeed | None = dataclasses.field(default=None, kw_only=True)
    copy: bool = dataclasses.field(default=True, kw_only=True)
    size: int | None = dataclasses.field(default=None, kw_only=True)
    seed_pool: str = dataclasses.field(default="", kw_only=True)

    def system(self, database: Database | None = None) -> OperatingSystem | None:
        """Return the system that the image's name tells of, or one that stands for any Linux."""
        return detect_image(self.image, database=database) or stand_in(database)

    def prepared(self, request: GuestRequest, making: Making) -> GuestRequest:
        """Make the disk of the image.

        Raises
        ------
        InvalidSeed
            The seed is wrong; nothing was made.
        ValueError
            The disk would be smaller than the image, or the request says where it lies.
        QvirtError
            The image cannot be used, or there is no room.
        """
        disk, *others = request.disks or (DiskRequest(),)
        if disk.path is not None:
            message = _("The first disk is made of the image: leave its path out.")
            raise ValueError(str(message))
        if self.seed is not None:
            # What is wrong with it is said before anything is made.
            self.seed.files(masked=True)
        making.report(phase=_("Looking at the image"))
        base = DiskImage.find(self.image, making.connection)
        made, form = self._disk(base, disk, request.name, making)
        bus = disk.bus or ("virtio" if not request.os.startswith("win") else None)
        ready = dataclasses.replace(disk, path=made.path, format=form, bus=bus)
        found = dataclasses.replace(self, seed_pool=self.seed_pool or disk.pool)
        return dataclasses.replace(request, disks=(ready, *others), install=found)

    def equip(self, equipment: Equipment) -> None:
        """Add the drive with the seed."""
        if self.seed is None:
            return
        domain = equipment.domain
        # It is made last: this is where it will be, unless that name is taken.
        first = PurePosixPath(next((disk.path for disk in domain.devices.disks), None) or "/")
        path = str(first.parent / f"{domain.name}{_SEED}")
        # Kernels for clouds drive VirtIO and often no SATA: Debian's has no AHCI.
        bus = None if is_windows(equipment.system) else "scsi"
        if bus == "scsi" and not any(
            each.type == "scsi" for each in domain.devices.of(documents.Controller)
        ):
            controllers = domain.devices.of(documents.Controller)
            controllers.append(documents.Controller(type="scsi", model="virtio-scsi", index=0))
        equipment.add_disk(DiskRequest(device="cdrom", bus=bus), path)

    def start_from(self, equipment: Equipment) -> tuple[str, ...]:
        """Return the disk; and let the card be one that all clouds have."""
        cards = equipment.domain.devices.interfaces
        if cards and equipment.system.is_generic:
            cards[0].model = "virtio"
        return ("hd",)

    @property
    def sources(self) -> tuple[str, ...]:
        """The image."""
        return (self.image,)

    @property
    def first_start(self) -> LazyString | str:
        """That the seed is not there yet."""
        if self.seed is None:
            return ""
        return _("What the image is told on its first start is written when the machine is made.")

    def settle(self, domain: documents.Domain, making: Making) -> None:
        """Make the seed, which knows the machine by its UUID and its card by the MAC address.

        Raises
        ------
        QvirtError
            It cannot be written.
        """
        drive = next(
            (
                disk
                for disk in domain.devices.disks
                if disk.device == "cdrom" and _IS_SEED.search(disk.path or "")
            ),
            None,
        )
        if self.seed is None or drive is None:
            return
        cards = domain.devices.interfaces
        seed = _told_apart(self.seed, str(domain.uuid), cards[0].mac if cards else None)
        made = _seed_volume(seed.iso(), str(domain.name), self.seed_pool, making)
        put_in(drive, made.path)

    # The disk -----------------------------------------------------------------------------------

    def _disk(
        self, base: DiskImage, disk: DiskRequest, name: str, making: Making
    ) -> tuple[StorageVolume, Literal["qcow2", "raw"]]:
        """Make the disk; return it and its format."""
        pool = making.pool(disk.pool)
        is_folder = pool.document().type in FOLDERS
        if base.format not in FORMATS:
            raise OperationFailed(
                _("The image has the format {format}.").format(format=base.format),
                subject=Subject("volume", base.path, making.connection.uri),
                next_step=_("Convert it: qemu-img convert -O qcow2"),
            )
        size = self._size(base, disk)
        form: Literal["qcow2", "raw"] = "raw"
        if is_folder and (not self.copy or base.format == "qcow2"):
            form = "qcow2"
        if not is_folder and not self.copy:
            raise Unsupported(
                _("Only a pool in a folder holds disks that lie over an image."),
                subject=pool.subject,
                next_step=_("Choose another pool, or make a copy."),
            )
        file = f"{name}.{_SUFFIXES[form]}"

        def make() -> StorageVolume:
            free = free_name(pool, file)
            if not self.copy:
                making.report(phase=_("Creating the disk {name}").format(name=free))
                overlay = documents.StorageVolume.overlay(
                    free, path=base.path, format=base.format, capacity=size
                )
                return pool.create_volume(overlay)
            _must_have_room(pool, base.allocation)
            if not is_folder:
                return _copy_to_device(base, pool, free, size, making)
            return _copy_to_file(base, pool, free, size, making)

        key = ("cloud image", pool.uuid, file, base, self.copy, size)
        return making.once(key, make), form

    def _size(self, base: DiskImage, disk: DiskRequest) -> int:
        if self.size is not None and self.size < base.capacity:
            message = _("The disk cannot be smaller than its image, which has {size}.")
            raise ValueError(str(message.format(size=bytes_text(base.capacity))))
        return max(base.capacity, self.size or disk.size or 0)


def _copy_to_device(
    base: DiskImage, pool: StoragePool, name: str, size: int, making: Making
) -> StorageVolume:
    """Copy into a pool whose volumes are devices: the host unpacks the image."""
    if base.volume is None:
        raise Unsupported(
            _("An image in no pool can only be copied into a pool in a folder."),
            subject=pool.subject,
            next_step=_("Make a pool of the image's folder, or choose another pool."),
        )
    definition = documents.StorageVolume(name=name, capacity=size)
    return pool.create_volume(definition, copy_of=base.volume, progress=making)


def _copy_to_file(
    base: DiskImage, pool: StoragePool, name: str, size: int, making: Making
) -> StorageVolume:
    if base.volume is not None:
        definition = documents.StorageVolume(name=name, capacity=base.capacity)
        definition.format = base.format
        made = pool.create_volume(definition, copy_of=base.volume, progress=making)
    else:
        made = pool.create_volume(name, base.length, format="raw", allocation=0)
    try:
        if base.volume is None:
            making.report(phase=_("Copying {name}").format(name=Path(base.path).name))
            with Path(base.path).open("rb") as file:
                made.write(file, length=base.length, progress=making)
        _wait_for_format(made, base, making)
        if size > base.capacity:
            making.report(phase=_("Resizing the disk"))
            made.resize(size)
    except BaseException as error:
        try:
            made.delete()
        except QvirtError as left:
            note = _("{what} was made and could not be removed again: {reason}")
            error.add_note(str(note.format(what=made.subject, reason=left.reason)))
        raise
    return made


def _wait_for_format(made: StorageVolume, base: DiskImage, making: Making) -> None:
    """Wait until libvirt sees what was written: it must not resize a qcow2 image as a raw one."""
    end = time.monotonic() + NOTICING
    while (found := made.record).format != base.format or found.capacity != base.capacity:
        if time.monotonic() > end:
            raise OperationFailed(
                _("The host takes the copy for {format} instead of {wanted}.").format(
                    format=found.format or "?", wanted=base.format
                ),
                subject=made.subject,
                next_step=_("Look whether the image is whole: qemu-img check"),
            )
        making.check_cancelled()
        try:
            made.pool.refresh()
        except OperationFailed:
            # Another volume is being made there; libvirt looks again when that is done.
            time.sleep(0.2)


def _must_have_room(pool: StoragePool, length: int) -> None:
    free = pool.space.available
    if length > free:
        raise WrongState(
            _("The pool has {free} of room, and the image needs {length}.").format(
                free=bytes_text(free), length=bytes_text(length)
            ),
            subject=pool.subject,
            next_step=_("Choose another pool, or make room."),
        )


# The seed ---------------------------------------------------------------------------------------


def _told_apart(seed: CloudSeed, machine: str, mac: str | None) -> CloudSeed:
    """Return the seed for one machine."""
    network = seed.network
    if network is not None and mac and not network.mac:
        network = dataclasses.replace(network, mac=mac)
    return dataclasses.replace(seed, network=network, instance_id=seed.instance_id or machine)


def _seed_volume(iso: bytes, name: str, wanted: str, making: Making) -> StorageVolume:
    pool = making.pool(wanted)
    if pool.document().type not in FOLDERS:
        pool = folder_pool(making)

    def make() -> StorageVolume:
        made = pool.create_volume(free_name(pool, f"{name}{_SEED}"), len(iso), format="raw")
        try:
            made.write(iso)
        except BaseException:
            made.delete()
            raise
        return made

    making.report(phase=_("Writing the seed"))
    return making.once(("seed", pool.uuid, name, iso), make)
