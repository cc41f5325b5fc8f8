"""Makes clones; what fails half-way is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import (
    DomainState,
    OperationCancelled,
    OperationFailed,
    PartOf,
    QvirtError,
    StorageVolume,
    Subject,
    WrongState,
)
from qvirt_jupyter.hypervisor.actions import perform, submit
from qvirt_jupyter.hypervisor.errors import AlreadyExists
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.provision.cloning.original import FOLDERS
from qvirt_jupyter.provision.cloning.places import Places
from qvirt_jupyter.provision.cloning.planning import Planning, nvram_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor import Domain, Job, StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.transfer import Reporter, Transfer
    from qvirt_jupyter.provision.cloning.plan import PlannedClone, PlannedDisk
    from qvirt_jupyter.provision.cloning.request import CloneRequest


class Cloning:
    """Makes the clones of one request.

    Parameters
    ----------
    request
        What is wanted.
    connection
        Where.
    progress
        Told how far it is, besides the job that this runs in.
    """

    def __init__(
        self, request: CloneRequest, connection: Connection, progress: Reporter | None = None
    ) -> None:
        self._request = request
        self._connection = connection
        self._listeners = [progress] if progress is not None else []
        self._places = Places(connection)
        self._made: list[Domain | StorageVolume] = []
        self._marked: Domain | None = None

    def run(self) -> tuple[Domain, ...]:
        """Make them and wait; see :meth:`CloneRequest.create`."""
        result: tuple[Domain, ...] = self._begin(perform)
        return result

    def submit(self) -> Job[tuple[Domain, ...]]:
        """Begin, and return the job at once."""
        job: Job[tuple[Domain, ...]] = self._begin(submit)
        return job

    def _begin(self, how: Callable[..., Any]) -> Any:  # noqa: ANN401 - by how it begins
        source = self._request.original(self._connection)
        return how(
            self._connection,
            source.subject,
            _("Clone {name}").format(name=source.subject.name),
            f"{self._request.code}.create({self._connection.code})",
            self._make,
            # The job is asked between two steps, and by what copies.
            cancel=lambda: None,
        )

    # Who is told --------------------------------------------------------------------------------

    def report(
        self,
        *,
        progress: float | None = None,
        phase: str | LazyString | None = None,
        transfer: Transfer | None = None,
    ) -> None:
        """Tell how far it is."""
        for listener in self._listeners:
            listener.report(progress=progress, phase=phase, transfer=transfer)

    def check_cancelled(self) -> None:
        """Raise OperationCancelled where somebody asked to stop."""
        for listener in self._listeners:
            listener.check_cancelled()

    # The steps ----------------------------------------------------------------------------------

    def _make(self) -> tuple[Domain, ...]:
        job = current_job()
        if job is not None:
            self._listeners.append(job)
        planning = Planning(self._request, self._connection)
        source = self._request.original(self._connection)
        self._check(source)
        clones = planning.clones()
        try:
            if any(disk.how == "linked" for disk in clones[0].disks) and not source.is_template:
                # Before any overlay is made: from now on nobody starts it.
                source.set_template()
                self._marked = source
            machines = tuple(
                self._one(planning, clone, number, len(clones))
                for number, clone in enumerate(clones)
            )
            if self._request.start or self._request.renew_guest:
                self._start(machines)
        except BaseException as error:
            self._take_back(error)
            raise
        finally:
            self._places.close()
        if self._request.renew_guest:
            # They are whole: what fails from here on is no reason to remove them.
            self._renew(machines)
        return machines

    def _check(self, source: Domain) -> None:
        if source.state not in (DomainState.SHUTOFF, DomainState.SAVED):
            raise WrongState(
                _("It is not off: its disks change while they are copied."),
                subject=source.subject,
                next_step=_("Shut it down first."),
            )

    def _one(self, planning: Planning, clone: PlannedClone, number: int, count: int) -> Domain:
        self.check_cancelled()
        part = PartOf(self, number / count, 1 / count)
        self.report(progress=number / count, phase=_("Defining {name}").format(name=clone.name))
        if clone.name in self._connection.domains:
            raise AlreadyExists(
                _("The name {name} is taken.").format(name=repr(clone.name)),
                subject=Subject("domain", clone.name, self._connection.uri),
                next_step=_("Choose another name."),
            )
        definition, _common = planning.built(clone)
        variables = planning.definition.os.nvram
        # The name is ours from here on; the disks come second, so that a refusal costs nothing.
        machine = self._connection.domains.define(definition)
        self._made.append(machine)
        volumes = [disk for disk in clone.disks if disk.makes_volume]
        changed = False
        for at, disk in enumerate(volumes):
            made = self._volume(disk, PartOf(part, at / len(volumes), 1 / len(volumes)))
            changed |= self._follow(definition, disk, made)
        if variables and not self._copy_variables(variables, clone.name):
            # The source has not started yet: the clone's are made from the template, as its own.
            definition.os.nvram = None
            changed = True
        if changed:
            self._connection.domains.define(definition)
        return machine

    def _volume(self, disk: PlannedDisk, part: PartOf) -> StorageVolume:
        self.check_cancelled()
        original = self._original(disk)
        pool = self._pool(disk)
        if disk.how == "linked":
            self.report(phase=_("Making an overlay of {name}").format(name=original.name))
            made = pool.create_volume(
                documents.StorageVolume.overlay(
                    disk.name,
                    path=original.path,
                    format=disk.original.format,
                    capacity=disk.original.capacity or original.record.capacity,
                )
            )
        else:
            made = pool.create_volume(
                self._copy_of(disk, original, pool), copy_of=original, progress=part
            )
        self._made.append(made)
        return made

    def _copy_of(
        self, disk: PlannedDisk, original: StorageVolume, pool: StoragePool
    ) -> documents.StorageVolume:
        old = original.document()
        new = documents.StorageVolume(
            name=disk.name, capacity=disk.original.capacity or old.capacity
        )
        if pool.document().type in FOLDERS:
            # From a device to a file it is raw; else what it was.
            was_file = disk.original.pool_type in ("", *FOLDERS)
            new.format = (old.format if was_file else None) or "raw"
        new.allocation = 0
        if old.permissions.mode is not None:
            new.permissions.mode = old.permissions.mode
        return new

    def _original(self, disk: PlannedDisk) -> StorageVolume:
        if disk.original.pool:
            return self._connection.storage_pools[disk.original.pool].volumes[disk.original.volume]
        found = self._places.volume(disk.original.path)
        if found is None:
            raise WrongState(
                _("The file {path} of the disk {target} is not there any more.").format(
                    path=disk.original.path, target=disk.original.target
                ),
                subject=self._request.original(self._connection).subject,
                next_step=_("Share the disk or leave it out."),
            )
        return found

    def _pool(self, disk: PlannedDisk) -> StoragePool:
        if disk.pool:
            return self._connection.storage_pools[disk.pool]
        return self._places.pool(disk.path.rpartition("/")[0])

    def _follow(self, definition: documents.Domain, disk: PlannedDisk, made: StorageVolume) -> bool:
        """Let the definition say where the volume lies, if that is not where it was expected."""
        target = definition.devices.disks[disk.original.target]
        where = made.path
        if isinstance(target.source, documents.VolumeSource) or target.path == where:
            return False
        if isinstance(target.source, documents.FileSource):
            target.source.file = where
        elif isinstance(target.source, documents.BlockSource):
            target.source.device = where
        return True

    def _copy_variables(self, path: str, clone: str) -> bool:
        """Copy what the firmware keeps for the source; answer whether there was anything."""
        self.check_cancelled()
        try:
            original = self._places.volume(path)
        except QvirtError:
            # The folder is there only once a machine with such a firmware was started.
            return False
        if original is None:
            return False
        self.report(phase=_("Copying the variables of the firmware"))
        new = documents.StorageVolume(
            name=nvram_path(path, clone).rpartition("/")[2], capacity=original.record.capacity
        )
        new.format = original.document().format
        made = self._places.pool(path.rpartition("/")[0]).create_volume(new, copy_of=original)
        self._made.append(made)
        return True

    def _start(self, machines: tuple[Domain, ...]) -> None:
        for number, machine in enumerate(machines):
            self.check_cancelled()
            self.report(
                progress=number / len(machines),
                phase=_("Starting {name}").format(name=machine.subject.name),
            )
            machine.start()

    def _renew(self, machines: tuple[Domain, ...]) -> None:
        failed = []
        for machine in machines:
            name = machine.subject.name
            self.report(phase=_("Waiting for the guest agent of {name}").format(name=name))
            try:
                machine.renew_guest()
            except OperationCancelled:
                raise
            except QvirtError as error:
                failed.append(str(error))
        if failed:
            raise OperationFailed(
                _("The clones are made and run, but {count} guests kept their old names.").format(
                    count=len(failed)
                ),
                subject=self._request.original(self._connection).subject,
                next_step=_("Give them host names and machine IDs inside."),
                details="\n".join(failed),
            )

    # The way back -------------------------------------------------------------------------------

    def _take_back(self, error: BaseException) -> None:
        self.report(phase=_("Removing what was made"))
        # Machines first: what they use cannot be removed under them.
        machines = [made for made in self._made if not isinstance(made, StorageVolume)]
        volumes = [made for made in self._made if isinstance(made, StorageVolume)]
        doomed: list[Domain | StorageVolume] = [*reversed(machines), *reversed(volumes)]
        for made in doomed:
            try:
                _remove(made)
            except QvirtError as left:
                note = _("{what} was made and could not be removed again: {reason}")
                error.add_note(str(note.format(what=made.subject, reason=left.reason)))
        if self._marked is not None:
            try:
                self._marked.set_template(False)
            except QvirtError as left:
                note = _("{what} was marked as a template and still is: {reason}")
                error.add_note(str(note.format(what=self._marked.subject, reason=left.reason)))


def _remove(made: Domain | StorageVolume) -> None:
    if isinstance(made, StorageVolume):
        # The variables of the firmware go with their machine.
        if made.name in made.pool.volumes:
            made.delete()
        return
    if made.is_active:
        made.destroy()
    made.undefine()
