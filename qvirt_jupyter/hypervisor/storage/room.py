"""Which machines have disks in a pool that is nearly full: their guests are paused once it is.

libvirt measures a pool when it is refreshed and when a volume is made or deleted, and says so by an
event; between two of these nobody knows better.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from qvirt_jupyter.hypervisor.definition import DiskDefinition, PoolDefinition
    from qvirt_jupyter.hypervisor.known_objects import KnownObjects
    from qvirt_jupyter.hypervisor.survey import RawPool

_GROWING: Final = frozenset({"dir", "fs", "netfs", "gluster", "vstorage", "rbd"})
"""Kinds of pools whose volumes take room as they are written; others give it when they are made."""
_SHARE: Final = 0.1
_ROOM: Final = 20 * 1024**3
"""A pool is nearly full with less than this share and less than these bytes free: a tenth of a
large pool is much room."""


@dataclass(frozen=True, slots=True)
class TightDisk:
    """A disk of a machine in a pool that is nearly full.

    Parameters
    ----------
    disk
        What the disk is called in the machine: ``vda``.
    pool
        The pool's name.
    used
        How much of the pool is used, in whole percent.
    """

    disk: str
    pool: str
    used: int


@dataclass(frozen=True, slots=True)
class _Tight:
    pool: str
    path: PurePosixPath | None
    used: int


class RoomWatch:
    """What a watcher knows of the room in pools; not thread-safe by itself.

    Parameters
    ----------
    pools, machines
        What is known of them; both are only read.
    """

    def __init__(self, pools: KnownObjects, machines: KnownObjects) -> None:
        self._pools, self._machines = pools, machines
        self._tight: tuple[_Tight, ...] = ()

    def of(self, uuid: str) -> tuple[TightDisk, ...]:
        """Return the disks of a machine that may run out of room."""
        definition = self._machines.definitions.get(uuid)
        if not self._tight or definition is None:
            return ()
        return tuple(
            TightDisk(disk.target, tight.pool, tight.used)
            for disk in definition.disks
            for tight in self._tight
            if _is_in(disk, tight)
        )

    def look(self) -> Iterable[str]:
        """Look at the pools again; return the machines whose disks may be other ones now."""
        before = self._tight
        self._tight = tuple(_tight(self._pools.raw, self._pools.definitions))
        return () if self._tight == before else tuple(self._machines.raw)


def _tight(
    raws: Mapping[str, RawPool], definitions: Mapping[str, PoolDefinition]
) -> Iterator[_Tight]:
    for uuid in sorted(raws):
        raw, definition = raws[uuid], definitions.get(uuid)
        if definition is None or definition.type not in _GROWING or not raw.capacity:
            continue
        # Some drivers count below zero, which arrives here as an enormous number.
        free = raw.available if raw.available <= raw.capacity else 0
        if free < _ROOM and free < _SHARE * raw.capacity:
            path = PurePosixPath(definition.path) if definition.path.startswith("/") else None
            yield _Tight(raw.name, path, int(100 * (1 - free / raw.capacity)))


def _is_in(disk: DiskDefinition, tight: _Tight) -> bool:
    if disk.pool:
        return disk.pool == tight.pool
    return tight.path is not None and PurePosixPath(disk.path).parent == tight.path
