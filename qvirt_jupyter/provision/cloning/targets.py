"""Where the new volumes of clones go, what they are called, and what is there already."""

from __future__ import annotations

import os.path
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.storage import disk_users
from qvirt_jupyter.hypervisor.storage.stored_images import StoredImages
from qvirt_jupyter.provision.cloning import lookups, names
from qvirt_jupyter.provision.cloning.disk_clone import DiskClone
from qvirt_jupyter.provision.cloning.original import FOLDERS
from qvirt_jupyter.provision.cloning.plan import PlannedDisk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    import libvirt

    from qvirt_jupyter import documents
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.cloning.disk_clone import How
    from qvirt_jupyter.provision.cloning.original import OriginalDisk
    from qvirt_jupyter.provision.cloning.request import CloneRequest


class Targets:
    """The places of new volumes, as one request wants them.

    Parameters
    ----------
    request
        What is wanted.
    connection
        Where.
    machine
        The name of the machine that is cloned.
    """

    def __init__(self, request: CloneRequest, connection: Connection, machine: str) -> None:
        self._request = request
        self._connection = connection
        self._machine = machine
        self._pools: dict[str, documents.StoragePool | None] = {}
        self._promised: set[tuple[str, str]] = set()
        self._twice: list[str] = []

    def of(self, disk: OriginalDisk, how: How, clone: str, number: int) -> PlannedDisk:
        """Return where the new volume of a disk goes.

        Parameters
        ----------
        disk
            What is copied, or what the new volume builds on.
        how
            Which of both.
        clone, number
            The name of the machine that gets it, and which of several it is.
        """
        wanted = self._request.disks.get(disk.target, DiskClone())
        if wanted.name and wanted.name.startswith("/"):
            path = self._numbered(wanted.name, number)
            folder, _slash, name = path.rpartition("/")
            pool = self._pool_of(folder or "/")
        else:
            pool = wanted.pool or self._request.pool or disk.pool
            folder, is_folder = self.folder(pool, disk)
            suffix = _suffix(disk, how, is_folder=is_folder)
            if wanted.name:
                name = self._numbered(wanted.name, number)
            else:
                name = self._name(disk, _New(clone, pool or folder, suffix))
            path = f"{folder.rstrip('/')}/{name}" if folder else ""
        place = (pool or folder, name)
        if place in self._promised:
            self._twice.append(name)
        self._promised.add(place)
        return PlannedDisk(
            original=disk,
            how=how,
            name=name,
            pool=pool,
            path=path,
            overwrites=wanted.overwrite and not pool and self._may_replace(path),
        )

    def folder(self, pool: str, disk: OriginalDisk) -> tuple[str, bool]:
        """Return where volumes of a pool lie, and whether they are files.

        Parameters
        ----------
        pool
            Its name; empty for the folder of a disk that is in no pool.
        disk
            The original.
        """
        if not pool:
            return str(PurePosixPath(disk.path).parent), True
        if pool == disk.pool:
            return disk.pool_path, disk.pool_type in FOLDERS
        definition = self._definition(pool)
        if definition is None:
            return "", False
        return definition.path or "", definition.type in FOLDERS

    def twice(self) -> Iterator[LazyString]:
        """Yield which new volumes would be one and the same."""
        for name in self._twice:
            yield _("Two new volumes would be called {name}.").format(name=name)

    def refusals(self, disk: PlannedDisk) -> Iterator[LazyString]:
        """Yield why the new volume of a disk cannot be made.

        Parameters
        ----------
        disk
            As :meth:`of` returned it.
        """
        if not disk.makes_volume:
            return
        pool = self._connection.storage_pools.get(disk.pool) if disk.pool else None
        if not disk.pool:
            yield from self._file_refusals(disk)
        elif pool is None:
            yield _("There is no storage pool {pool}.").format(pool=disk.pool)
        elif not pool.is_active:
            yield _("The storage pool {pool} is off. Start it first.").format(pool=disk.pool)
        else:
            _folder, is_folder = self.folder(disk.pool, disk.original)
            if disk.how == "linked" and not is_folder:
                yield _("{pool} has no files: an overlay cannot lie there.").format(pool=disk.pool)
            if self._has(disk.pool, disk.name):
                yield _("{pool} has a volume {name} already. Choose another name.").format(
                    pool=disk.pool, name=disk.name
                )

    def _file_refusals(self, disk: PlannedDisk) -> Iterator[LazyString]:
        if not self._is_file(disk.path):
            return
        if not disk.overwrites:
            yield _("The file {path} is there already. Choose another name.").format(path=disk.path)
        elif users := self.users(disk.path):
            yield _("{names} needs the file {path}. Choose another name.").format(
                names=", ".join(users), path=disk.path
            )

    def users(self, path: str, *, without: Collection[str] = ()) -> tuple[str, ...]:
        """Return the machines that have a file, or build on it.

        Parameters
        ----------
        path
            Of the host.
        without
            The UUIDs of machines that do not count.
        """

        def look(raw: libvirt.virConnect) -> tuple[str, ...]:
            images = StoredImages(raw)
            found = disk_users.file_users(raw, images, without)
            key = images.real(path)
            return tuple(sorted({*found.direct.get(key, ()), *found.above.get(key, ())}))

        users: tuple[str, ...] = self._connection.call(look, subject=self._connection.subject)
        return users

    # Names --------------------------------------------------------------------------------------

    def _numbered(self, name: str, number: int) -> str:
        return names.with_number(name, number) if self._request.count > 1 else name

    def _name(self, disk: OriginalDisk, new: _New) -> str:
        # A seed is called after its machine always.
        by_clone = self._request.count > 1 or disk.seed is not None
        make = names.several_file_name if by_clone else names.file_name
        old = disk.volume or PurePosixPath(disk.path).name

        def is_taken(candidate: str) -> bool:
            return (new.place, candidate) in self._promised or self._has(new.place, candidate)

        return names.free_file_name(
            make(old, self._machine, new.clone, suffix=new.suffix), is_taken
        )

    # What is there ------------------------------------------------------------------------------

    def _has(self, place: str, name: str) -> bool:
        if place.startswith("/") and self._is_file(f"{place}/{name}"):
            return True
        look: Callable[[libvirt.virConnect], bool] = lambda raw: lookups.has_volume(  # noqa: E731
            raw, place, name
        )
        return bool(self._connection.call(look, subject=self._connection.subject))

    def _is_file(self, path: str) -> bool:
        """Whether a file in no pool is there, as far as one can see from here."""
        return not self._connection.parts.is_remote and os.path.lexists(path)

    def _may_replace(self, path: str) -> bool:
        """Whether there is a plain file, rather than a folder or a device."""
        return self._is_file(path) and os.path.isfile(path)  # noqa: PTH113 - as os.path.lexists

    def _pool_of(self, folder: str) -> str:
        """Return the name of the pool that has a folder; empty where none has."""
        for pool in self._connection.storage_pools:
            definition = self._definition(pool.name)
            if definition is not None and definition.path == folder and definition.type in FOLDERS:
                return pool.name
        return ""

    def _definition(self, name: str) -> documents.StoragePool | None:
        if name not in self._pools:
            found = self._connection.storage_pools.get(name)
            self._pools[name] = found.document() if found is not None else None
        return self._pools[name]


def _suffix(disk: OriginalDisk, how: How, *, is_folder: bool) -> str | None:
    """Return the suffix of the new volume where it is not the old one's."""
    if how == "linked":
        return ".qcow2"
    # A device has no suffix; the file that it becomes says what it is.
    return ".img" if is_folder and disk.pool_type not in ("", *FOLDERS) else None


class _New(NamedTuple):
    """A volume that is to be named: for which clone, where, and what it ends in."""

    clone: str
    place: str
    suffix: str | None
