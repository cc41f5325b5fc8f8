"""Without QEMU there is no agent: the test driver's machines say so, and why there is no address."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor import DomainState, TimedOut, Unsupported, WrongState, connect
from qvirt_jupyter.hypervisor.guest.condition import AgentCondition, GuestSight
from qvirt_jupyter.hypervisor.networks.address_diagnosis import why_no_address

CHANNEL = (
    "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' {state}/></channel>"
)
MAC = "52:54:00:00:00:01"


@pytest.fixture
def a_connection():
    connection = connect("test:///default")
    yield connection
    connection.close()


@pytest.fixture
def a_machine(a_connection):
    machine = a_connection.domains["test"]
    yield machine
    if not machine.is_active:
        machine.start()


def sight(devices, state=DomainState.RUNNING):
    return GuestSight(state, parse_xml(f"<domain><devices>{devices}</devices></domain>"))


def card(kind="network", source="network='default'", rest=""):
    return f"<interface type='{kind}'><mac address='{MAC}'/><source {source}/>{rest}</interface>"


def test_a_driver_without_agents_says_so(a_machine):
    with pytest.raises(Unsupported, match="driver of this connection cannot"):
        a_machine.agent.ping()
    with pytest.raises(Unsupported, match="driver of this connection cannot"):
        a_machine.agent.exec(["true"])
    assert "cannot" in repr(a_machine.agent)
    with pytest.raises(Unsupported, match="no channel for a guest agent"):
        a_machine.wait_for(agent=True)
    # Its lease is made up: whoever has that address here is somebody else.
    assert a_machine.wait_for(address=True).address
    with pytest.raises(Unsupported, match=r"test driver's machines have no guests.*real host"):
        a_machine.wait_for(address=True, port=22)


def test_states_are_waited_for(a_machine):
    assert a_machine.wait_for(state="running").state is DomainState.RUNNING
    job = a_machine.submit.wait_for(state=DomainState.SHUTOFF, timeout=60)
    a_machine.destroy()
    assert job.result(60).state is DomainState.SHUTOFF
    with pytest.raises(TimedOut, match=r"its state is 'Shut off \("):
        a_machine.wait_for(state="running", timeout=0)
    with pytest.raises(WrongState, match="is off"):
        a_machine.wait_for(address=True)


@pytest.mark.parametrize(
    ("devices", "state", "condition"),
    [
        ("", DomainState.SHUTOFF, AgentCondition.OFF),
        ("", DomainState.SAVED, AgentCondition.OFF),
        ("", DomainState.CRASHED, AgentCondition.CRASHED),
        ("", DomainState.PAUSED, AgentCondition.PAUSED),
        ("", DomainState.SUSPENDED, AgentCondition.ASLEEP),
        ("", DomainState.RUNNING, AgentCondition.NO_CHANNEL),
        (CHANNEL.format(state=""), DomainState.RUNNING, AgentCondition.ABSENT),
        (CHANNEL.format(state="state='disconnected'"), DomainState.RUNNING, AgentCondition.ABSENT),
        (CHANNEL.format(state="state='connected'"), DomainState.RUNNING, AgentCondition.SILENT),
    ],
)
def test_how_far_a_machine_is_from_an_agent(devices, state, condition):
    assert sight(devices, state).agent is condition


@pytest.mark.parametrize(
    ("devices", "words"),
    [
        ("", "the machine has no network card"),
        (card(rest="<link state='down'/>"), f"the link of its card {MAC} is down"),
        (card(), f"no DHCP lease for its card {MAC} on network 'default' yet"),
        (card(source="network='gone'"), "the network 'gone' does not exist any more"),
        (card("user", ""), f"its card {MAC} has user networking"),
        (card("bridge", "bridge='br0'"), "nobody on the host knows who has which address on br0"),
        (card() + CHANNEL.format(state="state='connected'"), "the agent knows no address yet"),
        (card() + CHANNEL.format(state=""), "no agent has opened its channel in the guest"),
    ],
)
def test_why_there_is_no_address_is_said_card_by_card(a_connection, devices, words):
    found = a_connection.call(lambda raw: why_no_address(raw, sight(devices)))
    assert words in str(found.seen)
    assert str(found.next_step)


def test_a_network_that_is_off_or_gives_nothing_is_named(a_connection):
    network = a_connection.networks["default"]
    network.stop()
    found = a_connection.call(lambda raw: why_no_address(raw, sight(card())))
    assert "the network 'default' is off" in str(found.seen)
    network.start()
    for name, rest, words in (
        ("bare", "<ip address='203.0.113.1' netmask='255.255.255.0'/>", "it has no DHCP"),
        ("outer", "<forward mode='bridge'/><bridge name='br9'/>", "nobody on the host knows"),
    ):
        one = a_connection.networks.define(f"<network><name>{name}</name>{rest}</network>")
        one.start()
        devices = card(source=f"network='{name}'")
        found = a_connection.call(lambda raw, devices=devices: why_no_address(raw, sight(devices)))
        assert words in str(found.seen)
        one.stop()
        one.delete()


def test_several_cards_say_each_what_it_is_once(a_connection):
    devices = card() + card() + card("user", "")
    found = a_connection.call(lambda raw: why_no_address(raw, sight(devices)))
    assert str(found.seen).count("no DHCP lease") == 1
    assert "user networking" in str(found.seen)
