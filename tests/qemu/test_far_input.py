"""Keys, clicks and pictures of a guest on another host: by libvirt, and by the way of its screen."""

from __future__ import annotations

import struct
import time

import pytest
from a_console_host import MACHINE, NO_LISTENER, a_tiny_guest_for
from inside_a_guest import keep_events_of_the_tablet, log_in_at_the_screen, run_inside

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor import AccessDenied, ConnectionLost, Unsupported, connect
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.provision import PackagesMissing

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

LOOPBACK = (
    "<graphics type='vnc' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>"
)
SOCKET = "<graphics type='vnc'><listen type='socket' socket='{}'/></graphics>"
# linux/input-event-codes.h
KEY, ABSOLUTE, LEFT, WIDTH, HEIGHT = 1, 3, 0x110, 720, 400


@pytest.fixture
def a_far_connection(an_sshd):
    connection = connect(an_sshd.uri())
    yield connection
    for machine in connection.domains:
        if machine.is_active:
            machine.destroy()
        machine.undefine()
    connection.close()


def a_machine(connection, displays):
    machine = connection.domains.define(MACHINE.format(name="web", displays=displays))
    machine.start()
    return machine


def events(guest, wanted):
    """Return what the guest's kernel got of the tablet, once there is as much as is wanted."""
    end = time.monotonic() + 180
    while True:
        words = run_inside(guest, "od -An -v -tx1 /tmp/events | tr -d ' \\n'")
        found = [event[2:] for event in struct.iter_unpack("<qqHHi", bytes.fromhex(words))]
        found = [event for event in found if event[0] in {KEY, ABSOLUTE}]
        if len(found) >= wanted:
            return found
        assert time.monotonic() < end, f"only {found} after three minutes"
        time.sleep(0.3)


def test_a_guest_on_another_host_is_clicked_typed_to_and_seen(
    a_far_connection, an_sshd, a_session_libvirtd
):
    try:
        built = a_tiny_guest_for(a_session_libvirtd)
    except PackagesMissing as error:
        pytest.skip(str(error))
    xml = built.definition("far", accelerator="tcg")
    before, _, rest = xml.partition("<graphics")
    guest = a_far_connection.domains.define(before + LOOPBACK + rest.partition("</graphics>")[2])
    guest.start()
    end = time.monotonic() + 240
    while not is_agent_connected(parse_xml(guest.xml())):
        assert time.monotonic() < end, "the guest's agent does not answer"
        time.sleep(0.5)
    keep_events_of_the_tablet(guest)
    signed_in = an_sshd.log.count("Accepted publickey")
    guest.mouse.move(0, 0)
    guest.mouse.click(301, 202)
    new = events(guest, 4)
    places = {code: value for kind, code, value in new if kind == ABSOLUTE}
    assert places[0] * WIDTH / 32767 == pytest.approx(301, abs=1)
    assert places[1] * HEIGHT / 32767 == pytest.approx(202, abs=1)
    assert [event for event in new if event[0] == KEY] == [(KEY, LEFT, 1), (KEY, LEFT, 0)]
    assert an_sshd.log.count("Accepted publickey") == signed_in, "by the connection that is open"

    # A shell that just begins forgets what it got.
    log_in_at_the_screen(guest)
    end = time.monotonic() + 180
    while "typed" not in run_inside(guest, "ls /tmp"):
        assert time.monotonic() < end, "what was typed does not arrive"
        picture = guest.screenshot()
        guest.type("touch /tmp/typed")
        guest.screen.wait_for(changed=picture, timeout=60)
        guest.keys("enter")
        time.sleep(1)


@pytest.mark.parametrize("place", ["port", "socket"])
def test_a_mouse_goes_the_way_of_the_screen(a_far_connection, a_session_libvirtd, place):
    path = a_session_libvirtd.folder / "run" / "screen"
    machine = a_machine(a_far_connection, LOOPBACK if place == "port" else SOCKET.format(path))
    # Through to the screen, where the firmware has no driver for the tablet that there is.
    with pytest.raises(Unsupported, match="does not use the tablet"):
        machine.mouse.click(1, 1)


def test_a_screen_that_listens_nowhere_is_named_with_what_to_do(a_far_connection):
    machine = a_machine(a_far_connection, NO_LISTENER)
    with pytest.raises(Unsupported, match="listens nowhere") as caught:
        machine.mouse.click(1, 1)
    assert "127.0.0.1" in caught.value.next_step


def test_the_leg_that_fails_is_named(a_far_connection, an_sshd):
    machine = a_machine(a_far_connection, LOOPBACK)
    config = an_sshd.folder / "config"
    settings = config.read_text()
    config.write_text(f"{settings}AllowTcpForwarding no\n")
    an_sshd.cut()
    an_sshd.start()
    try:
        a_far_connection.close()
        a_far_connection.open().result(60)
        with pytest.raises(AccessDenied, match="does not let you through to 127") as caught:
            machine.mouse.click(1, 1)
        assert "AllowTcpForwarding" in caught.value.next_step
    finally:
        config.write_text(settings)
        an_sshd.cut()
        an_sshd.start()
        a_far_connection.close()
        a_far_connection.open().result(60)
    # And one on which nothing listens.
    display = machine.displays()[0]
    with pytest.MonkeyPatch.context() as patch:
        gone = type(display)(0, "vnc", "address", "127.0.0.1", 1)
        patch.setattr(type(machine), "displays", lambda _self: (gone,))
        with pytest.raises(ConnectionLost, match=r"Nothing listens on 127\.0\.0\.1:1 of"):
            machine.mouse.click(1, 1)
