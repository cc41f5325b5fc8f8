"""How a disk of a machine grows: at once while it runs, in its storage pool while it is off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.errors import WrongState
from qvirt_jupyter.hypervisor.records import DomainState
from qvirt_jupyter.hypervisor.storage import disk_sizes
from qvirt_jupyter.hypervisor.storage.disk_users import file_users
from qvirt_jupyter.hypervisor.storage.image_headers import file_of_name
from qvirt_jupyter.hypervisor.storage.stored_images import StoredImages

if TYPE_CHECKING:
    import libvirt

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.domain import Domain
    from qvirt_jupyter.hypervisor.storage.storage_volume import StorageVolume

_GROWING: Final = frozenset({"file", "network", "volume"})
"""The types of disks whose contents libvirt can make larger."""
_DRIVE: Final = _("A medium in a drive keeps its size.")
_HOSTS: Final = _("It is a device of the host. Make it larger there.")
_OTHER: Final = _("It has no image and no volume that could grow.")
_READ_ONLY: Final = _("It is read-only.")
_NOT_YET: Final = _("The running machine does not have it yet. Shut it down first.")
_SAVED: Final = _(
    "A saved state waits that knows the present size. Start the machine, or discard that state."
)
_NO_POOL: Final = _(
    "It is in no storage pool that is on. Start the machine, or start or define the pool of its "
    "folder."
)
_BUILT_ON: Final = _("Others build on it, and rely on what it is: {names}.")
_IN_USE: Final = _("A machine that runs uses it: {names}. Shut it down first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskGrowth:
    """What a disk may grow from.

    Parameters
    ----------
    target
        The disk's target, such as ``"vda"``.
    capacity
        How large its guest sees it now, in bytes; None where nobody knows.
    is_active
        Whether its machine runs.
    reason
        Why it cannot grow; empty where it can.
    volume
        What it is in a storage pool; None where it is in none that is on.
    available
        The free space of that pool, in bytes; None without one.
    """

    target: str
    capacity: int | None = None
    is_active: bool = False
    reason: str = ""
    volume: StorageVolume | None = None
    available: int | None = None


def growth_of(domain: Domain, target: str, *, users: bool = False) -> DiskGrowth:
    """Return what a disk may grow from, or why it cannot; it waits for libvirt.

    Parameters
    ----------
    domain
        Its machine.
    target
        The disk's target.
    users
        Look at all machines of the host too, for those that use the same image.
    """
    is_active = domain.is_active
    disk = domain.document(inactive=not is_active).devices.disks.get(target)
    if disk is None:
        return DiskGrowth(target=target, is_active=is_active, reason=str(_NOT_YET))
    connection = domain.connection
    volume = _volume_of(connection, disk) if connection.features.storage else None
    capacity = domain.connection.call(
        lambda libvirts: disk_sizes.size_of(
            libvirts, libvirts.lookupByUUIDString(domain.uuid), disk
        ),
        subject=domain.subject,
    )
    reason = connection.features.reason("write") or str(_why_not(disk))
    if not reason and domain.state is DomainState.SAVED:
        reason = str(_SAVED)
    if not reason and not is_active and volume is None:
        reason = str(_NO_POOL)
    path = disk.path or (volume.path if volume is not None else "")
    if not reason and path and connection.features.storage:
        reason = connection.call(
            lambda libvirts: _others(libvirts, domain, path, users=users, off=not is_active),
            subject=domain.subject,
        )
    return DiskGrowth(
        target=target,
        capacity=capacity,
        is_active=is_active,
        reason=reason,
        volume=volume,
        available=volume.pool.space.available if volume is not None else None,
    )


def grow_disk(domain: Domain, target: str, size: int) -> None:
    """Make a disk larger: at once while its machine runs, else its volume.

    Parameters
    ----------
    domain
        Its machine.
    target
        The disk's target.
    size
        In bytes; not less than now.

    Raises
    ------
    WrongState
        It cannot grow; the reason says why.
    InvalidDefinition
        It would be smaller than now, and what is beyond would be lost.
    """
    growth = growth_of(domain, target, users=True)
    if growth.reason:
        raise WrongState(growth.reason, subject=domain.subject)
    if growth.is_active:
        domain.resize_disk(target, size)
    elif growth.volume is not None:
        growth.volume.resize(size)


def _volume_of(connection: Connection, disk: documents.Disk) -> StorageVolume | None:
    pools, source = connection.storage_pools, disk.source
    if not isinstance(source, documents.VolumeSource):
        return pools.volume_at(disk.path) if disk.path else None
    pool = pools.get(source.pool or "")
    if pool is None or not pool.is_active:
        return None
    return pool.volumes.get(source.volume or "")


def _why_not(disk: documents.Disk) -> LazyString | str:
    """Say what of a disk itself keeps it from growing; empty for nothing."""
    if disk.device in ("cdrom", "floppy"):
        return _DRIVE
    if disk.type == "block" or disk.device == "lun":
        return _HOSTS
    if disk.type not in _GROWING or not disk.where:
        return _OTHER
    return _READ_ONLY if disk.read_only else ""


def _others(
    connection: libvirt.virConnect, domain: Domain, path: str, *, users: bool, off: bool
) -> str:
    """Say which images and machines rely on the present size; in the pool of threads."""
    images = StoredImages(connection)
    real = images.real(path)
    above = {
        image.path
        for image in images
        if image.backing and images.real(file_of_name(image.backing) or "") == real
    }
    if not above and users:
        found = file_users(connection, images, without=(domain.uuid,))
        above = found.above.get(real, set())
        running = {
            name
            for name in found.direct.get(real, ())
            if off and connection.lookupByName(name).isActive()
        }
        if running and not above:
            return str(_IN_USE).format(names=", ".join(sorted(running)))
    return str(_BUILT_ON).format(names=", ".join(sorted(above))) if above else ""
