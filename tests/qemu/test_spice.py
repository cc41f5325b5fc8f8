"""SPICE displays of real QEMU machines: the bridge opens them, and VNC takes their place."""

from __future__ import annotations

import struct

import pytest
from a_console_host import MACHINE, NO_LISTENER, a_running_host, missing
from a_jupyter_server import running_server

import qvirt_jupyter
from qvirt_jupyter.console import DisplayTarget, tickets

pytestmark = [pytest.mark.qemu, pytest.mark.skipif(bool(missing()), reason=missing())]

SPICE = "<graphics type='spice'><listen type='none'/></graphics>"
COMPANIONS = """<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
<redirdev bus='usb' type='spicevmc'/><audio id='1' type='spice'/>
<sound model='ich6'><audio id='1'/></sound><video><model type='qxl' heads='1'/></video>"""


@pytest.fixture(scope="module")
def a_host():
    with a_running_host() as host:
        yield host


@pytest.fixture(autouse=True)
def no_machine_stays(a_host):
    yield
    a_host.remove_all()


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture
def a_connection(a_host):
    connection = qvirt_jupyter.connect(a_host.uri)
    yield connection
    connection.close()


def the_answer_to_a_link(socket):
    """Begin a main channel as a viewer does, and return the first bytes of the answer."""
    capabilities = struct.pack("<I", 0b1001)  # it chooses how to sign in, and has short headers
    body = struct.pack("<IBBIII", 0, 1, 0, 1, 0, 18) + capabilities
    socket.send_binary(b"REDQ" + struct.pack("<III", 2, 2, len(body)) + body)
    return socket.recv()[:4]


def test_both_displays_of_one_machine_open_by_its_tickets(a_host, a_server):
    both = a_host.start("both", NO_LISTENER + SPICE)
    vnc, spice = (
        tickets.issue(DisplayTarget(a_host.uri, both.UUIDString(), index)).id for index in (0, 1)
    )
    viewer = a_server.connect(vnc)
    assert viewer.recv().startswith(b"RFB 003.")
    # A viewer of SPICE opens a connection a channel.
    channels = [a_server.connect(spice) for _number in range(3)]
    assert [the_answer_to_a_link(channel) for channel in channels] == [b"REDQ"] * 3
    a_server.close_consoles()


def test_a_machine_starts_with_vnc_in_place_of_spice(a_host, a_connection):
    # QXL in place of the card that the machines of these tests have.
    text = MACHINE.format(name="old", displays=SPICE + COMPANIONS)
    a_host.connection.defineXML(text.replace("<video><model type='vga'/></video>", "")).create()
    machine = a_connection.domains["old"]
    plan = machine.spice_replacement()
    result = plan.apply()
    assert result.waits_for_start
    assert [display.type for display in machine.displays()] == ["spice"]
    machine.destroy()
    machine.start()
    assert [display.type for display in machine.displays()] == ["vnc"]
    running = machine.xml()
    for gone in ("spicevmc", "redirdev", "type='spice'", "qxl"):
        assert gone not in running, gone
