"""A guest that ignores the request to shut down, on real QEMU: the panels offer, and never act."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh
from a_manager import act, wait_for

import qvirt_jupyter
from qvirt_jupyter.hypervisor import Action, DomainState, RecordKey, action_log
from qvirt_jupyter.widgets import unheeded_shutdowns as module
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.connections.saved_connections import saved_connections
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Answer

pytestmark = pytest.mark.qemu

# Firmware with nothing to boot hears no power button.
DEFINITION = """
<domain type='qemu'>
  <name>deaf</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices><video><model type='none'/></video></devices>
</domain>
"""


@pytest.fixture(autouse=True)
def _a_user_without_a_past(monkeypatch):
    for store in (preferences, saved_connections):
        make_fresh(monkeypatch, store)
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    yield
    for notice in fleet.notices.notices:
        fleet.notices.take(notice.key)


@pytest.fixture
def a_machine(a_qemu_connection):
    machine = a_qemu_connection.domains.define(DEFINITION)
    machine.start()
    yield machine
    if machine.is_active:
        machine.destroy()
    machine.undefine()
    # what was waited for ends with the machine
    assert wait_for(lambda: not module.unheeded_shutdowns._followed)


@pytest.fixture
def a_manager(a_machine):
    panel = qvirt_jupyter.manager()
    assert wait_for(lambda: panel._list._rows.known(key_of(a_machine)))
    yield panel
    panel.close()


@pytest.fixture
def a_tab(a_machine):
    panel = vm_panel(a_machine)
    assert wait_for(lambda: panel._record)
    yield panel
    panel.close()


def key_of(machine):
    return RecordKey("domain", machine.connection.uri, machine.uuid)


def offer(board):
    return next((each for each in board.notices if "still running" in str(each.title)), None)


def press(board, label):
    notice = offer(board)
    labels = [str(button.label) for button in notice.buttons]
    board.press(notice.key, labels.index(label), "window-1")


def shut_down(panel):
    panel._head._handle_custom_msg({"type": "press", "id": "shutdown", "client": "window-1"}, [])


def what_was_done_since(began):
    """Return what the log says since an entry; it forgets the oldest."""
    entries = list(action_log.entries)
    start = entries.index(began[0]) + 1 if began else 0
    return [entry.what for entry in entries[start:]]


def test_it_is_offered_in_all_panels_and_done_only_on_a_click(a_machine, a_manager, a_tab):
    began = action_log.entries[-1:]
    act(a_manager, "shutdown", key_of(a_machine))
    assert wait_for(lambda: offer(a_tab._notices) and offer(fleet.notices))
    assert str(offer(a_tab._notices).title) == "deaf: still running"
    assert [str(button.label) for button in offer(fleet.notices).buttons] == [
        "Ask again",
        str(Action.DESTROY.label),
    ]
    # nobody but the user pulls the plug
    assert a_machine.state is DomainState.RUNNING
    assert what_was_done_since(began) == ["Shut down deaf"]

    press(a_tab._notices, "Force off")
    (question,) = wait_for(lambda: a_tab._questions.questions)
    assert a_machine.state is DomainState.RUNNING
    a_tab._questions.answer(question[0], Answer())
    assert wait_for(lambda: a_machine.state is DomainState.SHUTOFF)
    assert wait_for(lambda: not offer(a_tab._notices) and not offer(fleet.notices))


def test_who_says_no_hears_of_it_again(a_machine, a_tab, monkeypatch):
    shut_down(a_tab)
    assert wait_for(lambda: offer(a_tab._notices))
    # Long enough for a busy machine to look before it is over.
    monkeypatch.setattr(module, "PATIENCE", 10.0)
    press(a_tab._notices, "Force off")
    (question,) = wait_for(lambda: a_tab._questions.questions)
    a_tab._questions.answer(question[0], None)
    assert offer(a_tab._notices) is None
    assert wait_for(lambda: offer(a_tab._notices))
    assert a_machine.state is DomainState.RUNNING


def test_it_can_be_asked_again(a_machine, a_tab):
    began = action_log.entries[-1:]
    shut_down(a_tab)
    assert wait_for(lambda: offer(a_tab._notices))
    press(a_tab._notices, "Ask again")
    assert wait_for(lambda: offer(a_tab._notices))
    assert wait_for(lambda: what_was_done_since(began) == ["Shut down deaf"] * 2)
    assert a_machine.state is DomainState.RUNNING


def test_the_offer_outlives_the_tab(a_machine, a_tab):
    shut_down(a_tab)
    assert wait_for(lambda: offer(a_tab._notices))
    a_tab.close()
    another = vm_panel(a_machine)
    assert wait_for(lambda: offer(another._notices))
    another.close()


def test_a_guest_that_ends_in_time_is_not_spoken_of(a_machine, a_tab, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 120.0)
    shut_down(a_tab)
    assert wait_for(lambda: module.unheeded_shutdowns._asked)
    a_machine.destroy()
    assert wait_for(lambda: not module.unheeded_shutdowns._asked)
    assert offer(a_tab._notices) is None
    assert wait_for(lambda: module.unheeded_shutdowns._timer is None)
