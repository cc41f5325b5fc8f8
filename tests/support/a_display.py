"""Displays of the tests' own on a port, good ones and evil ones, and the machine that has them."""

from __future__ import annotations

import contextlib
import socket
import struct
import tempfile
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qvirt_jupyter.hypervisor import ConnectionState
from qvirt_jupyter.hypervisor.errors import Subject
from qvirt_jupyter.hypervisor.screen.displays import Display
from qvirt_jupyter.hypervisor.uri import ConnectionUri

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

GREETING = b"RFB 003.008\n"
_X509_NONE = 260
"""https://github.com/rfbproto/rfbproto/blob/master/rfbproto.rst#vencrypt"""


@dataclass
class FarConnection:
    """What a display's way asks of a connection."""

    uri: str = "qemu+tcp://127.0.0.1/system"
    read_only: bool = False
    needed_credentials: bool = False
    hostname: str = "here"
    credentials: None = None
    state: ConnectionState = ConnectionState.CONNECTED

    @property
    def parts(self) -> ConnectionUri:
        return ConnectionUri.parse(self.uri)


@dataclass
class FarMachine:
    """What a display's way asks of a machine: no hypervisor has an evil display to offer."""

    port: int = 0
    socket: str = ""
    type: str = "vnc"
    in_tls: bool = False
    is_active: bool = True
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    name: str = "web"
    connection: FarConnection = field(default_factory=FarConnection)

    @property
    def subject(self) -> Subject:
        return Subject("domain", self.name, self.connection.uri, self.uuid)

    def displays(self) -> tuple[Display, ...]:
        if self.socket:
            return (Display(0, self.type, "socket", socket=self.socket),)
        # On all addresses of its host, which is the connection's.
        ports = (None, self.port) if self.in_tls else (self.port, None)
        return (Display(0, self.type, "address", "0.0.0.0", *ports),)  # noqa: S104


@contextlib.contextmanager
def _a_listener(*, at_socket: bool) -> Iterator[tuple[socket.socket, FarMachine]]:
    if not at_socket:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            yield listener, FarMachine(listener.getsockname()[1])
        return
    # A temporary folder's own path may be longer than a socket's may be (unix(7): 108 bytes).
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as folder,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        listener.bind(f"{folder}/screen")
        listener.listen(128)
        yield listener, FarMachine(socket=f"{folder}/screen")


@contextlib.contextmanager
def a_display(
    serve: Callable[[socket.socket], None], *, at_socket: bool = False
) -> Iterator[FarMachine]:
    """Serve each connection to a port or a socket with a function; yield the machine that has it."""
    threads = []
    with _a_listener(at_socket=at_socket) as (listener, machine):

        def run(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                connection.settimeout(30)
                serve(connection)

        def accept() -> None:
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=run, args=(connection,)))
                threads[-1].start()

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield machine
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(10)
            for thread in threads:
                thread.join(40)
                assert not thread.is_alive()


def greet(connection: socket.socket) -> None:
    """Speak as a display without a password does, until the viewer has chosen."""
    connection.sendall(GREETING)
    _take(connection, len(GREETING))
    connection.sendall(b"\1\1")
    _take(connection, 1)
    connection.sendall(bytes(4))


def greet_with_a_password(connection: socket.socket) -> None:
    """Speak as a display with a password does that takes any."""
    connection.sendall(GREETING)
    _take(connection, len(GREETING))
    connection.sendall(b"\1\2")
    _take(connection, 1)
    connection.sendall(bytes(16))  # the challenge
    _take(connection, 16)
    connection.sendall(bytes(4))


def greet_in_tls(
    connection: socket.socket, in_tls: Callable[[socket.socket], ssl.SSLSocket]
) -> ssl.SSLSocket:
    """Speak as a display with a certificate and without a password does (VeNCrypt X509None).

    Parameters
    ----------
    connection
        The viewer's; it belongs to what is returned.
    in_tls
        Begins TLS.
    """
    connection.sendall(GREETING)
    _take(connection, len(GREETING))
    connection.sendall(b"\1\x13")
    _take(connection, 1)
    connection.sendall(b"\0\2")
    _take(connection, 2)
    connection.sendall(b"\0\1" + struct.pack("!I", _X509_NONE))
    _take(connection, 4)
    connection.sendall(b"\1")
    encrypted = in_tls(connection)
    encrypted.sendall(bytes(4))
    return encrypted


def echo(connection: socket.socket) -> None:
    """Greet, and then send everything back."""
    greet(connection)
    while data := connection.recv(65536):
        connection.sendall(data)


def _take(connection: socket.socket, size: int) -> None:
    while size:
        block = connection.recv(size)
        if not block:
            raise ConnectionResetError("The viewer went.")
        size -= len(block)
