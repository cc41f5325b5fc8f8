"""Clicks at pixels of a screen, as the guest's kernel gets them from its tablet."""

from __future__ import annotations

import re
import socket
import struct
import time
from contextlib import closing

import libvirt
import pytest
from a_console_host import MACHINE, NO_LISTENER, a_running_host, a_tiny_guest_for, missing
from in_time import until
from inside_a_guest import keep_events_of_the_tablet, run_inside

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor import (
    InvalidDefinition,
    Unsupported,
    WrongState,
    connect,
)
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.hypervisor.screen.rfb import RfbPointer
from qvirt_jupyter.provision import PackagesMissing
from qvirt_jupyter.widgets.consoles import input as console_input

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]

TABLET = "<input type='tablet' bus='virtio'/>"
USB_TABLET = "<input type='tablet' bus='usb'/>"
SPICE = "<graphics type='spice'><listen type='none'/></graphics>"
# linux/input-event-codes.h and input.h
KEY, RELATIVE, ABSOLUTE = 1, 2, 3
LEFT, RIGHT, MIDDLE, WHEEL = 0x110, 0x111, 0x112, 8
WIDTH, HEIGHT = 720, 400


@pytest.fixture(scope="module")
def a_host():
    with a_running_host() as host:
        yield host


@pytest.fixture(scope="module")
def a_connection(a_host):
    connection = connect(a_host.uri)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def a_guest(a_host, a_connection):
    """A guest whose tablet's events go into a file."""
    try:
        built = a_tiny_guest_for(a_host)
    except PackagesMissing as error:
        pytest.skip(str(error))
    guest = a_connection.domains.define(built.definition("tablet", accelerator="tcg"))
    boot(guest)
    keep_events_of_the_tablet(guest)
    return guest


def boot(guest):
    guest.start()
    end = time.monotonic() + 240
    while not is_agent_connected(parse_xml(guest.xml())):
        assert time.monotonic() < end, "the guest's agent does not answer"
        time.sleep(0.5)


def events(guest, wanted):
    """Return what the kernel got since the last time, once there is as much as is wanted."""
    end = time.monotonic() + 180
    while True:
        words = run_inside(guest, "od -An -v -tx1 /tmp/events | tr -d ' \\n'")
        all_events = [event[2:] for event in struct.iter_unpack("<qqHHi", bytes.fromhex(words))]
        found = [event for event in all_events if event[0] in {KEY, RELATIVE, ABSOLUTE}]
        new = found[guest.seen :]
        if len(new) >= wanted:
            guest.seen = len(found)
            return new
        assert time.monotonic() < end, f"only {new} after three minutes"
        time.sleep(0.3)


@pytest.fixture
def a_fresh_guest(a_guest):
    """The same, with the pointer in the corner."""
    a_guest.mouse.move(1, 1)
    a_guest.mouse.move(0, 0)
    a_guest.seen = 0
    end = time.monotonic() + 180
    while events(a_guest, 2)[-2:] != [(ABSOLUTE, 0, 0), (ABSOLUTE, 1, 0)]:
        a_guest.seen = 0
        assert time.monotonic() < end, "the pointer does not come into the corner"
    return a_guest


def position(new):
    """Return where the pointer is at last, in pixels."""
    last = {code: value for kind, code, value in new if kind == ABSOLUTE}
    return last[0] * WIDTH / 32767, last[1] * HEIGHT / 32767


@pytest.mark.parametrize(("button", "code"), [("left", LEFT), ("middle", MIDDLE), ("right", RIGHT)])
def test_a_click_arrives_where_it_was_meant(a_fresh_guest, button, code):
    a_fresh_guest.mouse.click(301, 202, button=button)
    new = events(a_fresh_guest, 4)
    assert position(new) == pytest.approx((301, 202), abs=1)
    assert [event for event in new if event[0] == KEY] == [(KEY, code, 1), (KEY, code, 0)]
    assert new.index((KEY, code, 1)) > 1, "it is there before the button goes down"


def test_a_double_click(a_fresh_guest):
    a_fresh_guest.mouse.double_click(100, 100)
    keys = [event[1:] for event in events(a_fresh_guest, 6) if event[0] == KEY]
    assert keys == [(LEFT, 1), (LEFT, 0)] * 2


@pytest.mark.parametrize(("steps", "value"), [(3, -1), (-2, 1)])
def test_the_wheel(a_fresh_guest, steps, value):
    a_fresh_guest.mouse.scroll(50, 60, steps)
    new = events(a_fresh_guest, 2 + abs(steps))
    assert [e for e in new if e[0] == RELATIVE] == [(RELATIVE, WHEEL, value)] * abs(steps)
    assert position(new) == pytest.approx((50, 60), abs=1)


def test_a_drag_moves_in_steps_while_the_button_is_down(a_fresh_guest):
    a_fresh_guest.mouse.submit.drag(10, 20, 300, 200).result(60)
    new = events(a_fresh_guest, 42)
    down, up = new.index((KEY, LEFT, 1)), new.index((KEY, LEFT, 0))
    assert position(new[:down]) == pytest.approx((10, 20), abs=1)
    assert up - down > 20
    assert position(new[:up]) == pytest.approx((300, 200), abs=1)


def test_who_looks_at_the_screen_stays(a_host, a_guest):
    domain = a_host.connection.lookupByName("tablet")
    flags = libvirt.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH
    with closing(RfbPointer(socket.socket(fileno=domain.openGraphicsFD(0, flags)), 30)) as viewer:
        a_guest.mouse.click(5, 5)
        viewer.settle()
        a_guest.mouse.move(6, 6)
        viewer.settle()


@pytest.mark.parametrize("place", [(-1, 0), (WIDTH, 0), (0, HEIGHT), (float("nan"), 0)])
def test_a_place_outside_the_screen(a_guest, place):
    with pytest.raises(InvalidDefinition, match=f"the screen of {WIDTH} x {HEIGHT} pixels"):
        a_guest.mouse.click(*place)


def test_a_button_that_there_is_not(a_guest):
    with pytest.raises(InvalidDefinition, match="no mouse button 'wheel'"):
        a_guest.mouse.click(1, 1, button="wheel")


def test_the_machine_is_not_tainted(a_host, a_guest):
    domain = a_host.connection.lookupByName("tablet")
    before = domain.messages(0)
    a_guest.mouse.move(7, 7)
    assert domain.messages(0) == before
    assert not any("monitor" in message for message in before)


def test_a_tablet_that_the_console_adds_is_used_at_once(a_connection, a_guest):
    """Of VirtIO here: the machine has no USB."""
    definition = a_guest.xml(inactive=True).replace(f"<uuid>{a_guest.uuid}</uuid>", "")
    definition = re.sub(r"<input type='tablet'.*?</input>", "", definition, flags=re.DOTALL)
    guest = a_connection.domains.define(definition.replace(">tablet<", ">bare<"))
    try:
        boot(guest)
        with pytest.raises(Unsupported, match="movements only"):
            guest.mouse.click(1, 1)
        console_input.add_tablet(guest).result(60)
        buses = {found.type: found.bus for found in guest.document().devices.inputs}
        assert buses["tablet"] == "virtio"

        def clicks():
            try:
                guest.mouse.click(1, 1)
            except Unsupported:
                return False
            return True

        assert until(clicks)
    finally:
        if guest.is_active:
            guest.destroy()
        guest.undefine()


@pytest.mark.parametrize(
    ("displays", "reason", "step"),
    [
        (NO_LISTENER, "movements only", "Add an input device of the type tablet"),
        (f"{TABLET}{NO_LISTENER}", "does not use the tablet", "Wait until it has booted"),
        (SPICE, "it has SPICE", "Give it a VNC display"),
        ("", "it has none", "Give it a VNC display"),
    ],
)
def test_a_machine_without_such_a_mouse(a_host, a_connection, displays, reason, step):
    # Nothing but the mouse that each such machine has.
    definition = MACHINE.format(name="mute", displays=displays).replace(USB_TABLET, "")
    domain = a_host.connection.defineXML(definition)
    domain.create()
    try:
        machine = a_connection.domains["mute"]
        with pytest.raises(Unsupported, match=reason) as caught:
            machine.mouse.click(1, 1)
        assert step in caught.value.next_step
        machine.suspend()
        with pytest.raises(WrongState, match="paused"):
            machine.mouse.click(1, 1)
    finally:
        domain.destroy()
        domain.undefine()
