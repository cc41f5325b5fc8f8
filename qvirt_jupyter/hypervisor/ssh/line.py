"""A way to a display through the user's own ssh: its settings, agent, keys and jump hosts count.

It is the connection to the host that libvirt's own ssh made, where that is shared (see
:mod:`qvirt_jupyter.hypervisor.ssh.sharing`). A port is reached by ``ssh -W``. A unix socket is not,
so ssh is told to make one here that leads to it, in a folder that only its owner may enter, and
to forget it as soon as somebody is through. Nothing listens on TCP.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._temporary_folders import temporary_folder
from qvirt_jupyter.hypervisor.opening.credentials import Questions
from qvirt_jupyter.hypervisor.screen.display_line import DisplayLine
from qvirt_jupyter.hypervisor.ssh import sharing as ssh_sharing
from qvirt_jupyter.hypervisor.ssh.command import ssh_destination, ssh_options, ssh_program
from qvirt_jupyter.hypervisor.ssh.failures import ssh_failure
from qvirt_jupyter.hypervisor.ssh.process import PATIENCE, SshProcess
from qvirt_jupyter.hypervisor.ssh.questions import SshQuestions

if TYPE_CHECKING:
    from pathlib import Path

    from qvirt_jupyter.hypervisor.errors import QvirtError, Subject
    from qvirt_jupyter.hypervisor.opening.credentials import Credentials
    from qvirt_jupyter.hypervisor.screen.display_place import Place
    from qvirt_jupyter.hypervisor.uri import ConnectionUri

SIGN_IN: Final = 300.0
"""Seconds that a sign-in may take: somebody may have to look for a password."""
LOCAL: Final = 10.0
"""Seconds that ssh may take for what it does on this machine."""
_ALONE: Final = ("-o", "ControlPath=none", "-o", "BatchMode=yes")
"""A connection of its own that asks nothing: it says what a shared one keeps to itself."""
_MUTE: Final = re.compile("refused by peer")

_hosts: dict[tuple[str, str, int | None], threading.Lock] = {}
_registry = threading.Lock()


def ssh_line(
    uri: ConnectionUri, place: Place, subject: Subject, credentials: Credentials | None
) -> SshLine:
    """Sign in and start ssh; whether the display is there is known when it speaks.

    Parameters
    ----------
    uri
        The connection to the host.
    place
        Where the display listens, as that host sees it.
    subject
        The machine, for errors.
    credentials
        Who answers ssh's questions; None answers nothing.

    Raises
    ------
    QvirtError
        The host cannot be signed in to.
    """
    with _lock_of(uri):
        return SshLine(uri, place, subject, Questions(credentials))


def _lock_of(uri: ConnectionUri) -> threading.Lock:
    """Return the lock of a host: one attempt after the other, so that one sign-in serves all."""
    with _registry:
        return _hosts.setdefault((uri.user, uri.host, uri.port), threading.Lock())


class SshLine(DisplayLine):
    """A running ssh that leads to the display; :func:`ssh_line` makes it."""

    def __init__(
        self, uri: ConnectionUri, place: Place, subject: Subject, questions: Questions
    ) -> None:
        self._uri, self._place, self._questions = uri, place, questions
        self.subject = subject
        self._kept = contextlib.ExitStack()
        self._ssh: SshProcess | None = None
        try:
            asking = self._kept.enter_context(SshQuestions(questions, ssh_program(uri)))
            self._program = asking.command
            is_shared = self._is_shared()
            if is_shared:
                self._sign_in()
            if not place.socket:
                wire = self._through(str(place))
            elif is_shared:
                wire = self._through_master()
            else:
                wire = self._through_own()
        except BaseException:
            self._kept.close()
            raise
        super().__init__(wire, subject)

    # -- the sign-in --------------------------------------------------------------------------

    def _call(self, *arguments: str) -> list[str]:
        return [self._program, *arguments, *ssh_options(self._uri), *ssh_destination(self._uri)]

    def _call_alone(self, *arguments: str) -> list[str]:
        # Not by the script, which would have it share.
        return [ssh_program(self._uri), *_ALONE, *self._call(*arguments)[1:]]

    def _is_shared(self) -> bool:
        """Whether the settings of this host let one ssh go through the connection of another."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ssh = SshProcess(self._call("-G"), theirs)
            theirs.close()
            ours.settimeout(LOCAL)
            settings = b""
            try:
                while block := ours.recv(64 * 1024):
                    settings += block
            except TimeoutError:
                settings = b""
            finally:
                ssh.end()
        found = dict(
            line.partition(" ")[::2] for line in settings.decode(errors="replace").splitlines()
        )
        return found.get("controlpath", "none") != "none" and (
            found.get("controlmaster", "false") != "false"
        )

    def _sign_in(self) -> None:
        if self._finish(self._call("-O", "check"), LOCAL)[0] == 0:
            return
        persist = ("-o", f"ControlPersist={ssh_sharing.PERSIST}")
        status, words = self._finish(self._call(*persist, "-N", "-f"), SIGN_IN)
        if status != 0:
            raise self._failure_of(words)

    def _finish(self, arguments: list[str], seconds: float) -> tuple[int | None, str]:
        ssh = SshProcess(arguments)
        try:
            status = ssh.wait(seconds)
        finally:
            ssh.end()
        return status, ssh.words

    # -- the way ------------------------------------------------------------------------------

    def _through(self, address: str) -> socket.socket:
        wire, theirs = socket.socketpair()
        try:
            with theirs:
                self._ssh = SshProcess(self._call("-W", address), theirs)
        except OSError:
            wire.close()
            raise
        return wire

    def _through_master(self) -> socket.socket:
        local = self._folder() / "display"
        way = self._way(local)
        status, words = self._finish(self._call("-O", "forward", "-L", way), LOCAL)
        if status != 0:
            raise self._failure_of(words)
        try:
            return _connect(local)
        finally:
            # Who is through stays through.
            self._kept.callback(self._finish, self._call("-O", "cancel", "-L", way), LOCAL)

    def _through_own(self) -> socket.socket:
        local = self._folder() / "display"
        self._ssh = SshProcess(self._call(*self._own_way(local)))
        end = time.monotonic() + SIGN_IN
        while not local.exists():
            if self._ssh.wait(0.05) is not None or time.monotonic() > end:
                self._ssh.end()
                raise self._failure_of(self._ssh.words)
        return _connect(local)

    def _own_way(self, local: Path) -> list[str]:
        return ["-N", "-o", "ExitOnForwardFailure=yes", "-L", self._way(local)]

    def _way(self, local: Path) -> str:
        """Return from where to where a unix socket is forwarded, as ssh reads it."""
        there = self._place.socket
        # It takes away backslashes, parts at colons, and knows tokens such as %h.
        for special, written in (("\\", "\\\\"), (":", "\\:"), ("%", "%%")):
            there = there.replace(special, written)
        return f"{local}:{there}"

    def _folder(self) -> Path:
        return self._kept.enter_context(temporary_folder("way"))

    # -- as a line ----------------------------------------------------------------------------

    def failure(self) -> QvirtError:
        """Return why the display said nothing, in ssh's own words."""
        words = self.why()
        return self._failure_of(words) if words else super().failure()

    def why(self) -> str:
        """Return ssh's own words about its end; empty where it has none."""
        if self._ssh is not None:
            self._ssh.wait(PATIENCE)
        words = self._ssh.words if self._ssh is not None else ""
        if not words or _MUTE.search(words):
            # A shared connection tells its own master only, which speaks to nobody.
            words = self._ask_why() or words
        return words

    @property
    def ended_well(self) -> bool:
        """Whether ssh has connected, and ended because the other side did."""
        return self._ssh is not None and self._ssh.wait(PATIENCE) == 0

    def _ask_why(self) -> str:
        """Try once more without sharing and without questions, and return what ssh says then."""
        if not self._place.socket:
            return self._finish(self._call_alone("-W", str(self._place)), LOCAL)[1]
        with temporary_folder("why") as folder:
            local = folder / "display"
            ssh = SshProcess(self._call_alone(*self._own_way(local)))
            try:
                end = time.monotonic() + LOCAL
                while not local.exists() and ssh.wait(0.05) is None and time.monotonic() < end:
                    pass
                if local.exists():
                    with _connect(local) as wire:
                        wire.settimeout(LOCAL)
                        wire.recv(1)
            except OSError:
                # What it says is what counts.
                return ssh.words
            finally:
                ssh.end()
            return ssh.words

    def _failure_of(self, words: str) -> QvirtError:
        return ssh_failure(words, self._uri, self._place, self.subject, self._questions)

    def ready(self) -> None:
        """Let go of what only the sign-in needed."""
        self._kept.close()

    def close(self) -> None:
        """End ssh, too."""
        super().close()
        if self._ssh is not None:
            self._ssh.end()
        self._kept.close()


def _connect(path: Path) -> socket.socket:
    wire = socket.socket(socket.AF_UNIX)
    try:
        wire.settimeout(LOCAL)
        wire.connect(str(path))
    except OSError:
        wire.close()
        raise
    return wire
