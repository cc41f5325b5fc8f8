"""Makes a machine that was asked for, with its volumes; what fails half-way is taken back."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    QvirtError,
    StorageVolume,
    Subject,
    WrongState,
)
from qvirt_jupyter.hypervisor.actions import perform
from qvirt_jupyter.provision.guest.disk_request import GIB
from qvirt_jupyter.provision.guest.host_offer import HostOffer

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Domain, StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.guest.disk_request import DiskRequest
    from qvirt_jupyter.provision.guest.request import GuestRequest
    from qvirt_jupyter.provision.osinfo import Database

DEFAULT_POOL: Final = "default"
_FOLDERS: Final = frozenset({"dir", "fs", "netfs"})
"""Types of pools whose volumes are files, which have formats."""


class Creation:
    """Makes one machine.

    Parameters
    ----------
    request
        What is asked for.
    connection
        Where it is made.
    database
        The systems that are known.
    """

    def __init__(
        self, request: GuestRequest, connection: Connection, database: Database | None = None
    ) -> None:
        self._connection = connection
        self._database = database
        self._request = request
        self._made: list[StorageVolume] = []

    def run(self, *, start: bool) -> Domain:
        """Make the volumes and the machine, and start it.

        Parameters
        ----------
        start
            Whether it is started; otherwise it stays off.

        Raises
        ------
        QvirtError
            It failed; volumes and machine that were made are removed again, and what could not be
            removed is named in a note.
        ValueError
            The host cannot run such a machine.
        """
        name = self._request.name
        subject = Subject("domain", name, self._connection.uri)
        return perform(
            self._connection,
            subject,
            _("Create {name}").format(name=name),
            f"{self._request!r}.create(connection)",
            lambda: self._make(subject, start=start),
        )

    def _make(self, subject: Subject, *, start: bool) -> Domain:
        connection = self._connection
        if self._request.name in connection.domains:
            raise AlreadyExists(
                _("There is a machine of this name already."),
                subject=subject,
                next_step=_("Choose another name."),
            )
        host = HostOffer.of(connection)
        request = self._request.completed(host, self._database)
        made: Domain | None = None
        try:
            definition = request.build(host=host, database=self._database, path_of=self._volume)
            made = connection.domains.define(definition)
            if start:
                made.start()
        except BaseException as error:
            self._take_back(made, error)
            raise
        return made

    def _volume(self, disk: DiskRequest, name: str) -> str:
        """Make the volume of a new disk and return where it lies."""
        pool = self._pool(disk)
        is_file = pool.document().type in _FOLDERS
        size = disk.size or GIB
        volume = pool.create_volume(
            _free_name(pool, name), size, format=disk.format if is_file else None
        )
        self._made.append(volume)
        return volume.path

    def _pool(self, disk: DiskRequest) -> StoragePool:
        pools = self._connection.storage_pools
        if disk.pool:
            return pools[disk.pool]
        active = [pool for pool in pools if pool.is_active]
        if not active:
            raise WrongState(
                _("No storage pool is on, so there is no place for a new disk."),
                subject=self._connection.subject,
                next_step=_("Start or create a storage pool, or give the path of a disk."),
            )
        named = (pool for pool in active if pool.subject.name == DEFAULT_POOL)
        return next(named, active[0])

    def _take_back(self, made: Domain | None, error: BaseException) -> None:
        for what in (*((made,) if made is not None else ()), *reversed(self._made)):
            try:
                _remove(what)
            except QvirtError as left:
                note = _("{what} was made and could not be removed again: {reason}")
                error.add_note(str(note.format(what=what.subject, reason=left.reason)))


def _remove(what: Domain | StorageVolume) -> None:
    if isinstance(what, StorageVolume):
        what.delete()
        return
    if what.is_active:
        what.destroy()
    what.undefine()


def _free_name(pool: StoragePool, name: str) -> str:
    """Return a name that no volume has: with -1, -2 and so on before its suffix where needed."""
    taken = set(pool.volumes.names)
    path = PurePosixPath(name)
    number, free = 0, name
    while free in taken:
        number += 1
        free = f"{path.stem}-{number}{path.suffix}"
    return free
