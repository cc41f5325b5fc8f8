"""The list shows the addresses of running machines without anybody asking for them."""

from __future__ import annotations

import time

import libvirt
import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor.networks import address_feed
from qvirt_jupyter.hypervisor.networks.address_feed import OF_HOST, AddressBook

MACHINE = """
<domain type='test'>
  <name>{name}</name><memory>65536</memory><os><type>hvm</type></os>
  <devices><interface type='network'><source network='default'/></interface></devices>
</domain>
"""


@pytest.fixture
def a_book(a_connection):
    book = AddressBook(a_connection)
    yield book
    book.close()


@pytest.fixture
def calls(monkeypatch):
    """The questions that reach libvirt, by what was asked; they are answered as ever."""
    asked = []

    def count(kind, name):
        original = getattr(kind, name)

        def counted(self, *arguments):
            asked.append((name, *arguments))
            return original(self, *arguments)

        monkeypatch.setattr(kind, name, counted)

    count(libvirt.virNetwork, "DHCPLeases")
    count(libvirt.virDomain, "interfaceAddresses")
    return asked


def test_addresses_reach_the_inventory_while_somebody_looks(a_connection, monkeypatch):
    monkeypatch.setattr(address_feed, "ROUND", 0.05)
    machine = a_connection.domains["running"]
    assert machine.record.addresses == ()
    seen = []
    subscription = a_connection.inventory.subscribe(seen.append)
    end = time.monotonic() + 30
    while not machine.record.addresses:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert machine.record.addresses[0].startswith("10.7.0.")
    subscription.close()
    machine.destroy()
    assert machine.record.addresses == ()


def test_asking_tells_the_inventory(a_connection):
    machine = a_connection.domains["running"]
    (address,) = machine.addresses()
    assert machine.record.addresses == (str(address),)


def test_a_driver_without_leases_by_network_is_asked_few_machines_at_a_time(
    a_connection, a_book, calls
):
    for number in range(2 * OF_HOST.at_most):
        a_connection.domains.create(MACHINE.format(name=f"m{number}"))
    a_book.look(0.0)
    # That the driver does not know the question for a network is asked once.
    assert [name for name, *_source in calls].count("DHCPLeases") == 1
    assert len(calls) == 1 + OF_HOST.at_most
    a_book.look(3.0)
    a_book.look(6.0)
    machines = [found for found in a_connection.inventory.snapshot().domains if found.is_active]
    with_cards = [found for found in machines if found.name[0] == "m" or found.name == "running"]
    assert len(with_cards) == 2 * OF_HOST.at_most + 1
    assert all(found.addresses for found in with_cards)
    calls.clear()
    a_book.look(9.0)
    assert calls == []


@pytest.mark.parametrize("first", ["alone", "default"])
def test_a_network_without_addresses_does_not_end_the_process(a_connection, a_book, first):
    """libvirt's test driver crashes at the question; a kernel would go with it."""
    a_connection.networks.create("<network><name>alone</name></network>")
    xml = documents.Domain.parse(MACHINE.format(name="two cards"))
    for name in {first, "alone"}:
        card = documents.Interface()
        card.type, card.source.network = "network", name
        xml.devices.interfaces.append(card)
    machine = a_connection.domains.create(str(xml))
    assert machine.addresses() == ()
    a_book.look(0.0)
    assert machine.record.addresses == ()
    assert a_connection.domains["running"].record.addresses != ()


def test_what_somebody_else_found_stays(a_connection, a_book):
    """A session guest, say, whose agent a notebook has asked."""
    paused = a_connection.domains["paused"]
    a_connection.inventory.observe_addresses(paused.uuid, ("192.0.2.9",))
    a_book.look(0.0)
    assert paused.record.addresses == ("192.0.2.9",)


def test_examined_machines(a_connection):
    inventory = a_connection.inventory
    first, second = inventory.examine({"a", "b"}), inventory.examine({"a"})
    assert inventory.examined == {"a", "b"}
    first.close()
    first.close()
    assert inventory.examined == {"a"}
    second.close()
    assert inventory.examined == set()
