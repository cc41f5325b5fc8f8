"""A session with every type of console of real machines: no new port, and nothing that stays."""

from __future__ import annotations

import struct
from contextlib import ExitStack
from pathlib import Path

import pytest
import what_is_open
from a_console_host import MACHINE
from a_jupyter_server import running_server
from a_vnc_viewer import VncViewer

from qvirt_jupyter.console import CarriedTarget, DisplayTarget, tickets
from qvirt_jupyter.console.display_routes import route
from qvirt_jupyter.console.display_service import service as displays
from qvirt_jupyter.console.serial_service import service as serials
from qvirt_jupyter.hypervisor import SerialState, Unsupported, connect

pytestmark = [pytest.mark.qemu, pytest.mark.timeout(1200)]

DISPLAYS = """
<graphics type='vnc'><listen type='none'/></graphics>
<graphics type='spice'><listen type='none'/></graphics>
<serial type='pty'/>
<console type='pty'><target type='virtio' port='1'/></console>
"""
SOCKET = "<graphics type='vnc'><listen type='socket' socket='{}'/></graphics>"
LOOPBACK = (
    "<graphics type='spice' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>"
)
# scripts/in-own-network has this device: there, no port is anybody else's.
ALONE = Path("/sys/class/net/qv-nowhere").exists()


def ports():
    """Return the ports that are listened on: by this process, or by all where that is just us."""
    return what_is_open.listening_ports(of_all=ALONE)


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture
def connections(a_session_libvirtd, an_sshd):
    """The same daemon as this host's and as another's."""
    opened = connect(a_session_libvirtd.uri), connect(an_sshd.uri())
    yield opened
    for machine in opened[0].domains:
        if machine.is_active:
            machine.destroy()
        machine.undefine()
    for connection in opened:
        connection.close()


def start(connection, name, devices):
    machine = connection.domains.define(MACHINE.format(name=name, displays=devices))
    machine.start()
    return machine


def is_vnc(client):
    return VncViewer(client).name().startswith("QEMU (")


def is_spice(client):
    # SpiceLinkHeader and SpiceLinkMess of the main channel, without capabilities.
    message = struct.pack("<IBBIII", 0, 1, 0, 0, 0, 18)
    client.send_binary(struct.pack("<4sIII", b"REDQ", 2, 2, len(message)) + message)
    return client.recv()[:4] == b"REDQ"


def look(server, machine, index, sees, kind):
    """Look at a display once."""
    way = route(machine, machine.displays()[index])
    try:
        assert isinstance(way.target, kind)
        ticket = tickets.issue(way.target).id
        client = server.connect(ticket)
        assert sees(client)
        assert ports() <= look.before, "while it is open"
        client.shutdown()
        server.open.remove(client)
        tickets.revoke(ticket)
    finally:
        way.close()


def speak(server, line):
    """Be at a serial line once."""
    line.open()
    offer = serials.offer(line)
    ticket = tickets.issue(offer.target).id
    client = server.connect(ticket)
    client.send_binary(b"\r")
    assert line.state is SerialState.OPEN
    assert ports() <= look.before, "while it is open"
    client.shutdown()
    server.open.remove(client)
    tickets.revoke(ticket)
    offer.close()
    line.close()


def test_a_session_with_every_console(a_server, connections, a_session_libvirtd, wait_until):
    here, there = connections
    path = a_session_libvirtd.folder / "run" / "far-screen"
    # What listens because a definition says so, listens before.
    far = start(there, "far", SOCKET.format(path) + LOOPBACK)
    look.before = ports()
    assert look.before, "the scan sees the Jupyter server at least"
    near = start(here, "near", DISPLAYS)
    assert ports() <= look.before

    def session():
        look(a_server, near, 0, is_vnc, DisplayTarget)
        look(a_server, near, 1, is_spice, DisplayTarget)
        for alias in ("serial0", "console1"):
            speak(a_server, near.serials[alias])
        look(a_server, far, 0, is_vnc, CarriedTarget)
        look(a_server, far, 1, is_spice, CarriedTarget)
        assert near.screen.png().startswith(b"\x89PNG")
        # It looks at the display to learn that; a firmware has no driver for its tablet.
        with pytest.raises(Unsupported, match="does not use the tablet"):
            near.mouse.click(10, 10)
        near.keys("esc")
        assert ports() <= look.before

    with ExitStack() as after:
        after.callback(displays.close)
        session()  # what is shared by all consoles begins here
        before = (what_is_open.descriptors(), what_is_open.threads())
        things = what_is_open.processes(), what_is_open.files()
        for _number in range(3):
            session()

        def is_as_before():
            return (
                what_is_open.descriptors() <= before[0] + 1
                and what_is_open.threads() <= before[1]
                and what_is_open.processes() <= things[0]
                and what_is_open.files() <= things[1]
            )

        wait_until(is_as_before)
    assert ports() <= look.before
