"""How large the disks of a machine are, as its guest sees them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import libvirt

from qvirt_jupyter import documents

if TYPE_CHECKING:
    from collections.abc import Callable


def read(connection: libvirt.virConnect, domain: Any, document: documents.Domain) -> dict[str, int]:  # noqa: ANN401 - libvirt has no types
    """Return the sizes in bytes by target; what nobody knows is left out.

    A volume knows its size; of what is in no pool the hypervisor is asked.

    Parameters
    ----------
    connection, domain
        libvirt's objects.
    document
        The machine's definition.
    """
    sizes: dict[str, int] = {}
    for disk in document.devices.disks:
        size = size_of(connection, domain, disk)
        if size and disk.target:
            sizes[disk.target] = size
    return sizes


def size_of(connection: libvirt.virConnect, domain: Any, disk: documents.Disk) -> int | None:  # noqa: ANN401 - libvirt has no types
    """Return the size of a disk in bytes; None where nobody knows it.

    Parameters
    ----------
    connection, domain
        libvirt's objects.
    disk
        One of the machine's disks.
    """
    size = _volume_size(connection, disk)
    if size is None and disk.path and disk.target:
        size = _asked(partial(_block_size, domain, disk.target))
    return size


def _block_size(domain: Any, target: str) -> int:  # noqa: ANN401 - libvirt has no types
    size: int = domain.blockInfo(target, 0)[0]
    return size


def _volume_size(connection: libvirt.virConnect, disk: documents.Disk) -> int | None:
    source, path = disk.source, disk.path

    def capacity() -> int:
        if isinstance(source, documents.VolumeSource):
            pool = connection.storagePoolLookupByName(source.pool)
            volume = pool.storageVolLookupByName(source.volume)
        else:
            volume = connection.storageVolLookupByPath(path)
        found: int = volume.info()[1]
        return found

    if path is None and not isinstance(source, documents.VolumeSource):
        return None
    return _asked(capacity)


def _asked(read_it: Callable[[], int]) -> int | None:
    try:
        return read_it()
    except libvirt.libvirtError:
        # In no pool, in one that is off, or on a host that is cut off: the list says less then.
        return None
