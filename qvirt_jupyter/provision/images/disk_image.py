"""An image that machines are made from: a volume, or a file of this machine."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import (
    AccessDenied,
    NotFound,
    OperationFailed,
    StorageVolume,
    Subject,
    Unsupported,
)
from qvirt_jupyter.provision.images.qcow2 import MAGIC, Qcow2Header
from qvirt_jupyter.provision.images.volume_file import VolumeFile

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.connection import Connection

FORMATS: Final = frozenset({"raw", "qcow2"})
"""Formats that machines run from."""
_HEADER: Final = 64
"""Bytes by which a format is known."""
_BLOCK: Final = 512
"""Bytes of what stat(2) counts, whatever the file system has."""
_LIKE_RAW: Final = frozenset({"raw", "iso", "unknown", ""})
"""What libvirt calls volumes that a machine reads as they are."""
_ISO: Final = (32769, b"CD001")
_PACKED: Final = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
}
_OTHERS: Final = {
    b"KDMV": "vmdk",
    b"# Disk DescriptorFile": "vmdk",
    b"vhdxfile": "vhdx",
    b"conectix": "vpc",
    b"<<< Oracle VM VirtualBox": "vdi",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskImage:
    """What is known of an image.

    Parameters
    ----------
    path
        Where it lies on the host.
    format
        ``qcow2``, ``raw`` or another one that QEMU knows.
    capacity
        What a guest sees, in bytes.
    length
        Bytes of its file, holes included.
    allocation
        Bytes that it takes from the host.
    volume
        It as a volume; None for a file that no pool has.
    """

    path: str
    format: str
    capacity: int
    length: int
    allocation: int
    volume: StorageVolume | None = None

    @classmethod
    def find(cls, name: str, connection: Connection) -> DiskImage:
        """Look at an image.

        Parameters
        ----------
        name
            A path of the host, or a volume as ``pool/volume``.
        connection
            The host.

        Raises
        ------
        NotFound
            There is none.
        AccessDenied
            It may not be read.
        Unsupported
            It lies in no pool of another host.
        OperationFailed
            It is no image that a machine runs from.
        """
        if not name.startswith("/"):
            pool, _slash, volume = name.partition("/")
            if not volume:
                raise NotFound(
                    _("{name} is neither a path nor a volume.").format(name=name or "“”"),
                    subject=connection.subject,
                    next_step=_("Give a path that begins with “/”, or pool/volume."),
                )
            return _of_volume(connection.storage_pools[pool].volumes[volume])
        found = connection.storage_pools.volume_at(name)
        if found is not None:
            return _of_volume(found)
        subject = Subject("volume", name, connection.uri)
        if connection.parts.is_remote:
            raise Unsupported(
                _("It is in no storage pool of the other host."),
                subject=subject,
                next_step=_("Make a pool of its folder there, or upload it into one."),
            )
        return _of_file(Path(name), subject)


def format_of(path: str, connection: Connection) -> str | None:
    """Return the format of a disk that exists, whatever is in it.

    Parameters
    ----------
    path
        Where it lies on the host.
    connection
        The host.

    Returns
    -------
    str or None
        None where it cannot be looked at.

    Raises
    ------
    NotFound
        There is none.
    """
    volume = connection.storage_pools.volume_at(path) if connection.features.storage else None
    if volume is not None:
        found = volume.record.format
        return found if found not in _LIKE_RAW else "raw"
    if connection.parts.is_remote:
        return None
    try:
        with Path(path).open("rb") as file:
            begin = file.read(_HEADER)
    except FileNotFoundError as error:
        raise _missing(Subject("volume", path, connection.uri)) from error
    except OSError:
        # The hypervisor may read what this user may not.
        return None
    if begin.startswith(MAGIC):
        return "qcow2"
    return _starts(begin, _OTHERS) or "raw"


def _of_volume(volume: StorageVolume) -> DiskImage:
    record = volume.record
    try:
        with io.BufferedReader(VolumeFile(volume), 4096) as file:
            found = _looked_at(file, volume.subject)
    except Unsupported:
        # A driver that hands out no contents knows the format alone.
        found = record.format or "raw", record.capacity
    form, capacity = found
    return DiskImage(
        path=record.path,
        # The host says what it takes it for: vmdk, iso and so on.
        format=record.format if form == "raw" and record.format not in _LIKE_RAW else form,
        capacity=record.capacity if capacity is None else capacity,
        length=record.capacity,
        allocation=record.allocation,
        volume=volume,
    )


def _of_file(path: Path, subject: Subject) -> DiskImage:
    try:
        with path.open("rb") as file:
            form, capacity = _looked_at(file, subject)
            length = file.seek(0, 2)
            allocation = os.fstat(file.fileno()).st_blocks * _BLOCK
    except FileNotFoundError as error:
        raise _missing(subject) from error
    except PermissionError as error:
        raise AccessDenied(
            _("You may not read it."),
            subject=subject,
            next_step=_("Copy it to where you may, or into a storage pool."),
        ) from error
    except OSError as error:
        raise OperationFailed(
            _("It cannot be read: {reason}.").format(reason=error.strerror or error),
            subject=subject,
        ) from error
    return DiskImage(
        path=str(path),
        format=form,
        capacity=length if capacity is None else capacity,
        length=length,
        allocation=min(length, allocation),
    )


def _missing(subject: Subject) -> NotFound:
    return NotFound(
        _("There is no such file."),
        subject=subject,
        next_step=_("Look for it with Browse, or compare its name."),
    )


def _looked_at(file: BinaryIO, subject: Subject) -> tuple[str, int | None]:
    """Return the format and, where the image says it, the size; refuse what is no image."""
    begin = file.read(_HEADER)
    file.seek(_ISO[0])
    is_iso = file.read(len(_ISO[1])) == _ISO[1]
    _refuse_others(begin, subject, is_iso=is_iso)
    if begin.startswith(MAGIC):
        return "qcow2", _qcow2_capacity(file, subject)
    return "raw", None


def _starts(begin: bytes, known: dict[bytes, str]) -> str:
    return next((name for magic, name in known.items() if begin.startswith(magic)), "")


def _refuse_others(begin: bytes, subject: Subject, *, is_iso: bool) -> None:
    why: LazyString | None = None
    step: LazyString | str = ""
    if not begin:
        why = _("The file is empty.")
    elif is_iso:
        why = _("It is an ISO image, which a system is installed from.")
        step = _("Install from media instead.")
    elif packing := _starts(begin, _PACKED):
        why = _("The image is compressed with {packing}.").format(packing=packing)
        step = _("Unpack it first.")
    elif other := _starts(begin, _OTHERS):
        why = _("The image has the format {format}.").format(format=other)
        step = _("Convert it: qemu-img convert -O qcow2")
    if why is not None:
        raise OperationFailed(why, subject=subject, next_step=step)


def _qcow2_capacity(file: BinaryIO, subject: Subject) -> int:
    """Return the size in the header; refuse an image that is only a part of one."""
    try:
        header = Qcow2Header.read(file)
        is_whole = header.is_whole(file)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise OperationFailed(
            _("The image is cut off or damaged."),
            subject=subject,
            next_step=_("Get it again, and compare its checksum."),
        )
    if header.needs_another_file:
        # Whoever made it says which file of this host is read with it.
        raise OperationFailed(
            _("The image needs another file, which none from elsewhere should."),
            subject=subject,
            next_step=_("Make one of both: qemu-img convert -O qcow2"),
        )
    return header.capacity
