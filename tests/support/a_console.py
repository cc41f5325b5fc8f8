"""A console of each type that the bridge carries, whose other end a test plays."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import tempfile
import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import a_certificate
import a_libvirtd
import a_sshd
import pytest
from a_display import GREETING, a_display, greet, greet_in_tls, greet_with_a_password

from qvirt_jupyter.console import DisplayTarget, opening, tickets
from qvirt_jupyter.console.display_routes import route
from qvirt_jupyter.console.display_service import service as displays
from qvirt_jupyter.console.serial_service import service as serials
from qvirt_jupyter.hypervisor import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from websocket import WebSocket

    from qvirt_jupyter.hypervisor import Connection

    Serve = Callable[[socket.socket], None]

SPICE_LINK = b"REDQ" + struct.pack("<IIIIB", 2, 2, 26, 0, 1) + bytes(21)
SPOKEN = (
    "<domain type='test'><name>{name}</name><memory>1024</memory><os><type>hvm</type></os>"
    "<devices><serial type='pty'/></devices></domain>"
)


@dataclass
class Console:
    """A console of one type."""

    ticket: str
    first: bytes
    """What a viewer says first."""
    greeted: str = ""
    """How the kernel greets a viewer before: ``"open"``, ``"password"``, or not at all."""
    reached: list[object] = field(default_factory=list)
    stop: Callable[[], None] | None = None
    """Has its machine stopped; a serial line is there while its panel is."""

    def enter(self, client: WebSocket) -> None:
        """Say what a viewer says first."""
        if not self.greeted:
            client.send_binary(self.first)
            return
        # What RFC 6143, section 7.1, has until the display sends what it likes.
        assert heard(client, len(GREETING)) == GREETING
        client.send_binary(GREETING)
        kind = b"\2" if self.greeted == "password" else b"\1"
        assert heard(client, 2) == b"\1" + kind
        client.send_binary(kind)
        if self.greeted == "password":
            heard(client, 16)
            client.send_binary(bytes(16))
        assert heard(client, 4) == bytes(4)
        client.send_binary(b"\1")


class Surroundings:
    """What the ways to some types of consoles need; made when the first one does."""

    def __init__(self) -> None:
        self._kept = contextlib.ExitStack()
        self._certificates: Path | None = None
        self._connection: Connection | None = None
        self._sshd: a_sshd.Sshd | None = None

    @property
    def certificates(self) -> Path:
        """A folder with the certificates of an authority, and of 127.0.0.1."""
        if self._certificates is None:
            if reason := a_certificate.missing():
                pytest.skip(reason)
            folder = Path(self._kept.enter_context(tempfile.TemporaryDirectory()))
            a_certificate.make_authority(folder, "ca")
            extensions = "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
            a_certificate.make_certificate(folder, "server", "ca", extensions)
            self._certificates = folder
        return self._certificates

    @property
    def connection(self) -> Connection:
        """One to libvirt's test driver."""
        if self._connection is None:
            self._connection = connect("test:///default")
            self._kept.callback(self._connection.close)
        return self._connection

    @property
    def sshd(self) -> a_sshd.Sshd:
        """A running one that lets us in by a key."""
        if self._sshd is None:
            if reason := a_sshd.missing():
                pytest.skip(reason)
            user = a_libvirtd.ordinary_user()
            self._sshd = self._kept.enter_context(a_sshd.a_running_sshd(user, {"IS": "test"}))
            self._sshd.know_host()
        return self._sshd

    def in_tls(self, connection: socket.socket) -> ssl.SSLSocket:
        """Begin TLS as a display does."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        folder = self.certificates
        context.load_cert_chain(folder / "servercert.pem", folder / "serverkey.pem")
        return context.wrap_socket(connection, server_side=True)

    def close(self) -> None:
        """End what was started."""
        self._kept.close()


def heard(client: WebSocket, size: int) -> bytes:
    """Return so many bytes of what a client hears, which end with a message."""
    data = b""
    while len(data) < size:
        data += client.recv()
    assert len(data) == size
    return data


def run(serve: Serve, connection: socket.socket) -> threading.Thread:
    """Play the other end on a thread of its own, until it is left."""

    def play() -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(30)
            serve(connection)

    thread = threading.Thread(target=play, name="the other end")
    thread.start()
    return thread


class _Machine:
    """A machine of this host with a screen that a test plays: no QEMU is evil."""

    def __init__(self, serve: Serve, index: int) -> None:
        self.threads: list[threading.Thread] = []
        self.reached: list[object] = []
        self.runs = True
        self._serve, self._index = serve, index

    def isActive(self) -> bool:  # noqa: N802 - libvirt's
        return self.runs

    def name(self) -> str:
        return "web"

    def openGraphicsFD(self, number: int, _flags: int) -> int:  # noqa: N802 - libvirt's
        assert number == self._index
        self.reached.append(number)
        ours, theirs = socket.socketpair()
        self.threads.append(run(self._serve, theirs))
        return ours.detach()


_machines: dict[str, _Machine] = {}


class _Host:
    def lookupByUUIDString(self, key: str) -> _Machine:  # noqa: N802 - libvirt's
        return _machines[key]

    def close(self) -> None:
        pass


@contextlib.contextmanager
def a_local_display(serve: Serve, index: int, first: bytes) -> Iterator[Console]:
    """A display of this host: libvirt gives the server one end of a socket pair."""
    target = DisplayTarget("qemu:///session", str(uuid.uuid4()), index)
    machine = _machines[target.uuid] = _Machine(serve, index)

    def stop() -> None:
        machine.runs = False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "_connect", lambda _uri: _Host())
        yield Console(tickets.issue(target).id, first, reached=machine.reached, stop=stop)
        for thread in machine.threads:
            thread.join(40)
            assert not thread.is_alive()
    del _machines[target.uuid]


@contextlib.contextmanager
def a_serial_line(serve: Serve, around: Surroundings) -> Iterator[Console]:
    """A serial line; what its guest says is what the other end says."""
    connection = around.connection
    name = f"spoken-{uuid.uuid4()}"
    line = connection.domains.define(SPOKEN.format(name=name)).serial
    ours, theirs = socket.socketpair()

    def take() -> None:
        while data := ours.recv(65536):
            line.take(data)

    reader = threading.Thread(target=take, name="the guest's line")
    reader.start()
    offer = serials.offer(line)
    console = Console(tickets.issue(offer.target).id, b"ls\r")
    player = None
    real = line.listen

    def listen(*arguments: object, **options: object) -> object:
        nonlocal player
        console.reached.append(arguments)
        if player is None:
            player = run(serve, theirs)
        return real(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line, "listen", listen)
        try:
            yield console
        finally:
            offer.close()
            if player is None:
                theirs.close()
            else:
                ours.shutdown(socket.SHUT_WR)
                player.join(40)
                assert not player.is_alive()
            reader.join(40)
            ours.close()
            connection.domains[name].undefine()


@contextlib.contextmanager
def a_carried_display(
    serve: Serve, kind: str, around: Surroundings, way: str = "", greeting: str = "open"
) -> Iterator[Console]:
    """A display that the kernel carries: what comes before the first picture is in order.

    Parameters
    ----------
    serve
        The display, from where it may send what it likes.
    kind
        ``"vnc"`` or ``"spice"``.
    around
        What the way needs.
    way
        ``"socket"`` of this host, ``"ssh"`` to a port, ``"ssh socket"``, or by TCP.
    greeting
        ``"open"``, ``"password"`` or ``"tls"``.
    """
    reached: list[object] = []

    def play(connection: socket.socket) -> None:
        reached.append(connection)
        if kind == "spice":
            with around.in_tls(connection) if greeting == "tls" else connection as spoken:
                serve(spoken)
            return
        if greeting == "tls":
            connection = greet_in_tls(connection, around.in_tls)
        else:
            {"open": greet, "password": greet_with_a_password}[greeting](connection)
        with connection:
            if connection.recv(1) == b"\1":  # else no viewer comes in
                serve(connection)

    with a_display(play, at_socket="socket" in way) as machine:
        machine.type, machine.in_tls = kind, greeting == "tls" and kind == "spice"
        if "ssh" in way:
            if machine.socket:  # whoever signs in is another user
                Path(machine.socket).chmod(0o777)
                Path(machine.socket).parent.chmod(0o755)
            machine.connection.uri = around.sshd.uri()
        elif way == "socket":
            machine.connection.uri = "qemu+unix:///session"
            machine.connection.needed_credentials = True
        elif greeting == "tls":
            machine.connection.uri += f"?pkipath={around.certificates}"
        machine.is_active = False  # nothing waits in advance
        found = route(machine, machine.displays()[0])
        machine.is_active = True

        def stop() -> None:
            machine.is_active = False

        ticket = tickets.issue(found.target).id
        greeted = "" if kind == "spice" else "password" if greeting == "password" else "open"
        try:
            yield Console(ticket, SPICE_LINK, greeted, reached, stop)
        finally:
            found.close()


KINDS: dict[str, Callable[[Serve, Surroundings], contextlib.AbstractContextManager[Console]]] = {
    "local VNC": lambda serve, _around: a_local_display(serve, 0, GREETING),
    "local SPICE": lambda serve, _around: a_local_display(serve, 1, SPICE_LINK),
    "serial": a_serial_line,
    "carried VNC": lambda serve, around: a_carried_display(serve, "vnc", around),
    "carried SPICE": lambda serve, around: a_carried_display(serve, "spice", around),
    "VNC with a password": lambda serve, around: a_carried_display(
        serve, "vnc", around, greeting="password"
    ),
    "VNC in TLS": lambda serve, around: a_carried_display(serve, "vnc", around, greeting="tls"),
    "SPICE in TLS": lambda serve, around: a_carried_display(serve, "spice", around, greeting="tls"),
    "VNC on a socket": lambda serve, around: a_carried_display(serve, "vnc", around, "socket"),
    "VNC by ssh": lambda serve, around: a_carried_display(serve, "vnc", around, "ssh"),
    "VNC on a socket by ssh": lambda serve, around: a_carried_display(
        serve, "vnc", around, "ssh socket"
    ),
    "SPICE by ssh": lambda serve, around: a_carried_display(serve, "spice", around, "ssh"),
}
"""Every way of bytes to a browser's viewer."""


def close_all() -> None:
    """End what the kernel still serves."""
    displays.close()
