"""When machines that run already were started; libvirt does not say it.

What was seen before counts, and for QEMU on this machine the age of its process.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.hypervisor.uri import ConnectionUri

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from qvirt_jupyter.hypervisor.records import DomainRecord

_PROCESSES: Final = Path("/proc")
# https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the start time is field 22, and the
# second field is a name in parentheses in which anything may stand.
_START_AFTER_NAME: Final = 22 - 3


def known_starts(
    uri: str, before: Iterable[DomainRecord], running: Mapping[str, int]
) -> dict[str, float]:
    """Return the start times that can be known, in seconds since the epoch, by UUID.

    Parameters
    ----------
    uri
        The connection's URI.
    before
        Records from before the connection broke.
    running
        libvirt's number of each machine that runs, by UUID.
    """
    found = {
        record.uuid: record.started_at
        for record in before
        if record.started_at is not None and running.get(record.uuid) == record.id
    }
    parts = ConnectionUri.parse(uri)
    if parts.driver == "qemu" and not parts.is_remote:
        found |= process_starts(running.keys() - found.keys())
    return found


def process_starts(uuids: Collection[str]) -> dict[str, float]:
    """Return when the QEMU processes of machines on this host began.

    Parameters
    ----------
    uuids
        Which machines; processes of others are not looked at any further.
    """
    wanted = {uuid.encode(): uuid for uuid in uuids}
    found: dict[str, float] = {}
    if not wanted or not _PROCESSES.is_dir():
        return found
    now, uptime = time.time(), time.clock_gettime(time.CLOCK_BOOTTIME)
    for process in _PROCESSES.glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
            if b"-uuid" not in arguments:
                continue
            uuid = wanted.get(arguments[arguments.index(b"-uuid") + 1])
            if uuid is not None:
                status = (process / "stat").read_text(encoding="ascii", errors="replace")
                ticks = int(status.rpartition(")")[2].split()[_START_AFTER_NAME])
                found[uuid] = now - uptime + ticks / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, IndexError):
            # It ended a moment ago, or is hidden from us.
            continue
    return found
