"""What strangers say, in any order and at any length: displays, guests, browsers and other programs.

Each is to end, with a word of ours or with what was asked for, in bounded memory and time.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import tracemalloc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qvirt_jupyter.console.activity import Activity
from qvirt_jupyter.console.refusal import Refusal
from qvirt_jupyter.console.transfer_wire import answer_of, read_line
from qvirt_jupyter.hypervisor import OperationFailed, QvirtError
from qvirt_jupyter.hypervisor.errors import Subject
from qvirt_jupyter.hypervisor.guest import agent_abilities
from qvirt_jupyter.hypervisor.guest import info as guest_info
from qvirt_jupyter.hypervisor.guest.ports import listens
from qvirt_jupyter.hypervisor.screen.display_passwords import DisplayPassword
from qvirt_jupyter.hypervisor.screen.rfb import DisplayError, RfbPointer
from qvirt_jupyter.hypervisor.screen.rfb_greeting import Greeting, NotVncError, greet, welcome
from qvirt_jupyter.hypervisor.screen.screenshot import opened
from qvirt_jupyter.hypervisor.serial.scrollback import Scrollback
from qvirt_jupyter.hypervisor.storage.image_headers import file_of_name
from qvirt_jupyter.hypervisor.uri import ConnectionUri

WEB = Subject("domain", "web", "x")
URI = ConnectionUri.parse("qemu+tcp://far/system")
V38 = b"RFB 003.008\n"
GROWTH = 3 * 1024 * 1024
"""Bytes of Python's that a stranger may take while it is listened to: one text of a megabyte, as
bytes and as letters, is the largest thing that is read."""

SLOWLY = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
NUMBERS = st.sampled_from([0, 1, 2, 16, 17, 255, 256, 65535, 2**31 - 1, 2**31, 2**32 - 1])
ENCODINGS = st.sampled_from([-1, 0, 1, 5, 16, -223, -239, -257, -258, -308, 2**31 - 1, -(2**31)])
RECTANGLES = st.builds(
    lambda x, width, height, encoding: struct.pack(
        "!HHHHi", x % 65536, 0, width % 65536, height % 65536, encoding
    ),
    NUMBERS,
    NUMBERS,
    NUMBERS,
    ENCODINGS,
)
PIECES = st.one_of(
    st.binary(max_size=40),
    NUMBERS.map(lambda number: struct.pack("!I", number)),
    st.sampled_from([V38, b"\1\1", b"\1\2", b"\1\x13", b"\0\2", b"\0\1", bytes(4), bytes(16)]),
    st.sampled_from([b"\0\0\0\1", b"\1\0\0\0\xff\xff", b"\2", b"\3\0\0\0\0\0\0\3abc"]),
    RECTANGLES,
)
# Some come far, so that not all of them end at the first word.
BEGINNINGS = st.sampled_from(
    [
        b"",
        V38,
        V38 + b"\1\1",
        V38 + b"\1\1" + bytes(4),
        V38 + b"\1\1" + bytes(4) + struct.pack("!HH", 640, 480) + bytes(20),
        V38 + b"\1\x13\0\2\0",
        V38 + b"\0",
    ]
)
SAYINGS = st.builds(lambda first, rest: first + b"".join(rest), BEGINNINGS, st.lists(PIECES))


@contextlib.contextmanager
def a_stranger(says):
    """Our end of a socket at whose other end somebody says all of it, listens, and goes."""
    ours, theirs = socket.socketpair()

    def speak():
        with contextlib.suppress(OSError):
            theirs.sendall(says)
            theirs.shutdown(socket.SHUT_WR)
            while theirs.recv(65536):
                pass

    thread = threading.Thread(target=speak)
    thread.start()
    tracemalloc.start()
    try:
        ours.settimeout(10)
        yield ours
        assert tracemalloc.get_traced_memory()[1] < GROWTH
    finally:
        tracemalloc.stop()
        # Both: a thread may wait for either.
        with contextlib.suppress(OSError):
            theirs.shutdown(socket.SHUT_RDWR)
        ours.close()
        thread.join(10)
        theirs.close()
        assert not thread.is_alive()


@SLOWLY
@given(SAYINGS)
@example(V38 + b"\0" + b"\xff" * 4 + b"x" * 5000)
@example(V38 + b"\xff" + b"\2" * 255)
@example(V38 + b"\1\x13\0\2\0\xff" + struct.pack("!I", 259) * 255)
def test_a_display_that_greets_in_any_way(says):
    with a_stranger(says) as wire, contextlib.suppress(EOFError, NotVncError, OSError, QvirtError):
        found, greeting = greet(wire, URI, "far", WEB, heard=lambda: None)
        assert found is wire
        assert set(greeting.types) <= {1, 2, 19}


@SLOWLY
@given(SAYINGS)
@example(V38 + b"\1\1" + bytes(4) + b"\xff" * 20 + struct.pack("!I", 2**20) + b"x" * 2**20)
@example(
    V38
    + b"\1\1"
    + bytes(4)
    + struct.pack("!HH", 1, 1)
    + bytes(20)
    + b"\0\0"
    + struct.pack("!HHHHHi", 65535, 0, 0, 16384, 16384, 0)
    + bytes(2_000_000)
)
def test_a_display_that_is_a_mouse_s(says):
    with a_stranger(says) as wire, contextlib.suppress(DisplayError, OSError):
        RfbPointer(wire, 5).close()


@SLOWLY
@given(SAYINGS, st.sampled_from([(1,), (2,), (1, 2), (19,)]))
def test_a_display_that_asks_a_mouse_for_a_password(says, types):
    greeting = Greeting(V38, types)
    with a_stranger(says) as wire, contextlib.suppress(DisplayError, OSError):
        RfbPointer(wire, 5, greeting, lambda: DisplayPassword("", "secret")).close()


@SLOWLY
@given(st.binary(max_size=80), st.sampled_from([(1,), (2,), (1, 2), (19,)]), st.booleans())
def test_a_browser_that_answers_in_any_way(says, types, chosen):
    told, display = socket.socketpair()
    with told, display, a_stranger(says) as browser:
        with contextlib.suppress(NotVncError, OSError, EOFError):
            welcome(browser, told, Greeting(V38, types, chosen, bytes(4) if chosen else b""))
        told.shutdown(socket.SHUT_WR)
        # Whatever it says: its display hears of one choice that it has offered, or of nothing.
        heard = display.recv(100)
        assert heard == b"" or (heard[0] in types and len(heard) == 1 and not chosen)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)
NAMES = st.sampled_from(
    [
        *("hostname", "os.name", "os.version", "timezone.name"),
        *("fs.count", "fs.0.mountpoint", "fs.0.disk.count", "fs.0.total-bytes"),
        *("user.count", "user.0.name", "user.0.login-time"),
        *("if.count", "if.0.hwaddr", "if.0.addr.count", "if.0.addr.0.addr"),
    ]
)


@SLOWLY
@given(st.dictionaries(NAMES, JSON | st.sampled_from([2**31, 10**30, -1])))
@example({"fs.count": 2**31, "user.count": 2**31, "if.count": 2**31, "fs.0.disk.count": 2**31})
def test_a_guest_says_what_it_is(answer):
    info = guest_info.understood(answer)
    assert len(info.file_systems) + len(info.users) + len(info.interfaces) < 10_000
    assert "<script" not in info._repr_html_().lower()
    repr(info)


@SLOWLY
@given(JSON | st.fixed_dictionaries({"version": JSON, "supported_commands": JSON}))
def test_an_agent_says_what_it_can(answer):
    abilities = agent_abilities.understood(answer)
    str(abilities)
    abilities._repr_html_()


@SLOWLY
@given(st.binary(max_size=200) | JSON.map(lambda content: json.dumps(content).encode() + b"\n"))
@example(b"[" * 16_000 + b"\n")
@example(b'{"refused":' + b"[" * 8_000 + b"\n")
@example(b'{"refused": 99999}\n')
@example(b'{"refused": {"a": 1}}\n')
@example(b'{"refused": null, "message": [1]}\n')
@example(b"1" * 5000 + b"\n")
def test_what_comes_on_a_private_socket(line):
    with contextlib.suppress(ValueError):
        assert isinstance(read_line(line), dict)
    with contextlib.suppress(ValueError, Refusal):
        assert isinstance(answer_of(line), dict)


@SLOWLY
@given(st.lists(st.binary(max_size=60) | st.sampled_from([V38, b"REDQ" + bytes(20)]), min_size=1))
def test_a_browser_s_first_messages(messages):
    activity = Activity()
    for message in messages:
        assert isinstance(activity.is_input(message), bool)


PICTURES = st.builds(
    lambda first, width, height, rest: first + f"\n{width} {height}\n255\n".encode() + rest,
    st.sampled_from([b"P6", b"P3", b"P5", b"P1", b"Pf", b"\x89PNG\r\n\x1a\n", b""]),
    NUMBERS,
    NUMBERS,
    st.binary(max_size=300),
)


@SLOWLY
@given(PICTURES | st.binary(max_size=200))
@example(b"P6\n65535 65535\n255\n" + bytes(100))
def test_a_picture_of_a_screen(data):
    with contextlib.suppress(OperationFailed), opened(data, WEB) as image:
        assert max(image.size) <= 2**31


@SLOWLY
@given(st.lists(st.binary(max_size=400), max_size=40), st.integers(1, 20), st.integers(16, 300))
def test_a_guest_that_writes_to_its_serial_port(written, lines, size):
    scrollback = Scrollback(lines, size)
    for data in written:
        scrollback.append(data)
        kept = scrollback.contents()
        assert len(kept) <= size
        assert b"".join(written).find(kept[-8:]) >= 0


@SLOWLY
@given(st.text(max_size=300), st.integers(1, 65535))
def test_a_table_of_a_guest_s_kernel(table, port):
    assert listens(table, port) in {True, False}


def test_a_name_that_an_image_has_for_its_backing_file():
    assert file_of_name("json:" + "[" * 1018) is None


def test_the_bound_of_memory_is_heeded():
    def take_too_much():
        with a_stranger(b""):
            assert bytes(2 * GROWTH)

    with pytest.raises(AssertionError):
        take_too_much()
