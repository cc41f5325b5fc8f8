"""Addresses in the list: leases by network, the agent of whom somebody looks at, few calls."""

from __future__ import annotations

import re
from collections import Counter

import libvirt
import pytest

from qvirt_jupyter.hypervisor.networks.address_feed import AddressBook
from qvirt_jupyter.hypervisor.networks.addresses import SOURCES
from qvirt_jupyter.provision import tiny_guest

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

# No machine has a way out of it, and the range is one for documentation: RFC 5737.
NETWORK = """
<network>
  <name>leases</name><bridge name='qvirt-leases'/>
  <ip address='198.51.100.1' netmask='255.255.255.0'>
    <dhcp><range start='198.51.100.10' end='198.51.100.99'/></dhcp>
  </ip>
</network>
"""
BESIDES = """
<domain type='qemu'>
  <name>beside-{number}</name><memory unit='MiB'>16</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><interface type='network'><source network='leases'/></interface></devices>
</domain>
"""
OTHERS = 6
CARD = """
<interface type='network'>
  <mac address='52:54:00:0A:0B:0C'/><source network='leases'/><model type='virtio'/>
</interface>
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
    network.stop()
    network.delete()


@pytest.fixture(scope="module")
def a_guest(a_network):
    """A guest with an agent whose only card is on that network."""
    connection = a_network.connection
    guest = tiny_guest().define(connection, "leased", accelerator="tcg", memory=160 * 1024)
    with_card = re.sub(r"(?s)<interface.*</interface>", CARD, guest.xml(inactive=True))
    connection.domains.define(with_card)
    guest.start()
    yield guest
    guest.destroy()
    guest.undefine()


@pytest.fixture(scope="module")
def other_machines(a_network):
    """Machines beside it that never ask for an address."""
    connection = a_network.connection

    def make(raw):
        for number in range(OTHERS):
            raw.createXML(BESIDES.format(number=number), libvirt.VIR_DOMAIN_START_PAUSED)

    connection.call(make)
    connection.inventory.refresh()
    yield
    for machine in connection.domains:
        if machine.name.startswith("beside-"):
            machine.destroy()


@pytest.fixture
def a_book(a_network):
    book = AddressBook(a_network.connection)
    yield book
    book.close()


@pytest.fixture
def calls(monkeypatch):
    """How often libvirt is asked, and for what; it answers as ever."""
    asked = Counter()
    of_network = libvirt.virNetwork.DHCPLeases
    of_machine = libvirt.virDomain.interfaceAddresses

    def leases(network, *arguments):
        asked["leases"] += 1
        return of_network(network, *arguments)

    def addresses(domain, source, *arguments):
        asked[next(name for name, number in SOURCES.items() if number == source)] += 1
        return of_machine(domain, source, *arguments)

    monkeypatch.setattr(libvirt.virNetwork, "DHCPLeases", leases)
    monkeypatch.setattr(libvirt.virDomain, "interfaceAddresses", addresses)
    return asked


@pytest.mark.usefixtures("other_machines")
def test_one_question_for_a_network_gives_the_addresses_of_its_machines(
    a_guest, a_book, calls, wait_until
):
    inventory = a_guest.connection.inventory
    moment = 0.0

    def look():
        nonlocal moment
        moment += 3.0
        a_book.look(moment)
        return a_guest.record.addresses

    wait_until(
        lambda: (
            sum(record.is_active for record in inventory.snapshot().domains) > OTHERS
            and all(
                inventory.definition(record.uuid).interfaces
                for record in inventory.snapshot().domains
                if record.is_active
            )
        ),
        60,
    )
    # The book's clock is this test's: the guest boots for as long as it takes.
    (address,) = wait_until(look, 240)
    assert address.startswith("198.51.100.")
    assert [str(found) for found in a_guest.addresses("lease")] == [address]
    rounds = round(moment / 3.0)
    # Once in each round for all machines of the network, and the agent of nobody.
    assert 1 <= calls["leases"] <= rounds
    assert calls["agent"] == 0
    # A round later there are still machines without a lease; no more is asked than that.
    calls.clear()
    look()
    assert calls["leases"] <= 1
    assert calls["arp"] <= 4


def test_the_agent_is_asked_for_a_machine_that_somebody_looks_at(
    a_guest, a_book, calls, wait_until
):
    inventory = a_guest.connection.inventory
    wait_until(lambda: inventory.definition(a_guest.uuid).agent_connected, 240)
    a_book.look(0.0)
    assert calls["agent"] == 0
    with inventory.examine({a_guest.uuid}):
        a_book.look(3.0)
        wait_until(lambda: calls["agent"] == 1)
        wait_until(lambda: a_guest.record.addresses)
    assert a_guest.record.addresses[0].startswith("198.51.100.")


def test_the_python_call_asks_the_agent_first(a_guest, wait_until):
    found = wait_until(lambda: [one for one in a_guest.addresses() if one.source == "agent"], 240)
    assert not any(one.address.startswith("fe80") for one in found)
