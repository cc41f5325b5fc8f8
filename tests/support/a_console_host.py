"""A libvirtd of an ordinary user with its own sockets and folders, and machines with screens.

It is what a session daemon is to its user, and touches nothing of anybody's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import libvirt
from a_libvirtd import answers, end_soon, files_below

from qvirt_jupyter.provision import TinyGuest, tiny_guest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NOBODY = 65534

# A firmware that waits at its first picture for a key, and draws another one after it.
MACHINE = """
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type><bootmenu enable='yes' timeout='65000'/></os>
  <features><acpi/></features>
  <devices>{displays}<input type='tablet' bus='usb'/><video><model type='vga'/></video></devices>
</domain>
"""
POOL = "<pool type='dir'><name>default</name><target><path>{path}</path></target></pool>"
NO_LISTENER = "<graphics type='vnc'><listen type='none'/></graphics>"


@dataclass
class ConsoleHost:
    """A running daemon."""

    uri: str
    folder: Path
    command: list[str]
    environment: dict[str, str]
    daemon: subprocess.Popen[bytes] | None = None

    def define(self, name: str, displays: str = NO_LISTENER) -> libvirt.virDomain:
        return self.connection.defineXML(MACHINE.format(name=name, displays=displays))

    def start(self, name: str, displays: str = NO_LISTENER) -> libvirt.virDomain:
        domain = self.define(name, displays)
        domain.create()
        return domain

    def remove_all(self) -> None:
        for domain in self.connection.listAllDomains():
            try:
                persistent = domain.isPersistent()
                with _in_its_last_moment():
                    domain.destroy()
                if persistent:
                    domain.undefine()
            except libvirt.libvirtError as error:
                # One that was never stored is gone when it is off.
                if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                    raise

    @property
    def socket(self) -> Path:
        return Path(self.environment["XDG_RUNTIME_DIR"]) / "libvirt" / "libvirt-sock"

    def begin(self) -> None:
        """Start the daemon; machines of an earlier one, which run on, are its own then."""
        self.socket.unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.daemon = subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=log
            )
        end = time.monotonic() + 120
        # The socket is there a moment before anybody listens.
        while not answers(self.socket):
            assert self.daemon.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end, "libvirtd does not start"
            time.sleep(0.05)
        self.connection = libvirt.open(self.uri)

    def kill(self) -> None:
        """Take the daemon away without a word; its machines run on."""
        self.daemon.kill()
        self.daemon.wait(60)

    def kill_hypervisor_of(self, domain: libvirt.virDomain) -> None:
        """Take the process that runs a machine away without a word."""
        run = Path(self.environment["XDG_RUNTIME_DIR"])
        (file,) = files_below(run, f"{domain.name()}.pid")
        os.kill(int(file.read_text()), signal.SIGKILL)

    def hang(self) -> None:
        """Let the daemon do nothing, though its socket stays open."""
        self.daemon.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End that."""
        self.daemon.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def _in_its_last_moment() -> Iterator[None]:
    """Stop a machine that is off already, or ends now: the others must go all the same."""
    try:
        yield
    except libvirt.libvirtError as error:
        # The second is said of one whose QEMU goes while libvirt waits for its turn.
        if error.get_error_code() not in {
            libvirt.VIR_ERR_OPERATION_INVALID,
            libvirt.VIR_ERR_OPERATION_FAILED,
        }:
            raise


def a_tiny_guest_for(
    host: ConsoleHost, extra: Iterable[str] = (), modules: Iterable[str] = ()
) -> TinyGuest:
    """Build the tiny guest where the daemon, which is another user's, may read it."""
    place = host.folder / "guest"
    guest = tiny_guest(disk=None, folder=place, extra=extra, modules=modules)
    for path in (place, *place.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    host.folder.chmod(0o755)
    return guest


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
    socket = run / "libvirt" / "libvirt-sock"
    host = ConsoleHost(f"qemu+unix:///session?socket={socket}", folder, command, environment)
    try:
        host.begin()
        try:
            yield host
        finally:
            if host.daemon.poll() is not None:
                host.begin()
            host.go_on()
            host.remove_all()
            host.connection.close()
    finally:
        if host.daemon is not None:
            end_soon(host.daemon)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def a_host_with_room() -> Iterator[ConsoleHost]:
    """Run one that has an empty pool "default" in the folder ``images``."""
    with a_running_host() as host:
        images = host.folder / "images"
        images.mkdir()
        give_away(images)
        host.folder.chmod(0o755)
        host.connection.storagePoolDefineXML(POOL.format(path=images)).create()
        yield host


def give_away(path: Path) -> None:
    """Let the ordinary user of the daemon have what root made."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
