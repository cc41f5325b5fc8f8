"""A display listens on the loopback of its host: what that changes, said before it is done."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import NotFound, WrongState

MACHINE = """<domain type='test'><name>web</name><memory>1024</memory>
<os><type arch='x86_64'>hvm</type></os><devices>{devices}</devices></domain>"""
WORDS = "s3cret"
NOWHERE = f"<graphics type='vnc' passwd='{WORDS}'><listen type='none'/></graphics>"
SOCKET = "<graphics type='spice'><listen type='socket' socket='/run/x'/></graphics>"


@pytest.fixture
def define(a_connection):
    """A function that defines a machine with displays."""
    return lambda devices: a_connection.domains.define(MACHINE.format(devices=devices))


def listens(machine):
    return [
        (each.listen, each.address) for each in machine.displays() if each.type in ("vnc", "spice")
    ]


def test_it_is_shown_and_then_done_and_can_be_undone(define):
    machine = define(NOWHERE)
    plan = machine.loopback_listening()
    assert listens(machine) == [("none", "")], "nothing is written yet"
    assert WORDS not in repr(plan)
    assert "-      <listen type='none'/>" in plan.xml_diff
    assert "address='127.0.0.1'" in plan.xml_diff
    assert "give the display a password" in " ".join(map(str, plan.notes))
    assert "as the machine is off" in str(plan.when)
    plan.apply()
    assert listens(machine) == [("address", "127.0.0.1")]
    (display,) = machine.document(inactive=True, secure=True).devices.graphics
    assert display.source.password == WORDS
    assert display.source.auto_port
    machine.undo_edit()
    assert listens(machine) == [("none", "")]


def test_a_running_machine_keeps_its_display_until_its_next_start(define):
    machine = define(NOWHERE)
    machine.start()
    plan = machine.loopback_listening()
    assert "from the next start" in str(plan.when)
    assert plan.apply().waits_for_start
    assert listens(machine) == [("none", "")]
    with pytest.raises(WrongState, match="already") as caught:
        machine.loopback_listening()
    assert "shut the machine down" in caught.value.next_step
    machine.destroy()
    machine.start()
    assert listens(machine) == [("address", "127.0.0.1")]


def test_the_display_that_is_named_is_changed_and_no_other(define):
    machine = define(NOWHERE + SOCKET)
    machine.loopback_listening(1).apply()
    assert listens(machine) == [("none", ""), ("address", "127.0.0.1")]


@pytest.mark.parametrize(
    "devices", ["", "<graphics type='sdl'/>", "<graphics type='egl-headless'/>"]
)
def test_what_nobody_can_connect_to(define, devices):
    with pytest.raises(NotFound, match="no display 0 that could listen"):
        define(devices).loopback_listening()


def test_a_display_that_is_removed_at_the_next_start(define):
    machine = define(NOWHERE)
    machine.start()
    with machine.edit(live=False) as definition:
        definition.devices.remove(definition.devices.graphics[0])
    with pytest.raises(NotFound, match="not in its definition any more"):
        machine.loopback_listening()
