"""Every type of console by the same list: who is refused, what an evil one can do, what stays."""

from __future__ import annotations

import gc
import json
import os
import struct
import tempfile
import threading
import time
from pathlib import Path

import pytest
import what_is_open
from a_console import KINDS, Surroundings, close_all, heard
from an_old_ticket import an_expired_ticket
from websocket import ABNF, WebSocketBadStatusException

from qvirt_jupyter.console import TransferTarget, tickets
from qvirt_jupyter.console.serial_service import service as serials

OFFERED = 300_000_000
"""Bytes that an endless console has to say."""
GROWTH = 60_000
"""KiB: the buffers of the operating system are not ours, so these are 64 KiB here and there, what a
serial line keeps, and what Python does not give back."""


@pytest.fixture(scope="module", autouse=True)
def _a_folder_of_our_own():
    """Let no other program of this host make files where these tests count them."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)  # the sshd is another user's
        patch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture(scope="module")
def around(_a_folder_of_our_own):
    """What the ways to some consoles need."""
    surroundings = Surroundings()
    yield surroundings
    surroundings.close()


@pytest.fixture
def a_console(around):
    """A function that makes a console of a type; it is closed where its context ends."""
    yield lambda kind, serve: KINDS[kind](serve, around)
    close_all()


EVERY = pytest.mark.parametrize("kind", KINDS)
TRICKS = {
    "no login": ({"cookie": None}, (403, "login-needed")),
    "a wrong token": ({"cookie": None, "token": "wrong"}, (403, "login-needed")),
    "another site": ({"origin": "https://evil.example"}, (403, "origin-foreign")),
    "no origin": ({"origin": None}, (403, "origin-missing")),
    "an opaque origin": ({"origin": "null"}, (403, "origin-foreign")),
}


def refusal(server, ticket, **options):
    with pytest.raises(WebSocketBadStatusException) as caught:
        server.connect(ticket, **options)
    return caught.value.status_code, json.loads(caught.value.resp_body)["code"]


def wait_for(condition, seconds=180):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def until_left(connection):
    while connection.recv(65536):
        pass


@EVERY
def test_nobody_gets_in_by_a_trick(a_server, a_console, kind):
    with a_console(kind, until_left) as console:
        for trick, (options, expected) in TRICKS.items():
            assert refusal(a_server, console.ticket, **options) == expected, trick
        target = tickets.find(console.ticket)
        assert refusal(a_server, an_expired_ticket(target)) == (410, "ticket-expired")
        # Nor does it open anything else, or a ticket for anything else open it.
        answer = a_server.get(f"qvirt/transfer?ticket={console.ticket}", Cookie=a_server.cookie)
        assert (answer.status, json.loads(answer.text)["code"]) == (400, "ticket-wrong")
        path = getattr(target, "path", "/tmp/somewhere")  # noqa: S108 - nothing is made there
        other = tickets.issue(TransferTarget(path, getattr(target, "id", "0"))).id
        assert refusal(a_server, other) == (400, "ticket-wrong")
        revoked = tickets.issue(target).id
        tickets.revoke(revoked)
        assert refusal(a_server, revoked) == (404, "ticket-unknown")
        assert console.reached == []
        # It is there for whom it is meant.
        console.enter(a_server.connect(console.ticket))
        wait_for(lambda: console.reached)
        a_server.close_consoles()
        if console.stop is not None:
            console.stop()
            assert refusal(a_server, console.ticket) == (409, "machine-stopped")
            assert len(console.reached) == 1


@EVERY
def test_a_ticket_opens_its_own_and_no_other(a_server, a_console, kind):
    def saying(words):
        def serve(connection):
            connection.sendall(words)
            until_left(connection)

        return serve

    with (
        a_console(kind, saying(b"first")) as first,
        a_console(kind, saying(b"other")) as other,
    ):
        for console, words in ((first, b"first"), (other, b"other"), (first, b"first")):
            client = a_server.connect(console.ticket)
            console.enter(client)
            assert heard(client, 5) == words
        a_server.close_consoles()


@EVERY
def test_random_bytes_and_wrong_lengths_are_the_viewers_matter(a_server, a_console, kind):
    # A picture of 65535 x 65535, a clipboard of 4 GB, a message of SPICE without end, and noise.
    evil = (
        struct.pack("!BxHHHHHi", 0, 65535, 0, 0, 65535, 65535, 0)
        + b"\x03\0\0\0\xff\xff\xff\xff"
        + struct.pack("<HI", 101, 2**32 - 1)
        + os.urandom(200_000)
    )

    def serve(connection):
        connection.sendall(evil)
        until_left(connection)

    with a_console(kind, serve) as console:
        client = a_server.connect(console.ticket)
        console.enter(client)
        assert heard(client, len(evil)) == evil
        client.shutdown()
    wait_for(lambda: a_server.console.connections == 0)


@EVERY
def test_one_that_never_ends_fills_no_memory(a_server, a_console, kind):
    produced = [0]
    stop = threading.Event()

    def serve(connection):
        connection.settimeout(0.2)
        while not stop.is_set() and produced[0] < OFFERED:
            try:
                produced[0] += connection.send(bytes(65536))
            except TimeoutError:
                continue
        connection.settimeout(30)
        until_left(connection)

    with a_console(kind, serve) as console:
        client = a_server.connect(console.ticket)
        before = what_is_open.memory()
        console.enter(client)
        last = -1
        # Until it waits for the browser, which does not read, or has said all.
        while produced[0] != last:
            last = produced[0]
            time.sleep(1)
        assert last > 0
        assert what_is_open.memory() - before < GROWTH
        # And others are served meanwhile.
        assert a_server.get("qvirt/api/server", Cookie=a_server.cookie).status == 200
        stop.set()
        client.shutdown()
    wait_for(lambda: a_server.console.connections == 0)


@EVERY
def test_one_that_is_silent_is_kept_while_its_browser_is_there(
    a_server, a_console, kind, monkeypatch
):
    # Also how long an answer may take.
    monkeypatch.setattr(a_server.console, "ping_interval", 2.0)
    left = threading.Event()

    def serve(connection):
        until_left(connection)
        left.set()

    with a_console(kind, serve) as console:
        client = a_server.connect(console.ticket)
        console.enter(client)
        wait_for(lambda: a_server.console.connections == 1)
        # The second ping comes after the first was answered only.
        for _number in range(2):
            frame = client.recv_frame()
            assert (frame.opcode, frame.data) == (ABNF.OPCODE_PING, b"")
            client.pong()
        assert a_server.console.connections == 1
        client.shutdown()
        wait_for(lambda: a_server.console.connections == 0)
        if kind != "serial":  # a guest does not learn who looks
            assert left.wait(90)


@EVERY
@pytest.mark.timeout(900)
def test_two_hundred_leave_nothing_and_open_no_port(a_server, a_console, kind):
    # Each of those by ssh is several processes: the one to a port stands for the others' number.
    count = 40 if kind in {"VNC on a socket by ssh", "SPICE by ssh"} else 200

    def serve(connection):
        connection.sendall(b"hello")
        until_left(connection)

    with a_console(kind, serve) as console:

        def cycle(count):
            for number in range(count):
                # It is renewed while a browser answers pings, which none of these stays for.
                tickets.renew(console.ticket)
                client = a_server.connect(console.ticket)
                if number % 2:
                    console.enter(client)
                    assert client.recv()
                client.shutdown()
                a_server.open.remove(client)
                # A line has room for 32 viewers, those that just went among them.
                wait_for(lambda: serials.connections < 16)
            wait_for(lambda: a_server.console.connections == 0)

        cycle(10)  # threads of pools start here
        time.sleep(0.5)
        gc.collect()
        before = (
            what_is_open.descriptors(),
            what_is_open.threads(),
            what_is_open.processes(),
            what_is_open.files(),
            what_is_open.listening_ports(),
        )
        cycle(count)
        wait_for(lambda: what_is_open.threads() <= before[1])
        wait_for(lambda: what_is_open.descriptors() <= before[0] + 1)
        # What was closed last ends in its own time.
        wait_for(lambda: what_is_open.processes() <= before[2])
        wait_for(lambda: what_is_open.files() <= before[3])
        wait_for(lambda: what_is_open.listening_ports() == before[4])
