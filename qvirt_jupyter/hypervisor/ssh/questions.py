"""The kernel's side of ssh's questions: a private unix socket that lives while a connection opens.

libvirt hands only a few variables on to the ``ssh`` that it starts, so it is given a small script
as the program to run, which sets the others and becomes the user's own ``ssh``.
https://libvirt.org/uri.html#ssh-transport
"""

from __future__ import annotations

import json
import logging
import shlex
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._temporary_folders import make_temporary_folder, remove_temporary_folder
from qvirt_jupyter.hypervisor.opening.credentials import CredentialRequest
from qvirt_jupyter.hypervisor.ssh import askpass
from qvirt_jupyter.hypervisor.ssh import sharing as ssh_sharing

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from qvirt_jupyter.hypervisor.opening.credentials import Questions

_LOG = logging.getLogger(__name__)
_SCRIPT_MODE: Final = 0o700


class SshQuestions:
    """A context in which ``ssh`` asks through the given questions.

    Parameters
    ----------
    questions
        Who answers.
    program
        The ssh to run; the user's own by default.
    """

    def __init__(self, questions: Questions, program: str = "ssh") -> None:
        self._questions = questions
        self._program = program
        self._folder: Path | None = None
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        # mkdtemp makes a folder that only its owner may enter, with a path short enough for a
        # socket (108 bytes).
        self._folder = make_temporary_folder("ssh")
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self._folder / "ask"))
        self._socket.listen()
        threading.Thread(
            target=self._serve, args=(self._socket,), name="qvirt-askpass", daemon=True
        ).start()
        self._write(
            "askpass", f'exec {shlex.quote(sys.executable)} -I {shlex.quote(askpass.__file__)} "$@"'
        )
        self._write(
            "ssh",
            f"export SSH_ASKPASS={shlex.quote(str(self._folder / 'askpass'))}\n"
            "export SSH_ASKPASS_REQUIRE=force\n"
            f"export QVIRT_ASKPASS_SOCKET={shlex.quote(str(self._folder / 'ask'))}\n"
            + ssh_sharing.script(self._program),
        )
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._socket is not None:
            # close() alone would leave the thread in accept().
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            finally:
                self._socket.close()
        if self._folder is not None:
            remove_temporary_folder(self._folder)

    @property
    def command(self) -> str:
        """The program that libvirt is to run instead of ssh."""
        if self._folder is None:
            raise RuntimeError("Enter the context first.")
        return str(self._folder / "ssh")

    def _write(self, name: str, body: str) -> None:
        if self._folder is None:
            raise RuntimeError("Enter the context first.")
        script = self._folder / name
        script.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        script.chmod(_SCRIPT_MODE)

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                # The context was left.
                return
            with connection:
                try:
                    self._answer(connection)
                except (OSError, ValueError) as error:
                    _LOG.warning("A question of ssh could not be passed on: %s", error)

    def _answer(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as file:
            asked = json.loads(file.readline(askpass.LARGEST) or b"{}")
        request = request_of(asked)
        if request.kind == "none":
            # "Confirm user presence": nothing to type, ssh itself ends it.
            connection.sendall(b'""\n')
            return
        answers = self._questions.put([request])
        connection.sendall(json.dumps(answers[0] if answers else None).encode() + b"\n")


def request_of(asked: dict[str, Any]) -> CredentialRequest:
    """Say what kind of question ssh's prompt is.

    Parameters
    ----------
    asked
        ``prompt`` and ``kind`` as the askpass program got them.
    """
    prompt = str(asked.get("prompt", "")).strip()
    lowered = prompt.lower()
    if "authenticity of host" in lowered or "continue connecting" in lowered:
        return CredentialRequest("host_key", prompt)
    if asked.get("kind") in {"confirm", "none"}:
        return CredentialRequest(str(asked["kind"]), prompt)
    if "passphrase" in lowered:
        return CredentialRequest("passphrase", prompt.rstrip(": "), secret=True)
    return CredentialRequest("password", prompt.rstrip(": "), secret=True)
