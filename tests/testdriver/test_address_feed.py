"""The list shows the addresses of running machines without anybody asking for them."""

from __future__ import annotations

import time

from qvirt_jupyter.hypervisor import address_feed


def test_addresses_reach_the_inventory_while_somebody_looks(a_connection, monkeypatch):
    monkeypatch.setattr(address_feed, "ROUND", 0.05)
    machine = a_connection.domains["running"]
    assert machine.record.addresses == ()
    seen = []
    subscription = a_connection.inventory.subscribe(seen.append)
    end = time.monotonic() + 10
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
