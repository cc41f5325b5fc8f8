"""What deleting machines would do: every file, and why it goes or stays. Nothing is done yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from qvirt_jupyter.provision.deletion.planned_file import PlannedFile

_HEADINGS: Final[tuple[LazyString, ...]] = (
    _("Delete"),
    _("What"),
    _("Path"),
    _("Size"),
    _("Machines"),
    _("Reason"),
)


@dataclass(frozen=True, slots=True)
class PlannedMachine:
    """A machine that is to be deleted.

    Parameters
    ----------
    name, uuid
        Its names.
    active
        Whether it runs in any way: then it is forced off first.
    persistent
        Whether libvirt keeps its definition; one that is not is gone when it is off.
    snapshots, checkpoints
        How many of them go with it.
    """

    name: str
    uuid: str
    active: bool
    persistent: bool
    snapshots: int = 0
    checkpoints: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What else goes with it, in sentences."""
        lines = []
        if self.snapshots:
            text = ngettext(
                "{number} snapshot goes too.", "{number} snapshots go too.", self.snapshots
            )
            lines.append(str(text.format(number=self.snapshots)))
        if self.checkpoints:
            text = ngettext(
                "{number} checkpoint goes too.", "{number} checkpoints go too.", self.checkpoints
            )
            lines.append(str(text.format(number=self.checkpoints)))
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class DeletePlan:
    """The machines, and each of their files once; a notebook shows it as a table.

    Parameters
    ----------
    machines
        What is to be deleted.
    rows
        Their files.
    """

    machines: tuple[PlannedMachine, ...]
    rows: tuple[PlannedFile, ...]

    @property
    def running(self) -> tuple[str, ...]:
        """The names of the machines that must be forced off first."""
        return tuple(machine.name for machine in self.machines if machine.active)

    @property
    def ticked(self) -> tuple[PlannedFile, ...]:
        """The files that will be deleted."""
        return tuple(row for row in self.rows if row.ticked)

    @property
    def total(self) -> int:
        """What these take on the host, in bytes; what nobody knows does not count."""
        return sum(row.size or 0 for row in self.ticked)

    def choosing(self, wanted: Collection[str]) -> DeletePlan:
        """Return the same plan with other ticks; what cannot be changed stays as it is.

        Parameters
        ----------
        wanted
            The keys or paths of the files that are to be deleted.

        Raises
        ------
        ValueError
            One of them is not in the plan, or cannot be deleted; the text says why.
        """
        for each in wanted:
            row = self._row(each)
            if row.fixed and not row.ticked:
                raise ValueError(
                    str(
                        _("{name} cannot be deleted. {reason}").format(
                            name=row.name, reason=row.reason
                        )
                    )
                )
        return replace(
            self,
            rows=tuple(
                row
                if row.fixed
                else replace(row, ticked=row.key in wanted or (row.path or row.key) in wanted)
                for row in self.rows
            ),
        )

    def tick(self, *those: str) -> DeletePlan:
        """Return the same plan with more files deleted; as :meth:`choosing`."""
        wanted = {self._row(each).key for each in those}
        whole = {row.part_of for row in self.rows if row.key in wanted and row.part_of}
        whole |= {row.key for row in self.rows if row.part_of in wanted and not row.fixed}
        return self.choosing({*(row.key for row in self.ticked), *wanted, *whole})

    def untick(self, *those: str) -> DeletePlan:
        """Return the same plan with these files kept; as :meth:`choosing`."""
        kept = {self._row(each).key for each in those}
        # What is kept is kept whole.
        kept |= {row.key for row in self.rows if row.part_of in kept}
        kept |= {row.part_of for row in self.rows if row.key in kept}
        return self.choosing({row.key for row in self.ticked if row.key not in kept})

    def _row(self, wanted: str) -> PlannedFile:
        for row in self.rows:
            if wanted in (row.key, row.path):
                return row
        raise ValueError(str(_("{name} is no file of these machines.").format(name=repr(wanted))))

    def __iter__(self) -> Iterator[PlannedFile]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        names = ", ".join(machine.name for machine in self.machines)
        return f"<DeletePlan of {names}>\n{html.text_table(_HEADINGS, self._cells())}"

    def _repr_html_(self) -> str:
        names = ", ".join(machine.name for machine in self.machines)
        return html.table(_("To delete: {names}").format(names=names), _HEADINGS, self._cells())

    def _cells(self) -> list[tuple[object, ...]]:
        return [
            (
                _("yes") if row.ticked else _("no"),
                row.label,
                row.path,
                "" if row.size is None else bytes_text(row.size),
                ", ".join(row.machines),
                row.reason,
            )
            for row in self.rows
        ]
