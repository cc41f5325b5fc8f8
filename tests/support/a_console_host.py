"""A libvirtd of an ordinary user with its own sockets and folders, and machines with screens.

It is what a session daemon is to its user, and touches nothing of anybody's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import libvirt

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534

# A firmware that waits at its first picture for a key, and draws another one after it.
MACHINE = """
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type><bootmenu enable='yes' timeout='65000'/></os>
  <features><acpi/></features>
  <devices>{displays}<video><model type='vga'/></video></devices>
</domain>
"""
NO_LISTENER = "<graphics type='vnc'><listen type='none'/></graphics>"


@dataclass
class ConsoleHost:
    """A running daemon."""

    uri: str
    folder: Path

    def define(self, name: str, displays: str = NO_LISTENER) -> libvirt.virDomain:
        return self.connection.defineXML(MACHINE.format(name=name, displays=displays))

    def start(self, name: str, displays: str = NO_LISTENER) -> libvirt.virDomain:
        domain = self.define(name, displays)
        domain.create()
        return domain

    def remove_all(self) -> None:
        for domain in self.connection.listAllDomains():
            persistent = domain.isPersistent()
            if domain.isActive():
                domain.destroy()
            if persistent:
                domain.undefine()

    def __post_init__(self) -> None:
        self.connection = libvirt.open(self.uri)


def missing() -> str:
    """Return what this machine lacks for a daemon of our own, or an empty text."""
    for program in ("libvirtd", "qemu-system-x86_64", "setpriv"):
        if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") is None:
            return f"{program} is not installed"
    return ""


@contextlib.contextmanager
def a_running_host() -> Iterator[ConsoleHost]:
    """Start a daemon, and end it with all that it runs."""
    # A short path: those of sockets are limited (unix(7)).
    folder = Path(tempfile.mkdtemp(prefix="qvirt-"))
    home, run = folder / "home", folder / "run"
    home.mkdir()
    run.mkdir(mode=0o700)
    (folder / "libvirtd.conf").write_text('auth_unix_rw = "none"\nlog_outputs = "3:stderr"\n')
    command = ["libvirtd", "-t", "0", "-f", str(folder / "libvirtd.conf")]
    if os.geteuid() == 0:
        for path in (folder, home, run):
            os.chown(path, NOBODY, NOBODY)
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]
    environment = {
        "PATH": f"{os.environ['PATH']}:/usr/sbin",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(run),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
    }
    path = run / "libvirt" / "libvirt-sock"
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 30
        while not path.exists():
            assert daemon.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end, "libvirtd does not start"
            time.sleep(0.05)
        host = ConsoleHost(f"qemu+unix:///session?socket={path}", folder)
        try:
            yield host
        finally:
            host.remove_all()
            host.connection.close()
    finally:
        daemon.terminate()
        daemon.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
