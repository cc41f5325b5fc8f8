"""The pointer's viewer against displays that do not behave."""

from __future__ import annotations

import socket
import struct
import threading
import time

import pytest

from qvirt_jupyter.hypervisor.screen.display_passwords import DisplayPassword
from qvirt_jupyter.hypervisor.screen.rfb import DisplayError, PasswordRefusedError, RfbPointer
from qvirt_jupyter.hypervisor.screen.rfb_greeting import Greeting
from qvirt_jupyter.hypervisor.screen.vnc_challenge import answer_to

HELLO = b"RFB 003.008\n" + b"\x01\x01" + bytes(4)
SCREEN = struct.pack("!HH", 640, 480) + bytes(16) + struct.pack("!I", 4) + b"name"
ABSOLUTE = b"\x00\x00" + struct.pack("!HHHHHi", 1, 1, 0, 640, 480, -257)
RELATIVE = b"\x00\x00" + struct.pack("!HHHHHi", 1, 0, 0, 640, 480, -257)
PIXEL = b"\x00\x00" + struct.pack("!HHHHHi", 1, 0, 0, 16, 1, 0) + bytes(16)
TEXT = b"\x03\x00\x00\x00" + struct.pack("!I", 3) + b"cut"
COLOURS = b"\x01\x00" + struct.pack("!HH", 0, 2) + bytes(12)
BELL = b"\x02"


@pytest.fixture
def a_display():
    """Say everything at once; return our end and what the other end heard."""
    threads, ends, heard = [], [], bytearray()

    def make(data, *, close=True):
        ours, theirs = socket.socketpair()
        ends.append((ours, theirs))

        def speak():
            try:
                theirs.sendall(data)
                if close:
                    theirs.shutdown(socket.SHUT_WR)
                while part := theirs.recv(4096):
                    heard.extend(part)
            except OSError:
                return  # Our end left.

        threads.append(threading.Thread(target=speak))
        threads[-1].start()
        return ours, heard

    def hear():
        """Wait until all that we said is heard."""
        for ours, _theirs in ends:
            ours.close()
        for thread in threads:
            thread.join(30)
        for _ours, theirs in ends:
            theirs.close()

    make.hear = hear
    yield make
    hear()


def test_it_comes_in_and_moves(a_display):
    ours, heard = a_display(HELLO + SCREEN + BELL + TEXT + COLOURS + ABSOLUTE + PIXEL + PIXEL)
    pointer = RfbPointer(ours, 10)
    assert (pointer.width, pointer.height, pointer.is_absolute) == (640, 480, True)
    pointer.move(3, 4, 1)
    pointer.settle()
    pointer.close()
    a_display.hear()
    assert b"RFB 003.008\n\x01\x01" in heard
    assert struct.pack("!BBHH", 5, 1, 3, 4) in heard


def test_a_guest_that_takes_movements_only(a_display):
    ours, _heard = a_display(HELLO + SCREEN + RELATIVE + PIXEL)
    assert RfbPointer(ours, 10).is_absolute is False


def test_a_display_that_is_no_qemu(a_display):
    ours, _heard = a_display(HELLO + SCREEN + PIXEL)
    assert RfbPointer(ours, 10).is_absolute is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"HTTP/1.1 200 OK\r\n", "does not speak"),
        (b"RFB 003.008\n\x00" + struct.pack("!I", 9) + b"too many!", "too many!"),
        (b"RFB 003.008\n\x01\x02", "asks for a password"),
        (b"RFB 003.008\n\x01\x01" + b"\0\0\0\1" + struct.pack("!I", 2) + b"no", "no"),
        (HELLO + SCREEN[:-8] + struct.pack("!I", 2**32 - 1), "nobody asked for"),
        (HELLO + SCREEN + b"\xff", "nobody asked for"),
        (
            HELLO + SCREEN + b"\x00\x00" + struct.pack("!HHHHHi", 1, 0, 0, 9, 9, 7),
            "nobody asked for",
        ),
        (
            HELLO + SCREEN + b"\x00\x00" + struct.pack("!HHHHHi", 1, 0, 0, 65535, 65535, 0),
            "nobody asked for",
        ),
        (HELLO + SCREEN + b"\x03\x00\x00\x00\xff\xff\xff\xff", "nobody asked for"),
        (HELLO + SCREEN + BELL * 5000, "answers nothing"),
        (HELLO + SCREEN, "closed the connection"),
        (b"", "closed the connection"),
    ],
)
def test_a_display_that_misbehaves_is_left(a_display, data, words):
    ours, _heard = a_display(data)
    with pytest.raises(DisplayError, match=words):
        RfbPointer(ours, 10)
    assert ours.fileno() == -1


def test_why_a_display_refuses_is_shown_without_escapes_and_not_at_length(a_display):
    words = b"no\x1b]0;mine\x07\r\n \x1b[2Jway" + b"!" * 100_000
    ours, _heard = a_display(b"RFB 003.008\n\x00" + struct.pack("!I", len(words)) + words)
    with pytest.raises(DisplayError) as caught:
        RfbPointer(ours, 10)
    assert caught.value.reason.startswith("no]0;mine [2Jway!!!")
    assert len(caught.value.reason) == 400
    ours, _heard = a_display(b"RFB 003.008\n\x00" + bytes(4))
    with pytest.raises(DisplayError, match="does not say why"):
        RfbPointer(ours, 10)


def test_a_display_that_is_silent_is_left(a_display):
    ours, _heard = a_display(HELLO + SCREEN, close=False)
    with pytest.raises(TimeoutError):
        RfbPointer(ours, 0.3)
    assert ours.fileno() == -1


# The key by which vncpasswd keeps passwords, and what it makes of "password": public for decades.
KEY = DisplayPassword("", bytes([23, 82, 107, 6, 35, 78, 88, 7]).decode())
CHALLENGE, ANSWER = b"password" * 2, bytes.fromhex("dbd83cfd727a1458" * 2)


def test_a_password_becomes_the_answer_that_all_displays_expect():
    assert answer_to(CHALLENGE, KEY) == ANSWER
    # Eight bytes count, and what is missing is zero.
    longer = DisplayPassword("", KEY.password + "more")
    assert answer_to(CHALLENGE, longer) == ANSWER
    assert answer_to(bytes(16), DisplayPassword("", "a")) == answer_to(
        bytes(16), DisplayPassword("", "a\0\0")
    )
    assert answer_to(bytes(16), DisplayPassword("", "Größe")) != answer_to(
        bytes(16), DisplayPassword("", "Grüße")
    )


@pytest.mark.parametrize("chosen", [False, True])
def test_a_display_gets_the_password_that_it_asks_for(a_display, chosen):
    said = b"" if chosen else CHALLENGE
    ours, heard = a_display(said + bytes(4) + SCREEN + ABSOLUTE + PIXEL)
    greeting = Greeting(b"RFB 003.008\n", (2,), chosen, CHALLENGE if chosen else b"")
    RfbPointer(ours, 10, greeting, lambda: KEY).close()
    a_display.hear()
    assert heard.startswith((b"" if chosen else b"\2") + ANSWER)


def test_a_display_that_lets_in_without_a_password_gets_none(a_display):
    ours, heard = a_display(bytes(4) + SCREEN + ABSOLUTE + PIXEL)
    asked = []
    RfbPointer(ours, 10, Greeting(b"RFB 003.008\n", (2, 1)), lambda: asked.append(1)).close()
    a_display.hear()
    assert heard.startswith(b"\1\1")
    assert not asked


def test_a_person_may_take_longer_to_answer_than_a_display_may(a_display):
    def answer():
        time.sleep(0.6)
        return KEY

    ours, _heard = a_display(CHALLENGE + bytes(4) + SCREEN + ABSOLUTE + PIXEL)
    RfbPointer(ours, 0.5, Greeting(b"RFB 003.008\n", (2,)), answer).close()


def test_a_wrong_password_is_told_from_other_refusals(a_display):
    refused = CHALLENGE + b"\0\0\0\1" + struct.pack("!I", 3) + b"no!"
    ours, _heard = a_display(refused)
    with pytest.raises(PasswordRefusedError, match="no!"):
        RfbPointer(ours, 10, Greeting(b"RFB 003.008\n", (2,)), lambda: KEY)
    assert ours.fileno() == -1
    ours, _heard = a_display(CHALLENGE)
    with pytest.raises(DisplayError, match="asks for a password"):
        RfbPointer(ours, 10, Greeting(b"RFB 003.008\n", (2,)))
    ours, _heard = a_display(b"")
    with pytest.raises(DisplayError, match="asks for a user name"):
        RfbPointer(ours, 10, Greeting(b"RFB 003.008\n", (19,)), lambda: KEY)
