"""What is said of a machine whose disks have no room, or soon have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import DomainRecord


def room_mark(record: DomainRecord) -> str:
    """Return what stands on a machine's row, in a word or two; nothing where there is room.

    Parameters
    ----------
    record
        The machine.
    """
    if record.full_disks:
        return str(_("no space left"))
    used = max((tight.used for tight in record.tight_disks), default=None)
    return "" if used is None else str(_("pool {used} % full").format(used=used))


def room_warning(record: DomainRecord) -> str:
    """Return what is wrong with the room for a machine's disks, and what to do; or nothing.

    Parameters
    ----------
    record
        The machine.
    """
    pools = {tight.pool: tight.used for tight in record.tight_disks}
    names = ", ".join(pools)
    if record.full_disks:
        where = str(_(" in the pool {pools}").format(pools=names)) if names else ""
        return str(
            _(
                "No space is left for its disk {disk}{where}, so it was paused and nothing is "
                "lost. Make room on the host, then press Resume."
            ).format(disk=", ".join(record.full_disks), where=where)
        )
    if not pools:
        return ""
    disks = ", ".join(dict.fromkeys(tight.disk for tight in record.tight_disks))
    return str(
        _(
            "Its disk {disk} is in the pool {pools}, which is {used} % full. Once nothing is free, "
            "the machine is paused: make room in Storage, or move the disk."
        ).format(disk=disks, pools=names, used=max(pools.values()))
    )
