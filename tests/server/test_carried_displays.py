"""Displays that the kernel carries: who is refused, what an evil display can do, what stays."""

from __future__ import annotations

import gc
import json
import os
import resource
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from a_display import GREETING, a_display, echo, greet
from a_vnc_viewer import NONE, VncViewer
from an_old_ticket import an_expired_ticket
from websocket import WebSocketBadStatusException
from what_is_open import POOLS, listening_ports

from qvirt_jupyter.console import (
    CarriedTarget,
    DisplayTarget,
    TransferTarget,
    tickets,
)
from qvirt_jupyter.console.display_routes import route
from qvirt_jupyter.console.display_service import service
from qvirt_jupyter.console.transfer_service import service as transfers
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.hypervisor.screen import reached_display


def flood(connection, block):
    for _number in range(10_000):
        connection.sendall(block)


def drip(connection):
    for byte in GREETING * 100:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


EVIL = {
    "random bytes": lambda connection: connection.sendall(os.urandom(1_000_000)),
    "endless words": lambda connection: flood(connection, b"x" * 65536),
    "a wrong count": lambda connection: connection.sendall(GREETING + b"\xff" + bytes(10)),
    "an endless reason": lambda connection: (
        connection.sendall(GREETING + b"\0" + b"\xff" * 4),
        flood(connection, b"x" * 65536),
    ),
    "wrong subtypes": lambda connection: connection.sendall(GREETING + b"\1\x13\0\2\0\xff"),
    "a TLS that is none": lambda connection: connection.sendall(
        GREETING + b"\1\x13\0\2\0\1\0\0\1\4\1" + os.urandom(4096)
    ),
    "silence": lambda connection: connection.recv(1),
    "silence after the version": lambda connection: (
        connection.sendall(GREETING),
        connection.recv(100),
        connection.recv(1),
    ),
    "one byte at a time": drip,
}


@pytest.fixture(autouse=True)
def _nothing_is_served():
    yield
    service.close()


@contextmanager
def a_way(machine):
    """The id of a ticket for a machine's display."""
    way = route(machine, machine.displays()[0])
    try:
        yield tickets.issue(way.target).id
    finally:
        way.close()


def refusal(server, ticket, **options):
    with pytest.raises(WebSocketBadStatusException) as caught:
        server.connect(ticket, **options)
    return caught.value.status_code, json.loads(caught.value.resp_body)["code"]


def wait_for(condition, seconds=180):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def threads_of_consoles():
    return sum(
        thread.name.startswith(("qvirt-display", "qvirt-ssh", "Thread-"))
        for thread in threading.enumerate()
    )


def test_a_display_is_seen_through_the_kernel(a_server):
    with a_display(echo) as machine, a_way(machine) as ticket:
        client = a_server.connect(ticket)
        viewer = VncViewer(client)
        assert viewer.security() == [NONE]
        client.send_binary(bytes([NONE]))
        assert viewer.read(4) == bytes(4)
        client.send_binary(b"hello")
        assert viewer.read(5) == b"hello"


def test_nobody_gets_to_a_display_by_a_trick(a_server):
    """Whom every console refuses, with a ticket for a display that is carried."""
    reached = []

    def serve(connection):
        echo(connection)
        reached.append(connection)

    with a_display(serve) as machine:
        machine.is_active = False  # nothing waits in advance
        with a_way(machine) as ticket:
            machine.is_active = True
            expected = {
                (403, "login-needed"): {"cookie": None},
                (403, "origin-foreign"): {"origin": "https://evil.example"},
                (403, "origin-missing"): {"origin": None},
            }
            for code, options in expected.items():
                assert refusal(a_server, ticket, **options) == code
            wrong = {"cookie": None, "token": "wrong"}
            assert refusal(a_server, ticket, **wrong) == (403, "login-needed")
            target = tickets.find(ticket)
            assert refusal(a_server, an_expired_ticket(target)) == (410, "ticket-expired")
            tickets.revoke(ticket)
            assert refusal(a_server, ticket) == (404, "ticket-unknown")
    assert reached == []


def test_a_ticket_of_another_kind_opens_no_display(a_server):
    with a_display(echo) as machine, a_way(machine) as ticket:
        target = tickets.find(ticket)
        other = tickets.issue(TransferTarget(target.path, target.id)).id
        assert refusal(a_server, other) == (400, "ticket-wrong")
        other = tickets.issue(CarriedTarget(target.path, "0" * 16, "vnc")).id
        assert refusal(a_server, other) == (410, "route-gone")
        # The kernel's own connection is no way round, either.
        other = tickets.issue(DisplayTarget(machine.connection.uri, machine.uuid)).id
        assert refusal(a_server, other) == (501, "display-remote")
        key = transfers.offer(None)
        try:
            transfer = transfers.ticket(key).target
            other = tickets.issue(CarriedTarget(transfer.path, key, "vnc")).id
            assert refusal(a_server, other)[0] in {410, 502}
        finally:
            transfers.close()


@pytest.mark.parametrize("kind", EVIL)
def test_an_evil_display_is_refused_in_words_and_leaves_nothing(kind, monkeypatch):
    monkeypatch.setattr(reached_display, "SILENCE", 0.5)
    monkeypatch.setattr(reached_display, "GREETING_TIME", 2.0)
    before, memory = threads_of_consoles(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with a_display(EVIL[kind]) as machine, pytest.raises(QvirtError) as caught:
        route(machine, machine.displays()[0])
    assert caught.value.reason
    assert caught.value.next_step
    service.close()
    wait_for(lambda: threads_of_consoles() <= before)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 30_000  # KiB


def test_an_endless_display_waits_for_a_browser_that_does_not_read(a_server):
    produced = [0]
    stop = threading.Event()

    def serve(connection):
        greet(connection)
        connection.settimeout(0.2)
        while not stop.is_set() and produced[0] < 400_000_000:
            try:
                produced[0] += connection.send(bytes(65536))
            except TimeoutError:
                continue

    with a_display(serve) as machine, a_way(machine) as ticket:
        client = a_server.connect(ticket)
        viewer = VncViewer(client)
        viewer.security()
        client.send_binary(bytes([NONE]))
        last = -1
        while produced[0] != last:
            last = produced[0]
            time.sleep(1)
        assert produced[0] < 30_000_000, "what the system's buffers hold, and blocks of ours"
        size = 0
        while size < last:
            size += len(client.recv())
        stop.set()
        client.shutdown()


def test_a_browser_that_is_evil_does_not_reach_the_display(a_server):
    heard = []

    def serve(connection):
        connection.sendall(GREETING)
        heard.append(connection.recv(12))
        connection.sendall(b"\1\1")
        heard.append(connection.recv(100))

    with a_display(serve) as machine, a_way(machine) as ticket:
        client = a_server.connect(ticket)
        client.send_binary(os.urandom(4096))
        with pytest.raises(AssertionError, match="the display closed"):
            VncViewer(client).read(1_000_000)
    assert heard == [GREETING, b""]


def test_two_hundred_consoles_leave_nothing_and_open_no_port(a_server):
    def descriptors():
        return sum(1 for _entry in Path("/proc/self/fd").iterdir())

    def threads():
        names = [thread.name for thread in threading.enumerate()]
        return sum(not name.startswith(POOLS) for name in names)

    def children():
        return Path("/proc/thread-self/children").read_text().split()

    def cycle(machine, count):
        for number in range(count):
            with a_way(machine) as ticket:
                client = a_server.connect(ticket)
                if number % 2:
                    VncViewer(client).security()
                client.shutdown()
                a_server.open.remove(client)
                tickets.revoke(ticket)
        wait_for(lambda: a_server.console.connections == 0)

    with a_display(echo) as machine:
        ports = listening_ports()
        cycle(machine, 10)  # threads of pools start here, and the service begins to listen
        assert listening_ports() == ports
        time.sleep(0.5)
        gc.collect()
        before = descriptors(), threads(), children()
        issued = set(tickets.tickets_folder().iterdir())
        cycle(machine, 200)
        assert listening_ports() == ports
        wait_for(lambda: threads() <= before[1])
        wait_for(lambda: descriptors() <= before[0] + 1)
        wait_for(lambda: children() == before[2])
        assert set(tickets.tickets_folder().iterdir()) <= issued
    folder = service._folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "serve").stat().st_mode & 0o777 == 0o600
    service.close()
    assert not folder.exists()


def test_strangers_on_the_socket_are_not_served():
    """Who speaks nonsense, nothing, or too much to the kernel's own socket."""
    with a_display(echo) as machine, a_way(machine) as ticket:
        path = tickets.find(ticket).path
        for words in (
            b"GET / HTTP/1.1\r\n\r\n",
            b"[]\n",
            b"{}\n",
            b"x" * 100_000,
            b'{"do":"open"}\n',
        ):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(90)
                client.connect(path)
                try:
                    client.sendall(words)
                    answer = client.recv(65536)
                except OSError:
                    answer = b""
                assert b"RFB" not in answer
