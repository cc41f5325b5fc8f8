"""The first words of VNC with displays that are good, odd and evil."""

from __future__ import annotations

import os
import socket
import struct
import threading
from contextlib import contextmanager

import pytest

from qvirt_jupyter.hypervisor import OperationFailed, QvirtError, Unsupported
from qvirt_jupyter.hypervisor.errors import Subject
from qvirt_jupyter.hypervisor.screen.rfb_greeting import Greeting, NotVncError, greet, welcome
from qvirt_jupyter.hypervisor.uri import ConnectionUri

WEB = Subject("domain", "web", "x")
URI = ConnectionUri.parse("qemu+ssh://far/system")
V38 = b"RFB 003.008\n"


@contextmanager
def a_display(says):
    """The socket to a display that says all of it at once, and its own end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(30)
        theirs.settimeout(30)
        theirs.sendall(says)
        yield ours, theirs


def greeting(wire):
    heard = []
    found = greet(wire, URI, "far", WEB, heard=lambda: heard.append(1))[1]
    assert heard == [1]
    return found


@pytest.mark.parametrize(
    ("says", "expected", "told"),
    [
        (V38 + b"\1\1", Greeting(V38, (1,)), V38),
        (V38 + b"\2\2\x10", Greeting(V38, (2,)), V38),
        (V38 + b"\3\1\2\x1e", Greeting(V38, (1, 2)), V38),
        (b"RFB 004.001\n\1\1", Greeting(V38, (1,)), V38),
        (b"RFB 003.007\n\1\2", Greeting(b"RFB 003.007\n", (2,)), b"RFB 003.007\n"),
        (b"RFB 003.003\n", Greeting(b"RFB 003.003\n", ()), b""),
        (
            V38 + b"\1\x13\0\2\0\1" + struct.pack("!I", 256),
            Greeting(V38, (19,), is_chosen=True),
            V38 + b"\x13\0\2" + struct.pack("!I", 256),
        ),
    ],
)
def test_what_a_browser_can_do_itself_is_left_to_it(says, expected, told):
    with a_display(says) as (wire, display):
        assert greeting(wire) == expected
        wire.shutdown(socket.SHUT_WR)
        assert display.recv(100) == told


@pytest.mark.parametrize(
    ("says", "reason", "step"),
    [
        (V38 + b"\1\x12", "without certificates", "vnc_tls_x509_cert_dir"),
        (
            V38 + b"\1\x13\0\2\0\3" + struct.pack("!3I", 257, 258, 263),
            "encrypted without a certificate",
            "SSH",
        ),
        (V38 + b"\1\x13\0\2\0\1" + struct.pack("!I", 264), r"\(264\)", "vnc_sasl"),
        (V38 + b"\1\x14", r"\(20\)", "vnc_sasl"),
        (V38 + b"\1\x13\0\1", r"\(19\)", "vnc_sasl"),
        (V38 + b"\1\x13\0\2\1", r"\(19\)", "vnc_sasl"),
        (V38 + b"\1\x13\0\2\0\0", r"no viewer in a browser", "vnc_sasl"),
    ],
)
def test_what_proves_nothing_or_cannot_be_had_is_refused(says, reason, step):
    with a_display(says) as (wire, _display), pytest.raises(Unsupported, match=reason) as caught:
        greeting(wire)
    assert step in caught.value.next_step


def test_a_display_that_refuses_is_quoted_and_bounded():
    words = V38 + b"\0" + struct.pack("!I", 2**32 - 1) + b"Too many \x1b[31mfailures" + b"x" * 2000
    with a_display(words) as (wire, _display), pytest.raises(OperationFailed) as caught:
        greeting(wire)
    assert caught.value.reason.startswith("The screen refuses: Too many [31mfailures")
    assert len(caught.value.reason) < 1200


def test_a_display_that_offers_encryption_and_refuses_it():
    says = V38 + b"\1\x13\0\2\0\1" + struct.pack("!I", 260) + b"\0"
    with a_display(says) as (wire, _display), pytest.raises(OperationFailed, match="then refuses"):
        greeting(wire)


@pytest.mark.parametrize(
    "says", [b"SSH-2.0-OpenSSH_9.2\n", b"RFB 0x3.008\n", os.urandom(4096), bytes(100), b"\xff" * 64]
)
def test_what_is_no_display_is_told_from_one(says):
    with a_display(says) as (wire, _display), pytest.raises(NotVncError):
        greeting(wire)


@pytest.mark.parametrize("says", [V38[:5], V38, V38 + b"\5\1", V38 + b"\1\x13\0\2\0\7\0"])
def test_one_that_ends_in_the_middle_is_told_from_one(says):
    with a_display(says) as (wire, display):
        display.shutdown(socket.SHUT_WR)
        with pytest.raises(NotVncError, match="middle"):
            greeting(wire)


def test_one_that_ends_at_once_is_told_apart():
    with a_display(b"") as (wire, display):
        display.close()
        with pytest.raises(EOFError):
            greeting(wire)


def test_silence_has_an_end():
    with a_display(V38) as (wire, _display):
        wire.settimeout(0.1)
        with pytest.raises(TimeoutError):
            greeting(wire)


def test_random_bytes_after_the_version_never_hang_or_crash():
    for _number in range(300):
        with a_display(V38 + os.urandom(600)) as (wire, display):
            display.shutdown(socket.SHUT_WR)
            try:
                greeting(wire)
            except (QvirtError, NotVncError, OSError):
                continue


def viewer(says):
    """A browser's end, and what it gets to hear."""
    ours, theirs = socket.socketpair()
    ours.settimeout(30)
    theirs.settimeout(30)
    theirs.sendall(says)
    return ours, theirs


@pytest.mark.parametrize(
    ("greeting", "says", "hears", "display_hears"),
    [
        (Greeting(V38, (1,)), V38 + b"\1", V38 + b"\1\1", b"\1"),
        (Greeting(V38, (1, 2)), V38 + b"\2", V38 + b"\2\1\2", b"\2"),
        (Greeting(V38, (1,), is_chosen=True), V38 + b"\1", V38 + b"\1\1", b""),
        (Greeting(b"RFB 003.003\n", ()), b"", b"RFB 003.003\n", b""),
        (
            Greeting(V38, (19,), is_chosen=True),
            V38 + b"\x13\0\2" + struct.pack("!I", 256),
            V38 + b"\1\x13\0\2\0\1" + struct.pack("!I", 256),
            b"",
        ),
    ],
)
def test_a_browser_hears_the_display_and_the_display_the_choice(
    greeting, says, hears, display_hears
):
    ours, browser = viewer(says)
    with ours, browser, a_display(b"") as (wire, display):
        welcome(ours, wire, greeting)
        ours.shutdown(socket.SHUT_WR)
        wire.shutdown(socket.SHUT_WR)
        assert browser.recv(100) == hears
        assert display.recv(100) == display_hears


@pytest.mark.parametrize(
    "says",
    [
        b"GET / HTTP/1",
        b"RFB 003.003\n",
        V38 + b"\2",
        V38 + b"\x13\1\1",
        V38 + b"\x13\0\2\0\0\0\1",
    ],
)
def test_a_browser_that_speaks_out_of_turn_is_refused(says):
    ours, browser = viewer(says)
    with ours, browser, a_display(b"") as (wire, _display), pytest.raises(NotVncError):
        welcome(ours, wire, Greeting(V38, (1, 19)))


def test_a_browser_that_is_slow_is_waited_for():
    ours, browser = viewer(b"")
    with ours, browser, a_display(b"") as (wire, display):
        thread = threading.Thread(target=welcome, args=(ours, wire, Greeting(V38, (1,))))
        thread.start()
        for byte in V38 + b"\1":
            browser.sendall(bytes([byte]))
        thread.join(30)
        assert display.recv(1) == b"\1"
