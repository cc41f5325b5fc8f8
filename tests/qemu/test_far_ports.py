"""Ports of guests on another host, tried by that host through ssh: a real sshd, real services."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest
from a_console_host import a_tiny_guest_for
from a_port import a_free_port

from qvirt_jupyter.hypervisor import AccessDenied, TimedOut, connect
from qvirt_jupyter.hypervisor.errors import Subject
from qvirt_jupyter.hypervisor.guest.far_ports import FarPorts
from qvirt_jupyter.hypervisor.guest.waiting import NotYet
from qvirt_jupyter.provision import PackagesMissing

pytestmark = [pytest.mark.qemu, pytest.mark.timeout(1200)]

WEB = Subject("domain", "web", "qemu+ssh://far/session")


@pytest.fixture
def a_far_connection(an_sshd):
    connection = connect(an_sshd.uri())
    yield connection
    connection.close()


@pytest.fixture
def far(a_far_connection):
    return FarPorts(a_far_connection.parts, WEB, a_far_connection.credentials)


@contextlib.contextmanager
def a_service(deal):
    """Something on a loopback port of the other host that deals with each connection."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _peer = server.accept()
                with connection:
                    deal(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def test_a_service_that_speaks(far):
    with a_service(lambda connection: connection.sendall(b"SSH-2.0-\r\n")) as port:
        assert far.look("127.0.0.1", port, close=False) is True


def test_a_service_that_goes_when_we_do(far):
    with a_service(lambda connection: connection.recv(1)) as port:
        assert far.look("127.0.0.1", port, close=True) is False


def test_silence_has_no_words(far):
    with a_service(lambda connection: (connection.recv(1), time.sleep(6))) as port:
        found = far.look("127.0.0.1", port, close=True)
    assert isinstance(found, NotYet)
    assert found.seen == ""


def test_a_port_that_refuses_is_named_and_the_host_is_not_asked_at_each_look(far, an_sshd):
    port = a_free_port()
    found = far.look("127.0.0.1", port, close=True)
    assert str(found.seen) == f"127.0.0.1:{port} refuses 127.0.0.1: nothing listens there yet"
    signed_in = an_sshd.log.count("Accepted publickey")
    for _number in range(3):
        assert far.look("127.0.0.1", port, close=True) == found
    assert an_sshd.log.count("Accepted publickey") == signed_in


def test_an_address_that_nobody_has(far):
    # RFC 5737: one for documentation; there is no way to it, or no answer.
    found = far.look("203.0.113.77", 22, close=True)
    assert isinstance(found, NotYet)
    assert found.seen == "" or "does not reach 203.0.113.77:22" in str(found.seen)


def test_a_host_that_forbids_it_is_named(far, an_sshd, a_far_connection):
    config = an_sshd.folder / "config"
    settings = config.read_text()
    config.write_text(f"{settings}AllowTcpForwarding no\n")
    an_sshd.cut()
    an_sshd.start()
    try:
        a_far_connection.close()
        a_far_connection.open().result(60)
        with pytest.raises(AccessDenied, match="does not let you through to 127") as caught:
            far.look("127.0.0.1", 22, close=True)
        assert "AllowTcpForwarding" in caught.value.next_step
    finally:
        config.write_text(settings)
        an_sshd.cut()
        an_sshd.start()


@pytest.mark.slow
def test_the_page_of_a_guest_is_waited_for_through_the_forward_of_its_host(
    a_far_connection, a_session_libvirtd
):
    try:
        built = a_tiny_guest_for(a_session_libvirtd)
    except PackagesMissing as error:
        pytest.skip(str(error))
    outer = a_free_port()
    xml = built.definition("far-port", accelerator="tcg", forwards=[(outer, 80)])
    guest = a_far_connection.domains.define(xml)
    try:
        guest.start()
        with pytest.raises(TimedOut, match=r"listens|is not to be seen"):
            guest.wait_for(port=80, timeout=0)
        found = guest.wait_for(agent=True, port=80, timeout=300)
        assert found.reached == ("127.0.0.1", outer)
    finally:
        guest.destroy()
        guest.undefine()
