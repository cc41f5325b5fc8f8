"""Makes clones; what fails half-way is taken back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import (
    ConnectionLost,
    Domain,
    DomainState,
    InUse,
    NotFound,
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
from qvirt_jupyter.provision.cloning.new_volumes import copy_of, overlay_of
from qvirt_jupyter.provision.cloning.planning import Planning, nvram_path
from qvirt_jupyter.provision.cloning.seeds import seed_of
from qvirt_jupyter.provision.folder_pools import FolderPools
from qvirt_jupyter.provision.lost_work import named_where_lost

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor import Job, StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.transfer import Reporter, Transfer
    from qvirt_jupyter.provision.cloning.plan import ClonePlan, PlannedClone, PlannedDisk
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
    plan
        What was planned before, whose names are kept.
    on_lost
        Called, on any thread, with what could not be taken back where the connection was lost.
    """

    def __init__(
        self,
        request: CloneRequest,
        connection: Connection,
        progress: Reporter | None = None,
        plan: ClonePlan | None = None,
        on_lost: Callable[[tuple[str, ...]], object] | None = None,
    ) -> None:
        self._request = request
        self._on_lost = on_lost
        self._plan = plan
        self._connection = connection
        self._listeners = [progress] if progress is not None else []
        self._folders = FolderPools(connection)
        self._made: list[Domain | StorageVolume] = []
        self._left: list[str] = []
        self._begun, self._over = threading.Event(), threading.Event()
        self._marked: Domain | None = None

    def run(self) -> tuple[Domain, ...]:
        """Make them and wait; see :meth:`CloneRequest.create`."""
        with named_where_lost(self._left, self._begun, self._over):
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
        self._begun.set()
        try:
            return self._make_all()
        except ConnectionLost:
            if self._on_lost is not None:
                self._on_lost(tuple(self._left))
            raise
        finally:
            self._over.set()

    def _make_all(self) -> tuple[Domain, ...]:
        job = current_job()
        if job is not None:
            self._listeners.append(job)
        planning = Planning(self._request, self._connection, self._plan)
        source = self._request.original(self._connection)
        self._check(source)
        clones = planning.clones()
        for refusal in (*planning.written_to(), *planning.targets.twice()):
            raise WrongState(refusal, subject=source.subject)
        try:
            if any(disk.how == "linked" for disk in clones[0].disks) and not source.is_template:
                # Before any overlay is made: from now on nobody starts it.
                source.set_template()
                self._marked = source
            machines = tuple(
                self._one(planning, clone, number, len(clones))
                for number, clone in enumerate(clones)
            )
            by_agent = planning.renewal == "agent"
            if self._request.start or by_agent:
                self._start(machines)
        except BaseException as error:
            self._take_back(error)
            raise
        finally:
            self._folders.close()
        if by_agent:
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
        machine = self._define(definition)
        volumes = [disk for disk in clone.disks if disk.makes_volume]
        changed = False
        for at, disk in enumerate(volumes):
            share = PartOf(part, at / len(volumes), 1 / len(volumes))
            seed = seed_of(disk.original, planning.definition, definition)
            made = self._volume(planning, disk, share) if seed is None else self._seed(disk, seed)
            changed |= self._follow(definition, disk, made)
        if variables and not self._copy_variables(variables, clone.name):
            # The source has not started yet: the clone's are made from the template, as its own.
            definition.os.nvram = None
            changed = True
        if changed:
            self._connection.domains.define(definition)
        return machine

    def _define(self, definition: documents.Domain) -> Domain:
        try:
            machine = self._connection.domains.define(definition)
        except ConnectionLost:
            # It may have been done all the same.
            name, uuid = str(definition.name), str(definition.uuid)
            self._made.append(Domain(self._connection, uuid, name))
            raise
        self._made.append(machine)
        return machine

    def _create(
        self,
        pool: StoragePool,
        volume: documents.StorageVolume,
        copy_of: StorageVolume | None = None,
        progress: PartOf | None = None,
    ) -> StorageVolume:
        try:
            made = pool.create_volume(volume, copy_of=copy_of, progress=progress)
        except ConnectionLost:
            # Half of it, or all, may be there.
            self._made.append(StorageVolume(pool, str(volume.name)))
            raise
        self._made.append(made)
        return made

    def _volume(self, planning: Planning, disk: PlannedDisk, part: PartOf) -> StorageVolume:
        self.check_cancelled()
        original = self._original(disk)
        pool = self._pool(disk)
        if disk.overwrites:
            self._make_way(disk, planning)
        if disk.how == "linked":
            self.report(phase=_("Making an overlay of {name}").format(name=original.name))
            return self._create(pool, overlay_of(disk, original))
        return self._create(pool, copy_of(disk, original, pool), original, part)

    def _make_way(self, disk: PlannedDisk, planning: Planning) -> None:
        """Remove the file that is replaced, unless somebody needs it by now."""
        ours = {made.uuid for made in self._made if isinstance(made, Domain)}
        if users := planning.targets.users(disk.path, without=ours):
            raise InUse(
                _("{names} needs the file {path}.").format(names=", ".join(users), path=disk.path),
                subject=self._request.original(self._connection).subject,
                next_step=_("Choose another name."),
            )
        self._folders.remove(disk.path)
        lost = _("{path} was to be replaced: what was in it is lost.").format(path=disk.path)
        self._left.append(str(lost))

    def _seed(self, disk: PlannedDisk, content: bytes) -> StorageVolume:
        self.check_cancelled()
        self.report(phase=_("Writing the seed"))
        seed = documents.StorageVolume(name=disk.name, capacity=len(content))
        seed.format = "raw"
        made = self._create(self._pool(disk), seed)
        made.write(content)
        return made

    def _original(self, disk: PlannedDisk) -> StorageVolume:
        if disk.original.pool:
            return self._connection.storage_pools[disk.original.pool].volumes[disk.original.volume]
        found = self._folders.volume(disk.original.path)
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
        return self._folders.pool(disk.path.rpartition("/")[0])

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
            original = self._folders.volume(path)
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
        self._create(self._folders.pool(path.rpartition("/")[0]), new, original)
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
                self._left.append(str(note.format(what=made.subject, reason=left.reason)))
        if self._marked is not None:
            try:
                self._marked.set_template(False)
            except QvirtError as left:
                note = _("{what} was marked as a template and still is: {reason}")
                self._left.append(str(note.format(what=self._marked.subject, reason=left.reason)))
        self._left += self._folders.close()
        for said in self._left:
            error.add_note(said)


def _remove(made: Domain | StorageVolume) -> None:
    if isinstance(made, StorageVolume):
        # The variables of the firmware go with their machine.
        if made.name in made.pool.volumes:
            made.delete()
        return
    try:
        if made.is_active:
            made.destroy()
        made.undefine()
    except NotFound:
        # It went by itself, or it never came to be.
        return
