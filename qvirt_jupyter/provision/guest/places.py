"""Where new volumes of a machine go."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import WrongState

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.guest.install_method import Making

IMAGES: Final = "/var/lib/libvirt/images/"
"""Where new volumes would lie by default, while nothing is made yet."""
DEFAULT_POOL: Final = "default"
FOLDERS: Final = frozenset({"dir", "fs", "netfs"})
"""Types of pools whose volumes are files, which have formats."""


def pool_for(connection: Connection, name: str = "") -> StoragePool:
    """Return a pool by its name; empty is the one called default, or else the first that is on.

    Raises
    ------
    NotFound
        There is none of this name.
    WrongState
        None is on.
    """
    pools = connection.storage_pools
    if name:
        return pools[name]
    active = [pool for pool in pools if pool.is_active]
    if not active:
        raise WrongState(
            _("No storage pool is on, so there is no place for a new disk."),
            subject=connection.subject,
            next_step=_("Start or create a storage pool, or give the path of a disk."),
        )
    named = (pool for pool in active if pool.subject.name == DEFAULT_POOL)
    return next(named, active[0])


def folder_pool(making: Making) -> StoragePool:
    """Return a pool whose volumes are files, for what a hypervisor reads as a file.

    Raises
    ------
    WrongState
        No such pool is on.
    """
    pools: tuple[StoragePool, ...] = (making.pool(), *making.connection.storage_pools)
    for pool in pools:
        if pool.is_active and pool.document().type in FOLDERS:
            return pool
    raise WrongState(
        _("No storage pool in a folder is on, so there is no place for the kernel."),
        subject=making.connection.subject,
        next_step=_("Start or create a storage pool of the type dir."),
    )


def free_name(pool: StoragePool, name: str) -> str:
    """Return a name that no volume has: with -1, -2 and so on before its suffix where needed."""
    taken = set(pool.volumes.names)
    path = PurePosixPath(name)
    number, free = 0, name
    while free in taken:
        number += 1
        free = f"{path.stem}-{number}{path.suffix}"
    return free
