"""A local daemon that wants a name and a password: only the kernel has them, so it carries."""

from __future__ import annotations

import shutil
import subprocess

import a_libvirtd
import pytest
from a_console_host import MACHINE, NO_LISTENER
from a_jupyter_server import running_server
from a_vnc_viewer import NONE, VNC, VncViewer

from qvirt_jupyter.console import CarriedTarget, tickets
from qvirt_jupyter.console.display_routes import route
from qvirt_jupyter.console.display_service import service
from qvirt_jupyter.hypervisor import Unsupported, connection_to

pytestmark = pytest.mark.qemu

OPEN = "<graphics type='vnc' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>"
LOCKED = OPEN.replace("autoport", "passwd='secret' autoport")
SOCKET = "<graphics type='vnc'><listen type='socket' socket='{}'/></graphics>"


@pytest.fixture(scope="module")
def a_locked_daemon():
    """One that lets in "anna" with the password "sesame"."""
    if reason := a_libvirtd.missing():
        pytest.skip(reason)
    if shutil.which("saslpasswd2", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("saslpasswd2 is not installed")
    daemon = a_libvirtd.a_session(auth="sasl")
    users = daemon.folder / "nobody.db"
    subprocess.run(
        ["/usr/sbin/saslpasswd2", "-p", "-c", "-a", "libvirt", "-f", str(users), "anna"],
        input=b"sesame",
        check=True,
    )
    users.chmod(0o644)
    yield daemon
    daemon.stop()


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server
        server.close_consoles()


@pytest.fixture
def a_connection(a_locked_daemon):
    def answer(requests):
        return ["anna" if each.kind == "username" else "sesame" for each in requests]

    connection = connection_to(a_locked_daemon.uri, credentials=answer)
    connection.open().result(60)
    yield connection
    service.close()
    for machine in connection.domains:
        if machine.is_active:
            machine.destroy()
        machine.undefine()
    connection.close()


@pytest.mark.parametrize(("display", "security"), [(OPEN, NONE), (LOCKED, VNC), (SOCKET, NONE)])
def test_the_kernel_opens_what_the_server_may_not(
    a_connection, a_locked_daemon, a_server, display, security
):
    path = a_locked_daemon.folder / "run" / "screen"
    definition = MACHINE.format(name="web", displays=display.format(path))
    machine = a_connection.domains.define(definition)
    machine.start()
    assert a_connection.needed_credentials
    way = route(machine, machine.displays()[0])
    assert isinstance(way.target, CarriedTarget)
    ticket = tickets.issue(way.target).id
    for _viewer in range(2):
        assert VncViewer(a_server.connect(ticket)).security() == [security]
    way.close()
    assert a_connection.is_connected


def test_what_listens_nowhere_is_refused_and_the_connection_lives(a_connection):
    machine = a_connection.domains.define(MACHINE.format(name="web", displays=NO_LISTENER))
    machine.start()
    with pytest.raises(Unsupported, match="signs in with a password") as caught:
        route(machine, machine.displays()[0])
    assert "127.0.0.1" in caught.value.next_step
    assert a_connection.is_connected
