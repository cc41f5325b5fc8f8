"""What this process has open: what must be as before when a console is closed."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import Final

POOLS = ("asyncio_", "qvirt-console")
"""What the names of threads of the loop's and of our own pool begin with; both are bounded."""


_FOLDERS: Final[set[Path]] = set()
"""What this process made with :mod:`tempfile`; others make such folders beside it."""


def _note(event: str, arguments: tuple[object, ...]) -> None:
    # https://docs.python.org/3/library/audit_events.html
    if event == "tempfile.mkdtemp":
        _FOLDERS.add(Path(str(arguments[0])))


sys.addaudithook(_note)


def descriptors() -> int:
    return sum(1 for _entry in Path("/proc/self/fd").iterdir())


def threads() -> int:
    """Return how many threads run that do not belong to a pool."""
    return sum(not thread.name.startswith(POOLS) for thread in threading.enumerate())


def processes() -> set[str]:
    """Return the processes that any thread of this one started."""
    found: set[str] = set()
    for file in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        # A thread may end in this moment, and what it started is another one's then.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found.update(file.read_text().split())
    return found


def files() -> set[Path]:
    """Return our folders for sockets and other things that live as long as a console."""
    return {each for each in _FOLDERS if each.name.startswith("qvirt-") and each.exists()}


def memory() -> int:
    """Return how much memory is in use now, in KiB."""
    (line,) = [
        line
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        if line.startswith("VmRSS:")
    ]
    return int(line.split()[1])


def listening_ports(*, of_all: bool = False) -> set[str]:
    """Return the TCP and UDP ports that this process listens on.

    Parameters
    ----------
    of_all
        Those of every process in this network instead.
    """
    ours = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            ours.add(str(entry.readlink()))
        except FileNotFoundError:
            continue  # the folder's own
    found = set()
    # The states of net/tcp_states.h: listening, and for UDP what is connected to nobody.
    for table, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in Path(f"/proc/self/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == state and (of_all or f"socket:[{fields[9]}]" in ours):
                found.add(f"{table} {fields[1]}")
    return found
