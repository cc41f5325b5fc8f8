"""What stands in the clone dialog, and the requests that it makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from qvirt_jupyter.provision.cloning import CloneRequest, DiskClone
from qvirt_jupyter.provision.cloning.disk_clone import LABELS

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.provision.cloning import How


@dataclass(slots=True)
class MachineDraft:
    """What was said of one machine.

    Parameters
    ----------
    source
        The machine.
    name
        Of the clone, or the pattern of several; empty leaves it to us.
    how, names
        By target: what was chosen, and what volumes are to be called.
    """

    source: Domain
    name: str = ""
    how: dict[str, How] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """What was said of all of them.

    Parameters
    ----------
    machines
        Each of them.
    count, linked, start, renew, pool
        As in the request; an empty pool is that of the original.
    """

    machines: list[MachineDraft]
    count: int = 1
    linked: bool = False
    start: bool = False
    renew: bool = False
    pool: str = ""

    def requests(self) -> tuple[CloneRequest, ...]:
        """Return what is wanted, for each machine."""
        return tuple(self._request(machine) for machine in self.machines)

    def _request(self, machine: MachineDraft) -> CloneRequest:
        targets = dict.fromkeys((*machine.how, *machine.names))
        return CloneRequest(
            source=machine.source,
            name=machine.name or None,
            count=self.count,
            disks={
                target: DiskClone(
                    how=machine.how.get(target),
                    name=machine.names.get(target),
                    # The dialog says so, and asks, before anything is replaced.
                    overwrite=target in machine.names,
                )
                for target in targets
            },
            linked=self.linked,
            pool=self.pool or None,
            start=self.start,
            renew_guest=self.renew,
        )

    def edit(self, name: str, value: str) -> None:
        """Take something that counts for all machines.

        Raises
        ------
        ValueError
            It is no number of clones.
        """
        match name:
            case "count":
                self.count = int(value)
            case "linked":
                self.linked = value == "true"
                for machine in self.machines:
                    # What was chosen before for single disks would stand against it unseen.
                    machine.how = {
                        target: how
                        for target, how in machine.how.items()
                        if how in ("share", "leave")
                    }
                    machine.names.clear()
            case "start":
                self.start = value == "true"
            case "renew":
                self.renew = value == "true"
            case "pool":
                self.pool = value

    def edit_disk(self, machine: MachineDraft, target: str, name: str, value: str) -> None:
        """Take what is to become of a disk, or what its volume is to be called."""
        if name == "how" and value in LABELS:
            machine.how[target] = cast("How", value)
            machine.names.pop(target, None)
        elif name == "name" and value.strip():
            machine.names[target] = value.strip()
        elif name == "name":
            machine.names.pop(target, None)
