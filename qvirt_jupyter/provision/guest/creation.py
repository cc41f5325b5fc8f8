"""Makes a machine that was asked for, with its volumes; what fails half-way is taken back."""

from __future__ import annotations

import threading
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    OperationCancelled,
    QvirtError,
    StorageVolume,
    Subject,
    WrongState,
)
from qvirt_jupyter.hypervisor.actions import perform, submit
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.provision.guest.disk_request import GIB
from qvirt_jupyter.provision.guest.host_offer import HostOffer

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor import Domain, Job, StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.guest.disk_request import DiskRequest
    from qvirt_jupyter.provision.guest.install_method import Progress
    from qvirt_jupyter.provision.guest.request import GuestRequest
    from qvirt_jupyter.provision.osinfo import Database

DEFAULT_POOL: Final = "default"
_FOLDERS: Final = frozenset({"dir", "fs", "netfs"})
"""Types of pools whose volumes are files, which have formats."""


class Creation:
    """Makes one machine; it may take several attempts.

    What an attempt made stays for the next one, until :meth:`take_back` removes it.

    Parameters
    ----------
    connection
        Where it is made.
    database
        The systems that are known.
    """

    def __init__(self, connection: Connection, database: Database | None = None) -> None:
        self._connection = connection
        self._database = database
        self._progress: Progress | None = None
        self._cancelled = threading.Event()
        self._made: dict[tuple[object, ...], StorageVolume] = {}
        self._kept: list[StorageVolume] = []
        self._scratch: list[StorageVolume] = []

    # What a caller does -------------------------------------------------------------------------

    def run(
        self,
        request: GuestRequest,
        *,
        start: bool = True,
        definition: documents.Domain | None = None,
        progress: Progress | None = None,
    ) -> Domain:
        """Make the volumes and the machine, and start it.

        Parameters
        ----------
        request
            What is asked for.
        start
            Whether it is started; otherwise it stays off.
        definition
            What libvirt keeps of it, where somebody changed what the request makes of it.
        progress
            Told how far it is, and asked whether to stop.

        Raises
        ------
        QvirtError
            It failed. What was made is kept for another attempt, or for :meth:`take_back`.
        ValueError
            The host cannot run such a machine.
        """
        self._progress = progress
        return perform(
            self._connection,
            self._subject(request),
            _("Create {name}").format(name=request.name),
            f"{request!r}.create(connection)",
            lambda: self._make(request, definition, start=start),
            cancel=self.cancel,
        )

    def submit(
        self,
        request: GuestRequest,
        *,
        start: bool = True,
        definition: documents.Domain | None = None,
    ) -> Job[Domain]:
        """Begin what :meth:`run` does and return its job at once."""
        self._progress = None
        return submit(
            self._connection,
            self._subject(request),
            _("Create {name}").format(name=request.name),
            f"{request!r}.create(connection)",
            lambda: self._make(request, definition, start=start),
            cancel=self.cancel,
        )

    def cancel(self) -> None:
        """Stop at the next step; what was made stays until :meth:`take_back`."""
        self._cancelled.set()

    def take_back(self) -> tuple[str, ...]:
        """Remove what failed attempts have made.

        Returns
        -------
        tuple of str
            What could not be removed, and why.
        """
        left = []
        for volume in (*self._scratch, *reversed(self._kept), *reversed(self._made.values())):
            try:
                volume.delete()
            except QvirtError as error:
                message = _("{what} was made and could not be removed again: {reason}")
                left.append(str(message.format(what=volume.subject, reason=error.reason)))
        self._made.clear()
        self._kept.clear()
        self._scratch.clear()
        return tuple(left)

    # What a way of installation asks for --------------------------------------------------------

    @property
    def connection(self) -> Connection:
        """Where it is made."""
        return self._connection

    def pool(self, name: str = "") -> StoragePool:
        """Return a pool by its name; empty is the one that new disks lie in."""
        pools = self._connection.storage_pools
        if name:
            return pools[name]
        active = [pool for pool in pools if pool.is_active]
        if not active:
            raise WrongState(
                _("No storage pool is on, so there is no place for a new disk."),
                subject=self._connection.subject,
                next_step=_("Start or create a storage pool, or give the path of a disk."),
            )
        named = (pool for pool in active if pool.subject.name == DEFAULT_POOL)
        return next(named, active[0])

    def keep(self, volume: StorageVolume) -> StorageVolume:
        """Remember a volume that belongs to the machine."""
        self._kept.append(volume)
        return volume

    def discard_later(self, volume: StorageVolume) -> StorageVolume:
        """Remember a volume that only the first start needs."""
        self._scratch.append(volume)
        return volume

    def report(
        self, *, progress: float | None = None, phase: str | LazyString | None = None
    ) -> None:
        """Tell how far it is."""
        for listener in (self._progress, current_job()):
            if listener is not None:
                listener.report(progress=progress, phase=phase)

    def check_cancelled(self) -> None:
        """Raise OperationCancelled where somebody asked to stop."""
        if self._progress is not None:
            self._progress.check_cancelled()
        if self._cancelled.is_set():
            raise OperationCancelled(_("It was cancelled."), subject=self._connection.subject)

    # The steps ----------------------------------------------------------------------------------

    def _subject(self, request: GuestRequest) -> Subject:
        return Subject("domain", request.name, self._connection.uri)

    def _make(
        self, request: GuestRequest, changed: documents.Domain | None, *, start: bool
    ) -> Domain:
        connection = self._connection
        self._cancelled.clear()
        if request.name in connection.domains:
            raise AlreadyExists(
                _("There is a machine of this name already."),
                subject=self._subject(request),
                next_step=_("Choose another name."),
            )
        host = HostOffer.of(connection)
        whole = request.completed(host, self._database)
        ready = whole.method.prepared(whole, self)
        self.check_cancelled()
        final = ready.final(host=host, database=self._database, path_of=self._volume)
        self.check_cancelled()
        made = connection.domains.define(changed or final)
        try:
            if start:
                self._start(made, ready)
        except BaseException as error:
            try:
                if made.is_active:
                    made.destroy()
                made.undefine()
            except QvirtError as left:
                note = _("{what} was made and could not be removed again: {reason}")
                error.add_note(str(note.format(what=made.subject, reason=left.reason)))
            raise
        self._made.clear()
        self._kept.clear()
        return made

    def _start(self, made: Domain, request: GuestRequest) -> None:
        first = documents.Domain.parse(made.xml(inactive=True, secure=True))
        if request.begin(first, self._database):
            self._connection.domains.create(first)
        else:
            made.start()

    def _volume(self, disk: DiskRequest, name: str) -> str:
        """Make the volume of a new disk, unless an attempt did so, and return where it lies."""
        pool = self.pool(disk.pool)
        known = (pool.uuid, name, disk.size, disk.format)
        if known not in self._made:
            is_file = pool.document().type in _FOLDERS
            self._made[known] = pool.create_volume(
                _free_name(pool, name), disk.size or GIB, format=disk.format if is_file else None
            )
        return self._made[known].path


def _free_name(pool: StoragePool, name: str) -> str:
    """Return a name that no volume has: with -1, -2 and so on before its suffix where needed."""
    taken = set(pool.volumes.names)
    path = PurePosixPath(name)
    number, free = 0, name
    while free in taken:
        number += 1
        free = f"{path.stem}-{number}{path.suffix}"
    return free
