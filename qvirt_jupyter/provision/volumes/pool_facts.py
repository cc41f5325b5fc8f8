"""What a new volume must know of its pool: read once for a dialog, or for one creation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.hypervisor.storage.partition_names import next_partition
from qvirt_jupyter.hypervisor.storage.volume_moving import FILE_POOLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor import StoragePool, VolumeSurvey

MAKES_VOLUMES: Final = frozenset(
    {"dir", "fs", "netfs", "disk", "logical", "rbd", "zfs", "vstorage"}
)
"""Types of pools in which volumes can be made (STOR-12 of the parity list)."""


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """A pool as a new volume sees it.

    Parameters
    ----------
    name, type
        Of the pool.
    is_active
        Whether it is on.
    available
        Bytes that are free.
    capacity
        Bytes that it has.
    promised
        Bytes that its volumes could come to take, were all of them filled.
    images
        The formats of its volumes, by their paths; by them a backing image's is known. That image
        is among them where another pool has it, too.
    sizes
        What a guest sees of each of them, in bytes.
    names
        The names of its volumes.
    next_name
        What the next volume will be called, where its name is given: a partition's is. Else empty.
    """

    name: str = ""
    type: str = "dir"
    is_active: bool = True
    available: int = 0
    capacity: int = 0
    promised: int = 0
    images: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    next_name: str = ""

    @property
    def has_formats(self) -> bool:
        """Whether its volumes are files."""
        return self.type in FILE_POOLS

    @property
    def can_be_sparse(self) -> bool:
        """Whether a volume may take less than it promises (STOR-14 of the parity list)."""
        return self.has_formats or self.type == "zfs"


def pool_facts(
    pool: StoragePool, known: VolumeSurvey | None = None, backing: str | None = None
) -> PoolFacts:
    """Look at a pool.

    Parameters
    ----------
    pool
        The pool.
    known
        Its volumes, where somebody looked just now.
    backing
        The path of an image that is to be known whichever pool has it.

    Raises
    ------
    QvirtError
        The host does not answer.
    """
    document, is_active = pool.document(), pool.is_active
    if not is_active:
        return PoolFacts(pool.name, document.type or "dir", is_active=False)
    records = (
        pool.volumes.records if known is None else tuple(volume.record for volume in known.volumes)
    )
    space = pool.space
    names = frozenset(record.name for record in records)
    images = {record.path: record for record in records}
    if backing and backing not in images:
        elsewhere = pool.connection.storage_pools.volume_at(backing)
        if elsewhere is not None:
            images[backing] = elsewhere.record
    return PoolFacts(
        name=pool.name,
        type=document.type or "dir",
        available=space.available,
        capacity=space.capacity,
        promised=sum(max(record.capacity, record.allocation) for record in records),
        images={path: record.format for path, record in images.items()},
        sizes={path: record.capacity for path, record in images.items()},
        names=names,
        next_name=next_partition(document, names),
    )
