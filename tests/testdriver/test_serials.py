"""A machine without serial ports says so, in words and with what adds one."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import NotFound, connect


@pytest.fixture
def a_machine():
    connection = connect("test:///default")
    yield connection.domains["test"]
    connection.close()


def test_a_machine_without_consoles_says_so(a_machine):
    assert list(a_machine.serials) == []
    for shown in (repr(a_machine.serials), a_machine.serials._repr_html_()):
        assert "It has no serial port or text console." in shown
        assert "Reason" not in shown
    for ask in (lambda: a_machine.serial, lambda: a_machine.serials["serial0"]):
        with pytest.raises(NotFound, match=r"^test: It has no .*Add a serial port of the type pty"):
            ask()
