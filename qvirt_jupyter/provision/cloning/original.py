"""A disk of the machine that is cloned: what it is, and what can become of it.

::

    the disk                              suggested   copy  linked
    drive without medium                  share       -     -
    network, NVMe, vhost, folder          share       -     -
    file that is missing                  share       -     -
    block device in no pool               share       -     -
    read-only, shareable, or with shared  share       x     x
    changes that are thrown away
    encrypted                             clone       x     -
    neither raw nor qcow2                 clone       x     -
    all others                            clone       x     x

Every disk can be shared and left out; sharing one that both write to is said to be dangerous.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.provision.cloning.disk_clone import How

_NOTHING: Final = LazyString("")
FOLDERS: Final = frozenset({"dir", "fs", "netfs"})
"""Types of pools whose volumes are files, which have formats."""
_BASES: Final = frozenset({"raw", "qcow2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalDisk:
    """A disk of the machine that is cloned.

    Parameters
    ----------
    target
        Its name in the definition.
    device
        ``disk``, ``cdrom``, ``floppy`` or ``lun``.
    where
        Where its contents lie, in a few words; empty where it has none.
    path
        On the host, or empty.
    format
        Of the image.
    capacity, allocation
        Bytes that the guest sees and that the host has spent; None where nobody knows.
    pool, volume, pool_type
        Of libvirt's storage; empty where no pool has it.
    pool_path
        The folder of the pool.
    suggested, reason
        What becomes of it if nobody says otherwise, and why.
    refused
        What cannot become of it, and why.
    is_writable
        Whether a guest that shares it would write to it too.
    seed
        The files of the seed of cloud-init that it is, where clones get their own; else None.
    """

    target: str
    device: str
    where: str = ""
    path: str = ""
    format: str = ""
    capacity: int | None = None
    allocation: int | None = None
    pool: str = ""
    volume: str = ""
    pool_type: str = ""
    pool_path: str = ""
    suggested: How = "clone"
    reason: LazyString = _NOTHING
    refused: Mapping[How, LazyString] = field(default_factory=dict)
    is_writable: bool = True
    # There are passwords in it.
    seed: Mapping[str, str] | None = field(default=None, repr=False)

    def choices(self) -> tuple[How, ...]:
        """Return what can become of it."""
        every: tuple[How, ...] = ("clone", "linked", "share", "leave")
        return tuple(how for how in every if how not in self.refused)


def originals(
    connection: libvirt.virConnect, domain: documents.Domain, *, is_local: bool
) -> tuple[OriginalDisk, ...]:
    """Look at the disks of a machine.

    Parameters
    ----------
    connection
        libvirt's object.
    domain
        The machine's definition.
    is_local
        Whether its host is this machine, so that files in no pool can be looked at.
    """
    return tuple(
        _original(connection, disk, is_local=is_local)
        for disk in domain.devices.disks
        if disk.target
    )


def _original(
    connection: libvirt.virConnect, disk: documents.Disk, *, is_local: bool
) -> OriginalDisk:
    volume = _volume(connection, disk)
    known: dict[str, Any] = {
        "target": disk.target,
        "device": disk.device or "disk",
        "where": disk.where,
        "path": disk.path or "",
        "format": disk.format or "",
    }
    if volume is not None:
        known |= _facts(volume)
    elif is_local and disk.path and isinstance(disk.source, documents.FileSource):
        known |= _facts_of_file(disk.path)
    # An empty drive has nothing that two guests could write to at once.
    known["is_writable"] = bool(disk.where) and not _is_safe_to_share(disk)
    never = _never(disk, known, is_local=is_local, has_volume=volume is not None)
    if never is not None:
        return OriginalDisk(
            **known, suggested="share", reason=never, refused={"clone": never, "linked": never}
        )
    refused: dict[How, LazyString] = {}
    linked = _no_overlay(disk, known, has_volume=volume is not None)
    if linked is not None:
        refused["linked"] = linked
    if _is_safe_to_share(disk):
        return OriginalDisk(
            **known,
            suggested="share",
            reason=_("It is read-only or made to be shared."),
            refused=refused,
        )
    return OriginalDisk(
        **known, suggested="clone", reason=_("The guest writes to it."), refused=refused
    )


def _is_safe_to_share(disk: documents.Disk) -> bool:
    return bool(
        disk.read_only
        or disk.shareable
        or (disk.transient and disk.share_backing)
        or disk.device == "cdrom"
    )


def _never(
    disk: documents.Disk, known: Mapping[str, Any], *, is_local: bool, has_volume: bool
) -> LazyString | None:
    """Return why neither a copy nor an overlay can be made of it."""
    if not disk.where:
        return _("There is no medium in it.")
    if has_volume:
        return None
    source = disk.source
    if isinstance(source, documents.FileSource):
        is_missing = is_local and known.get("capacity") is None
        return _("The file is missing, or cannot be read from here.") if is_missing else None
    if isinstance(source, documents.VolumeSource):
        return _("Its storage pool is off, or the volume is not there.")
    if isinstance(source, documents.BlockSource):
        return _("This device of the host is in no storage pool. Make a pool of it to copy it.")
    return _("libvirt cannot copy a disk of this kind.")


def _no_overlay(
    disk: documents.Disk, known: Mapping[str, Any], *, has_volume: bool
) -> LazyString | None:
    if (disk.device or "disk") != "disk":
        return _("Only disks can be linked.")
    if not has_volume:
        return _("It is in no storage pool.")
    if known["pool_type"] not in FOLDERS:
        return _("The differences need a storage pool with files. This one has devices.")
    if getattr(disk.source, "encryption", None):
        return _("It is encrypted.")
    if known["format"] not in _BASES:
        return _("Its format, {format}, is no base for differences.").format(
            format=known["format"] or _("unknown")
        )
    return None


def _volume(connection: libvirt.virConnect, disk: documents.Disk) -> Any:  # noqa: ANN401 - libvirt has no types
    """Return libvirt's volume of a disk, or None where no pool that is on has it."""
    source = disk.source
    try:
        if isinstance(source, documents.VolumeSource):
            pool = connection.storagePoolLookupByName(source.pool)
            return pool.storageVolLookupByName(source.volume)
        return connection.storageVolLookupByPath(disk.path) if disk.path else None
    except libvirt.libvirtError as error:
        if error.get_error_code() in _NOT_THERE:
            return None
        raise


_NOT_THERE: Final = frozenset(
    {
        libvirt.VIR_ERR_NO_STORAGE_VOL,
        libvirt.VIR_ERR_NO_STORAGE_POOL,
        # Of a pool that is off.
        libvirt.VIR_ERR_OPERATION_INVALID,
        libvirt.VIR_ERR_NO_SUPPORT,
    }
)


def _facts(volume: Any) -> dict[str, Any]:  # noqa: ANN401 - libvirt has no types
    _kind, capacity, allocation = volume.info()
    pool = volume.storagePoolLookupByVolume()
    definition = documents.StoragePool.parse(pool.XMLDesc(0))
    return {
        "capacity": capacity,
        "allocation": allocation,
        "pool": pool.name(),
        "pool_type": definition.type or "",
        "pool_path": definition.path or "",
        "volume": volume.name(),
        "path": volume.path(),
    }


def _facts_of_file(path: str) -> dict[str, Any]:
    try:
        found = Path(path).stat()
    except OSError:
        # It is gone, or in a folder that only libvirt can read.
        return {}
    return {"capacity": found.st_size, "allocation": found.st_blocks * 512}
