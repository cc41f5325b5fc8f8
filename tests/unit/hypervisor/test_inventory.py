"""The inventory: versions, identities, and batches of what really changed."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.errors import NotFound
from qvirt_jupyter.hypervisor.inventory import Inventory, difference
from qvirt_jupyter.hypervisor.records import (
    DomainRecord,
    DomainState,
    NetworkRecord,
    NodeDeviceRecord,
    StoragePoolRecord,
)

URI = "test:///default"


def machine(number, **changes):
    record = DomainRecord(
        uri=URI,
        uuid=f"uuid-{number}",
        name=f"vm{number}",
        id=-1,
        state=DomainState.SHUTOFF,
        reason="",
        title="",
        description="",
        vcpus=1,
        memory=1024,
        max_memory=1024,
        persistent=True,
        autostart=False,
        managed_save=False,
        tags=(),
        group="",
        addresses=(),
        os_id="",
        displays=(),
        started_at=None,
        xml_version=1,
    )
    return replace(record, **changes)


SWITCHES = {"active": True, "persistent": True, "autostart": True}
NETWORK = NetworkRecord(URI, "n", "default", **SWITCHES, forward="nat", bridge="virbr0")


@pytest.fixture
def an_inventory():
    return Inventory(URI)


@pytest.fixture
def a_listener(an_inventory):
    batches = []
    with an_inventory.subscribe(batches.append):
        publisher.flush()
        yield batches


def test_the_first_batch_has_everything(an_inventory):
    records = [machine(1), NETWORK]
    an_inventory.update(records)
    batches = []
    with an_inventory.subscribe(batches.append):
        publisher.flush()
    (batch,) = batches
    assert list(batch.added) == records
    assert (batch.changed, batch.removed) == ((), ())
    assert (batch.uri, batch.version) == (URI, 1)


def test_an_empty_inventory_says_nothing(a_listener):
    assert a_listener == []


def test_changes_arrive_as_what_they_are(an_inventory, a_listener):
    an_inventory.update([machine(1), machine(2)])
    publisher.flush()
    changed = machine(1, state=DomainState.RUNNING)
    an_inventory.update([changed, machine(3)], removed=[machine(2).record_key])
    publisher.flush()
    batch = a_listener[-1]
    assert batch.added == (machine(3),)
    assert batch.changed == (changed,)
    assert batch.removed == (machine(2).record_key,)


def test_what_is_equal_keeps_its_identity_and_is_not_sent(an_inventory, a_listener):
    first = machine(1)
    an_inventory.update([first])
    publisher.flush()
    version = an_inventory.version
    an_inventory.update([machine(1)], removed=[machine(9).record_key])
    publisher.flush()
    assert an_inventory.domain("uuid-1") is first
    assert an_inventory.version == version
    assert len(a_listener) == 1


def test_a_burst_becomes_one_batch(an_inventory, a_listener):
    for number in range(50):
        an_inventory.update([machine(1, memory=number)])
    publisher.flush()
    (batch,) = a_listener
    assert batch.added == (machine(1, memory=49),)


def test_there_and_back_within_a_moment_is_nothing_at_all(an_inventory, a_listener):
    an_inventory.update([machine(1)])
    an_inventory.update(removed=[machine(1).record_key])
    publisher.flush()
    assert a_listener == []


def test_a_subscriber_that_comes_late_misses_nothing(an_inventory, a_listener):
    late = []
    gate = threading.Event()
    publisher.post(None, lambda: gate.wait(30))
    an_inventory.update([machine(1)])
    with an_inventory.subscribe(late.append):
        an_inventory.update([machine(2)])
        gate.set()
        publisher.flush()
    assert {record.name for batch in late for record in batch.added} == {"vm1", "vm2"}
    assert {record.name for batch in a_listener for record in batch.added} == {"vm1", "vm2"}


def test_a_closed_subscription_hears_no_more(an_inventory):
    batches = []
    subscription = an_inventory.subscribe(batches.append)
    assert an_inventory.is_watched
    subscription.close()
    an_inventory.update([machine(1)])
    publisher.flush()
    assert batches == []
    assert not an_inventory.is_watched


def test_a_failing_view_does_not_keep_the_others_from_theirs(an_inventory, a_listener, caplog):
    with an_inventory.subscribe(lambda _batch: 1 / 0):
        an_inventory.update([machine(1)])
        publisher.flush()
    assert len(a_listener) == 1
    assert "ZeroDivisionError" in caplog.text


def test_a_snapshot_never_changes(an_inventory):
    an_inventory.update([machine(1)])
    snapshot = an_inventory.snapshot()
    an_inventory.update([machine(2)])
    assert [record.name for record in snapshot.domains] == ["vm1"]
    assert len(snapshot) == 1
    with pytest.raises(TypeError):
        snapshot.records["x"] = None


def test_records_are_found_by_kind(an_inventory):
    sizes = {"capacity": 3, "allocation": 2, "available": 1}
    pool = StoragePoolRecord(URI, "p", "images", **SWITCHES, type="dir", path="/x", **sizes)
    device = NodeDeviceRecord(URI, "pci_1", "computer", "pci", "Acme", "Card")
    an_inventory.update([machine(1), NETWORK, pool, device])
    assert an_inventory.network("n") is NETWORK
    assert an_inventory.storage_pool("p") is pool
    assert an_inventory.node_device("pci_1") is device
    snapshot = an_inventory.snapshot()
    assert snapshot.networks == (NETWORK,)
    assert snapshot.storage_pools == (pool,)
    assert snapshot.node_devices == (device,)
    with pytest.raises(NotFound):
        an_inventory.domain("n")
    with pytest.raises(NotFound):
        an_inventory.network("nothing")


def test_clear_says_that_everything_is_gone(an_inventory, a_listener):
    an_inventory.update([machine(1), machine(2)])
    publisher.flush()
    an_inventory.clear()
    publisher.flush()
    assert len(a_listener[-1].removed) == 2
    assert len(an_inventory.snapshot()) == 0


def test_without_a_source_a_wish_to_refresh_does_nothing(an_inventory):
    an_inventory.refresh("domain")
    an_inventory.prefer(["uuid-1"])


def test_a_difference_compares_identities():
    first, equal = machine(1), machine(1)
    key = first.record_key
    assert not difference(URI, 1, {key: first}, {key: first})
    assert difference(URI, 1, {key: first}, {key: equal}).changed == (equal,)


@pytest.mark.parametrize(
    ("number", "saved", "state"),
    [
        (0, False, DomainState.RUNNING),
        (1, False, DomainState.RUNNING),
        (2, False, DomainState.RUNNING),
        (3, False, DomainState.PAUSED),
        (4, False, DomainState.SHUTTING_DOWN),
        (5, False, DomainState.SHUTOFF),
        (5, True, DomainState.SAVED),
        (6, False, DomainState.CRASHED),
        (7, False, DomainState.SUSPENDED),
        (1, True, DomainState.RUNNING),
        (99, False, DomainState.RUNNING),
    ],
)
def test_states_as_people_see_them(number, saved, state):
    assert DomainState.from_libvirt(number, managed_save=saved) is state
    assert str(state.label)
