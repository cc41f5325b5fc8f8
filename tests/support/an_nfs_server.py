"""An NFS server of the tests' own, in user space, in the network that a daemon has for itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from a_libvirtd import end_soon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from a_libvirtd import Libvirtd

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_PROGRAMS = {
    "ganesha.nfsd": "nfs-ganesha-vfs",
    "rpcbind": "rpcbind",
    "showmount": "nfs-common",
    "ip": "iproute2",
}
# https://github.com/nfs-ganesha/nfs-ganesha/wiki/Ganesha-config
_SETTINGS = """
NFS_CORE_PARAM {{ Protocols = 3, 4; MNT_Port = 20048; Enable_NLM = false; Enable_RQUOTA = false; }}
NFS_KRB5 {{ Active_krb5 = false; }}
NFSv4 {{ Graceless = true; RecoveryRoot = "{folder}"; }}
EXPORT {{
  Export_Id = 1; Path = "{export}"; Pseudo = "{export}"; Access_Type = RW;
  Squash = No_Root_Squash; SecType = sys; Protocols = 3, 4; FSAL {{ Name = VFS; }}
}}
"""


def missing() -> str:
    """Return what this machine lacks for it, or an empty text."""
    for program, package in _PROGRAMS.items():
        if shutil.which(program, path=_PATH) is None:
            return f"{program} is not installed ({package})"
    return ""


def can_mount() -> bool:
    """Whether the kernel has an NFS client."""
    return "\tnfs4\n" in Path("/proc/filesystems").read_text(encoding="ascii")


@contextlib.contextmanager
def an_nfs_server(daemon: Libvirtd, export: Path, folder: Path) -> Iterator[None]:
    """Let a server export a folder where the daemon is.

    Parameters
    ----------
    daemon
        One that stands apart.
    export
        What is exported.
    folder
        Where the server has its own files.
    """
    settings, log = folder / "ganesha.conf", folder / "ganesha.log"
    settings.write_text(_SETTINGS.format(folder=folder, export=export))
    commands = (
        ("rpcbind", "-w", "-f"),
        ("ganesha.nfsd", "-F", "-L", str(log), "-f", str(settings), "-p", str(folder / "pid")),
    )
    (daemon.folder / "run" / "rpcbind").mkdir(exist_ok=True)
    running: list[subprocess.Popen[bytes]] = []
    try:
        running.extend(
            subprocess.Popen(
                [*daemon.prefix, *command],
                env=daemon.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for command in commands
        )
        end = time.monotonic() + 120
        while str(export) not in daemon.run("showmount", "--exports", "127.0.0.1").stdout:
            ended = [each.args for each in running if each.poll() is not None]
            if ended or time.monotonic() > end:
                said = log.read_text() if log.exists() else ""
                raise RuntimeError(f"the NFS server does not start: {ended} {said}")
            time.sleep(0.3)
        yield
    finally:
        for process in reversed(running):
            end_soon(process)
