"""The private socket of a serial line: who reaches it, what they get, and what stays of it."""

from __future__ import annotations

import socket
import stat
import threading
from pathlib import Path

import pytest
from a_manager import wait_for

from qvirt_jupyter.console.serial_service import MOST, SerialService
from qvirt_jupyter.hypervisor import connect


@pytest.fixture
def a_line():
    connection = connect("test:///default")
    yield connection.domains.define(
        "<domain type='test'><name>spoken</name><memory>1024</memory><os><type>hvm</type></os>"
        "<devices><serial type='pty'/></devices></domain>"
    ).serial
    connection.domains["spoken"].undefine()
    connection.close()


@pytest.fixture
def a_service():
    return SerialService()


def viewer(offer):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(20)
    client.connect(offer.target.path)
    return client


def until(client, text):
    data = b""
    while text not in data:
        piece = client.recv(65536)
        assert piece, data
        data += piece
    return data


def viewers():
    return [each for each in threading.enumerate() if each.name.startswith("qvirt-serial")]


def test_everybody_gets_what_was_kept_and_what_comes(a_line, a_service):
    a_line.take(b"kept ")
    offer = a_service.offer(a_line)
    path = Path(offer.target.path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    first, second = viewer(offer), viewer(offer)
    assert until(first, b"kept ") == until(second, b"kept ") == b"kept "
    a_line.take(b"news")
    assert until(first, b"news") == until(second, b"news") == b"news"
    # What is typed while the line is closed goes nowhere, and breaks nothing.
    first.sendall(b"lost")
    a_line.take(b"more")
    assert until(first, b"more") == b"more"
    offer.close()
    assert first.recv(1) == b""
    assert not path.parent.exists()
    for client in (first, second):
        client.close()


def test_who_takes_nothing_is_told_what_was_left_out_and_makes_nobody_wait(a_line, a_service):
    offer = a_service.offer(a_line)
    slow, quick = viewer(offer), viewer(offer)
    assert wait_for(lambda: a_service.connections == 2)
    block = b"x" * 65536
    for _number in range(300):  # 19 MB, more than is kept
        a_line.take(block)
    a_line.take(b"the end")
    assert b"left out" in until(slow, b"the end")
    until(quick, b"the end")
    offer.close()
    for client in (slow, quick):
        client.close()


def test_two_hundred_viewers_and_two_offers_leave_nothing(a_line, a_service):
    before = len(viewers())
    offers = [a_service.offer(a_line), a_service.offer(a_line)]
    assert offers[0].target == offers[1].target
    for _number in range(200):
        client = viewer(offers[0])
        a_line.take(b".")
        until(client, b".")
        client.close()
        assert wait_for(lambda: a_service.connections < MOST)
    offers[0].close()
    offers[0].close()
    client = viewer(offers[1])
    until(client, b".")
    offers[1].close()
    client.close()
    assert wait_for(lambda: a_service.connections == 0 and len(viewers()) <= before)
