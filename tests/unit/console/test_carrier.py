"""Bytes between two sockets: whole, bounded, and ended from either side and from outside."""

from __future__ import annotations

import os
import socket
import threading
import time

import pytest

from qvirt_jupyter.console.carrier import Carrier


@pytest.fixture
def a_carrier():
    """A running one, the browser's end and the display's end."""
    browser, ours = socket.socketpair()
    display, theirs = socket.socketpair()
    carrier = Carrier(ours, theirs)
    thread = threading.Thread(target=carrier.run)
    thread.start()
    for end in (browser, display):
        end.settimeout(20)
    yield carrier, browser, display
    carrier.stop()
    thread.join(20)
    assert not thread.is_alive()
    browser.close()
    display.close()


def received(wire, size):
    data = b""
    while len(data) < size:
        block = wire.recv(65536)
        assert block
        data += block
    return data


def test_every_byte_arrives_in_order_both_ways_at_once(a_carrier):
    _carrier, browser, display = a_carrier
    blob = os.urandom(3_000_000)
    senders = [threading.Thread(target=wire.sendall, args=(blob,)) for wire in (browser, display)]
    got = {}
    readers = [
        threading.Thread(target=lambda w=wire, n=name: got.update({n: received(w, len(blob))}))
        for name, wire in (("browser", browser), ("display", display))
    ]
    for thread in (*senders, *readers):
        thread.start()
    for thread in (*senders, *readers):
        thread.join(30)
    assert got == {"browser": blob, "display": blob}


def test_a_browser_that_does_not_read_stops_the_display(a_carrier):
    _carrier, browser, display = a_carrier
    display.settimeout(1)
    sent = 0
    with pytest.raises(TimeoutError):  # noqa: PT012 - some block times out
        while sent < 50_000_000:
            sent += display.send(bytes(65536))
    assert sent < 2_000_000, "the buffers of four sockets and one block"
    # What the browser has to say gets through meanwhile.
    browser.sendall(b"key")
    assert display.recv(3) == b"key"


def test_the_end_of_the_display_comes_after_its_last_bytes(a_carrier):
    _carrier, browser, display = a_carrier
    blob = os.urandom(100_000)
    display.sendall(blob)
    display.close()
    assert received(browser, len(blob)) == blob
    assert browser.recv(1) == b""


def test_the_end_of_the_browser_ends_the_display(a_carrier):
    _carrier, browser, display = a_carrier
    browser.close()
    assert display.recv(1) == b""


def test_a_browser_that_goes_while_the_display_takes_nothing_ends_it(a_carrier):
    carrier, browser, display = a_carrier
    browser.settimeout(0)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        try:
            browser.send(bytes(65536))
        except BlockingIOError:
            time.sleep(0.01)
    browser.close()
    while display.recv(65536):
        pass
    assert not carrier.was_mute


def test_whoever_stops_it_ends_both(a_carrier):
    carrier, browser, display = a_carrier
    carrier.stop()
    assert browser.recv(1) == b""
    assert display.recv(1) == b""
    carrier.stop()


def test_a_display_that_said_nothing_is_told_from_one_that_spoke():
    for words, mute in ((b"", True), (b"x", False)):
        browser, ours = socket.socketpair()
        display, theirs = socket.socketpair()
        display.sendall(words)
        display.close()
        carrier = Carrier(ours, theirs)
        carrier.run()
        assert carrier.was_mute is mute
        browser.close()
