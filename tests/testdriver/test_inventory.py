"""The inventory follows the test driver's events; nothing is sent when nothing changed."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import libvirt
import pytest

import qvirt_jupyter
from qvirt_jupyter.hypervisor import DomainState, connect, object_kinds, publisher
from qvirt_jupyter.hypervisor.inventory import Inventory
from qvirt_jupyter.hypervisor.networks import address_feed
from qvirt_jupyter.hypervisor.watcher import BULK, Watcher

LAB = Path(qvirt_jupyter.__file__).parent / "data" / "lab.xml"
MACHINE = """
<domain type='test'>
  <name>{name}</name><title>{title}</title><memory>65536</memory><vcpu>2</vcpu>
  <os><type>hvm</type></os>
</domain>
"""


@pytest.fixture
def a_lab():
    connection = connect(f"test://{LAB}")
    yield connection
    connection.close()


@pytest.fixture(autouse=True)
def _addresses_are_asked_for_soon(monkeypatch):
    """So that a test need not wait for seconds until they are there."""
    monkeypatch.setattr(address_feed, "ROUND", 0.05)


@pytest.fixture
def batches(a_connection):
    """What is told from now on, when all that comes by itself after the opening has come."""
    received = []
    with a_connection.inventory.subscribe(received.append):
        # On a busy machine some definitions are read only after the opening.
        wait_for(
            lambda: all(found.xml_version for found in a_connection.inventory.snapshot().domains)
        )
        # Addresses are asked for once somebody looks; one machine has a card to have some by.
        wait_for(lambda: by_name(a_connection, "running").addresses)
        come_to_rest(a_connection)
        received.clear()
        yield received


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


def settle(_connection):
    """Give what should not come the time to come."""
    time.sleep(0.15)
    publisher.flush()


def come_to_rest(connection):
    """Wait until nothing new has come for a while: a busy machine reads late."""
    seen = None
    while seen != (seen := connection.inventory.snapshot().version):
        time.sleep(0.3)
        publisher.flush()


def by_name(connection, name):
    return next(
        (found for found in connection.inventory.snapshot().domains if found.name == name), None
    )


def behind(connection, function):
    """Do something that no action of ours does: as another client would."""
    return connection.call(function)


def test_everything_of_the_lab_is_there(a_lab):
    snapshot = a_lab.inventory.snapshot()
    assert len(snapshot.domains) == 48
    assert len(snapshot.networks) == 8
    assert len(snapshot.storage_pools) == 7
    assert len(snapshot.node_devices) == 12
    web = by_name(a_lab, "web-01")
    assert web.title == "Web machine 0 & more"
    assert web.label == web.title
    assert web.os_id == "http://microsoft.com/win/11"
    assert [display.type for display in web.displays] == ["vnc"]
    assert web.memory == 524288
    assert web.key == (a_lab.uri, "6513270e-269e-4d37-b2a7-4de452e6b438")
    states = {found.state for found in snapshot.domains}
    assert {DomainState.RUNNING, DomainState.PAUSED, DomainState.SHUTOFF, DomainState.SAVED} <= (
        states
    )
    pool = next(found for found in snapshot.storage_pools if found.name == "iso")
    assert (pool.type, pool.path, pool.active) == ("dir", "/lab/iso", True)
    assert pool.capacity > 0
    gpu = a_lab.inventory.node_device("pci_0000_01_00_0")
    assert (gpu.capability, gpu.parent) == ("pci", "computer")
    assert gpu.product == "GA106 [GeForce RTX 3060]"


def test_a_machine_of_another_client_appears_changes_and_goes(a_connection, batches):
    behind(a_connection, lambda raw: raw.defineXML(MACHINE.format(name="new", title="A title")))
    batch = wait_for(lambda: batches and batches.pop())
    (added,) = batch.added
    assert (added.name, added.title, added.state) == ("new", "A title", DomainState.SHUTOFF)
    assert added.persistent
    assert added.xml_version == 1

    behind(a_connection, lambda raw: raw.lookupByName("new").create())
    batch = wait_for(lambda: batches and batches.pop())
    (changed,) = batch.changed
    assert changed.state is DomainState.RUNNING
    assert changed.id > 0
    assert changed.started_at == pytest.approx(time.time(), abs=10)
    assert changed.key == added.key

    behind(a_connection, lambda raw: raw.lookupByName("new").suspend())
    batch = wait_for(lambda: batches and batches.pop())
    assert batch.changed[0].state is DomainState.PAUSED
    assert batch.changed[0].reason == "paused by a user"
    assert batch.changed[0].started_at == changed.started_at

    behind(a_connection, lambda raw: raw.lookupByName("new").destroy())
    batch = wait_for(lambda: batches and batches.pop())
    assert batch.changed[0].state is DomainState.SHUTOFF
    assert batch.changed[0].started_at is None

    behind(a_connection, lambda raw: raw.lookupByName("new").undefine())
    batch = wait_for(lambda: batches and batches.pop())
    assert batch.removed == (added.record_key,)
    assert batches == []


def test_an_event_is_enough_and_no_survey_is_waited_for(a_connection, batches, monkeypatch):
    for survey in ("POLL", "DRIFT"):
        monkeypatch.setattr(f"qvirt_jupyter.hypervisor.watcher.{survey}", 3600.0)
    behind(a_connection, lambda raw: raw.defineXML(MACHINE.format(name="new", title="")))
    (added,) = wait_for(lambda: batches and batches.pop()).added
    assert added.name == "new"


def test_a_burst_becomes_few_batches(a_connection, batches):
    def burst(raw):
        for number in range(3 * BULK):
            raw.defineXML(MACHINE.format(name=f"burst-{number}", title=f"Title {number}"))

    behind(a_connection, burst)
    wait_for(lambda: sum(len(batch.added) for batch in batches) == 3 * BULK)
    assert len(batches) <= 5
    # Some definitions are read only after the first look.
    titles = {f"Title {number}" for number in range(3 * BULK)}
    wait_for(lambda: titles <= {found.title for found in a_connection.inventory.snapshot().domains})


def test_nothing_is_sent_when_nothing_changed(a_connection, batches):
    before = a_connection.inventory.snapshot()
    for kind in ("domain", "network", "pool", "node_device"):
        a_connection.inventory.refresh(kind)
    settle(a_connection)
    assert batches == []
    after = a_connection.inventory.snapshot()
    assert after.version == before.version
    for key, record in after.records.items():
        assert record is before.records[key]


def test_only_what_changed_is_built_anew(a_connection):
    before = a_connection.inventory.snapshot().records
    behind(a_connection, lambda raw: raw.defineXML(MACHINE.format(name="new", title="")))
    wait_for(lambda: by_name(a_connection, "new"))
    after = a_connection.inventory.snapshot().records
    assert all(after[key] is record for key, record in before.items())


def test_a_new_title_is_seen_when_it_is_defined_again(a_connection, batches):
    behind(a_connection, lambda raw: raw.defineXML(MACHINE.format(name="new", title="One")))
    wait_for(lambda: by_name(a_connection, "new"))
    uuid = by_name(a_connection, "new").uuid
    text = MACHINE.format(name="new", title="Two").replace("<title>", f"<uuid>{uuid}</uuid><title>")
    behind(a_connection, lambda raw: raw.defineXML(text))
    wait_for(lambda: by_name(a_connection, "new").title == "Two")
    assert by_name(a_connection, "new").xml_version == 2
    wait_for(lambda: batches)


def test_what_has_no_event_is_known_after_an_action(a_connection):
    (machine, *_others) = [found for found in a_connection.domains if found.persistent]
    assert not machine.record.autostart
    machine.set_autostart(True)
    assert machine.record.autostart
    machine.set_autostart(False)
    assert not machine.record.autostart


def test_a_new_machine_has_a_record_when_define_returns(a_connection):
    machine = a_connection.domains.define(MACHINE.format(name="new", title="Title"))
    assert machine.record.title == "Title"
    machine.start()
    assert machine.record.state is DomainState.RUNNING
    machine.destroy()
    machine.undefine()
    assert by_name(a_connection, "new") is None


def test_networks_and_pools_follow_their_events(a_connection, batches):
    network = """
    <network>
      <name>wide</name><forward mode='route'/><bridge name='br7'/>
      <ip address='10.99.0.1' netmask='255.255.255.0'/>
    </network>
    """
    behind(a_connection, lambda raw: raw.networkDefineXML(network))
    batch = wait_for(lambda: batches and batches.pop())
    (added,) = batch.added
    assert not added.active
    assert (added.name, added.forward, added.bridge) == ("wide", "route", "br7")
    behind(a_connection, lambda raw: raw.networkLookupByName("wide").create())
    wait_for(lambda: a_connection.inventory.network(added.uuid).active)
    behind(a_connection, lambda raw: raw.networkLookupByName("wide").destroy())
    behind(a_connection, lambda raw: raw.networkLookupByName("wide").undefine())
    wait_for(lambda: "wide" not in [n.name for n in a_connection.inventory.snapshot().networks])

    pool = "<pool type='dir'><name>shelf</name><target><path>/shelf</path></target></pool>"
    behind(a_connection, lambda raw: raw.storagePoolDefineXML(pool))
    found = wait_for(
        lambda: [p for p in a_connection.inventory.snapshot().storage_pools if p.name == "shelf"]
    )
    assert (found[0].path, found[0].active) == ("/shelf", False)
    behind(a_connection, lambda raw: raw.storagePoolLookupByName("shelf").create())
    wait_for(lambda: a_connection.inventory.storage_pool(found[0].uuid).active)


def test_close_says_that_all_is_gone_and_late_events_are_ignored(a_connection, batches):
    keys = set(a_connection.inventory.snapshot().records)
    uuid = a_connection.inventory.snapshot().domains[0].uuid
    watcher = a_connection._watcher
    a_connection.close()
    publisher.flush()
    assert set(batches[-1].removed) == keys
    batches.clear()
    # What libvirt had under way when it was closed.
    watcher._note("domain", uuid, stale=True)
    watcher.refresh("domain")
    watcher.refresh_now("domain", uuid)
    watcher.observe_addresses(uuid, ("10.0.0.1",))
    settle(a_connection)
    assert batches == []
    assert len(a_connection.inventory.snapshot()) == 0


def test_an_event_for_a_machine_that_is_gone_already(a_connection, batches):
    a_connection.inventory.refresh("domain", "6695eb01-f6a4-8304-79aa-97f2502e1900")
    a_connection.inventory.refresh("node_device", "nothing")
    settle(a_connection)
    assert batches == []
    assert a_connection.is_connected


def test_xens_own_machine_is_never_listed(a_connection, batches):
    """Domain-0 is the hypervisor itself: nobody may stop it from a list."""
    zero = "<uuid>00000000-0000-0000-0000-000000000000</uuid>"
    text = MACHINE.format(name="Domain-0", title="").replace("</name>", f"</name>{zero}")
    behind(a_connection, lambda raw: raw.defineXML(text))
    settle(a_connection)
    assert batches == []
    assert "Domain-0" not in a_connection.domains.names
    a_connection.close()
    a_connection.open().result(30)
    assert by_name(a_connection, "Domain-0") is None
    assert len(a_connection.inventory.snapshot().domains) == len(a_connection.domains)


def test_an_agent_event_of_a_machine_that_is_off_changes_nothing(a_connection, batches):
    """libvirt sends one when external snapshots of such a machine are deleted."""
    machine = a_connection.domains["shutoff"]
    a_connection._watcher._note("domain", machine.uuid, stale=True)
    settle(a_connection)
    assert batches == []
    assert machine.record.state.value == "shutoff"


# Watchers by themselves, on a connection that the test holds.


@pytest.fixture
def a_raw_connection(a_driver_file):
    connection = libvirt.open(f"test://{a_driver_file}")
    yield connection
    connection.close()


@pytest.fixture
def a_watcher(a_raw_connection):
    inventory = Inventory("test:///x")
    watcher = Watcher(a_raw_connection, inventory, lambda _error: False)
    yield watcher, inventory
    watcher.close()


def test_kinds_without_events_are_polled(a_watcher, a_raw_connection, monkeypatch):
    watcher, inventory = a_watcher
    monkeypatch.setattr("qvirt_jupyter.hypervisor.watcher.POLL", 0.1)
    # A driver that has no events refuses them like this.
    monkeypatch.setattr(
        "qvirt_jupyter.hypervisor.event_registration.EventRegistration._add",
        lambda *_arguments: False,
    )
    watcher.load()
    assert watcher.polled == {"domain", "network", "pool", "node_device"}
    # The driver has no secrets at all.
    assert watcher.unsupported == {"secret"}
    watcher.start()
    a_raw_connection.defineXML(MACHINE.format(name="new", title="Seen"))
    wait_for(lambda: "Seen" in [found.title for found in inventory.snapshot().domains])
    a_raw_connection.lookupByName("new").create()
    wait_for(
        lambda: any(
            found.name == "new" and found.is_active for found in inventory.snapshot().domains
        )
    )


def test_a_driver_without_storage_is_open_without_it(a_watcher, monkeypatch):
    watcher, inventory = a_watcher

    def refuse(_connection):
        error = libvirt.libvirtError("this function is not supported")
        error.err = (libvirt.VIR_ERR_NO_SUPPORT, 0, "no storage", 2, "", None, None, -1, -1)
        raise error

    monkeypatch.setattr(
        watcher._known["pool"], "kind", dataclasses.replace(object_kinds.POOL, survey=refuse)
    )
    watcher.load()
    watcher.start()
    assert watcher.unsupported == {"pool", "secret"}
    assert inventory.snapshot().domains
    # A driver that lists no machines is of no use at all.
    monkeypatch.setattr(
        watcher._known["domain"], "kind", dataclasses.replace(object_kinds.DOMAIN, survey=refuse)
    )
    with pytest.raises(libvirt.libvirtError):
        watcher.load()


def test_a_definition_that_cannot_be_read_is_left_alone_after_three_failures(
    a_watcher, a_raw_connection, monkeypatch
):
    watcher, inventory = a_watcher
    monkeypatch.setattr("qvirt_jupyter.hypervisor.watcher.POLL", 0.05)
    attempts = []
    known = watcher._known["domain"]
    read = known.kind.parse

    def broken(text):
        if "<name>broken</name>" in text:
            attempts.append(text)
            raise ValueError("not one that we accept")
        return read(text)

    known.kind = type(known.kind)(
        *(getattr(known.kind, name) for name in ("name", "survey", "lookup", "read")),
        *(broken, known.kind.unread, known.kind.build, known.kind.gone),
    )
    a_raw_connection.defineXML(MACHINE.format(name="broken", title="Hidden"))
    watcher.load()
    watcher.start()
    wait_for(lambda: len(attempts) == 3)
    time.sleep(0.3)
    assert len(attempts) == 3
    # It is in the list all the same, with what is known of it.
    (found,) = [record for record in inventory.snapshot().domains if record.name == "broken"]
    assert (found.title, found.xml_version) == ("", 0)
    # An event gives it another chance.
    known.kind = type(known.kind)(
        *(getattr(known.kind, name) for name in ("name", "survey", "lookup", "read")),
        *(read, known.kind.unread, known.kind.build, known.kind.gone),
    )
    watcher.refresh("domain", found.uuid)
    wait_for(lambda: inventory.domain(found.uuid).title == "Hidden")


def test_definitions_that_had_no_time_are_read_afterwards_the_visible_first(
    a_watcher, a_raw_connection, monkeypatch
):
    watcher, inventory = a_watcher
    monkeypatch.setattr("qvirt_jupyter.hypervisor.watcher.BUDGET", -1.0)
    monkeypatch.setattr("qvirt_jupyter.hypervisor.watcher.SLICE", -1.0)
    for number in range(30):
        a_raw_connection.defineXML(MACHINE.format(name=f"m{number}", title=f"T{number}"))
    watcher.load()
    last = a_raw_connection.lookupByName("m29").UUIDString()
    watcher.prefer([last])
    assert next(watcher._known["domain"].waiting(watcher._preferred)) == last
    watcher.start()
    assert len(inventory.snapshot().domains) >= 30
    wait_for(lambda: all(found.xml_version for found in inventory.snapshot().domains))


def test_a_drift_without_events_is_found_while_somebody_looks(
    a_watcher, a_raw_connection, monkeypatch
):
    watcher, inventory = a_watcher
    monkeypatch.setattr("qvirt_jupyter.hypervisor.watcher.POLL", 0.05)
    monkeypatch.setattr("qvirt_jupyter.hypervisor.watcher.DRIFT", 0.1)
    watcher.load()
    watcher.start()
    machine = next(found for found in a_raw_connection.listAllDomains(0) if found.isPersistent())
    machine.setAutostart(1)
    time.sleep(0.3)
    assert not inventory.domain(machine.UUIDString()).autostart
    with inventory.subscribe(lambda _batch: None):
        wait_for(lambda: inventory.domain(machine.UUIDString()).autostart)
