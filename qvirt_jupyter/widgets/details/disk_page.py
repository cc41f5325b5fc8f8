"""The page of a disk: how large it is, and whether it can grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.storage.disk_growth import DiskGrowth, growth_of
from qvirt_jupyter.widgets.details.drafted_machine import DraftedMachine
from qvirt_jupyter.widgets.details.page import DevicePage, Facts, Known

if TYPE_CHECKING:
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.drafted_machine import Machine


class DiskPage(DevicePage):
    """The page of a disk or a drive.

    Parameters
    ----------
    key
        What the tree calls it.

    Attributes
    ----------
    growth
        What it may grow from; None where that is not looked up yet.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.growth: DiskGrowth | None = None

    def look_up(self, domain: Machine, definitions: Definitions) -> Known:
        """Return how large it is; an image of a machine that is not made yet does not grow."""
        disk = self.element(definitions.running or definitions.stored) or self.element(
            definitions.stored
        )
        if (
            isinstance(domain, DraftedMachine)
            or not isinstance(disk, documents.Disk)
            or not disk.target
        ):
            return Known()
        try:
            growth = growth_of(domain, disk.target)
        except QvirtError as error:
            growth = DiskGrowth(target=disk.target, reason=error.reason)
        # Two readings may be under way: the page stays itself, so that the later one counts too.
        self.growth = growth
        return Known(facts_of(growth))


def facts_of(growth: DiskGrowth) -> Facts:
    """Return the size of a disk, and the room beside it, with labels."""
    facts = []
    if growth.capacity is not None:
        facts.append((str(_("Capacity")), bytes_text(growth.capacity)))
    if growth.volume is not None and growth.available is not None:
        label = _("Free in the pool {name}").format(name=growth.volume.pool.name)
        facts.append((str(label), bytes_text(growth.available)))
    return tuple(facts)
