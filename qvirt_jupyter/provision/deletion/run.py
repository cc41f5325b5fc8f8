"""Deletes what a plan says: machines off, then files, then definitions (DEL-06)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import (
    ConnectionLost,
    Domain,
    NotFound,
    OperationCancelled,
    QvirtError,
)
from qvirt_jupyter.provision.deletion.file_removal import MAY_BE_DONE, delete_file, result_of
from qvirt_jupyter.provision.deletion.judgement import names
from qvirt_jupyter.provision.deletion.planned_file import FileKind
from qvirt_jupyter.provision.deletion.results import DeleteResult, DeleteResults, Outcome

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.transfer import Reporter
    from qvirt_jupyter.provision.deletion.plan import DeletePlan, PlannedMachine
    from qvirt_jupyter.provision.deletion.planned_file import PlannedFile

_NOT_ITS_TURN = _("It was stopped before its turn.")
_LOST = _("The connection was lost before its turn: connect again, then delete again.")


@dataclass(frozen=True, slots=True)
class _End:
    """Why nothing more is done."""

    reason: LazyString | str


class Run:
    """Goes through a plan once; in the pool of threads.

    Parameters
    ----------
    connection
        Where the machines are.
    plan
        What is to be done.
    now
        The same plan made a moment ago: what changed since is not deleted.
    listeners
        Who is told of the progress, and may stop it.
    """

    def __init__(
        self,
        connection: Connection,
        plan: DeletePlan,
        now: DeletePlan,
        listeners: tuple[Reporter, ...],
    ) -> None:
        self._connection, self._plan, self._listeners = connection, plan, listeners
        self._now = {row.key: row for row in now.rows}
        self._there = {machine.uuid: machine for machine in now.machines}
        self._standing: dict[str, str] = {}
        self._steps = sum(row.ticked for row in plan.rows) + len(plan.machines)
        self._done = 0
        self._end: _End | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the connection was lost meanwhile."""
        return self._end is not None and self._end.reason == _LOST

    def run(self) -> DeleteResults:
        """Do it, and return what became of each; nothing is raised for what cannot be deleted."""
        for machine in self._plan.machines:
            self._stop(machine)
        files = [(row, self._file(row)) for row in self._plan.rows if not row.kind.is_libvirts]
        machines = [(machine, self._machine(machine)) for machine in self._plan.machines]
        became = {row.key: result for row, result in files}
        definitions = {machine.uuid: result for machine, result in machines}
        for row in self._plan.rows:
            if row.kind.is_libvirts:
                became[row.key] = self._along(row, definitions[row.uuids[0]])
        return DeleteResults((*(became[row.key] for row in self._plan.rows), *definitions.values()))

    # Machines off. -------------------------------------------------------------------------------

    def _stop(self, machine: PlannedMachine) -> None:
        """Force it off; what cannot be stopped keeps its files."""
        if self._stopped() is not None:
            self._standing[machine.uuid] = str(self._stopped())
            return
        known = self._there.get(machine.uuid)
        if known is None or not known.active:
            return
        if not machine.active:
            self._standing[machine.uuid] = str(
                _("{name} was started meanwhile, and nobody agreed to force it off.").format(
                    name=machine.name
                )
            )
            return
        domain = self._domain(machine)
        try:
            self._tell(_("Forcing off {name}").format(name=machine.name))
            domain.destroy()
        except NotFound:
            # A transient machine that stopped by itself.
            return
        except QvirtError as error:
            if not self._is_off(domain, error):
                self._standing[machine.uuid] = str(
                    _("{name} could not be forced off: {reason}").format(
                        name=machine.name, reason=error.reason
                    )
                )

    def _is_off(self, domain: Domain, error: QvirtError) -> bool:
        """Whether it is off all the same: it may have shut down by itself at that moment."""
        if isinstance(error, ConnectionLost):
            self._end = _End(_LOST)
            return False
        try:
            return not domain.is_active
        except NotFound:
            return True
        except QvirtError:
            return False

    # Files. --------------------------------------------------------------------------------------

    def _file(self, row: PlannedFile) -> DeleteResult:
        if not row.ticked:
            return result_of(row, Outcome.KEPT, row.reason)
        why_not = self._why_not(row)
        if why_not:
            return result_of(row, Outcome.KEPT, why_not)
        self._tell(_("Deleting {path}").format(path=row.name))
        self._done += 1
        result = delete_file(self._connection, row)
        if result.outcome is Outcome.UNKNOWN:
            self._end = _End(_LOST)
        now = self._now[row.key]
        if result.outcome is Outcome.FAILED and now.fixed and not now.ticked:
            # What is known by now says it in better words.
            return replace(result, reason=now.reason)
        return result

    def _why_not(self, row: PlannedFile) -> str:
        """Return why a file that is ticked stays all the same; empty where it goes."""
        for uuid in row.uuids:
            if uuid in self._standing:
                return self._standing[uuid]
        end = self._stopped()
        if end is not None:
            return str(end)
        now = self._now.get(row.key)
        if now is None:
            return str(_("The machine does not have it any more."))
        since = tuple(name for name in now.users if name not in row.users)
        if since:
            return str(_("Since you looked, {names} needs it too.").format(names=names(since)))
        return ""

    # Definitions. --------------------------------------------------------------------------------

    def _machine(self, machine: PlannedMachine) -> DeleteResult:
        def became(outcome: Outcome, reason: str = "") -> DeleteResult:
            return DeleteResult(machine.uuid, machine.name, outcome, reason.strip())

        end = self._standing.get(machine.uuid) or self._stopped()
        if end is not None:
            return became(Outcome.FAILED, str(end))
        self._tell(_("Removing {name}").format(name=machine.name))
        self._done += 1
        kept = {row.kind for row in self._plan.rows if machine.uuid in row.uuids and not row.ticked}
        domain = self._domain(machine)
        try:
            if not machine.persistent:
                # It went when it stopped.
                return became(Outcome.DELETED)
            domain.undefine(keep_nvram=FileKind.NVRAM in kept, keep_tpm=FileKind.TPM in kept)
        except NotFound:
            return became(Outcome.GONE)
        except ConnectionLost as error:
            self._end = _End(_LOST)
            return became(Outcome.UNKNOWN, f"{error.reason} {MAY_BE_DONE}")
        except QvirtError as error:
            return became(Outcome.FAILED, f"{error.reason} {error.next_step}")
        return became(Outcome.DELETED)

    def _along(self, row: PlannedFile, machine: DeleteResult) -> DeleteResult:
        """Return what became of something that libvirt removes with the definition."""
        if not row.ticked:
            return result_of(row, Outcome.KEPT, row.reason)
        return result_of(row, machine.outcome, machine.reason)

    # ---------------------------------------------------------------------------------------------

    def _domain(self, machine: PlannedMachine) -> Domain:
        return Domain(self._connection, machine.uuid, machine.name)

    def _stopped(self) -> LazyString | str | None:
        """Return why nothing more is done; None where it goes on."""
        if self._end is None:
            try:
                for listener in self._listeners:
                    listener.check_cancelled()
            except OperationCancelled:
                self._end = _End(_NOT_ITS_TURN)
        return None if self._end is None else self._end.reason

    def _tell(self, phase: str | LazyString) -> None:
        for listener in self._listeners:
            listener.report(progress=self._done / max(1, self._steps), phase=phase)
