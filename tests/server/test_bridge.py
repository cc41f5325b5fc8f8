"""Bytes in both directions: whole, bounded, timely, and nothing is left open."""

from __future__ import annotations

import gc
import hashlib
import os
import resource
import socket
import struct
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from websocket import ABNF, WebSocketConnectionClosedException, WebSocketTimeoutException

from qvirt_jupyter.console import DisplayTarget, SocketTarget, tickets
from qvirt_jupyter.console.activity import is_user_input
from qvirt_jupyter.server import console_socket


@contextmanager
def a_peer(serve):
    """Serve one connection on a unix socket with a function; yields the socket's path."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/peer")
        listener.listen()

        def run():
            connection, _address = listener.accept()
            with connection:
                serve(connection)

        thread = threading.Thread(target=run)
        thread.start()
        yield f"{folder}/peer"
        thread.join(20)
        assert not thread.is_alive()


POOLS = ("asyncio_", "qvirt-console")
"""What the names of threads of the loop's and of our own pool begin with; both are bounded."""


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def close_code(client):
    """Read until the server closes, and return its code."""
    while True:
        opcode, data = client.recv_data(control_frame=True)
        if opcode == ABNF.OPCODE_CLOSE:
            return struct.unpack("!H", data[:2])[0]


def test_an_echo_returns_every_byte_in_order_at_speed(a_server, a_ticket):
    client = a_server.connect(a_ticket)
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    blocks = [os.urandom(60_000) for _number in range(8)]
    total = 400 * len(blocks[0])
    sent, received = hashlib.sha256(), hashlib.sha256()

    def write():
        for number in range(400):
            sent.update(blocks[number % 8])
            client.send_binary(blocks[number % 8])

    writer = threading.Thread(target=write)
    started = time.monotonic()
    writer.start()
    size = 0
    while size < total:
        data = client.recv()
        received.update(data)
        size += len(data)
    writer.join()
    assert received.digest() == sent.digest()
    # The pure Python client is the slow part (it masks in Python); this only finds a stall.
    assert total / (time.monotonic() - started) > 2e6


def test_a_key_comes_back_within_milliseconds(a_server, a_ticket):
    client = a_server.connect(a_ticket)
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    times = []
    for _number in range(100):
        started = time.perf_counter()
        client.send_binary(b"\x04\x01\x00\x00\x00\x00\x00a")
        client.recv()
        times.append(time.perf_counter() - started)
    assert sorted(times)[50] < 0.02


def test_a_browser_that_does_not_read_stops_the_target_and_not_the_memory(a_server):
    produced = [0]
    stop = threading.Event()

    def flood(connection):
        block = bytes(65536)
        connection.settimeout(0.2)
        while not stop.is_set() and produced[0] < 400_000_000:
            try:
                produced[0] += connection.send(block)
            except TimeoutError:
                continue
            except OSError:
                return

    with a_peer(flood) as path:
        client = a_server.connect(tickets.issue(SocketTarget(path)).id)
        last = -1
        while produced[0] != last:
            last = produced[0]
            time.sleep(1)
        # What the operating system's buffers hold, and two blocks of ours.
        assert produced[0] < 20_000_000
        # And it goes on when the browser reads again.
        size = 0
        while size < last + 1_000_000:
            size += len(client.recv())
        stop.set()
        client.shutdown()


def test_a_target_that_does_not_read_stops_the_browser_and_not_the_memory(a_server, monkeypatch):
    # While a message waits for its target nothing is read behind it, neither the answer to a ping
    # nor the browser's end: the missing pong ends such a connection.
    monkeypatch.setattr(a_server.console, "ping_interval", 2.0)
    stop = threading.Event()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with a_peer(lambda _connection: stop.wait(30)) as path:
        client = a_server.connect(tickets.issue(SocketTarget(path)).id)
        client.settimeout(1)
        frame = ABNF.create_frame(bytes(1_000_000), ABNF.OPCODE_BINARY).format()
        sent = 0
        with pytest.raises(TimeoutError):  # noqa: PT012 - some message times out
            while sent < 200_000_000:
                client.sock.send(frame)
                sent += len(frame)
        assert sent < 40_000_000
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # KiB
        client.shutdown()
        wait_for(lambda: a_server.console.connections == 0, 20)
        stop.set()


def test_a_message_over_the_limit_ends_the_connection(a_server, a_ticket, monkeypatch):
    monkeypatch.setattr(a_server.console, "maximum_message", 5000)
    client = a_server.connect(a_ticket)
    client.send_binary(bytes(6000))
    assert close_code(client) == 1009


def test_a_text_message_ends_the_connection(a_server, a_ticket):
    client = a_server.connect(a_ticket)
    client.send("text")
    assert close_code(client) == 1003


def test_garbage_instead_of_frames_ends_the_connection(a_server, a_ticket):
    client = a_server.connect(a_ticket)
    client.sock.sendall(b"\xff" * 4096)
    with pytest.raises((WebSocketConnectionClosedException, OSError)):  # noqa: PT012 - a later one
        while True:
            client.recv_data()
    wait_for(lambda: a_server.console.connections == 0)


def test_a_target_that_ends_is_told_after_its_last_bytes(a_server):
    with a_peer(lambda connection: connection.sendall(b"last words")) as path:
        client = a_server.connect(tickets.issue(SocketTarget(path)).id)
        assert client.recv() == b"last words"
        assert close_code(client) == 1000


def test_a_target_that_shuts_down_its_writing_side_is_at_its_end(a_server):
    ended = threading.Event()

    def half(connection):
        connection.shutdown(socket.SHUT_WR)
        ended.wait(10)

    with a_peer(half) as path:
        client = a_server.connect(tickets.issue(SocketTarget(path)).id)
        assert close_code(client) == 1000
        ended.set()


def test_a_target_that_breaks_is_told(a_server):
    def reset(connection):
        connection.recv(1)  # leaves unread bytes: closing resets the connection

    with a_peer(reset) as path:
        client = a_server.connect(tickets.issue(SocketTarget(path)).id)
        client.send_binary(b"x" * 100)
        assert close_code(client) in {1000, 1011}


def test_a_browser_that_vanishes_ends_the_target(a_server):
    ended = threading.Event()

    def until_the_end(connection):
        assert connection.recv(1) == b""
        ended.set()

    with a_peer(until_the_end) as path:
        a_server.connect(tickets.issue(SocketTarget(path)).id).sock.close()
        assert ended.wait(10)


@pytest.mark.parametrize("version", ["13", "99"])
def test_a_handshake_that_fails_late_ends_the_target_too(a_server, version):
    ended = threading.Event()

    def until_the_end(connection):
        assert connection.recv(1) == b""
        ended.set()

    with a_peer(until_the_end) as path:
        ticket = tickets.issue(SocketTarget(path)).id
        headers = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": version,  # and no key
            "Authorization": f"token {a_server.token}",
        }
        assert a_server.get(f"qvirt/console?ticket={ticket}", **headers).status in {400, 426}
        assert ended.wait(10)
    wait_for(lambda: a_server.console.connections == 0)


def test_pings_renew_the_ticket_and_a_silent_browser_is_let_go(a_server, an_echo, monkeypatch):
    monkeypatch.setattr(a_server.console, "ping_interval", 0.3)
    monkeypatch.setattr(a_server.console, "pong_timeout", 0.2)
    ticket = tickets.issue(SocketTarget(an_echo), lifetime=1)
    client = a_server.connect(ticket.id)
    client.settimeout(0.2)
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        with pytest.raises(WebSocketTimeoutException):
            client.recv()  # answers pings
    assert tickets.find(ticket.id) == SocketTarget(an_echo), "renewed by its open connection"
    assert a_server.console.connections == 1
    # From here on nobody answers.
    wait_for(lambda: a_server.console.connections == 0, 15)


def test_revoking_ends_what_is_open(a_server, an_echo, monkeypatch):
    monkeypatch.setattr(a_server.console, "ping_interval", 0.2)
    ticket = tickets.issue(SocketTarget(an_echo))
    client = a_server.connect(ticket.id)
    tickets.revoke(ticket.id)
    assert close_code(client) == 1001
    with pytest.raises(tickets.TicketUnknown):
        tickets.find(ticket.id)


def test_a_ticket_serves_several_connections(a_server, a_ticket):
    clients = [a_server.connect(a_ticket) for _number in range(5)]
    for number, client in enumerate(clients):
        client.send_binary(bytes([number]))
    assert [client.recv() for client in clients] == [bytes([number]) for number in range(5)]


def test_many_connections_leave_nothing_behind(a_server, a_ticket):
    def descriptors():
        return sum(1 for _entry in Path("/proc/self/fd").iterdir())

    def threads_of_connections():
        # Threads of pools start when they are first needed together, and stay.
        names = [thread.name for thread in threading.enumerate()]
        return sum(not name.startswith(POOLS) for name in names)

    def cycle(count):
        for number in range(count):
            client = a_server.connect(a_ticket)
            if number % 3:
                client.send_binary(b"x")
                client.recv()
            if number % 2:
                client.close()
            client.shutdown()
            a_server.open.remove(client)
            answer = a_server.get(f"qvirt/console?ticket={'x' * 43}", Cookie=a_server.cookie)
            assert answer.status == 404
        wait_for(lambda: a_server.console.connections == 0)

    cycle(10)  # threads of the pool start here
    time.sleep(0.5)
    gc.collect()
    files, threads = descriptors(), threads_of_connections()
    handlers = sum(isinstance(o, console_socket.ConsoleSocket) for o in gc.get_objects())
    cycle(150)
    wait_for(lambda: threads_of_connections() <= threads)
    wait_for(lambda: descriptors() <= files + 1)
    gc.collect()
    left = sum(isinstance(o, console_socket.ConsoleSocket) for o in gc.get_objects())
    assert left <= handlers + 2


def test_only_a_person_counts_as_activity(a_server, a_ticket):
    settings = a_server.app.web_app.settings
    settings["qvirt_last_activity"] = datetime(2020, 1, 1, tzinfo=UTC)
    client = a_server.connect(a_ticket)
    assert settings["qvirt_last_activity"].year == 2020, "opening is not input"
    client.send_binary(b"typed")
    client.recv()
    assert (datetime.now(UTC) - settings["qvirt_last_activity"]).total_seconds() < 10
    # Jupyter's own sum of all activity takes it in.
    assert a_server.app.web_app.last_activity() >= settings["qvirt_last_activity"]


@pytest.mark.parametrize(
    ("message", "counts"),
    [
        (b"RFB 003.008\n", False),
        (b"\x01", False),  # the choice of a security type, and ClientInit
        (b"\x00" + bytes(19), False),  # SetPixelFormat
        (b"\x02\x00\x00\x01" + bytes(4), False),  # SetEncodings
        (b"\x03\x01" + bytes(8), False),  # FramebufferUpdateRequest
        (b"\xf8" + bytes(8), False),  # the answer to a fence
        (b"\xfb" + bytes(23), False),  # SetDesktopSize
        (b"\x04\x01\x00\x00\x00\x00\x00a", True),  # KeyEvent
        (b"\x05\x00\x00\x10\x00\x10", True),  # PointerEvent
        (b"\x06\x00\x00\x00\x00\x00\x00\x01x", True),  # ClientCutText
        (b"\xff\x00\x00\x01" + bytes(8), True),  # QEMU's extended key event
        (b"\xff\x01\x00\x02", False),  # QEMU's audio
        (b"", False),
    ],
)
def test_what_a_vnc_viewer_sends(message, counts):
    display = DisplayTarget("qemu:///session", "00000000-0000-0000-0000-000000000001")
    assert is_user_input(display, message) is counts


def test_the_runtime_folder_has_nothing_for_others(a_ticket):
    folder = tickets.tickets_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert a_ticket not in path.name + Path(path).read_text()
