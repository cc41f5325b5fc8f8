"""The bridge that a host reaches others by: its machines are best in the network of that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from qvirt_jupyter.hypervisor.connection import Connection

ROUTES: Final = Path("/proc/net/route")
"""https://docs.kernel.org/filesystems/proc.html#networking-info-in-proc-net"""
_ANYWHERE: Final = "00000000"


def default_bridge(connection: Connection, bridges: Collection[str], routes: Path = ROUTES) -> str:
    """Return the bridge of the default route; empty where there is none, or nobody can know.

    Parameters
    ----------
    connection
        Only the system service of this machine can connect machines to its bridges by itself.
    bridges
        Those of the host, without libvirt's own.
    routes
        Where the kernel lists its routes.
    """
    parts = connection.parts
    if parts.driver != "qemu" or parts.path != "/system" or parts.is_remote:
        return ""
    try:
        lines = routes.read_text(encoding="ascii").splitlines()
    except OSError:
        # Not Linux, or a sandbox without it.
        return ""
    for line in lines:
        device, destination, *_rest = [*line.split(), "", ""]
        if destination == _ANYWHERE and device in bridges:
            return device
    return ""
