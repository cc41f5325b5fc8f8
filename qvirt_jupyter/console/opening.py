"""Open what a ticket names: a libvirt display by descriptor, or a unix socket of the same user.

A display that the kernel carries is behind a socket too, on which the kernel first says in a line
whether it opens (see :mod:`qvirt_jupyter.console.display_service`).

Everything here blocks and belongs on a thread. A display is opened with
`virDomainOpenGraphicsFD <https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenGraphicsFD>`_:
libvirt hands one end of a socket pair to the hypervisor and the other to us. So it does not matter
whether the display listens on a TCP port, on a unix socket or on nothing at all, and the wrong
display cannot be reached by mistake: the machine is named by its UUID, not by a port.
"""

from __future__ import annotations

import os
import re
import socket
import stat
import struct
from contextlib import closing
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.console.refusal import Refusal
from qvirt_jupyter.console.targets import (
    CarriedTarget,
    DisplayTarget,
    SocketTarget,
    Target,
    TransferTarget,
)
from qvirt_jupyter.console.transfer_wire import LINE, answer_of, line_of

CONNECT_TIMEOUT = 5.0
"""How long a unix socket may take to accept, in seconds."""

CARRY_TIMEOUT = 30.0
"""How long a kernel may take to connect to a display of another host, in seconds."""

_LOCAL_SCHEME = re.compile(r"[a-z0-9]+(\+unix)?", re.IGNORECASE)
_CREDENTIALS = struct.Struct("3i")  # struct ucred of unix(7): pid, uid, gid


def open_target(target: Target, *, skip_password: bool = True) -> socket.socket:
    """Connect to the target and return the socket, which the caller closes.

    Parameters
    ----------
    target
        What a ticket named.
    skip_password
        Whether a display that has a password opens without it (VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH).

    Raises
    ------
    Refusal
        It cannot be opened; says why.
    """
    if isinstance(target, CarriedTarget):
        return _ask_kernel(target, {"do": "open", "skip_password": skip_password})
    if not isinstance(target, DisplayTarget):
        return _open_socket(target)
    flags = libvirt.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH if skip_password else 0
    with closing(_connect(target.uri)) as connection:
        domain = _running_domain(connection, target)
        try:
            descriptor = domain.openGraphicsFD(target.index, flags)
        except libvirt.libvirtError as error:
            # It may have stopped between the question and the call.
            _refuse_unless_running(domain)
            raise _refusal(error) from error
    return socket.socket(fileno=descriptor)


def check_target(target: Target) -> None:
    """Find out whether the target could be opened, without opening it.

    Raises
    ------
    Refusal
        It could not; says why.
    """
    if isinstance(target, CarriedTarget):
        _ask_kernel(target, {"do": "look"}).close()
        return
    if not isinstance(target, DisplayTarget):
        _check_socket(target)
        return
    with closing(_connect(target.uri)) as connection:
        _running_domain(connection, target)


def _connect(uri: str) -> libvirt.virConnect:
    parts = urlsplit(uri)
    if parts.netloc or not _LOCAL_SCHEME.fullmatch(parts.scheme):
        raise Refusal(
            HTTPStatus.NOT_IMPLEMENTED,
            "display-remote",
            str(_("The machine runs on another host; its screen cannot be opened from here yet.")),
        )
    _keep_errors_off_the_terminal()
    try:
        return libvirt.open(uri)
    except libvirt.libvirtError as error:
        raise Refusal(
            HTTPStatus.BAD_GATEWAY,
            "host-unreachable",
            str(
                _("The Jupyter server cannot connect to {uri}: {reason}.").format(
                    uri=uri, reason=_reason(error)
                )
            ),
        ) from error


def _running_domain(connection: libvirt.virConnect, target: DisplayTarget) -> libvirt.virDomain:
    try:
        domain = connection.lookupByUUIDString(target.uuid)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
            raise _refusal(error) from error
        raise Refusal(
            HTTPStatus.NOT_FOUND,
            "machine-gone",
            str(_("The machine is not there any more.")),
        ) from error
    _refuse_unless_running(domain)
    return domain


def _refuse_unless_running(domain: libvirt.virDomain) -> None:
    try:
        running, name = domain.isActive(), domain.name()
    except libvirt.libvirtError as error:
        raise _refusal(error) from error
    if not running:
        raise Refusal(
            HTTPStatus.CONFLICT,
            "machine-stopped",
            str(_("{name} is not running: start it to see its screen.").format(name=name)),
        )


# libvirt's code -> how the refusal is called. The rest is an error of the host.
_CODES: dict[int, tuple[HTTPStatus, str]] = {
    libvirt.VIR_ERR_NO_DOMAIN: (HTTPStatus.NOT_FOUND, "machine-gone"),
    libvirt.VIR_ERR_INVALID_ARG: (HTTPStatus.NOT_FOUND, "display-missing"),
    libvirt.VIR_ERR_INTERNAL_ERROR: (HTTPStatus.BAD_GATEWAY, "display-failed"),
    libvirt.VIR_ERR_CONFIG_UNSUPPORTED: (HTTPStatus.NOT_IMPLEMENTED, "display-unsupported"),
    libvirt.VIR_ERR_NO_SUPPORT: (HTTPStatus.NOT_IMPLEMENTED, "display-unsupported"),
    libvirt.VIR_ERR_ACCESS_DENIED: (HTTPStatus.FORBIDDEN, "access-denied"),
    libvirt.VIR_ERR_OPERATION_DENIED: (HTTPStatus.FORBIDDEN, "access-denied"),
}


def _refusal(error: libvirt.libvirtError) -> Refusal:
    status, code = _CODES.get(error.get_error_code(), (HTTPStatus.BAD_GATEWAY, "display-failed"))
    sentence = _("The screen cannot be opened: {reason}.").format(reason=_reason(error))
    return Refusal(status, code, str(sentence))


def _reason(error: libvirt.libvirtError) -> str:
    return str(error.get_error_message() or error).strip().rstrip(".")


@cache
def _keep_errors_off_the_terminal() -> None:
    """Let errors arrive as exceptions only; libvirt prints each one to stderr otherwise."""
    libvirt.registerErrorHandler(lambda _context, _error: None, None)


def _ask_kernel(target: CarriedTarget, question: dict[str, object]) -> socket.socket:
    """Return the kernel's socket after it agreed; what follows its answer is the display's."""
    client = _open_socket(target)
    try:
        client.settimeout(CARRY_TIMEOUT)
        client.sendall(line_of({"id": target.id, **question}))
        answer_of(_read_line(client))
    except (OSError, ValueError) as error:
        client.close()
        raise _socket_closed() from error
    except Refusal:
        client.close()
        raise
    return client


def _read_line(client: socket.socket) -> bytes:
    """Return a line, and leave what follows it in the socket."""
    line = b""
    while not line.endswith(b"\n") and len(line) < LINE:
        seen = client.recv(LINE - len(line), socket.MSG_PEEK)
        end = seen.find(b"\n") + 1
        if not seen:
            break
        line += client.recv(end or len(seen))
    return line


def _check_socket(target: SocketTarget | TransferTarget | CarriedTarget) -> None:
    try:
        status = os.lstat(target.path)
    except OSError as error:
        raise _socket_closed() from error
    if not stat.S_ISSOCK(status.st_mode) or status.st_uid != os.geteuid():
        raise _socket_foreign()


def _open_socket(target: SocketTarget | TransferTarget | CarriedTarget) -> socket.socket:
    _check_socket(target)
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.settimeout(CONNECT_TIMEOUT)
        client.connect(target.path)
        # The file may have been exchanged since: what counts is who listens (unix(7)).
        peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        if _CREDENTIALS.unpack(peer)[1] != os.geteuid():
            raise _socket_foreign()
    except OSError as error:
        client.close()
        raise _socket_closed() from error
    except Refusal:
        client.close()
        raise
    return client


def _socket_closed() -> Refusal:
    return Refusal(
        HTTPStatus.BAD_GATEWAY,
        "socket-closed",
        str(_("The kernel does not serve this any more: open it again.")),
    )


def _socket_foreign() -> Refusal:
    return Refusal(
        HTTPStatus.FORBIDDEN,
        "socket-foreign",
        str(_("The socket belongs to somebody else.")),
    )
