"""Who waits on a serial line is seen of its last line, which may have come in part only."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from qvirt_jupyter.hypervisor.errors import NotFound, Subject
from qvirt_jupyter.hypervisor.guest.waiting import Wait
from qvirt_jupyter.hypervisor.serial.line import SerialLine
from qvirt_jupyter.hypervisor.serial.state import SerialState

WEB = Subject("domain", "web", "qemu:///session")
ENDED = b"\r\nQV01234567e:0:"


@pytest.fixture
def a_line():
    def nobody(_uuid):
        raise NotFound("It is in no inventory.", subject=WEB)

    connection = SimpleNamespace(uri=WEB.uri, inventory=SimpleNamespace(domain=nobody))
    port = SimpleNamespace(alias="serial0", is_usable=True)
    line = SerialLine(connection, "uuid", "web", port)
    line._state = SerialState.OPEN
    return line


def ends_a_command(line):
    line._scrollback.append(ENDED)
    line._shell_at = line._scrollback.end
    line._scrollback.append(b"\r\n")


def test_half_a_prompt_behind_a_command_is_waited_for(a_line):
    ends_a_command(a_line)
    a_line._scrollback.append(b"root@we")
    rest = threading.Timer(0.3, a_line._scrollback.append, [b"b:~# "])
    rest.start()
    try:
        assert a_line._greeting(Wait(60, WEB)) == "root@web:~# "
    finally:
        rest.join()


def test_what_no_command_of_ours_has_left_is_taken_as_it_stands(a_line):
    a_line._scrollback.append(b"[    1.0] loading")
    assert a_line._greeting(Wait(60, WEB)) == "[    1.0] loading"
    ends_a_command(a_line)
    a_line._scrollback.append(b"logout\r\n[    9.0] loading")
    assert a_line._greeting(Wait(60, WEB)) == "[    9.0] loading"
