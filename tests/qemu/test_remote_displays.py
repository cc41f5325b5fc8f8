"""Displays of another host through ssh: an sshd of the test's own, machines that it alone reaches."""

from __future__ import annotations

import json
import struct
import threading
from contextlib import contextmanager

import pytest
import what_is_open
from a_console_host import MACHINE, NO_LISTENER
from a_jupyter_server import running_server
from a_vnc_viewer import VNC, VncViewer
from websocket import WebSocketBadStatusException

from qvirt_jupyter.console import CarriedTarget, tickets
from qvirt_jupyter.console.display_routes import route
from qvirt_jupyter.console.display_service import service
from qvirt_jupyter.hypervisor import (
    AccessDenied,
    ConnectionLost,
    ConnectionState,
    QvirtError,
    connect,
)
from qvirt_jupyter.hypervisor.screen.display_place import NotListening

pytestmark = pytest.mark.qemu

LOOPBACK = "<graphics type='vnc' autoport='yes'><listen type='address' address='{}'/></graphics>"
HERE = LOOPBACK.format("127.0.0.1")
SOCKET = "<graphics type='vnc'><listen type='socket' socket='{}'/></graphics>"


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(autouse=True)
def _nothing_stays(a_server):
    yield
    a_server.close_consoles()
    service.close()


@pytest.fixture
def a_far_connection(an_sshd):
    connection = connect(an_sshd.uri())
    yield connection
    if connection.is_connected:
        for machine in connection.domains:
            if machine.is_active:
                machine.destroy()
            machine.undefine()
    connection.close()


def a_machine(connection, displays=HERE):
    machine = connection.domains.define(MACHINE.format(name="web", displays=displays))
    machine.start()
    return machine


@contextmanager
def a_way(machine, index=0):
    """A route to a display, and a ticket for it."""
    way = route(machine, machine.displays()[index])
    try:
        assert isinstance(way.target, CarriedTarget)
        yield tickets.issue(way.target).id
    finally:
        way.close()


def what_is_left():
    """Return the processes, threads, files and descriptors that ways through ssh make."""
    # One that is shared stays for a minute, and is not ours alone.
    names = [thread.name for thread in threading.enumerate()]
    return {
        "processes": what_is_open.processes(),
        "threads": sum(
            name.startswith(("qvirt-display", "qvirt-ssh", "qvirt-ask")) for name in names
        ),
        # Others have such files beside us.
        "files": {each for each in what_is_open.files() if each.name.startswith("qvirt-w")},
        "descriptors": what_is_open.descriptors(),
    }


def refused(server, ticket):
    with pytest.raises(WebSocketBadStatusException) as caught:
        server.connect(ticket)
    return caught.value.status_code, json.loads(caught.value.resp_body)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1", "::"])  # noqa: S104 - a guest's
def test_a_port_of_the_other_host_is_reached_through_ssh(a_far_connection, a_server, address):
    machine = a_machine(a_far_connection, LOOPBACK.format(address))
    with a_way(machine) as ticket:
        assert VncViewer(a_server.connect(ticket)).name() == "QEMU (web)"
        # The one that waited is used up: further ones are opened as they come.
        assert VncViewer(a_server.connect(ticket)).name() == "QEMU (web)"


def test_a_unix_socket_of_the_other_host_is_reached_through_ssh(
    a_far_connection, a_session_libvirtd, a_server
):
    path = a_session_libvirtd.folder / "run" / "screen"
    machine = a_machine(a_far_connection, SOCKET.format(path))
    with a_way(machine) as ticket:
        for _number in range(2):
            assert VncViewer(a_server.connect(ticket)).name() == "QEMU (web)"
    ours = [each for each in what_is_open.files() if each.name.startswith("qvirt-way-")]
    assert not [each for each in ours if (each / "display").exists()]


def test_one_sign_in_serves_the_connection_and_its_screens(a_far_connection, an_sshd, a_server):
    machine = a_machine(a_far_connection)
    before = an_sshd.log.count("Accepted publickey")
    with a_way(machine) as ticket:
        for _number in range(3):
            VncViewer(a_server.connect(ticket)).name()
    assert an_sshd.log.count("Accepted publickey") == before


def test_two_ways_to_a_screen_are_one_target_until_both_are_closed(a_far_connection, a_server):
    machine = a_machine(a_far_connection)
    display = machine.displays()[0]
    first, second = route(machine, display), route(machine, display)
    assert first.target == second.target
    ticket = tickets.issue(first.target).id
    first.close()
    viewer = VncViewer(a_server.connect(ticket))
    assert viewer.name() == "QEMU (web)"
    second.close()
    assert refused(a_server, ticket)[1]["code"] == "route-gone"
    # And what was open has ended.
    with pytest.raises(AssertionError, match="the display closed"):
        viewer.read(1_000_000)


def test_a_password_is_asked_in_the_tab(a_far_connection, a_server):
    display = HERE.replace("autoport", "passwd='secret' autoport")
    with a_way(a_machine(a_far_connection, display)) as ticket:
        viewer = VncViewer(a_server.connect(ticket))
        assert viewer.security() == [VNC]
        viewer.client.send_binary(bytes([VNC]))
        viewer.read(16)  # the challenge
        viewer.client.send_binary(bytes(16))  # a wrong password
        assert viewer.read(4) == b"\0\0\0\1"


def test_a_machine_that_is_off_has_a_way_and_opens_when_it_runs(a_far_connection, a_server):
    machine = a_machine(a_far_connection)
    machine.destroy()
    with a_way(machine) as ticket:
        status, answer = refused(a_server, ticket)
        assert (status, answer["code"]) == (409, "machine-stopped")
        assert answer["message"] == "web is not running: start it to see its screen."
        machine.start()
        assert VncViewer(a_server.connect(ticket)).name() == "QEMU (web)"


@pytest.mark.parametrize("listens", ["port", "socket"])
def test_what_was_opened_and_closed_leaves_nothing(
    a_far_connection, a_session_libvirtd, a_server, wait_until, listens
):
    path = a_session_libvirtd.folder / "run" / "screen"
    machine = a_machine(a_far_connection, HERE if listens == "port" else SOCKET.format(path))

    def cycle(count):
        for _number in range(count):
            with a_way(machine) as ticket:
                VncViewer(a_server.connect(ticket)).name()
                a_server.connect(ticket)
            a_server.close_consoles()
        wait_until(lambda: a_server.console.connections == 0)

    with a_way(machine):  # the service begins to listen
        cycle(2)
    before = what_is_left()
    cycle(6)

    def is_as_before():
        now = what_is_left()
        return (
            now["descriptors"] <= before["descriptors"] + 1
            and now["threads"] <= before["threads"]
            and now["files"] <= before["files"]
            and now["processes"] <= before["processes"]
        )

    wait_until(is_as_before)


def test_spice_comes_through_ssh_with_a_socket_for_each_channel(a_far_connection, a_server):
    display = HERE.replace("vnc", "spice")
    try:
        machine = a_machine(a_far_connection, display)
    except QvirtError as error:
        pytest.skip(f"this QEMU has no SPICE: {error.reason}")
    with a_way(machine) as ticket:
        for _channel in range(2):
            client = a_server.connect(ticket)
            # SpiceLinkHeader and SpiceLinkMess of the main channel, without capabilities.
            message = struct.pack("<IBBIII", 0, 1, 0, 0, 0, 18)
            client.send_binary(struct.pack("<4sIII", b"REDQ", 2, 2, len(message)) + message)
            assert client.recv()[:4] == b"REDQ"


def test_no_listener_is_refused_and_mended_from_the_next_start(a_far_connection, a_server):
    machine = a_machine(a_far_connection, NO_LISTENER)
    with pytest.raises(NotListening, match="listens nowhere") as caught:
        route(machine, machine.displays()[0])
    assert "127.0.0.1" in caught.value.next_step
    assert machine.loopback_listening().apply().waits_for_start
    with pytest.raises(NotListening):
        route(machine, machine.displays()[0])
    machine.destroy()
    machine.start()
    with a_way(machine) as ticket:
        assert VncViewer(a_server.connect(ticket)).name() == "QEMU (web)"


def test_a_machine_that_starts_with_no_listener_sends_the_page_to_the_kernel(
    a_far_connection, a_server
):
    machine = a_far_connection.domains.define(MACHINE.format(name="web", displays=NO_LISTENER))
    with a_way(machine) as ticket:
        machine.start()
        # There it learns what mends it.
        assert refused(a_server, ticket)[1]["code"] == "route-gone"


def test_a_closed_port_is_named(a_far_connection, monkeypatch):
    machine = a_machine(a_far_connection)
    display = machine.displays()[0]
    real = type(machine).displays
    monkeypatch.setattr(
        type(machine),
        "displays",
        lambda self: tuple(
            type(each)(each.index, each.type, each.listen, each.address, 1) for each in real(self)
        ),
    )
    with pytest.raises(ConnectionLost, match=r"Nothing listens on 127\.0\.0\.1:1 of") as caught:
        route(machine, display)
    assert "Connection refused" in caught.value.details


def test_a_socket_that_is_not_there_is_named(a_far_connection, a_session_libvirtd):
    path = a_session_libvirtd.folder / "run" / "screen"
    machine = a_machine(a_far_connection, SOCKET.format(path))
    path.unlink()
    with pytest.raises(AccessDenied, match=r"does not connect you to the unix socket .*/screen"):
        route(machine, machine.displays()[0])


def test_a_host_that_forbids_forwarding_is_named(an_sshd, a_far_connection):
    machine = a_machine(a_far_connection)
    config = an_sshd.folder / "config"
    settings = config.read_text()
    config.write_text(f"{settings}AllowTcpForwarding no\n")
    an_sshd.cut()
    an_sshd.start()
    try:
        a_far_connection.close()
        a_far_connection.open().result(60)
        with pytest.raises(AccessDenied, match="does not let you through") as caught:
            route(machine, machine.displays()[0])
        assert "AllowTcpForwarding" in caught.value.next_step
        assert "administratively prohibited" in caught.value.details
    finally:
        config.write_text(settings)
        an_sshd.cut()
        an_sshd.start()
        a_far_connection.close()
        a_far_connection.open().result(60)


def test_a_host_that_is_gone_and_back(an_sshd, a_far_connection, a_server, wait_until):
    machine = a_machine(a_far_connection)
    with a_way(machine) as ticket:
        viewer = VncViewer(a_server.connect(ticket))
        assert viewer.name() == "QEMU (web)"
        an_sshd.cut()
        with pytest.raises(AssertionError, match="the display closed"):
            viewer.read(1_000_000)
        wait_until(lambda: a_far_connection.state is ConnectionState.RECONNECTING)
        status, answer = refused(a_server, ticket)
        assert (status, answer["code"]) == (503, "host-away")
        an_sshd.start()
        wait_until(lambda: a_far_connection.state is ConnectionState.CONNECTED)
        assert VncViewer(a_server.connect(ticket)).name() == "QEMU (web)"
