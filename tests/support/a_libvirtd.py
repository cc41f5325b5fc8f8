"""Daemons of the tests' own: they use no socket, folder or machine of the host's libvirt.

The session daemon belongs to an ordinary user. The system daemon runs as root in a mount namespace
in which /run, /etc/libvirt and the like are other folders.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from socket import AF_UNIX
from socket import socket as unix_socket

USER = "qvirt-test"
"""The ordinary user; made where the tests run as root and it is missing."""
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_PROGRAMS = ("libvirtd", "virtlogd", "qemu-system-x86_64", "setpriv", "unshare", "nsenter", "mount")
_OWN_FOLDERS = ("/etc/libvirt", "/var/lib/libvirt", "/var/cache/libvirt", "/var/log/libvirt")
_LIBVIRTD = """
unix_sock_rw_perms = "0777"
unix_sock_ro_perms = "0777"
auth_unix_rw = "none"
auth_unix_ro = "none"
log_outputs = "3:stderr"
"""
# The machines run as root, so that they can read what a test puts into its folder; what is there
# keeps its owner. No cgroups and no namespaces: this is a test, possibly in a container.
_QEMU = """
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = []
namespaces = []
"""


def missing(*, system: bool = False) -> str:
    """Return what this machine lacks for a daemon of our own, or an empty text."""
    for program in _PROGRAMS:
        if shutil.which(program, path=_PATH) is None:
            return f"{program} is not installed"
    if not system:
        return ""
    if os.geteuid() != 0:
        return "a system daemon needs root"
    for folder in (*_OWN_FOLDERS, "/run"):
        if not Path(folder).is_dir():
            return f"there is no {folder} to put a folder of our own over"
    tried = subprocess.run(
        ["unshare", "-m", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/run"],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if tried.returncode == 0 else f"no mount namespace: {tried.stderr.strip()}"


def ordinary_user() -> pwd.struct_passwd:
    """Return the user who has the session daemon: ours, or the one who runs the tests."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    with contextlib.suppress(KeyError):
        user = pwd.getpwnam(USER)
        if user.pw_shell == "/bin/sh":
            return user
        # Whoever made it did not sign in by SSH, which needs a shell.
        subprocess.run(["usermod", "--shell", "/bin/sh", USER], check=True, env={"PATH": _PATH})
        return pwd.getpwnam(USER)
    # "*" is no password, but unlike "!" it does not lock sign-ins by key.
    subprocess.run(
        [
            *("useradd", "--system", "--shell", "/bin/sh", "--home-dir", "/nonexistent"),
            *("--password", "*", USER),
        ],
        check=True,
        env={"PATH": _PATH},
    )
    return pwd.getpwnam(USER)


@dataclass
class Libvirtd:
    """A running daemon.

    Attributes: ``uri`` reaches it from outside, ``inside`` is the literal URI that its own users
    know, ``folder`` is private to it, ``saves`` is where its managed-save images lie.
    """

    uri: str
    inside: str
    folder: Path
    socket: Path
    saves: Path
    environment: dict[str, str]
    prefix: list[str]
    _daemon: list[str]
    _process: subprocess.Popen[bytes] | None = None
    _others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start the daemon and wait for its socket to answer."""
        log = (self.folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [*self.prefix, *self._daemon], env=self.environment, stdout=log, stderr=log
            )
        _wait_for(self.socket, self._process, self.folder / "log")

    def kill(self) -> None:
        """End the daemon as a crash does; its machines go on."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(60)

    def signal(self, number: signal.Signals) -> None:
        """Send the daemon a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def run(self, *command: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a program where the daemon's own users are."""
        return subprocess.run(
            [*self.prefix, *command],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def python(self, script: str, timeout: float = 60) -> str:
        """Run a script there, with this interpreter, and return what it prints."""
        done = self.run(sys.executable, "-c", script, timeout=timeout)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def virsh(self, *arguments: str) -> str:
        """Be a second client."""
        done = subprocess.run(
            ["virsh", "-q", "-c", self.uri, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def stop(self) -> None:
        """End the machines, the daemon, and what it started."""
        if self._process is not None:
            end_soon(self._process)
        for file in files_below(self.folder, "*.pid"):
            _end(file)
        for process in reversed(self._others):
            end_soon(process)
        shutil.rmtree(self.folder, ignore_errors=True)


def a_session(
    auth: str = "none", settings: str = "", arguments: tuple[str, ...] = (), qemu: str = ""
) -> Libvirtd:
    """Start the daemon of an ordinary user; with ``sasl`` it wants a name and a password.

    ``settings`` are those of the daemon, ``qemu`` those of its machines.
    """
    user = ordinary_user()
    folder = folder_of(user)
    home, run = folder / "home", folder / "run"
    for path in (home, run):
        path.mkdir(mode=0o700)
        os.chown(path, user.pw_uid, user.pw_gid)
    ours = _LIBVIRTD.replace('auth_unix_rw = "none"', f'auth_unix_rw = "{auth}"')
    (folder / "libvirtd.conf").write_text(ours + settings)
    if qemu:
        place = home / ".config" / "libvirt"
        place.mkdir(parents=True)
        (place / "qemu.conf").write_text(qemu)
        for path in (place.parent, place):
            os.chown(path, user.pw_uid, user.pw_gid)
    # Nobody is in that file, so every name and password is wrong.
    sasl = f"mech_list: scram-sha-256\nsasldb_path: {folder}/nobody.db\n"
    (folder / "libvirt.conf").write_text(sasl)
    prefix = []
    if os.geteuid() == 0:
        prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    socket = run / "libvirt" / "libvirt-sock"
    daemon = Libvirtd(
        uri=f"qemu+unix:///session?socket={socket}",
        inside="qemu:///session",
        folder=folder,
        socket=socket,
        saves=home / ".config" / "libvirt" / "qemu" / "save",
        environment={
            "PATH": _PATH,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(run),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_DATA_HOME": str(home / ".local"),
            "SASL_CONF_PATH": str(folder),
        },
        prefix=prefix,
        _daemon=["libvirtd", "-t", "0", "-f", str(folder / "libvirtd.conf"), *arguments],
    )
    daemon.start()
    return daemon


def a_system(*, containers: bool = False, apart: bool = False) -> Libvirtd:
    """Start a system daemon where it sees folders of ours instead of the host's.

    One that stands apart has a network of its own, in which servers can have their usual ports.
    One that is to run containers does not see the second kind of cgroups beside the first: libvirt
    takes a host for one of either kind only.
    """
    folder = folder_of(None)
    # libvirt locks the terminals of serial ports in /var/lock, which is /run/lock.
    (folder / "run" / "lock").mkdir(parents=True)
    mounts = [f"mount --bind {folder}/run /run"]
    for path in _OWN_FOLDERS:
        own = folder / path.strip("/").replace("/", "-")
        own.mkdir()
        mounts.append(f"mount --bind {own} {path}")
    if containers and Path("/sys/fs/cgroup/unified").is_dir():
        mounts.append("umount /sys/fs/cgroup/unified")
    spaces = ["-m"]
    if apart:
        spaces.append("-n")
        mounts.append("ip link set lo up")
    (folder / "etc-libvirt" / "libvirtd.conf").write_text(_LIBVIRTD)
    (folder / "etc-libvirt" / "qemu.conf").write_text(_QEMU)
    environment = {"PATH": _PATH, "HOME": str(folder)}
    keeper = subprocess.Popen(
        [
            *("unshare", *spaces, "--propagation", "private", "sh", "-ec"),
            "; ".join([*mounts, "echo ready", "exec sleep infinity"]),
        ],
        env=environment,
        stdout=subprocess.PIPE,
    )
    assert keeper.stdout is not None
    with keeper.stdout:
        assert keeper.stdout.readline() == b"ready\n", "the mount namespace cannot be made"
    prefix = ["nsenter", *spaces, "-t", str(keeper.pid), "--"]
    with (folder / "log").open("ab") as log:
        virtlogd = subprocess.Popen([*prefix, "virtlogd"], env=environment, stdout=log, stderr=log)
    logger = folder / "run" / "libvirt" / "virtlogd-sock"
    socket = folder / "run" / "libvirt" / "libvirt-sock"
    daemon = Libvirtd(
        uri=f"qemu+unix:///system?socket={socket}",
        inside="qemu:///system",
        folder=folder,
        socket=socket,
        saves=folder / "var-lib-libvirt" / "qemu" / "save",
        environment=environment,
        prefix=prefix,
        _daemon=["libvirtd", "-t", "0"],
        _others=[keeper, virtlogd],
    )
    try:
        # Machines that start before it listens do not start.
        _wait_for(logger, virtlogd, folder / "log")
        daemon.start()
    except BaseException:
        daemon.stop()
        raise
    return daemon


def folder_of(user: pwd.struct_passwd | None) -> Path:
    """Make a folder of this user's that all may look into."""
    # A short path: that of a socket has at most 108 bytes (unix(7)).
    folder = Path(tempfile.mkdtemp(prefix="qv-", dir="/tmp"))
    folder.chmod(0o755)
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def answers(path: Path) -> bool:
    """Whether somebody listens on a unix socket."""
    with unix_socket(AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def _wait_for(path: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a process listens on its socket."""
    end = time.monotonic() + 120
    while not answers(path):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"nobody listens on {path}: {log.read_text()}")
        time.sleep(0.05)


def end_soon(process: subprocess.Popen[bytes]) -> None:
    """End a process of ours: at our request, or else by force."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(60)


def files_below(folder: Path, pattern: str) -> list[Path]:
    """Return the files of a name in a folder and below, where other folders come and go.

    :meth:`pathlib.Path.rglob` fails over one that goes while it looks, as libvirt's do for a QEMU
    that it tries out.
    """
    return [
        Path(place) / name
        for place, _folders, names in os.walk(folder)
        for name in fnmatch.filter(names, pattern)
    ]


def _end(file: Path) -> None:
    """End the process that wrote the file, if it is still there."""
    try:
        number = int(file.read_text())
        command = Path(f"/proc/{number}/cmdline").read_bytes()
    except (OSError, ValueError):
        # It ended by itself.
        return
    if any(name in command for name in (b"virtlogd", b"qemu-system", b"swtpm", b"dnsmasq")):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
