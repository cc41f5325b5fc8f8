"""Other ways to a screen, offered on the pages of displays and of what belongs to them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import RICH, details_of, entries, field, go_to, press, say, type_in

from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.details import display_changing
from qvirt_jupyter.widgets.preferences import preferences

SPICE = """<graphics type='spice' passwd='hunter2'><listen type='none'/></graphics>
<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
<audio id='1' type='spice'/><sound model='ich6'><audio id='1'/></sound><sound model='usb'/>
<controller type='usb' index='0' model='ich9-ehci1'/><redirdev bus='usb' type='spicevmc'/>
<video><model type='qxl'/></video>"""
VNC = "<graphics type='vnc' port='5907' passwd='hunter2'/>\n    <video><model type='vga'/></video>"


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def open_details(a_connection, request):
    """A function that opens the panel of a machine with devices, and returns it with its tab."""

    def show(devices, *, start=False):
        machine = a_connection.domains.define(RICH.replace(VNC, devices))
        if start:
            machine.start()
        panel = vm_panel(machine)
        request.addfinalizer(panel.close)
        assert wait_for(lambda: panel._record)
        return machine, panel, details_of(panel)

    return show


def button(tab, name):
    return next((one for one in tab._view.shown["buttons"] if one["id"] == name), None)


def answer(panel, pressed):
    """Answer the question that waits, and return it."""
    ((key, question),) = wait_for(lambda: panel._questions.questions)
    view = next(
        child for child in panel.children if getattr(child, "_board", 0) is panel._questions
    )
    say(view, type="answer", id=key, button=pressed, values={}, remember=False)
    return question


def types(machine):
    return [display.type for display in machine.document(inactive=True).devices.graphics]


def test_it_is_offered_with_all_that_belongs_to_spice_and_nowhere_else(open_details):
    _machine, _panel, tab = open_details(SPICE)
    offering = set()
    for label in entries(tab):
        go_to(tab, label)
        if button(tab, display_changing.REPLACE):
            offering.add(label)
    labels = {label for label in entries(tab) if "SPICE" in label or "QXL" in label}
    others = offering - labels
    assert {"SPICE display"} < offering
    assert labels <= offering
    # The sound card that plays there, the agent, the redirection; not the card that does not.
    assert len([label for label in others if "ound" in label]) == 1, offering
    assert not [label for label in others if "disk" in label or "serial" in label.lower()]


def test_it_is_shown_before_it_is_done_and_said_afterwards(open_details):
    machine, panel, tab = open_details(SPICE)
    go_to(tab, "SPICE display")
    press(tab, display_changing.REPLACE)
    question = answer(panel, "no")
    assert "becomes VNC" in str(question.text)
    assert "as the machine is off" in str(question.text)
    assert "-    <graphics type='spice'" in question.diff
    assert "hunter2" not in question.diff
    assert types(machine) == ["spice"], "nobody wanted it"
    press(tab, display_changing.REPLACE)
    answer(panel, "yes")
    assert wait_for(lambda: types(machine) == ["vnc"])
    assert wait_for(lambda: "VNC display" in entries(tab))
    assert "SPICE display" not in entries(tab)
    told = wait_for(lambda: [each.title for each in panel._notices.notices])
    assert [str(title) for title in told] == ["SPICE is replaced by VNC."]
    machine.undo_edit()
    assert types(machine) == ["spice"]


def test_a_running_machine_keeps_its_display_until_its_next_start(open_details):
    machine, panel, tab = open_details(SPICE, start=True)
    go_to(tab, "SPICE display")
    press(tab, display_changing.REPLACE)
    assert "from the next start" in str(answer(panel, "yes").text)
    assert wait_for(lambda: types(machine) == ["vnc"])
    assert [each.type for each in machine.displays()] == ["spice"]
    notice = wait_for(lambda: panel._notices.notices)[0]
    assert "from the next start" in str(notice.text)


def test_what_was_typed_is_applied_first(open_details):
    _machine, panel, tab = open_details(SPICE)
    go_to(tab, "SPICE display")
    assert field(tab, "source.mouse")
    type_in(tab, "source.mouse", "client")
    assert wait_for(lambda: "what was typed" in button(tab, display_changing.REPLACE)["reason"])
    press(tab, display_changing.REPLACE)
    assert not panel._questions.questions


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(open_details):
    machine, panel, tab = open_details(SPICE)
    go_to(tab, "SPICE display")
    press(tab, display_changing.REPLACE)
    ((key, _question),) = wait_for(lambda: panel._questions.questions)
    with machine.edit() as definition:
        definition.current_vcpus = 1
    view = next(
        child for child in panel.children if getattr(child, "_board", 0) is panel._questions
    )
    say(view, type="answer", id=key, button="yes", values={}, remember=False)
    notice = wait_for(lambda: panel._notices.notices)[0]
    assert str(notice.title) == "The display was not changed."
    assert types(machine) == ["spice"]


def test_a_display_of_another_host_that_listens_nowhere_is_let_listen(open_details):
    machine, panel, tab = open_details("<graphics type='vnc'><listen type='none'/></graphics>")
    go_to(tab, "VNC display")
    assert button(tab, display_changing.LISTEN) is None, "libvirt hands it out here"
    desk = tab.desk
    desk._definitions = replace(desk._definitions, is_local=False)
    desk._show()
    assert wait_for(lambda: button(tab, display_changing.LISTEN))
    press(tab, display_changing.LISTEN)
    question = answer(panel, "yes")
    assert "ssh brings it here" in str(question.text)
    assert wait_for(lambda: machine.displays()[0].address == "127.0.0.1")
