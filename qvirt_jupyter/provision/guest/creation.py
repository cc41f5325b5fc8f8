"""Makes a machine that was asked for, with its volumes; what fails half-way is taken back."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.interface import random_mac
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    NotFound,
    OperationCancelled,
    QvirtError,
    StorageVolume,
    Subject,
)
from qvirt_jupyter.hypervisor.actions import perform, submit
from qvirt_jupyter.hypervisor.editing.edit_checks import owners_of_macs
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.provision.guest.disk_request import GIB
from qvirt_jupyter.provision.guest.equipment import put_in
from qvirt_jupyter.provision.guest.folder_pools import ManagedFolders
from qvirt_jupyter.provision.guest.host_offer import HostOffer
from qvirt_jupyter.provision.guest.install_method import start_last
from qvirt_jupyter.provision.guest.installation import Installation
from qvirt_jupyter.provision.guest.installation_claim import InstallationClaim
from qvirt_jupyter.provision.guest.left_over import left_over
from qvirt_jupyter.provision.guest.places import FOLDERS, free_name, pool_for

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor import Domain, Job, StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.transfer import Reporter, Transfer
    from qvirt_jupyter.provision.guest.disk_request import DiskRequest
    from qvirt_jupyter.provision.guest.request import GuestRequest
    from qvirt_jupyter.provision.osinfo import Database

_TRIES: Final = 256
"""For a MAC address that nobody on the host has."""
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Made:
    """A volume that was made: for how long, and in which attempt it was last used."""

    volume: StorageVolume
    lasting: bool
    attempt: int


class Creation:
    """Makes one machine; it may take several attempts.

    What an attempt made stays for the next one, until :meth:`take_back` removes it.

    Parameters
    ----------
    connection
        Where it is made.
    database
        The systems that are known.
    manages_folders
        Whether folders of files that the machine uses, and that no pool manages, become pools.
    """

    def __init__(
        self,
        connection: Connection,
        database: Database | None = None,
        *,
        manages_folders: bool = False,
    ) -> None:
        self._connection = connection
        self._database = database
        self._progress: Reporter | None = None
        self._cancelled = threading.Event()
        self._attempt = 0
        self._made: dict[Hashable, _Made] = {}
        self._manages_folders = manages_folders
        self._folders = ManagedFolders(connection)
        self.installation: Job[Domain] | None = None
        """The job that waits for the end of the installer, where there is one."""

    # What a caller does -------------------------------------------------------------------------

    def run(
        self,
        request: GuestRequest,
        *,
        start: bool = True,
        definition: documents.Domain | None = None,
        progress: Reporter | None = None,
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
        OperationCancelled
            It was cancelled. What was made is removed; what could not be is named in a note.
        QvirtError
            It failed. What was made is kept for another attempt, or for :meth:`take_back`.
        ValueError
            The host cannot run such a machine.
        """
        self._progress = progress
        self._cancelled.clear()
        return perform(
            self._connection,
            self._subject(request),
            _("Create {name}").format(name=request.name),
            f"{request!r}.create(connection)",
            lambda: self._try(request, definition, start=start),
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
        self._cancelled.clear()
        return submit(
            self._connection,
            self._subject(request),
            _("Create {name}").format(name=request.name),
            f"{request!r}.create(connection)",
            lambda: self._try(request, definition, start=start),
            cancel=self.cancel,
        )

    def cancel(self) -> None:
        """Stop at the next step, and remove what was made."""
        self._cancelled.set()

    def take_back(self) -> tuple[str, ...]:
        """Remove what failed attempts have made.

        Returns
        -------
        tuple of str
            What could not be removed, and why.
        """
        return (*self._remove(lambda _made: True), *self._folders.take_back())

    # What a way of installation asks for --------------------------------------------------------

    @property
    def connection(self) -> Connection:
        """Where it is made."""
        return self._connection

    def pool(self, name: str = "") -> StoragePool:
        """Return a pool by its name; empty is the one that new disks lie in."""
        return pool_for(self._connection, name)

    def once(
        self, what: Hashable, make: Callable[[], StorageVolume], *, lasting: bool = True
    ) -> StorageVolume:
        """Return what was made already in an attempt that failed later, or make it now."""
        self.check_cancelled()
        known = self._made.get(what)
        volume = make() if known is None else known.volume
        self._made[what] = _Made(volume, lasting=lasting, attempt=self._attempt)
        return volume

    def keep(self, volume: StorageVolume) -> StorageVolume:
        """Remember a volume that belongs to the machine and that only this attempt can use."""
        self._made[object()] = _Made(volume, lasting=True, attempt=self._attempt)
        return volume

    def report(
        self,
        *,
        progress: float | None = None,
        phase: str | LazyString | None = None,
        transfer: Transfer | None = None,
    ) -> None:
        """Tell how far it is."""
        for listener in dict.fromkeys((self._progress, current_job())):
            if listener is not None:
                listener.report(progress=progress, phase=phase, transfer=transfer)

    def check_cancelled(self) -> None:
        """Raise OperationCancelled where somebody asked to stop."""
        for listener in dict.fromkeys((self._progress, current_job())):
            if listener is not None:
                listener.check_cancelled()
        if self._cancelled.is_set():
            raise OperationCancelled(_("It was cancelled."), subject=self._connection.subject)

    # The steps ----------------------------------------------------------------------------------

    def _subject(self, request: GuestRequest) -> Subject:
        return Subject("domain", request.name, self._connection.uri)

    def _try(
        self, request: GuestRequest, changed: documents.Domain | None, *, start: bool
    ) -> Domain:
        try:
            return self._make(request, changed, start=start)
        except OperationCancelled as error:
            for left in self.take_back():
                error.add_note(left)
            raise

    def _make(
        self, request: GuestRequest, changed: documents.Domain | None, *, start: bool
    ) -> Domain:
        connection = self._connection
        self._attempt += 1
        if request.method.only_now and not start:
            raise ValueError(str(_("Such an installation begins at once: it cannot stay off.")))
        if request.name in connection.domains:
            raise AlreadyExists(
                _("There is a machine of this name already."),
                subject=self._subject(request),
                next_step=_("Choose another name."),
            )
        host = HostOffer.of(connection)
        whole = request.completed(host, self._database)
        ready = whole.method.prepared(whole, self)
        final = ready.final(host=host, database=self._database, path_of=self._volume)
        if changed is not None:
            # What was changed is what the request says where nothing is made yet.
            planned = whole.final(host=host, database=self._database)
            self._take_disks(changed, planned, final)
            final = changed
        if changed is None:
            self._avoid_taken_addresses(final)
        else:
            self._refuse_taken_addresses(final)
        ready.method.settle(final, self)
        if self._manages_folders:
            disks = (disk.path for disk in final.devices.disks if disk.type == "file")
            self._folders.manage((*disks, *ready.method.sources))
        self.check_cancelled()
        self.report(phase=_("Defining the machine"))
        made = connection.domains.define(final)
        try:
            self._begin(made, ready, start=start)
        except BaseException as error:
            _forget(made, error)
            raise
        for left in self._remove(lambda one: not one.lasting or one.attempt != self._attempt):
            _LOG.warning("%s", left)
        self._made.clear()
        self._folders.keep()
        return made

    def _begin(self, made: Domain, request: GuestRequest, *, start: bool) -> None:
        """Start it, or leave it so that its first start installs."""
        first = documents.Domain.parse(made.xml(inactive=True, secure=True))
        has_installer = request.begin(first, self._database)
        if not start:
            if has_installer:
                first.on_reboot = None
                start_last(first)
                self._connection.domains.define(first)
            return
        self.report(phase=_("Starting the machine"))
        if not has_installer:
            made.start()
            return
        if (first.memory or 0) > (request.memory or 0):
            self.report(
                phase=_("The installer needs {memory} MiB; it has them until it ends.").format(
                    memory=(first.memory or 0) // 1024
                )
            )
        first.metadata.installing = True
        # Before anybody sees the mark.
        claim = InstallationClaim(made.uuid)
        claim.take()
        try:
            self._connection.domains.create(first)
            self.installation = Installation(made, claim).watch()
        except BaseException:
            claim.give_back()
            raise

    def _take_disks(
        self, changed: documents.Domain, planned: documents.Domain, made: documents.Domain
    ) -> None:
        """Let a definition that somebody changed have the volumes that were made since."""
        places = {
            plan.path: disk
            for plan, disk in zip(planned.devices.disks, made.devices.disks, strict=True)
            if plan.path and plan.path != disk.path
        }
        for disk in changed.devices.disks:
            place = places.get(disk.path or "")
            if place is not None:
                put_in(disk, place.path)
                # That of an image is known only now.
                disk.format = place.format
        used = {disk.path for disk in changed.devices.disks}
        for key, one in self._made.items():
            if one.lasting and one.volume.path not in used:
                # Somebody took the disk out of the definition.
                self._made[key] = replace(one, lasting=False)

    def _avoid_taken_addresses(self, definition: documents.Domain) -> None:
        """Give cards another MAC address where a machine of the host has theirs."""
        cards = [card for card in definition.devices.interfaces if card.mac]
        for _attempt in range(_TRIES):
            macs = [str(card.mac).lower() for card in cards]
            taken = owners_of_macs(self._connection, macs)
            if not taken:
                break
            for card, mac in zip(cards, macs, strict=True):
                if mac in taken:
                    card.mac = random_mac(macs, mac[:8])

    def _refuse_taken_addresses(self, definition: documents.Domain) -> None:
        """Raise where a card has the MAC address of another machine: somebody chose it."""
        macs = [str(card.mac).lower() for card in definition.devices.interfaces if card.mac]
        for mac, owner in owners_of_macs(self._connection, macs).items():
            raise AlreadyExists(
                _("The MAC address {mac} is that of {name}.").format(mac=mac, name=repr(owner)),
                subject=Subject("domain", str(definition.name), self._connection.uri),
                next_step=_("Choose another one on the page of the network card."),
                field="mac",
            )

    def _volume(self, disk: DiskRequest, name: str) -> str:
        """Make the volume of a new disk, unless an attempt did so, and return where it lies."""
        pool = self.pool(disk.pool)

        def make() -> StorageVolume:
            self.report(phase=_("Creating the disk {name}").format(name=name))
            is_file = pool.document().type in FOLDERS
            return pool.create_volume(
                free_name(pool, name), disk.size or GIB, format=disk.format if is_file else None
            )

        return self.once((pool.uuid, name, disk.size, disk.format), make).path

    def _remove(self, which: Callable[[_Made], bool]) -> tuple[str, ...]:
        """Remove some of what was made, the last first; return what could not be removed."""
        left = []
        for key, one in reversed(list(self._made.items())):
            if not which(one):
                continue
            try:
                one.volume.delete()
            except NotFound:
                # Somebody else has removed it.
                _LOG.info("%s is gone already", one.volume.subject)
            except QvirtError as error:
                left.append(left_over(one.volume.subject, error))
            del self._made[key]
        return tuple(left)


def _forget(made: Domain, error: BaseException) -> None:
    """Remove a machine that did not come to run; what fails then goes into a note of the error."""
    try:
        if made.is_active:
            made.destroy()
        made.undefine()
    except QvirtError as left:
        error.add_note(left_over(made.subject, left))
