"""Opens that fail say why and what to do: real libvirt, real sockets, closed ports."""

from __future__ import annotations

import json
import os
import socket
import sys

import a_libvirtd
import pytest

from qvirt_jupyter.hypervisor import (
    AccessDenied,
    ConnectionFailed,
    ConnectionState,
    QvirtError,
    Unsupported,
    connect,
    connection_to,
)

pytestmark = pytest.mark.qemu


def failure(uri):
    connection = connection_to(uri)
    with pytest.raises(QvirtError) as caught:
        connection.open().result(60)
    error = caught.value
    assert connection.state is ConnectionState.FAILED
    assert connection.error is error
    assert error.next_step
    assert "libvirt:" in error.details
    connection.close()
    return error


@pytest.fixture
def a_closed_port():
    """A port of loopback that nobody listens on, but that nobody else gets meanwhile either."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_no_socket(tmp_path):
    error = failure(f"qemu+unix:///system?socket={tmp_path}/nothing")
    assert type(error) is ConnectionFailed
    assert f"nobody listens on {tmp_path}/nothing" in error.reason
    assert "systemctl start" in error.next_step


def test_a_socket_that_nobody_listens_on_any_more(tmp_path):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "old"))
    error = failure(f"qemu+unix:///system?socket={tmp_path}/old")
    assert type(error) is ConnectionFailed
    assert "does not run" in error.reason


REFUSED = """
import json
from qvirt_jupyter.hypervisor import QvirtError, connect
try:
    connect({uri!r})
except QvirtError as error:
    print(json.dumps([type(error).__name__, error.reason, error.next_step, error.details]))
"""


def test_a_socket_without_access(a_session_libvirtd):
    """As an ordinary user, for root has access to everything."""
    folder = a_session_libvirtd.folder / "root's"
    folder.mkdir(mode=0o755, exist_ok=True)
    path = folder / "sock"
    if a_session_libvirtd.run(sys.executable, "-c", "import qvirt_jupyter").returncode != 0:
        pytest.skip("an ordinary user cannot read this checkout")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        path.chmod(0)
        script = REFUSED.format(uri=f"qemu+unix:///system?socket={path}")
        kind, reason, next_step, details = json.loads(a_session_libvirtd.python(script))
    assert kind == "AccessDenied"
    assert f"may not use the service's socket {path}" in reason
    assert "usermod -aG libvirt" in next_step
    assert "qemu:///session" in next_step
    assert "Permission denied" in details


def test_tcp_to_a_closed_port(a_closed_port):
    error = failure(f"qemu+tcp://127.0.0.1:{a_closed_port}/system")
    assert type(error) is ConnectionFailed
    assert f"No libvirt service listens at 127.0.0.1:{a_closed_port}" in error.reason


def test_tls_without_certificates(a_closed_port, tmp_path):
    error = failure(f"qemu+tls://127.0.0.1:{a_closed_port}/system?pkipath={tmp_path}")
    assert type(error) is ConnectionFailed
    assert f"{tmp_path}/cacert.pem" in error.reason
    assert "tlscerts" in error.next_step


@pytest.mark.parametrize("driver", ["qemu+tcp", "esx"])
def test_a_host_that_does_not_exist(driver):
    error = failure(f"{driver}://no-such-host.invalid/system")
    assert "no host with the name no-such-host.invalid" in error.reason


@pytest.mark.parametrize("driver", ["xen", "bhyve", "vbox", "vz", "ch"])
def test_drivers_that_the_service_does_not_have(a_system_libvirtd, driver):
    """The service answers; it was installed without these drivers."""
    error = failure(f"{driver}+unix:///system?socket={a_system_libvirtd.socket}")
    assert type(error) is Unsupported
    assert f"no driver for {driver}" in error.reason
    assert "libvirt-daemon-driver" in error.next_step


@pytest.mark.parametrize("uri", ["hyperv://127.0.0.1/"])
def test_a_driver_that_this_libvirt_was_built_without(uri):
    error = failure(uri)
    if "built without" not in error.details:
        pytest.skip("this libvirt has it")
    assert type(error) is Unsupported
    assert "hyperv" in error.reason


def test_nothing_that_we_know():
    error = failure("abacus://127.0.0.1:1/x")
    assert isinstance(error, ConnectionFailed | Unsupported)


def test_a_wrong_password_of_a_service():
    """SASL over a unix socket: the service asks for a name and a password, and refuses them."""
    if os.geteuid() == 0 and a_libvirtd.missing():
        pytest.skip(a_libvirtd.missing())
    daemon = a_libvirtd.a_session(auth="sasl")
    asked = []

    def answer(requests):
        asked.extend(requests)
        return ["nobody" if request.kind == "username" else "wrong" for request in requests]

    try:
        with pytest.raises(QvirtError) as caught:
            connect(daemon.uri, credentials=answer)
        if "mechanism" in caught.value.details.lower():
            pytest.skip(f"no SASL mechanism with a password here: {caught.value.details}")
        assert type(caught.value) is AccessDenied
        assert "user name or the password" in caught.value.reason
        assert "wrong" not in str(caught.value) + caught.value.details
        assert {request.kind for request in asked} == {"username", "password"}
        assert [request.secret for request in asked if request.kind == "password"]
        with pytest.raises(AccessDenied) as caught:
            connect(daemon.uri, credentials=lambda _requests: None)
        assert caught.value.cancelled
    finally:
        connection_to(daemon.uri).close()
        daemon.stop()
