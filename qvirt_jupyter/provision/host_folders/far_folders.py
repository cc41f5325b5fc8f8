"""Folders of another host, listed by one command through the user's own ssh.

It is the connection that libvirt's own ssh made, where that is shared. The command is always the
same: the path is what it reads, never a part of it.
"""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import OperationFailed
from qvirt_jupyter.hypervisor.opening.credentials import Questions
from qvirt_jupyter.hypervisor.opening.open_failures import failure_of
from qvirt_jupyter.hypervisor.ssh.command import ssh_destination, ssh_options, ssh_program
from qvirt_jupyter.hypervisor.ssh.line import SIGN_IN
from qvirt_jupyter.hypervisor.ssh.process import PATIENCE, SshProcess
from qvirt_jupyter.hypervisor.ssh.questions import SshQuestions
from qvirt_jupyter.provision.host_folders.folder_listing import denied, listing, missing

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.errors import QvirtError
    from qvirt_jupyter.provision.host_folders.folder_listing import FolderListing

_LARGEST: Final = 1024 * 1024
"""Bytes of an answer that are read."""
_BLOCK: Final = 64 * 1024
_END: Final = b"end"
# Names end with a zero byte, so that any name is one; "./" is before those of folders. There is no
# single quote in it: whatever the login shell is, it takes the whole as one word.
_LIST: Final = """exec sh -c '
IFS= read -r nearest; IFS= read -r path
if [ "$nearest" = yes ]; then
  until [ "$path" = / ] || { [ -d "$path" ] && [ -r "$path" ] && [ -x "$path" ]; }; do
    path=$(dirname -- "$path")
  done
fi
if [ ! -d "$path" ]; then how=missing
elif [ -r "$path" ] && cd -- "$path"; then how=ok
else how=denied
fi
printf "%s\\0%s\\0%s\\0" "$how" "$(id -un)" "$path"
if [ "$how" = ok ]; then find -L . -mindepth 1 -maxdepth 1 -type d -print0 2>/dev/null; fi
printf "end\\0"
'"""


def list_there(connection: Connection, path: str, *, nearest: bool) -> FolderListing:
    """Return the folders in a folder of a host that is reached by ssh.

    Parameters
    ----------
    connection
        The connection to the host.
    path
        The folder, from the root on, without line breaks.
    nearest
        Whether the nearest folder above is listed where there is no such folder.

    Raises
    ------
    NotFound
        There is no such folder.
    AccessDenied
        Who signs in may not list it.
    ConnectionFailed
        The host cannot be reached by ssh.
    OperationFailed
        The host runs no commands for whoever signs in.
    """
    uri, subject = connection.parts, connection.subject
    questions = Questions(connection.credentials)
    with SshQuestions(questions, ssh_program(uri)) as asking:
        call = [asking.command, *ssh_options(uri), *ssh_destination(uri), _LIST]
        answer, words = _ask(call, f"{'yes' if nearest else 'no'}\n{path}\n".encode())
    parts = answer.split(b"\0")
    if len(answer) >= _LARGEST:
        raise OperationFailed(
            _("{path} holds more folders than can be listed.").format(path=path),
            subject=subject,
            next_step=_("Type the path."),
        )
    if _END not in parts:
        raise _failure(connection, words, questions)
    how, reader, found, *names = (part.decode(errors="replace") for part in parts)
    match how:
        case "missing":
            raise missing(found, subject)
        case "denied":
            raise denied(found, reader, subject)
    # A name that is no UTF-8 can be in no XML.
    folders = (name.removeprefix("./") for name in names if name.startswith("./"))
    return listing(
        found, (name for name in folders if "\ufffd" not in name), f"{reader}@{uri.host}"
    )


def _ask(call: list[str], question: bytes) -> tuple[bytes, str]:
    """Run ssh, and return what its command answered and what ssh itself said."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            ssh = SshProcess(call, theirs)
        try:
            ours.sendall(question)
            ours.shutdown(socket.SHUT_WR)
            answer = _read(ours)
            ssh.wait(PATIENCE)
        except OSError:
            # It ended before it read: why, it says itself.
            answer = b""
            ssh.wait(PATIENCE)
        finally:
            ssh.end()
    return answer, ssh.words


def _read(wire: socket.socket) -> bytes:
    """Read until the mark at the end: an ssh that others share may hold the line open."""
    answer, end = b"", time.monotonic() + SIGN_IN
    while not answer.endswith(b"\0" + _END + b"\0") and len(answer) < _LARGEST:
        wire.settimeout(max(0.1, end - time.monotonic()))
        block = wire.recv(_BLOCK)
        if not block:
            break
        answer += block
    return answer


def _failure(connection: Connection, words: str, questions: Questions) -> QvirtError:
    host = connection.parts.host
    if not words:
        return OperationFailed(
            _("{host} does not list its folders for you.").format(host=host),
            subject=connection.subject,
            next_step=_("It may allow libvirt alone by SSH: type the path."),
        )
    return failure_of(
        words,
        connection.parts,
        connection.subject,
        questions,
        details=words,
        next_step=_("Run ssh {host} in a terminal: it says more.").format(host=host),
    )
