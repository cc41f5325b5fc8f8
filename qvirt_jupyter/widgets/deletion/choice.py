"""What is chosen to be deleted, on one host or several: plans, ticks, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _, ngettext
from qvirt_jupyter.provision.deletion import DeleteRequest, DeleteResults, delete_left_file
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.confirmations import joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.provision.deletion import (
        DeletePlan,
        DeleteResult,
        PlannedFile,
        PlannedMachine,
    )
    from qvirt_jupyter.widgets._deletion_messages import DeletionRowState, OutcomeState


@dataclass(slots=True)
class Share:
    """The machines of one host.

    Parameters
    ----------
    request
        What is wanted there.
    plan
        What would become of each file; None until somebody looked.
    results
        What became of each; None until it was done.
    """

    request: DeleteRequest
    plan: DeletePlan | None = None
    results: DeleteResults | None = None

    @property
    def is_left(self) -> bool:
        """Whether a machine of it is still there."""
        if self.results is None or self.plan is None:
            return True
        machines = {machine.uuid for machine in self.plan.machines}
        return any(row.key in machines for row in self.results.left)

    @property
    def left_files(self) -> tuple[PlannedFile, ...]:
        """The files that were to be deleted and stayed although their machines went."""
        if self.results is None or self.plan is None:
            return ()
        left = {row.key for row in self.results.left}
        return tuple(
            row
            for row in self.plan.rows
            if row.key in left and not row.kind.is_libvirts and not left.intersection(row.uuids)
        )

    def of(self, key: str) -> DeleteResult:
        """Return what became of a file or a machine that was its turn."""
        if self.results is None:
            raise KeyError(key)
        return self.results.of(key)

    def delete_left_files(self) -> DeleteResults:
        """Try once more to delete these files, and return the results with what became of them.

        Raises
        ------
        QvirtError
            The host does not answer.
        """
        connection = self.request.connection
        became = {row.key: delete_left_file(connection, row) for row in self.left_files}
        before = () if self.results is None else self.results.rows
        return DeleteResults(tuple(became.get(row.key, row) for row in before))


class Choice:
    """What is chosen.

    Parameters
    ----------
    domains
        The machines, of one host or several.
    """

    def __init__(self, domains: Iterable[Domain]) -> None:
        hosts: dict[str, list[Domain]] = {}
        for domain in domains:
            hosts.setdefault(domain.connection.uri, []).append(domain)
        self.shares = [Share(DeleteRequest(several)) for several in hosts.values()]
        self.forced = False

    @property
    def is_known(self) -> bool:
        """Whether all plans are there."""
        return all(share.plan is not None for share in self.shares)

    @property
    def machines(self) -> list[PlannedMachine]:
        """The machines that are there."""
        return [machine for plan in self._plans for machine in plan.machines]

    @property
    def files(self) -> list[PlannedFile]:
        """The files that will be deleted, other than what libvirt keeps for a machine."""
        return [row for plan in self._plans for row in plan.ticked if not row.kind.is_libvirts]

    @property
    def running(self) -> list[str]:
        """The names of the machines that must be forced off first."""
        return [name for plan in self._plans for name in plan.running]

    @property
    def size(self) -> int:
        """What is freed, in bytes."""
        return sum(plan.total for plan in self._plans)

    @property
    def action(self) -> str:
        """What the button does, in its words."""
        names = [machine.name for machine in self.machines]
        what = (
            joined(names)
            if len(names) == 1
            else str(_("{count} virtual machines").format(count=len(names)))
        )
        if not self.files:
            text = _("Force off and delete {what}") if self.running else _("Delete {what}")
            return str(text.format(what=what))
        files = ngettext("{number} file", "{number} files", len(self.files))
        text = (
            _("Force off and delete {what} and {files}")
            if self.running
            else _("Delete {what} and {files}")
        )
        return str(text.format(what=what, files=files.format(number=len(self.files))))

    def tick(self, row: str, ticked: bool) -> None:  # noqa: FBT001 - as the browser says it
        """Tick a row or not; what cannot be changed stays.

        Parameters
        ----------
        row
            Its id, as in :attr:`rows`; ``"all"`` for all that can be.
        ticked
            Whether it is to be deleted.
        """
        for number, share in enumerate(self.shares):
            plan = share.plan
            if plan is None:
                continue
            keys = [
                each.key
                for index, each in enumerate(plan.rows)
                if not each.fixed and row in ("all", f"{number} {index}")
            ]
            if keys:
                share.plan = plan.tick(*keys) if ticked else plan.untick(*keys)

    @property
    def rows(self) -> list[DeletionRowState]:
        """The machines of each host and then their files."""
        rows: list[DeletionRowState] = []
        for number, share in enumerate(self.shares):
            if share.plan is None:
                continue
            rows.extend(self._machine(machine, share) for machine in share.plan.machines)
            rows.extend(
                self._file(f"{number} {index}", row, share)
                for index, row in enumerate(share.plan.rows)
            )
        return rows

    @property
    def total(self) -> str:
        """How much is freed, in words."""
        if not self.files:
            return str(_("No file is deleted."))
        return str(_("{size} will be free.").format(size=quantities.size(self.size)))

    @property
    def left(self) -> list[DeleteResult]:
        """What was to be deleted and is still there."""
        return [row for share in self.shares if share.results for row in share.results.left]

    @property
    def _plans(self) -> list[DeletePlan]:
        return [share.plan for share in self.shares if share.plan is not None]

    def _machine(self, machine: PlannedMachine, share: Share) -> DeletionRowState:
        lines = []
        if machine.active:
            lines.append(str(_("It is running and is forced off first.")))
        if not machine.persistent:
            lines.append(str(_("It is transient: it is gone when it is off.")))
        return {
            "id": machine.uuid,
            "machine": True,
            "what": str(_("Virtual machine")),
            "path": machine.name,
            "machines": "",
            "size": "",
            "ticked": True,
            "fixed": True,
            "reason": " ".join((*lines, *machine.notes)),
            **_outcome(machine.uuid, share),
        }

    def _file(self, number: str, row: PlannedFile, share: Share) -> DeletionRowState:
        return {
            "id": number,
            "machine": False,
            "what": row.label,
            "path": row.path,
            "machines": joined(row.machines) if len(self.machines) > 1 else "",
            "size": "" if row.size is None else quantities.size(row.size),
            "ticked": row.ticked,
            "fixed": row.fixed,
            "reason": row.reason,
            **_outcome(row.key, share),
        }


def _outcome(key: str, share: Share) -> OutcomeState:
    results = () if share.results is None else share.results.rows
    for result in results:
        if result.key == key:
            return {
                "outcome": result.outcome.value,
                "outcomeLabel": str(result.outcome.label),
                "outcomeReason": result.reason,
            }
    return {"outcome": "", "outcomeLabel": "", "outcomeReason": ""}
