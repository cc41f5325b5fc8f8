"""Displays of real QEMU machines through a real Jupyter server, seen by a real WebSocket client."""

from __future__ import annotations

import json
import struct
import time
from contextlib import closing
from pathlib import Path

import libvirt
import pytest
from a_console_host import NO_LISTENER, a_running_host, missing
from a_jupyter_server import running_server
from a_vnc_viewer import NONE, VNC, VncViewer
from websocket import WebSocketBadStatusException

from qvirt_jupyter.console import DisplayTarget, Refusal, tickets
from qvirt_jupyter.console.opening import open_target

pytestmark = [pytest.mark.qemu, pytest.mark.skipif(bool(missing()), reason=missing())]

TCP = "<graphics type='vnc' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>"
WITH_PASSWORD = TCP.replace("autoport", "passwd='secret' autoport")
SOCKET = "<graphics type='vnc'><listen type='socket' socket='{path}'/></graphics>"


@pytest.fixture(scope="module")
def a_host():
    with a_running_host() as host:
        yield host


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(autouse=True)
def _nothing_stays(a_host, a_server):
    yield
    a_server.close_consoles()
    a_host.remove_all()


def ticket_of(host, domain, index=0):
    return tickets.issue(DisplayTarget(host.uri, domain.UUIDString(), index)).id


def refused(server, ticket):
    with pytest.raises(WebSocketBadStatusException) as caught:
        server.connect(ticket)
    return caught.value.status_code, json.loads(caught.value.resp_body)


@pytest.mark.parametrize("kind", ["none", "tcp", "socket"])
def test_a_display_opens_however_it_listens(a_host, a_server, kind):
    displays = {
        "none": NO_LISTENER,
        "tcp": TCP,
        "socket": SOCKET.format(path=a_host.folder / "run" / "vnc"),
    }
    domain = a_host.start("web", displays[kind])
    client = a_server.connect(ticket_of(a_host, domain))
    assert VncViewer(client).name() == "QEMU (web)"


def test_a_ticket_opens_its_own_machine_and_no_other(a_host, a_server):
    web, database = a_host.start("web"), a_host.start("db")
    ticket = ticket_of(a_host, web)
    # Whatever else a browser says, the ticket decides.
    others = f"uuid={database.UUIDString()}&index=1&target=db&path=/etc/passwd&ticket={ticket}"
    assert VncViewer(a_server.connect(ticket, query=others)).name() == "QEMU (web)"
    assert VncViewer(a_server.connect(ticket_of(a_host, database))).name() == "QEMU (db)"


def test_a_ticket_serves_several_viewers_at_once(a_host, a_server):
    ticket = ticket_of(a_host, a_host.start("web"))
    names = {VncViewer(a_server.connect(ticket)).name() for _number in range(3)}
    assert names == {"QEMU (web)"}


def test_a_display_that_the_machine_does_not_have(a_host, a_server):
    status, answer = refused(a_server, ticket_of(a_host, a_host.start("web"), index=1))
    assert status in {404, 502}
    assert answer["code"] in {"display-missing", "display-failed"}


def test_a_machine_without_a_display(a_host, a_server):
    status, answer = refused(a_server, ticket_of(a_host, a_host.start("web", "")))
    assert status in {404, 502}
    assert answer["message"].startswith("The screen cannot be opened: ")


def test_a_stopped_machine_is_named_and_a_started_one_opens_with_the_same_ticket(a_host, a_server):
    domain = a_host.define("web")
    ticket = ticket_of(a_host, domain)
    status, answer = refused(a_server, ticket)
    assert (status, answer["code"]) == (409, "machine-stopped")
    assert answer["message"] == "web is not running: start it to see its screen."
    domain.create()
    assert VncViewer(a_server.connect(ticket)).name() == "QEMU (web)"


def test_the_end_of_the_machine_ends_the_connection(a_host, a_server):
    domain = a_host.start("web")
    client = a_server.connect(ticket_of(a_host, domain))
    VncViewer(client).name()
    domain.destroy()
    opcode, data = client.recv_data(control_frame=True)
    while opcode != 8:
        opcode, data = client.recv_data(control_frame=True)
    assert struct.unpack("!H", data[:2])[0] in {1000, 1011}


def test_a_reset_and_a_pause_keep_the_connection(a_host, a_server):
    domain = a_host.start("web")
    client = a_server.connect(ticket_of(a_host, domain))
    vnc = VncViewer(client)
    vnc.name()
    domain.reset()
    domain.suspend()
    client.send_binary(struct.pack("!BBHHHH", 3, 0, 0, 0, 16, 16))
    assert vnc.read(1) == b"\0"  # FramebufferUpdate: the last picture
    domain.resume()


@pytest.mark.parametrize(("skip", "security"), [(True, NONE), (False, VNC)])
def test_a_display_with_a_password(a_host, a_server, monkeypatch, skip, security):
    monkeypatch.setattr(a_server.console, "skip_display_password", skip)
    # libvirt sets the password of a display in the moment it starts.
    domain = a_host.start("web", WITH_PASSWORD)
    assert security in VncViewer(a_server.connect(ticket_of(a_host, domain))).security()


def test_opening_and_closing_leaves_no_descriptor(a_host):
    target = DisplayTarget(a_host.uri, a_host.start("web").UUIDString())
    missing_target = DisplayTarget(a_host.uri, a_host.start("db", "").UUIDString())
    open_target(target).close()

    def descriptors():
        return sum(1 for _entry in Path("/proc/self/fd").iterdir())

    before = descriptors()
    for _number in range(20):
        open_target(target).close()
        with pytest.raises(Refusal):
            open_target(missing_target)
    deadline = time.monotonic() + 90
    while descriptors() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert descriptors() <= before


def test_nothing_listens_on_tcp_for_a_machine_without_a_listener(a_host, a_server):
    def listeners():
        found = set()
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            lines = Path(table).read_text().splitlines()[1:]
            found |= {line.split()[1] for line in lines if line.split()[3] == "0A"}
        return found

    before = listeners()
    domain = a_host.start("web")
    VncViewer(a_server.connect(ticket_of(a_host, domain))).name()
    assert listeners() <= before


def test_a_read_only_connection_is_not_what_the_bridge_uses(a_host):
    uuid = a_host.start("web").UUIDString()
    with closing(libvirt.openReadOnly(a_host.uri)) as connection:
        domain = connection.lookupByUUIDString(uuid)
        with pytest.raises(libvirt.libvirtError):
            domain.openGraphicsFD(0)
        del domain
