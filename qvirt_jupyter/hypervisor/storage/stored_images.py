"""The volumes of all storage pools that are on, read once: which image builds on which."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.loss import is_lost
from qvirt_jupyter.hypervisor.storage.image_headers import backing_of, file_of_name
from qvirt_jupyter.hypervisor.storage.volume_records import records_of
from qvirt_jupyter.hypervisor.uri import ConnectionUri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord

    IsGone = Callable[[libvirt.libvirtError], bool]
    Read = Callable[[Any, IsGone], Iterable[StorageVolumeRecord]]
    """Returns the volumes of one of libvirt's pools; the other tells which errors mean nothing."""

_OWN_FILES: Final = frozenset({"qemu", "xen", "lxc", "bhyve", "vz", "ch"})
"""The drivers whose machines use files of the host that they run on."""
_MANY: Final = 100
"""From so many volumes on a folder is asked once which of its files are links."""


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
    record
        What is known of it.
    """

    pool: PoolPlace
    record: StorageVolumeRecord

    @property
    def name(self) -> str:
        """Its name there."""
        return self.record.name

    @property
    def path(self) -> str:
        """Its path on the host, or what its pool has instead of one."""
        return self.record.path

    @property
    def allocation(self) -> int:
        """What it takes there, in bytes."""
        return self.record.allocation

    @property
    def backing(self) -> str:
        """The path of the image that it is the differences to; empty where there is none."""
        return self.record.backing


class StoredImages:
    """What a host's pools hold; made in the pool of threads.

    Parameters
    ----------
    connection
        libvirt's object.
    uri
        Our name of the connection, for the records.
    first
        The UUID of the pool that is read before the others.
    read
        What reads a pool; None to ask for all of its volumes now.

    Attributes
    ----------
    is_local
        Whether the files of its host are files of this machine, which can be looked at without
        libvirt.
    """

    def __init__(
        self,
        connection: libvirt.virConnect,
        uri: str = "",
        *,
        first: str = "",
        read: Read | None = None,
    ) -> None:
        self._uri = uri
        self._read_pool = read or self._ask
        self._folders: dict[str, str] = {}
        self._links: dict[str, frozenset[str]] = {}
        self._real: dict[str, str] = {}
        self.is_local = _is_local(connection)
        self.pools: dict[str, PoolPlace] = {}
        self._by_path: dict[str, StoredImage] = {}
        self._by_name: dict[tuple[str, str], StoredImage] = {}
        found = connection.listAllStoragePools(0)
        for pool in sorted(found, key=lambda pool: pool.UUIDString() != first):
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
        if not self.is_local or not path.startswith("/"):
            return path
        if path not in self._real:
            self._real[path] = self._followed(path)
        return self._real[path]

    def _followed(self, path: str) -> str:
        # Thousands of images lie in one folder, whose own links are followed once.
        folder, _slash, name = path.rpartition("/")
        links = self._links.get(folder)
        is_link = os.path.islink(path) if links is None else name in links  # noqa: PTH114 - a Path for each takes long
        if is_link or name in ("", ".", ".."):
            return os.path.realpath(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder or "/").rstrip("/")
        return f"{self._folders[folder]}/{name}"

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
        # The file of one may have gone, and its pool has not looked since.
        found = list(self._read_pool(pool, lambda error: not is_lost(pool.connect(), error)))
        if self.is_local and place.path and len(found) >= _MANY:
            links = _links_in(place.path)
            if links is not None:
                self._links[place.path] = links
        for record in found:
            image = StoredImage(place, record)
            self._by_path[image.path] = self._by_path[self.real(image.path)] = image
            self._by_name[place.name, image.name] = image

    def _ask(self, pool: Any, is_gone: IsGone) -> Iterable[StorageVolumeRecord]:  # noqa: ANN401 - libvirt has no types
        return records_of(pool.listAllVolumes(0), self._uri, pool.UUIDString(), is_gone)


def _links_in(folder: str) -> frozenset[str] | None:
    """Return the names in a folder that are links; None where we may not look into it."""
    try:
        with os.scandir(folder) as entries:
            return frozenset(entry.name for entry in entries if entry.is_symlink())
    except OSError:
        return None


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
