"""Which way leads to a port of a guest, and what is seen on it: with real sockets of this host."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest
from a_port import a_free_port

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor.errors import Subject, Unsupported
from qvirt_jupyter.hypervisor.guest.ports import (
    PortSight,
    forward_to,
    listens,
    look_at_port,
    only_by_forward,
)
from qvirt_jupyter.hypervisor.guest.waiting import NotYet
from qvirt_jupyter.hypervisor.networks.addresses import Address

WEB = Subject("domain", "web", "qemu:///session")
MAC = "52:54:00:00:00:01"
ON_A_NETWORK = f"<interface type='network'><mac address='{MAC}'/></interface>"
ON_A_BRIDGE = f"<interface type='bridge'><mac address='{MAC}'/></interface>"
OF_A_USER = f"<interface type='user'><mac address='{MAC}'/></interface>"
PASST = f"""
<interface type='user'><mac address='{MAC}'/><backend type='passt'/>
  <portForward proto='udp'><range start='53'/></portForward>
  <portForward proto='tcp' address='127.0.0.9'>
    <range start='8000' end='8010' to='9000'/><range start='8005' exclude='yes'/>
  </portForward>
  <portForward proto='tcp'><range start='2222' to='22'/></portForward>
</interface>
"""
# The table of a Linux guest: something listens on 22, somebody is connected to 80.
TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0F02000A:0050 0202000A:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 2
"""


def machine(devices, besides=""):
    return parse_xml(
        "<domain xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
        f"<devices>{devices}</devices>{besides}</domain>"
    )


def forwarding(outer, inner):
    return (
        "<q:commandline><q:arg value='-netdev'/>"
        f"<q:arg value='user,id=x,hostfwd=tcp:127.0.0.1:{outer}-:{inner}'/></q:commandline>"
    )


def sight(definition, *, host="", listening=lambda _port: None, far=None):
    return PortSight(WEB, definition, host, listening, far)


class Far:
    """A host that has seen something."""

    def __init__(self, seen):
        self.seen, self.asked = seen, []

    def look(self, address, port, *, close):
        self.asked.append((address, port, close))
        return self.seen


def at(address, mac=MAC):
    return Address("vnet0", mac, "ipv4", address, 24, "lease")


@contextlib.contextmanager
def a_service(answer):
    """Something on a port of this host that deals with each connection."""
    server = socket.create_server(("127.0.0.1", 0))
    kept = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _peer = server.accept()
                kept.append(connection)
                answer(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
        for connection in kept:
            connection.close()


def greet(connection):
    connection.sendall(b"SSH-2.0-\r\n")


def hang_up(connection):
    connection.close()


def stay_silent(_connection):
    """Wait to be spoken to."""


def test_forwards_of_libvirt_and_of_qemu_are_found():
    definition = machine(PASST)
    assert forward_to(definition, 22) == ("127.0.0.1", 2222)
    assert forward_to(definition, 9003) == ("127.0.0.9", 8003)
    assert forward_to(definition, 53) is None
    assert forward_to(definition, 9011) is None
    by_qemu = machine(OF_A_USER, forwarding(40022, 22))
    assert forward_to(by_qemu, 22) == ("127.0.0.1", 40022)
    assert forward_to(by_qemu, 2) is None


def test_a_machine_with_a_card_on_a_network_has_another_way():
    assert only_by_forward(machine(OF_A_USER))
    assert not only_by_forward(machine(OF_A_USER + ON_A_NETWORK))
    assert not only_by_forward(machine(""))


def test_a_port_that_takes_connections_is_reached():
    with a_service(stay_silent) as port:
        found = look_at_port(sight(machine(ON_A_NETWORK)), port, (at("127.0.0.1"),))
    assert found == ("127.0.0.1", port)


def test_a_port_that_refuses_is_said_to():
    port = a_free_port()
    found = look_at_port(sight(machine(ON_A_NETWORK)), port, (at("127.0.0.1"),))
    assert isinstance(found, NotYet)
    assert str(found.seen) == f"127.0.0.1 refuses port {port}: nothing listens there yet"


def test_an_address_of_user_networking_is_no_way():
    other = "52:54:00:00:00:02"
    cards = f"{OF_A_USER}<interface type='network'><mac address='{other}'/></interface>"
    with a_service(stay_silent) as port:
        found = look_at_port(sight(machine(cards)), port, (at("127.0.0.1"),))
        assert str(found.seen) == "no address of it leads to it from here"
        found = look_at_port(sight(machine(cards)), port, (at("127.0.0.1", other),))
        assert found == ("127.0.0.1", port)


def test_a_service_that_greets_is_reached_through_a_forward():
    with a_service(greet) as outer:
        found = look_at_port(sight(machine(OF_A_USER, forwarding(outer, 22))), 22, ())
    assert found == ("127.0.0.1", outer)


def test_a_forward_to_where_nothing_listens_is_not_taken_for_the_guest():
    with a_service(hang_up) as outer:
        found = look_at_port(sight(machine(OF_A_USER, forwarding(outer, 22))), 22, ())
    assert str(found.seen) == "nothing in the guest listens on port 22 yet"


@pytest.mark.parametrize(
    ("knows", "words"),
    [
        (True, None),
        (False, "nothing in the guest listens on port 80 yet"),
        (None, "the forward takes connections, but whether the guest does is not to be seen"),
    ],
)
def test_of_a_silent_service_behind_a_forward_the_agent_knows(knows, words):
    with a_service(stay_silent) as outer:
        definition = machine(OF_A_USER, forwarding(outer, 80))
        found = look_at_port(sight(definition, listening=lambda _port: knows), 80, ())
    if words is None:
        assert found == ("127.0.0.1", outer)
    else:
        assert str(found.seen) == words


def test_a_forward_that_is_not_there_is_said_to_be_missing():
    outer = a_free_port()
    found = look_at_port(sight(machine(OF_A_USER, forwarding(outer, 22))), 22, ())
    assert f"nothing listens on port {outer} of this host" in str(found.seen)


def test_user_networking_without_a_forward_is_hopeless():
    with pytest.raises(Unsupported, match="port 22 is not forwarded"):
        look_at_port(sight(machine(OF_A_USER)), 22, ())


def test_of_another_host_without_ssh_only_what_is_outside_it_is_tried():
    with pytest.raises(Unsupported, match=r"inside far.*ssh far nc -z 192\.0\.2\.7 22"):
        look_at_port(sight(machine(ON_A_NETWORK), host="far"), 22, (at("192.0.2.7"),))
    with pytest.raises(Unsupported, match=r"forwarded on far only.*nc -z 127\.0\.0\.1 40022"):
        look_at_port(sight(machine(OF_A_USER, forwarding(40022, 22)), host="far"), 22, ())
    with a_service(stay_silent) as port:
        found = look_at_port(sight(machine(ON_A_BRIDGE), host="far"), port, (at("127.0.0.1"),))
    assert found == ("127.0.0.1", port)


SILENT = NotYet("")


@pytest.mark.parametrize(
    ("seen", "listening", "words"),
    [
        (True, None, None),
        (False, None, None),  # it took the connection, and closed it when we had
        (SILENT, True, None),
        (SILENT, None, "192.0.2.7 does not answer far on port 22"),
        (SILENT, False, "192.0.2.7 does not answer far on port 22"),
        (NotYet("it refuses"), True, "it refuses"),
    ],
)
def test_what_is_inside_another_host_is_tried_by_it(seen, listening, words):
    far = Far(seen)
    found = look_at_port(
        sight(machine(ON_A_NETWORK), host="far", far=far, listening=lambda _port: listening),
        22,
        (at("192.0.2.7"),),
    )
    assert far.asked == [("192.0.2.7", 22, True)]
    if words is None:
        assert found == ("192.0.2.7", 22)
    else:
        assert str(found.seen) == words


@pytest.mark.parametrize(
    ("seen", "listening", "words"),
    [
        (True, None, None),
        (False, None, "nothing in the guest listens on port 22 yet"),
        (SILENT, True, None),
        (SILENT, False, "nothing in the guest listens on port 22 yet"),
        (SILENT, None, "whether the guest does is not to be seen"),
        (NotYet("it refuses"), True, "it refuses"),
    ],
)
def test_a_forward_of_another_host_is_tried_by_it(seen, listening, words):
    far = Far(seen)
    definition = machine(OF_A_USER, forwarding(40022, 22))
    found = look_at_port(
        sight(definition, host="far", far=far, listening=lambda _port: listening), 22, ()
    )
    assert far.asked == [("127.0.0.1", 40022, False)]
    if words is None:
        assert found == ("127.0.0.1", 40022)
    else:
        assert words in str(found.seen)


def test_the_table_of_a_guest_tells_who_listens():
    assert listens(TABLE, 22)
    assert not listens(TABLE, 80)
    assert not listens("nonsense\nmore of it", 22)
