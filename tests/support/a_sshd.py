"""An sshd of the tests' own on a loopback port, with keys and settings of its own.

Nobody's ``~/.ssh`` is read or written: ssh is run with a settings file of ours.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from a_port import a_free_port

if TYPE_CHECKING:
    import pwd
    from collections.abc import Iterator, Mapping

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def missing() -> str:
    """Return what this machine lacks, or an empty text."""
    for program in ("sshd", "ssh", "ssh-keygen", "virt-ssh-helper"):
        if shutil.which(program, path=_PATH) is None:
            return f"{program} is not installed"
    return ""


@dataclass
class Sshd:
    """A running server.

    Attributes: ``key`` is accepted, ``other_key`` is not, ``locked_key`` is accepted and has the
    passphrase ``passphrase``.
    """

    port: int
    user: str
    folder: Path
    command: list[str] = field(default_factory=list)
    passphrase: str = "open sesame"  # noqa: S105 - of a key that exists for one test
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it listens."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        end = time.monotonic() + 120
        while not _listens(self.port):
            assert self.process.poll() is None, self.log
            assert time.monotonic() < end, "sshd does not start"
            time.sleep(0.05)

    def cut(self) -> None:
        """End the server and all who are signed in, as a cable does that is pulled out."""
        if self.process is None:
            return
        # Who signs in while the others are counted would be left.
        self.process.send_signal(signal.SIGSTOP)
        sessions = _descendants(self.process.pid)
        self.process.kill()
        self.process.wait(60)
        for number in sessions:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    @property
    def log(self) -> str:
        """What the server has written."""
        return (self.folder / "log").read_text()

    @property
    def key(self) -> Path:
        return self.folder / "right"

    @property
    def other_key(self) -> Path:
        return self.folder / "wrong"

    @property
    def locked_key(self) -> Path:
        return self.folder / "locked"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    def hang_up(self) -> None:
        """End the sessions that are open; the server goes on."""
        assert self.process is not None
        number = self.process.pid
        for child in _children(number):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def forget_host(self) -> None:
        """Make the host unknown."""
        self.known_hosts.write_text("")

    def know_host(self, key: str = "host") -> None:
        """Know the host by a key."""
        public = (self.folder / f"{key}.pub").read_text().split()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {public[0]} {public[1]}\n")

    def uri(
        self, path: str = "/session", key: Path | None = None, *, password: bool = False
    ) -> str:
        """Return a URI that runs ssh with our settings."""
        command = self.folder / f"ssh-{(key or self.key).name}{'-password' * password}"
        methods = "password" if password else "publickey"
        command.write_text(
            f"#!/bin/sh\nexec ssh -F none -o UserKnownHostsFile={self.known_hosts}"
            f" -o GlobalKnownHostsFile=/dev/null -o IdentitiesOnly=yes -i {key or self.key}"
            f" -o PreferredAuthentications={methods} -o StrictHostKeyChecking=ask"
            ' -o IdentityAgent=none "$@"\n'
        )
        command.chmod(0o755)
        return f"qemu+ssh://{self.user}@127.0.0.1:{self.port}{path}?command={quote(str(command))}"

    def uri_behind(self, jump: Sshd, path: str = "/session") -> str:
        """Return a URI with a name that only a settings file of ssh knows: behind another host."""
        hosts = [
            f"Host {name}\n  HostName 127.0.0.1\n  HostKeyAlias [127.0.0.1]:{server.port}\n"
            f"  Port {server.port}\n  User {server.user}\n  IdentityFile {server.key}\n"
            f"  UserKnownHostsFile {server.known_hosts}\n{more}"
            for name, server, more in (("far", self, "  ProxyJump near\n"), ("near", jump, ""))
        ]
        settings = self.folder / "settings"
        settings.write_text(
            "".join(hosts) + "Host *\n  IdentitiesOnly yes\n  IdentityAgent none\n"
            "  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n"
        )
        command = self.folder / "ssh-behind"
        command.write_text(f'#!/bin/sh\nexec ssh -F {settings} "$@"\n')
        command.chmod(0o755)
        return f"qemu+ssh://far{path}?command={quote(str(command))}"


@contextlib.contextmanager
def a_running_sshd(user: pwd.struct_passwd, environment: Mapping[str, str]) -> Iterator[Sshd]:
    """Start a server that runs as a user and lets only that user in.

    It is not root's, so it needs no folder in /run. What is run by it has the environment.
    """
    folder = Path(tempfile.mkdtemp(prefix="qv-ssh-"))
    # What signs in reads it; StrictModes is off, for it is not anybody's home.
    folder.chmod(0o755)
    server = Sshd(a_free_port(), user.pw_name, folder)
    for name, passphrase in (
        *(("host", ""), ("otherhost", ""), ("right", ""), ("wrong", "")),
        ("locked", server.passphrase),
    ):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(folder / name)],
            check=True,
        )
    keys = [(folder / f"{name}.pub").read_text() for name in ("right", "locked")]
    (folder / "authorized_keys").write_text("".join(keys))
    settings = " ".join(f"{name}={value}" for name, value in environment.items())
    (folder / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {server.port}\nHostKey {folder}/host\nUsePAM no\n"
        f"PidFile none\nStrictModes no\nAuthorizedKeysFile {folder}/authorized_keys\n"
        f"PasswordAuthentication yes\nSetEnv {settings}\nLogLevel VERBOSE\nPrintMotd no\n"
    )
    program = shutil.which("sshd", path=_PATH)
    assert program is not None
    command = [program, "-D", "-e", "-f", str(folder / "config")]
    if os.geteuid() == 0:
        for file in folder.iterdir():
            os.chown(file, user.pw_uid, user.pw_gid)
        ids = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}")
        command = ["setpriv", *ids, "--clear-groups", *command]
    server.command = command
    try:
        server.start()
        yield server
    finally:
        server.cut()
        shutil.rmtree(folder, ignore_errors=True)


def _descendants(number: int) -> list[int]:
    children = _children(number)
    return [*children, *(found for child in children for found in _descendants(child))]


def _children(number: int) -> list[int]:
    # Sessions end by themselves too, also in this moment.
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        listed = Path(f"/proc/{number}/task/{number}/children").read_text()
        return [int(child) for child in listed.split()]
    return []


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
