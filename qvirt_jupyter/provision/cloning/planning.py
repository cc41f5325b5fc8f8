"""From a request and what the host has to a plan, and to the definitions of the clones."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import DomainState, WrongState
from qvirt_jupyter.provision.cloning import identity, lookups, names
from qvirt_jupyter.provision.cloning.disk_clone import DiskClone
from qvirt_jupyter.provision.cloning.original import OriginalDisk, originals
from qvirt_jupyter.provision.cloning.plan import (
    ClonePlan,
    PlannedClone,
    PlannedDisk,
    SpaceNeeded,
)
from qvirt_jupyter.provision.cloning.seeds import with_seed
from qvirt_jupyter.provision.cloning.targets import Targets
from qvirt_jupyter.provision.cloning.writers import writers
from qvirt_jupyter.provision.cloud.reseeding import fixed_addresses
from qvirt_jupyter.provision.machine_names import length_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libvirt

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.cloning.disk_clone import How
    from qvirt_jupyter.provision.cloning.plan import Renewal
    from qvirt_jupyter.provision.cloning.request import CloneRequest
    from qvirt_jupyter.provision.cloning.writers import Writer


class Planning:
    """One look at a machine and its host.

    Parameters
    ----------
    request
        What is wanted.
    connection
        Where.
    plan
        What was planned before: names stay as they are there; None makes them now.

    Raises
    ------
    WrongState
        The machine has other disks by now.
    """

    def __init__(
        self, request: CloneRequest, connection: Connection, plan: ClonePlan | None = None
    ) -> None:
        self._request = request
        self._connection = connection
        self._source = request.original(connection)
        text = self._source.xml(inactive=self._source.persistent, secure=self._may_see_secrets())
        self.definition = documents.Domain.parse(text)
        self._machine = self.definition.name or ""
        is_local = not connection.parts.is_remote
        self._originals = self._ask(lambda raw: self._look(raw, is_local=is_local))
        self.targets = Targets(request, connection, self._machine)
        self._written: tuple[tuple[PlannedDisk, Writer], ...] | None = None
        self._clones = None if plan is None else self._as_before(plan)

    def _as_before(self, plan: ClonePlan) -> tuple[PlannedClone, ...]:
        now = {disk.target: disk.where for disk in self._originals}
        for clone in plan.clones:
            if {disk.original.target: disk.original.where for disk in clone.disks} != now:
                raise WrongState(
                    _("Its disks are not those of the plan any more."),
                    subject=self._source.subject,
                    next_step=_("Look at a new plan."),
                )
        return plan.clones

    def _look(self, raw: libvirt.virConnect, *, is_local: bool) -> tuple[OriginalDisk, ...]:
        disks = originals(raw, self.definition, is_local=is_local)
        if not self._request.renew_guest:
            return disks
        return with_seed(raw, disks, self._source.subject, is_local=is_local)

    @property
    def renewal(self) -> Renewal:
        """What gives the guests their new names."""
        if not self._request.renew_guest:
            return ""
        has_seed = any(disk.seed is not None for disk in self._originals)
        return "cloud-init" if has_seed else "agent"

    def _may_see_secrets(self) -> bool:
        return self._connection.features.write

    def _ask(self, function: Any) -> Any:  # noqa: ANN401 - as the function returns
        return self._connection.call(function, subject=self._source.subject)

    # Names --------------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """Return the names of the clones."""
        request = self._request
        if request.count == 1:
            name = request.name or names.suggested_name(self._machine, self._is_machine)
            return (names.with_number(name, 1) if "{n" in name else name,)
        return names.names(request.name or self._machine, request.count, self._is_machine)

    def _is_machine(self, name: str) -> bool:
        return bool(self._ask(lambda raw: lookups.exists(lambda: raw.lookupByName(name))))

    # Disks --------------------------------------------------------------------------------------

    def clones(self) -> tuple[PlannedClone, ...]:
        """Return what is made.

        Raises
        ------
        ValueError
            A disk is named that the machine does not have, or cannot become what is wanted.
        """
        if self._clones is None:
            unknown = set(self._request.disks) - {disk.target for disk in self._originals}
            if unknown:
                message = _("{machine} has no disk {targets}. It has {known}.").format(
                    machine=self._machine,
                    targets=", ".join(sorted(unknown)),
                    known=", ".join(disk.target for disk in self._originals) or _("none"),
                )
                raise ValueError(str(message))
            self._clones = tuple(
                PlannedClone(
                    name=name,
                    disks=tuple(self._planned(disk, name, number) for disk in self._originals),
                )
                for number, name in enumerate(self.names(), start=1)
            )
        return self._clones

    def _planned(self, disk: OriginalDisk, clone: str, number: int) -> PlannedDisk:
        how = self._how(disk)
        if how in ("share", "leave"):
            return PlannedDisk(original=disk, how=how)
        return self.targets.of(disk, how, clone, number)

    def _how(self, disk: OriginalDisk) -> How:
        how = self._request.disks.get(disk.target, DiskClone()).how
        if how is None:
            is_overlay = self._request.linked and disk.suggested == "clone"
            return "linked" if is_overlay and "linked" not in disk.refused else disk.suggested
        if how in disk.refused:
            message = _("The disk {target} cannot become what is wanted. {reason}")
            raise ValueError(str(message.format(target=disk.target, reason=disk.refused[how])))
        return how

    # Definitions --------------------------------------------------------------------------------

    def build(self) -> tuple[documents.Domain, ...]:
        """Return the definitions of the clones."""
        return tuple(self.built(clone)[0] for clone in self.clones())

    def built(self, clone: PlannedClone) -> tuple[documents.Domain, tuple[LazyString, ...]]:
        """Return the definition of one clone, and what it has in common with its original.

        Parameters
        ----------
        clone
            The clone.
        """
        domain = self.definition.copy()
        common = identity.renew(domain, clone.name, self._macs())
        for planned in clone.disks:
            disk = domain.devices.disks[planned.original.target]
            if planned.how == "leave":
                domain.devices.disks.remove(disk)
            elif planned.makes_volume:
                self._point(disk, planned)
        if domain.os.nvram:
            domain.os.nvram = nvram_path(domain.os.nvram, clone.name)
        return domain, common

    def _point(self, disk: documents.Disk, planned: PlannedDisk) -> None:
        """Let a disk be its new volume."""
        _folder, is_folder = self.targets.folder(planned.pool, planned.original)
        disk.backing_stores.clear()
        if planned.how == "linked":
            disk.format = "qcow2"
        elif not is_folder:
            disk.format = "raw"
        if planned.pool and isinstance(disk.source, documents.VolumeSource):
            disk.source.pool, disk.source.volume = planned.pool, planned.name
            return
        disk.type = "file" if is_folder else "block"
        if isinstance(disk.source, documents.FileSource):
            disk.source.file = planned.path
        elif isinstance(disk.source, documents.BlockSource):
            disk.source.device = planned.path

    def _macs(self) -> frozenset[str]:
        """Return the MAC addresses of the machines that the inventory has read."""
        inventory = self._connection.inventory
        found = (inventory.definition(one.uuid) for one in inventory.snapshot().domains)
        return frozenset(
            card.mac for definition in found if definition for card in definition.interfaces
        )

    # What speaks against it ---------------------------------------------------------------------

    def plan(self) -> ClonePlan:
        """Return what would be done."""
        clones = self.clones()
        space = self._space(clones)
        common = self.built(clones[0])[1]
        is_template = self._source.is_template
        protects = not is_template and any(disk.how == "linked" for disk in clones[0].disks)
        warnings = [*self._warnings(clones), *common]
        if protects:
            warnings.insert(
                0,
                _(
                    "{machine} becomes a template and is not started any more: the linked clones "
                    "build on its disks."
                ).format(machine=self._machine),
            )
        return ClonePlan(
            source=self._machine,
            clones=clones,
            space=space,
            refusals=tuple(self._refusals(clones, space)),
            warnings=tuple(warnings),
            protects=protects,
            renewal=self.renewal,
        )

    def _space(self, clones: tuple[PlannedClone, ...]) -> tuple[SpaceNeeded, ...]:
        needed: Counter[str] = Counter()
        for clone in clones:
            for disk in clone.disks:
                if disk.makes_volume and disk.pool:
                    needed[disk.pool] += disk.bytes_needed
        found = []
        for name, number in needed.items():
            pool = self._connection.storage_pools.get(name)
            if pool is not None and pool.is_active:
                found.append(SpaceNeeded(pool=name, needed=number, available=pool.space.available))
        return tuple(found)

    def _refusals(
        self, clones: tuple[PlannedClone, ...], space: tuple[SpaceNeeded, ...]
    ) -> Iterator[LazyString]:
        state = self._source.state
        if state not in (DomainState.SHUTOFF, DomainState.SAVED):
            yield _("{machine} is not off. Shut it down to clone it.").format(machine=self._machine)
        for clone in clones:
            too_long = length_problem(clone.name)
            if too_long is not None:
                yield too_long
            if self._is_machine(clone.name):
                yield _("The name {name} is taken. Choose another one.").format(name=clone.name)
            for disk in clone.disks:
                yield from self.targets.refusals(disk)
        yield from self.targets.twice()
        yield from self.written_to()
        for one in space:
            if not one.is_enough:
                yield _("There is not enough room in {what}.").format(what=one)

    def written_to(self) -> Iterator[LazyString]:
        """Yield why disks cannot be copied now: other machines that run write to them."""
        for disk, writer in self._writers():
            if writer.is_running:
                yield _(
                    "{name} runs and writes to the disk {target}, {where}, too. Shut it down first."
                ).format(name=writer.name, target=disk.original.target, where=disk.original.where)

    def _writers(self) -> tuple[tuple[PlannedDisk, Writer], ...]:
        if self._written is None:
            disks = [disk for disk in self.clones()[0].disks if disk.makes_volume]
            those = [disk.original for disk in disks]
            found = self._ask(lambda raw: writers(raw, those, without=self._source.uuid))
            self._written = tuple(
                (disk, writer) for disk in disks for writer in found.get(disk.original.target, ())
            )
        return self._written

    def _warnings(self, clones: tuple[PlannedClone, ...]) -> Iterator[LazyString]:
        first = clones[0]
        for disk in first.disks:
            if disk.is_unsafe:
                yield _(
                    "{machine} and its clone write to the same disk {target}, {where}. Two guests "
                    "that do so at once destroy it."
                ).format(
                    machine=self._machine, target=disk.original.target, where=disk.original.where
                )
        for disk in (disk for clone in clones for disk in clone.disks if disk.overwrites):
            yield _(
                "The file {path} is there already. What is in it will be lost and cannot be "
                "brought back."
            ).format(path=disk.path)
        for disk, writer in self._writers():
            if disk.how == "linked" and not writer.is_running:
                yield _(
                    "{name} has the disk {target}, too: once it is started, it destroys the linked "
                    "clones."
                ).format(name=writer.name, target=disk.original.target)
        for disk in first.disks:
            for address in fixed_addresses(disk.original.seed or {}):
                yield _(
                    "The seed of {machine} gives the clone the same address, {address}: only one "
                    "of them can have it at a time."
                ).format(machine=self._machine, address=address)
        if self._source.state is DomainState.SAVED:
            yield _(
                "The memory of {machine} is saved: its disks are in the middle of something, and "
                "the clones find them as after a power cut."
            ).format(machine=self._machine)


def nvram_path(path: str, clone: str) -> str:
    """Return where the firmware's variables of a clone lie: beside those of its original."""
    old = PurePosixPath(path)
    return str(old.with_name(f"{clone}_VARS{old.suffix}"))
