"""What the clone dialog says of disks and of the room that their clones need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision.cloning.disk_clone import LABELS
from qvirt_jupyter.widgets import quantities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.provision.cloning import ClonePlan, PlannedDisk
    from qvirt_jupyter.widgets._clone_messages import CloneDiskState, SpaceState

_DEVICES: Mapping[str, LazyString] = {
    "disk": _("Disk"),
    "cdrom": _("CD-ROM"),
    "floppy": _("Floppy"),
    "lun": _("LUN"),
}


def disk_state(disk: PlannedDisk, count: int, typed: str) -> CloneDiskState:
    """Return what is said of a disk.

    Parameters
    ----------
    disk
        What becomes of it, in the first clone.
    count
        How many clones there are.
    typed
        What its new volume was called by hand; empty where nobody did.
    """
    original = disk.original
    size = quantities.size(original.capacity) if original.capacity is not None else ""
    if original.allocation is not None and original.allocation < (original.capacity or 0):
        size = str(_("{size}, {used} used")).format(
            size=size, used=quantities.size(original.allocation)
        )
    name = typed if typed.startswith("/") else disk.name
    kind = _DEVICES.get(original.device, original.device)
    return {
        "target": original.target,
        "label": f"{kind} {original.target}",
        "where": original.where,
        "size": size,
        "reason": str(original.reason),
        "how": disk.how,
        "choices": [
            {"value": how, "label": str(label), "reason": str(original.refused.get(how, ""))}
            for how, label in LABELS.items()
        ],
        # The names of several are made of a pattern, which the first does not show.
        "name": name if disk.makes_volume and count == 1 else None,
        "is_unsafe": disk.is_unsafe,
    }


def space_state(plans: list[ClonePlan]) -> list[SpaceState]:
    """Return what all plans need of each storage pool.

    Parameters
    ----------
    plans
        One for each machine.
    """
    needed: dict[str, tuple[int, int]] = {}
    for plan in plans:
        for one in plan.space:
            before = needed.get(one.pool, (0, 0))[0]
            needed[one.pool] = (before + one.needed, one.available)
    return [
        {
            "text": str(_("{pool}: {needed} needed, {free} free")).format(
                pool=pool, needed=quantities.size(wanted), free=quantities.size(available)
            ),
            "enough": wanted <= available,
        }
        for pool, (wanted, available) in needed.items()
    ]
