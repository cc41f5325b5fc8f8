"""What waits for a machine's next start, as the inventory knows it while somebody wants to."""

from __future__ import annotations

import threading
import time

import libvirt
import pytest

from qvirt_jupyter.hypervisor.editing import pending_feed


@pytest.fixture
def read(monkeypatch):
    """The machines of which libvirt was asked for what counts from the next start."""
    asked = []
    original = libvirt.virDomain.XMLDesc

    def counted(domain, flags=0):
        if flags & libvirt.VIR_DOMAIN_XML_INACTIVE:
            asked.append(domain.name())
        return original(domain, flags)

    monkeypatch.setattr(libvirt.virDomain, "XMLDesc", counted)
    return asked


def wait_for(condition):
    end = time.monotonic() + 30
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


def edited(connection, name, old, new):
    """Change what is stored as another client would."""

    def define(raw):
        stored = raw.lookupByName(name).XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
        assert old in stored
        raw.defineXML(stored.replace(old, new))

    connection.call(define)


def paths(record):
    return [change.path for change in record.pending or ()]


def test_nothing_is_compared_while_nobody_wants_to_know(a_connection, read):
    with a_connection.inventory.subscribe(lambda _batch: None):
        time.sleep(0.3)
    assert read == []
    assert a_connection.domains["running"].record.pending is None
    # One that is off has nothing to wait for.
    assert a_connection.domains["shutoff"].record.pending == ()
    assert a_connection.domains["transient"].record.pending == ()


def test_each_running_machine_is_compared_once_and_again_when_it_is_edited(a_connection, read):
    running = [
        found
        for found in a_connection.inventory.snapshot().domains
        if found.is_active and found.persistent
    ]
    machine = a_connection.domains["running"]
    with a_connection.compare_definitions():
        wait_for(
            lambda: all(
                a_connection.inventory.domain(found.uuid).pending == () for found in running
            )
        )
        assert sorted(read) == sorted(found.name for found in running)
        read.clear()
        edited(a_connection, "running", "<vcpu placement='static'>2", "<vcpu placement='static'>3")
        wait_for(lambda: paths(machine.record) == ["vcpu"])
        assert set(read) == {"running"}
        (change,) = machine.record.pending
        assert (change.before, change.after) == ("2", "3")
        edited(a_connection, "running", "<vcpu placement='static'>3", "<vcpu placement='static'>2")
        wait_for(lambda: machine.record.pending == ())
        machine.destroy()
        assert machine.record.pending == ()


def test_many_edits_at_once_are_all_seen(a_connection):
    names = [f"m{number}" for number in range(30)]
    for name in names:
        a_connection.domains.define(
            f"<domain type='test'><name>{name}</name><memory>65536</memory><vcpu>1</vcpu>"
            "<os><type>hvm</type></os></domain>"
        ).start()
    machines = [a_connection.domains[name] for name in names]
    with a_connection.compare_definitions():
        wait_for(lambda: all(machine.record.pending == () for machine in machines))

        def edit(raw):
            for name in names:
                stored = raw.lookupByName(name).XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
                raw.defineXML(stored.replace(">1</vcpu>", ">2</vcpu>"))

        a_connection.call(edit)
        wait_for(lambda: all(paths(machine.record) == ["vcpu"] for machine in machines))


def test_those_that_somebody_sees_come_first(a_connection):
    first = a_connection.domains["suspended"]
    a_connection.inventory.prefer({first.uuid})
    assert a_connection._pending_feed._due()[0].uuid == first.uuid


def test_it_ends_with_the_last_who_wants_to_know(a_connection):
    def threads():
        return [one for one in threading.enumerate() if one.name == pending_feed.THREAD_NAME]

    one, other = a_connection.compare_definitions(), a_connection.compare_definitions()
    wait_for(lambda: len(threads()) == 1)
    one.close()
    one.close()
    assert len(threads()) == 1
    other.close()
    wait_for(lambda: not threads())


def test_a_machine_that_cannot_be_compared_is_not_known(a_connection, monkeypatch):
    monkeypatch.setattr(pending_feed, "PATIENCE", 0.01)
    tried = []

    def broken(*texts):
        tried.append(texts)
        raise ValueError("not one that we understand")

    monkeypatch.setattr(pending_feed, "_changes", broken)
    with a_connection.compare_definitions():
        feed = a_connection._pending_feed
        wait_for(lambda: tried and feed._all_read() and not feed._due())
        each_once = len(tried)
        time.sleep(0.2)
        assert len(tried) == each_once
    assert a_connection.domains["running"].record.pending is None


def test_after_a_new_connection_it_is_compared_anew(a_connection):
    machine = a_connection.domains["running"]
    with a_connection.compare_definitions():
        wait_for(lambda: machine.record.pending == ())
        a_connection.close()
        a_connection.open().result(30)
        wait_for(lambda: machine.record.pending == ())
