"""Waiting for a guest: what comes is returned, and what does not is explained."""

from __future__ import annotations

import re
import threading

import pytest
from in_time import until

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    DomainState,
    InvalidDefinition,
    OperationCancelled,
    TimedOut,
    Unsupported,
    WrongState,
)
from qvirt_jupyter.provision import tiny_guest

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

# No machine has a way out of it, and the range is one for documentation: RFC 5737.
NETWORK = """
<network>
  <name>waited</name><bridge name='qvirt-waited'/>
  <ip address='203.0.113.1' netmask='255.255.255.0'>
    <dhcp><range start='203.0.113.10' end='203.0.113.99'/></dhcp>
  </ip>
</network>
"""
MAC = "52:54:00:0a:0b:1c"
CARD = (
    f"<interface type='network'><mac address='{MAC}'/><source network='waited'/>"
    "<model type='virtio'/></interface>"
)
NOTHING = """
<domain type='qemu'>
  <name>nothing-in-it</name><memory unit='MiB'>16</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <interface type='user'><mac address='52:54:00:0a:0b:2c'/></interface>
    <controller type='virtio-serial'/>
  </devices>
</domain>
"""


@pytest.fixture(scope="module")
def a_network(a_qemu_connection_of_the_module):
    """A network of libvirt's with a DHCP server; it needs root and a host with bridges."""
    connection = a_qemu_connection_of_the_module
    if "/session" in connection.uri:
        pytest.skip("a network needs a system daemon")
    network = connection.networks.define(NETWORK)
    try:
        network.start()
    except Exception as error:  # noqa: BLE001 - whatever this host lacks
        network.delete()
        pytest.skip(f"no network can be started here: {error}")
    yield network
    if network.is_active:
        network.stop()
    network.delete()


@pytest.fixture(scope="module")
def a_guest(a_network):
    """A guest with an agent whose only card is on that network."""
    connection = a_network.connection
    guest = tiny_guest().define(connection, "waited-for", accelerator="tcg", memory=160 * 1024)
    xml = re.sub(r"(?s)<interface.*</interface>", CARD, guest.xml(inactive=True))
    connection.domains.define(xml)
    yield guest
    if guest.state.is_active:
        guest.destroy()
    guest.undefine()


@pytest.fixture
def an_empty_machine(a_qemu_connection_of_the_module):
    """A machine that runs, and has no system in it."""
    machine = a_qemu_connection_of_the_module.domains.define(NOTHING)
    machine.start()
    yield machine
    if machine.state.is_active:
        machine.destroy()
    machine.undefine()


def test_why_there_is_no_address_is_said(a_guest, a_network):
    # Before it has a lease, which the network would remember over its end.
    with a_guest.edit() as definition:
        definition.devices.interfaces[MAC].link_state = "down"
    a_guest.start()
    with pytest.raises(TimedOut, match=rf"link of its card {MAC} is down") as raised:
        a_guest.wait_for(address=True, timeout=0)
    assert "link_state = 'up'" in raised.value.next_step
    # What is just starting asks for no address before its network has gone.
    a_guest.destroy()
    with a_guest.edit() as definition:
        definition.devices.interfaces[MAC].link_state = "up"
    a_guest.start()
    a_network.stop()
    with pytest.raises(TimedOut, match="network 'waited' is off") as raised:
        a_guest.wait_for(address=True, timeout=0)
    assert "networks['waited'].start()" in raised.value.next_step
    a_network.start()
    a_guest.suspend()
    with pytest.raises(TimedOut, match="the machine is paused"):
        a_guest.wait_for(address=True, timeout=0)
    a_guest.resume()
    a_guest.destroy()


def test_a_guest_is_waited_for_from_its_start_to_its_end(a_guest):
    with pytest.raises(WrongState, match=r"is off.*Start it"):
        a_guest.wait_for(agent=True)
    a_guest.start()
    # Just started, it has said nothing yet.
    with pytest.raises(TimedOut, match="no agent has opened its channel") as raised:
        a_guest.wait_for(agent=True, timeout=0)
    assert raised.value.waited_for == "the guest agent"
    assert "qemu-guest-agent" in raised.value.next_step
    with pytest.raises(TimedOut, match=rf"no DHCP lease for its card {MAC} on network 'waited'"):
        a_guest.wait_for(address=True, timeout=0)
    job = a_guest.submit.wait_for(agent=True, address=True, port=80, timeout=300)
    until(lambda: job.phase or job.done())
    found = job.result(300)
    assert found.agent
    assert found.address.startswith("203.0.113.")
    assert found.reached == (found.address, 80)
    assert found.state is DomainState.RUNNING
    assert found.address in found._repr_html_()
    # The list knows it too.
    assert found.address in a_guest.record.addresses

    # A port on which nothing listens, and one behind a firewall.
    with pytest.raises(TimedOut, match="refuses port 81: nothing listens"):
        a_guest.wait_for(port=81, timeout=5)

    # A cable that was pulled: the agent still knows the address, so it is the port that fails.
    with a_guest.edit() as definition:
        definition.devices.interfaces[MAC].link_state = "down"
    with pytest.raises(TimedOut, match=r"does not answer|not reached|link"):
        a_guest.wait_for(port=80, timeout=1)
    with a_guest.edit() as definition:
        definition.devices.interfaces[MAC].link_state = "up"
    a_guest.wait_for(port=80, timeout=60)

    job = a_guest.submit.wait_for(state="shutoff", timeout=300)
    a_guest.shutdown("agent")
    assert job.result(300).state is DomainState.SHUTOFF


def test_a_machine_that_stops_ends_the_wait_at_once(a_guest):
    a_guest.start()
    job = a_guest.submit.wait_for(port=4711, timeout=3600)
    until(lambda: job.phase)
    a_guest.destroy()
    with pytest.raises(WrongState, match="is off"):
        job.result(60)


def test_a_machine_without_a_channel_is_told_the_edit_which_adds_it(an_empty_machine):
    with pytest.raises(Unsupported, match="has no channel") as raised:
        an_empty_machine.wait_for(agent=True)
    code = re.search(r"vm\.attach\(.*\)\)", raised.value.next_step)[0]
    # The very words work.
    import qvirt_jupyter  # noqa: PLC0415 - they name it

    eval(code, {"vm": an_empty_machine, "qvirt_jupyter": qvirt_jupyter})  # noqa: S307 - our own
    with pytest.raises(TimedOut, match="no agent has opened its channel"):
        an_empty_machine.wait_for(agent=True, timeout=0)
    with pytest.raises(Unsupported, match=r"No agent has opened.*install qemu-guest-agent"):
        an_empty_machine.agent.ping()


def test_user_networking_without_a_forward_is_hopeless(an_empty_machine):
    with pytest.raises(TimedOut, match="user networking"):
        an_empty_machine.wait_for(address=True, timeout=0)
    with pytest.raises(Unsupported, match=r"lets nobody in, and port 22 is not forwarded"):
        an_empty_machine.wait_for(port=22)
    # That is said at once, and not when all else that was asked for has come.
    with pytest.raises(Unsupported, match=r"lets nobody in, and port 22 is not forwarded"):
        an_empty_machine.wait_for(address=True, port=22, timeout=3600)


def test_a_cancelled_wait_ends(an_empty_machine):
    threads = threading.active_count()
    job = an_empty_machine.submit.wait_for(address=True, timeout=3600)
    until(lambda: job.phase)
    begin = "Waiting for an address of the guest: its card 52:54:00:0a:0b:2c"
    until(lambda: job.phase.startswith(begin))
    assert job.cancel()
    with pytest.raises(OperationCancelled):
        job.result(90)
    until(lambda: threading.active_count() <= threads + 4)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "Nothing to wait for"),
        ({"state": "shutoff", "agent": True}, "Nothing comes from the guest"),
        ({"state": "asleep"}, "There is no state 'asleep'"),
        ({"port": 0}, "0 is no port"),
        ({"port": True}, "True is no port"),
        ({"port": "ssh"}, "'ssh' is no port"),
    ],
)
def test_nonsense_is_refused(an_empty_machine, asked, words):
    with pytest.raises(InvalidDefinition, match=words):
        an_empty_machine.wait_for(**asked)


def test_many_waits_take_nothing_from_others(an_empty_machine):
    jobs = [an_empty_machine.submit.wait_for(address=True, timeout=3600) for _ in range(20)]
    until(lambda: all(job.phase for job in jobs))
    # The pool of the connection has far fewer threads.
    assert isinstance(an_empty_machine.document(), documents.Domain)
    for job in jobs:
        job.cancel()
    until(lambda: all(job.done() for job in jobs))
