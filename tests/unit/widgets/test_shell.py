"""Opening tabs from a kernel: what is sent, and to whom."""

from __future__ import annotations

import pytest

from qvirt_jupyter.widgets import shell

VM = {"uri": "test:///default", "uuid": "6695eb01-f6a4-8304-79aa-97f2502e193f"}


@pytest.fixture
def a_wire(monkeypatch):
    """Notes the comms in place of a kernel's."""
    made = []

    class Comm:
        def __init__(self, target_name, data):
            self.target_name = target_name
            self.data = data
            self.closed = False
            made.append(self)

        def close(self):
            self.closed = True

    monkeypatch.setattr(shell, "create_comm", Comm)
    return made


def test_a_tab_is_asked_for_in_one_window(a_wire):
    shell.open_tab("vm", VM, "Web server", "window-1")
    (comm,) = a_wire
    assert comm.target_name == "qvirt_jupyter:shell"
    assert comm.data == {
        "action": "open",
        "kind": "vm",
        "arguments": VM,
        "title": "Web server",
        "client": "window-1",
    }
    assert comm.closed


def test_without_a_window_the_one_with_the_focus_answers(a_wire):
    shell.open_tab("manager", {}, "Manager")
    assert a_wire[0].data["client"] == ""


def test_a_tab_is_renamed(a_wire):
    shell.rename_tab("vm", VM, "Better")
    assert a_wire[0].data["action"] == "title"
    assert a_wire[0].data["title"] == "Better"
    assert a_wire[0].closed


def test_outside_a_kernel_nothing_happens():
    shell.open_tab("vm", VM, "Web server")
