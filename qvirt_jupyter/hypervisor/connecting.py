"""The connections of this process: one for each URI, shared by notebooks and panels."""

from __future__ import annotations

import atexit
import threading
import time
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import event_loop, shared_tasks
from qvirt_jupyter.hypervisor.connection import Connection
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.hypervisor.errors import ConnectionFailed
from qvirt_jupyter.hypervisor.host import host
from qvirt_jupyter.hypervisor.uri import default_uri

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.opening.credentials import Credentials

_connections: dict[tuple[str, bool], Connection] = {}
_registry = threading.Lock()


def connection_to(
    uri: str | None = None, *, read_only: bool = False, credentials: Credentials | None = None
) -> Connection:
    """Return the process's connection to a URI without opening it.

    The parameters are those of :func:`connect`.

    Raises
    ------
    ConnectionFailed
        There is no URI, and none can be guessed.
    ValueError
        It is not a connection URI.
    """
    wanted = uri if uri is not None else _libvirts_default() or default_uri()
    if wanted is None:
        raise ConnectionFailed(
            _("There is no hypervisor on this machine."),
            next_step=_("Install QEMU and libvirt, or name a URI such as qemu+ssh://host/system."),
        )
    key = (wanted, read_only)
    with _registry:
        connection = _connections.get(key)
        if connection is None:
            connection = _connections[key] = Connection(wanted, read_only=read_only)
    shared_tasks.share()
    if credentials is not None:
        connection.credentials = credentials
    return connection


def connect(
    uri: str | None = None, *, read_only: bool = False, credentials: Credentials | None = None
) -> Connection:
    """Connect to a hypervisor and return when everything has been read for the first time.

    There is one connection for each URI in a process, so a notebook and the panels share it.

    Parameters
    ----------
    uri
        As for libvirt (https://libvirt.org/uri.html); None means libvirt's default, else what
        is found on this machine.
    read_only
        Look, but change nothing.
    credentials
        Who answers the questions for a password or a host key; None leaves them unanswered.

    Raises
    ------
    ConnectionFailed
        It could not be opened; the error says why and what to do.
    AccessDenied
        Password, key or rights do not suffice, or the user cancelled.
    Unsupported
        There is no such driver.
    ValueError
        It is not a connection URI.
    """
    connection = connection_to(uri, read_only=read_only, credentials=credentials)
    connection.open().result()
    return connection


def connections() -> tuple[Connection, ...]:
    """Return the connections of this process that were opened and not closed since."""
    idle = {ConnectionState.DISCONNECTED, ConnectionState.CLOSED}
    with _registry:
        return tuple(found for found in _connections.values() if found.state not in idle)


def _libvirts_default() -> str | None:
    """Return the URI that libvirt itself was told to use, or None."""
    return host.configured_uri()


def _close_all() -> None:
    """End before the interpreter does, so that no callback runs into its end."""
    event_loop.stop()
    deadline = time.monotonic() + 2.0
    threads = [
        threading.Thread(target=connection.close, daemon=True) for connection in connections()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


atexit.register(_close_all)
