"""The volumes of all storage pools that are on, read once: which image builds on which."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.image_headers import backing_of, file_of_name
from qvirt_jupyter.hypervisor.loss import is_lost
from qvirt_jupyter.hypervisor.uri import ConnectionUri

if TYPE_CHECKING:
    from collections.abc import Iterator

_OWN_FILES: Final = frozenset({"qemu", "xen", "lxc", "bhyve", "vz", "ch"})
"""The drivers whose machines use files of the host that they run on."""


@dataclass(frozen=True, slots=True)
class PoolPlace:
    """A storage pool.

    Parameters
    ----------
    name, uuid
        libvirt's keys for it.
    type
        As in its definition: ``"dir"``, ``"logical"``, ...
    path
        Where it is on the host; empty where it is nowhere there.
    active
        Whether it is on: otherwise nobody knows what is in it.
    """

    name: str
    uuid: str
    type: str
    path: str
    active: bool


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A volume.

    Parameters
    ----------
    pool
        Where it is.
    name
        Its name there.
    path
        Its path on the host, or what its pool has instead of one.
    allocation
        What it takes there, in bytes.
    backing
        The path of the image that it is the differences to; empty where there is none.
    """

    pool: PoolPlace
    name: str
    path: str
    allocation: int
    backing: str


class StoredImages:
    """What a host's pools hold; made in the pool of threads.

    Parameters
    ----------
    connection
        libvirt's object.

    Attributes
    ----------
    is_local
        Whether the files of its host are files of this machine, which can be looked at without
        libvirt.
    """

    def __init__(self, connection: libvirt.virConnect) -> None:
        self.is_local = _is_local(connection)
        self.pools: dict[str, PoolPlace] = {}
        self._by_path: dict[str, StoredImage] = {}
        self._by_name: dict[tuple[str, str], StoredImage] = {}
        for pool in connection.listAllStoragePools(0):
            try:
                place = _place(pool)
                self.pools[place.name] = place
                if place.active:
                    self._read(pool, place)
            except libvirt.libvirtError as error:
                # A pool that nobody can look into holds back no other.
                if is_lost(connection, error):
                    raise

    def at(self, path: str) -> StoredImage | None:
        """Return the volume at a path; None where no pool that is on knows one."""
        return self._by_path.get(path) or self._by_path.get(self.real(path))

    def named(self, pool: str, volume: str) -> StoredImage | None:
        """Return a volume by the names of its pool and itself; None where there is none."""
        return self._by_name.get((pool, volume))

    def around(self, path: str) -> PoolPlace | None:
        """Return the pool in whose folder a file lies, also one that is off."""
        folders = {str(PurePath(path).parent), str(PurePath(self.real(path)).parent)}
        return next((pool for pool in self.pools.values() if pool.path in folders), None)

    def real(self, path: str) -> str:
        """Return the one name of a file that may have several by links."""
        return os.path.realpath(path) if self.is_local and path.startswith("/") else path

    def chain(self, path: str) -> Iterator[str]:
        """Yield what an image builds on, the next one first, by the real paths."""
        seen = {self.real(path)}
        while True:
            found = self.at(path)
            if found is not None:
                below = file_of_name(found.backing) if found.backing else None
            else:
                below = backing_of(path) if self.is_local else None
            if not below or self.real(below) in seen:
                return
            path = self.real(below)
            seen.add(path)
            yield path

    def __iter__(self) -> Iterator[StoredImage]:
        return iter(self._by_name.values())

    def _read(self, pool: Any, place: PoolPlace) -> None:  # noqa: ANN401 - libvirt has no types
        for volume in pool.listAllVolumes(0):
            try:
                image = _image(volume, place)
            except libvirt.libvirtError as error:
                # Its file went, and its pool has not looked since.
                if is_lost(pool.connect(), error):
                    raise
                continue
            self._by_path[image.path] = self._by_path[self.real(image.path)] = image
            self._by_name[place.name, image.name] = image


def _is_local(connection: libvirt.virConnect) -> bool:
    uri = ConnectionUri.parse(connection.getURI())
    if uri.driver not in _OWN_FILES or uri.is_remote:
        return False
    # A socket on this machine may be the end of a tunnel, or of the host that a container runs on.
    theirs, ours = connection.getHostname(), socket.gethostname()
    return bool(theirs.partition(".")[0] == ours.partition(".")[0])


def _place(pool: Any) -> PoolPlace:  # noqa: ANN401 - libvirt has no types
    definition = parse_xml(pool.XMLDesc(0))
    path = (definition.findtext("target/path") or "").rstrip("/")
    return PoolPlace(
        pool.name(), pool.UUIDString(), definition.get("type", ""), path, bool(pool.isActive())
    )


def _image(volume: Any, place: PoolPlace) -> StoredImage:  # noqa: ANN401 - libvirt has no types
    definition = parse_xml(volume.XMLDesc(0))
    # libvirt writes sizes in bytes.
    allocation = int(definition.findtext("allocation") or 0)
    path = definition.findtext("target/path") or volume.path()
    backing = definition.findtext("backingStore/path") or ""
    return StoredImage(place, volume.name(), path, allocation, backing)
