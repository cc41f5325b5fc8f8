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
from a_jupyter_server import BASE_URL
from websocket import ABNF, WebSocketConnectionClosedException
from what_is_open import POOLS

from qvirt_jupyter.console import SocketTarget, tickets
from qvirt_jupyter.console.activity import Activity
from qvirt_jupyter.server import console_socket, direct_socket
from qvirt_jupyter.server.settings import QvirtConsole


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

        # Where the test fails, nobody may come.
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"{folder}/peer"
        thread.join(90)
        assert not thread.is_alive()


def wait_for(condition, seconds=120):
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


def test_an_echo_returns_every_byte_in_order(a_server, a_ticket):
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
    writer.start()
    size = 0
    while size < total:
        data = client.recv()
        received.update(data)
        size += len(data)
    writer.join()
    assert received.digest() == sent.digest()


def test_a_key_comes_back_without_waiting_for_another(a_server, a_ticket):
    client = a_server.connect(a_ticket)
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    times = []
    for _number in range(100):
        started = time.perf_counter()
        client.send_binary(b"\x04\x01\x00\x00\x00\x00\x00a")
        client.recv()
        times.append(time.perf_counter() - started)
    # Of packets that wait for more (Nagle's algorithm) each takes 40 ms, on any machine.
    assert min(times) < 0.02


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
        wait_for(lambda: a_server.console.connections == 0)
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


def masked(opcode, data, *, is_final=True):
    return ABNF(int(is_final), 0, 0, 0, opcode, 1, data).format()


def test_a_message_in_parts_arrives_whole_and_a_ping_between_is_answered(a_server, a_ticket):
    client = a_server.connect(a_ticket)
    client.sock.sendall(
        masked(ABNF.OPCODE_BINARY, b"one ", is_final=False)
        + masked(ABNF.OPCODE_PING, b"there?")
        + masked(ABNF.OPCODE_CONT, b"two")
    )
    answers = [client.recv_frame() for _number in range(2)]
    assert {(frame.opcode, frame.data) for frame in answers} == {
        (ABNF.OPCODE_PONG, b"there?"),
        (ABNF.OPCODE_BINARY, b"one two"),
    }


def test_a_message_that_comes_byte_by_byte_arrives(a_server, a_ticket):
    client = a_server.connect(a_ticket)
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    data = os.urandom(300)
    for byte in masked(ABNF.OPCODE_BINARY, data):
        client.sock.sendall(bytes([byte]))
    assert client.recv() == data


def test_a_message_that_comes_with_the_handshake_arrives(a_server, a_ticket):
    request = (
        f"GET {BASE_URL}qvirt/console?ticket={a_ticket} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{a_server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: token {a_server.token}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", a_server.port), 20) as browser:
        browser.sendall(request.encode() + masked(ABNF.OPCODE_BINARY, b"early"))
        heard = b""
        while not heard.endswith(b"\x82\x05early"):
            piece = browser.recv(4096)
            assert piece, heard
            heard += piece


@pytest.mark.parametrize(
    "frames",
    [
        b"\x82\x02hi",  # not masked
        masked(ABNF.OPCODE_CONT, b"x"),  # goes on with nothing
        masked(ABNF.OPCODE_BINARY, b"x", is_final=False) + masked(ABNF.OPCODE_BINARY, b"y"),
        masked(ABNF.OPCODE_PING, b"x", is_final=False),
        b"\x89\xfe\x00\x7e" + bytes(130),  # a ping that is too long
        b"\x83\x80" + bytes(4),  # a kind that there is not
    ],
)
def test_frames_against_the_rules_end_the_connection(a_server, a_ticket, frames):
    client = a_server.connect(a_ticket)
    client.sock.sendall(frames)
    with pytest.raises((WebSocketConnectionClosedException, OSError)):
        client.recv_data()
    wait_for(lambda: a_server.console.connections == 0)


def test_a_connection_that_cannot_be_taken_over_goes_tornados_way(a_server, a_ticket, monkeypatch):
    # As one that the server itself encrypts: its stream is of another class.
    monkeypatch.setattr(direct_socket, "IOStream", socket.socket)
    client = a_server.connect(a_ticket)
    blocks = [os.urandom(size) for size in (1, 200, 70_000, 1_000_000)]
    for block in blocks:
        client.send_binary(block)
        heard = b""
        while len(heard) < len(block):
            heard += client.recv()
        assert heard == block
    client.close()
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
        ended.wait(30)

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
        assert ended.wait(30)


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
        assert ended.wait(30)
    wait_for(lambda: a_server.console.connections == 0)


def test_pings_renew_the_ticket_and_a_silent_browser_is_let_go(a_server, an_echo, monkeypatch):
    # Also how long an answer may take.
    monkeypatch.setattr(a_server.console, "ping_interval", 2.0)
    ticket = tickets.issue(SocketTarget(an_echo), lifetime=10)
    client = a_server.connect(ticket.id)
    for _number in range(2):
        frame = client.recv_frame()
        assert frame.opcode == ABNF.OPCODE_PING
        client.pong()
    wait_for(lambda: tickets._read(ticket.id).expires > ticket.expires)
    assert a_server.console.connections == 1
    # From here on nobody answers.
    wait_for(lambda: a_server.console.connections == 0)


def test_pings_come_before_a_proxy_cuts_what_is_silent():
    usual = QvirtConsole()
    assert 25 <= usual.ping_interval <= 30
    assert usual.pong_timeout < usual.ping_interval


def test_revoking_ends_what_is_open(a_server, an_echo, monkeypatch):
    # Also how long an answer may take.
    monkeypatch.setattr(a_server.console, "ping_interval", 2.0)
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
    assert (datetime.now(UTC) - settings["qvirt_last_activity"]).total_seconds() < 120
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
    activity = Activity()
    assert not activity.is_input(b"RFB 003.008\n")
    assert activity.is_input(message) is counts


def a_spice_link(channel):
    """Return how spice-html5 opens a channel, and one that has not all that it must."""
    return b"REDQ" + struct.pack("<IIIIB", 2, 2, 26, 7, channel) + bytes(21)


@pytest.mark.parametrize(
    ("channel", "kind", "counts"),
    [
        (3, 101, True),  # inputs: a key
        (3, 112, True),  # the pointer
        (3, 114, True),  # a button
        (3, 3, False),  # the answer to a ping
        (3, 1, False),  # an acknowledgement
        (2, 101, False),  # display: begin
        (2, 102, False),  # a report on a film
        (1, 104, False),  # main: attach the channels
    ],
)
def test_what_a_spice_viewer_sends(channel, kind, counts):
    activity = Activity()
    assert not activity.is_input(a_spice_link(channel))
    assert activity.is_input(struct.pack("<HI", kind, 4) + bytes(4)) is counts


def test_what_else_is_sent_is_input():
    assert Activity().is_input(b"typed in a terminal")
    assert not Activity().is_input(b"")


def test_the_runtime_folder_has_nothing_for_others(a_ticket):
    folder = tickets.tickets_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert a_ticket not in path.name + Path(path).read_text()
