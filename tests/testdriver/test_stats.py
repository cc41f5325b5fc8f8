"""Statistics on the test driver, which has no bulk calls: machine by machine."""

from __future__ import annotations

import csv
import io
import shutil
import threading
import time
from pathlib import Path

import pytest

import qvirt_jupyter
from qvirt_jupyter.hypervisor import DomainState, connect, publisher
from qvirt_jupyter.hypervisor.statistics.answers import OneByOne
from qvirt_jupyter.hypervisor.statistics.stat_groups import GROUPS, Wanted

LAB = Path(qvirt_jupyter.__file__).parent / "data" / "lab.xml"


@pytest.fixture
def a_connection(tmp_path):
    connection = connect(f"test://{shutil.copy(LAB, tmp_path)}")
    connection.stats.tick = 0.1
    yield connection
    connection.stats.tick = 1.0
    connection.stats.measured = GROUPS
    connection.close()


@pytest.fixture
def batches(a_connection):
    received = []
    with a_connection.stats.subscribe(received.append):
        yield received


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def running(connection):
    return {
        found.uuid: found for found in connection.inventory.snapshot().domains if found.is_active
    }


def cards_of_running(connection):
    """Yield the first card of each running machine whose definition was read already."""
    for uuid in running(connection):
        definition = connection.inventory.definition(uuid)
        if definition is not None and definition.interfaces:
            yield uuid, definition.interfaces[0]


def test_running_machines_are_sampled_while_somebody_watches(a_connection, batches):
    with a_connection.stats.watch():
        # The costly figures come in turns.
        wait_for(lambda: len(batches) >= 8)
    batch = batches[-1]
    assert batch.uri == a_connection.uri
    assert batch.time == pytest.approx(time.time(), abs=5)
    assert set(batch.samples) == set(running(a_connection))
    for uuid, sample in batch.samples.items():
        assert 0 <= sample.cpu_guest <= 100
        assert 0 <= sample.cpu_host <= 100
        # Machines without a balloon do not say what they use.
        assert sample.memory is None or 0 < sample.memory < sample.memory_total
        assert sample.memory_total == pytest.approx(running(a_connection)[uuid].memory)


def test_a_device_that_does_not_answer_is_left_alone(a_connection):
    def read(raw):
        domain = next(found for found in raw.listAllDomains(0) if found.isActive())
        run = (domain.UUIDString(), domain.ID())
        reader = OneByOne()
        found = [reader.devices(group, domain, run, ["nothing"]) for group in ("disk", "network")]
        return found, run, reader

    found, run, reader = a_connection.call(read)
    assert found == [{}, {}]
    assert reader._broken[run] == {"disk nothing", "network nothing"}
    reader.forget_others(frozenset())
    assert reader._broken == {}


def test_histories_grow_and_stay(a_connection):
    uuid = next(iter(running(a_connection)))
    # A tick before somebody looked is kept for the longer spans only.
    with a_connection.stats.watch():
        wait_for(lambda: len(a_connection.stats.history(uuid)) >= 3)
    history = a_connection.stats.history(uuid)
    assert list(history.time) == sorted(history.time)
    a_connection.close()
    assert len(a_connection.stats.history(uuid)) >= len(history)


def test_nobody_watching_is_slow(a_connection, batches):
    # The first is taken at once.
    wait_for(lambda: a_connection.stats.host)
    publisher.flush()
    batches.clear()
    time.sleep(0.5)
    publisher.flush()
    assert batches == []


def test_watching_again_starts_at_once_and_closing_ends_it(a_connection, batches):
    watch = a_connection.stats.watch()
    wait_for(lambda: batches)
    watch.close()

    def is_at_rest():
        # One may be under way.
        count = len(batches)
        time.sleep(0.4)
        publisher.flush()
        return len(batches) == count

    wait_for(is_at_rest)


def test_a_change_of_the_interval_takes_effect_at_once(a_connection, batches):
    a_connection.stats.tick = 30.0
    with a_connection.stats.watch():
        time.sleep(0.2)
        batches.clear()
        a_connection.stats.tick = 0.05
        wait_for(lambda: len(batches) >= 3, 20)


def test_a_machine_that_stops_is_no_longer_sampled(a_connection, batches):
    uuid, record = next(iter(running(a_connection).items()))
    with a_connection.stats.watch():
        wait_for(lambda: batches and uuid in batches[-1].samples)
        a_connection.call(lambda raw: raw.lookupByName(record.name).destroy())
        wait_for(lambda: uuid not in batches[-1].samples)
        assert len(a_connection.stats.history(uuid)) > 0


def test_a_machine_that_starts_again_has_no_rate_over_the_pause(a_connection, batches):
    uuid, record = next(iter(running(a_connection).items()))
    with a_connection.stats.watch():
        wait_for(lambda: batches and uuid in batches[-1].samples)

        def restart(raw):
            domain = raw.lookupByName(record.name)
            domain.destroy()
            domain.create()

        a_connection.call(restart)
        batches.clear()
        wait_for(lambda: batches and uuid in batches[-1].samples)
        assert all(
            sample.cpu_guest is None or 0 <= sample.cpu_guest <= 100
            for batch in batches
            for sample in batch.samples.values()
        )


def test_it_runs_beside_a_busy_caller(a_connection, batches):
    """A cell that sleeps or computes does not stop the graphs."""
    with a_connection.stats.watch():
        wait_for(lambda: batches)
        before = len(batches)
        end = time.monotonic() + 30
        while len(batches) < before + 2:
            assert time.monotonic() < end
            sum(range(1000))


def test_what_is_not_to_be_measured_is_not_read_whoever_looks(a_connection, batches):
    with a_connection.stats.watch(running(a_connection)):
        wait_for(
            lambda: any(
                s.disk_read is not None for s in batches[-1:] and batches[-1].samples.values()
            )
        )
        a_connection.stats.measured = {"cpu"}
        batches.clear()
        wait_for(lambda: len(batches) >= 3)
    samples = batches[-1].samples.values()
    assert all(sample.cpu_guest is not None for sample in samples)
    for figure in ("memory", "disk_read", "network_in"):
        assert {getattr(sample, figure) for sample in samples} == {None}
    with pytest.raises(ValueError, match="weather"):
        a_connection.stats.measured = {"weather"}


def test_an_unknown_group_is_refused(a_connection):
    with pytest.raises(ValueError, match="there are cpu, vcpu, memory, disk, network, host"):
        a_connection.stats.watch(groups=["colour"])


def test_the_open_machine_has_all_at_each_tick_and_its_devices_apart(a_connection, batches):
    uuid = next(
        record.uuid
        for record in running(a_connection).values()
        if "<disk" in a_connection.domains[record.name].xml()
    )
    with a_connection.stats.watch([uuid]):
        wait_for(lambda: sum(uuid in batch.samples for batch in batches) >= 4)
        history = a_connection.stats.history(uuid, 60.0)
    assert list(history.disk_read[1:] >= 0) == [True] * (len(history) - 1)
    assert history.disks
    assert all(set(one.figures) == {"read", "write"} for one in history.disks.values())
    assert all(set(one.figures) == {"received", "sent"} for one in history.interfaces.values())


def test_a_batch_has_what_went_through_each_interface_of_the_open_machine(a_connection, batches):
    # Definitions are read one after the other, and not every machine has a card.
    wait_for(lambda: next(cards_of_running(a_connection), None))
    uuid, card = next(cards_of_running(a_connection))
    other = next(each for each in running(a_connection) if each != uuid)
    key = (uuid, "network", card.target)
    with a_connection.stats.watch([uuid], groups=("network",)):
        wait_for(lambda: any(each.devices.of(key) is not None for each in batches))
    found = [each.devices.of(key) for each in batches]
    assert all(rate >= 0 for rates in found if rates is not None for rate in rates)
    assert batches[-1].devices.of((other, "network", "nothing")) is None


def test_the_open_machine_that_comes_first_keeps_its_own_figures(a_connection, batches):
    with a_connection.stats.watch():
        wait_for(lambda: batches)
    a_connection.stats.stop()
    records, reader = running(a_connection), a_connection.stats._reader
    assert len({record.vcpus for record in records.values()}) > 1
    last = list(reader.running)[-1]
    every = frozenset(GROUPS)
    wanted = Wanted(frozenset({last}), every, frozenset({"cpu"}), every, tick=600.0)
    # With so long a tick, all machines are soon asked at once.
    for _round in range(3):
        a_connection.call(lambda raw: reader.read(raw, wanted))
    vcpus = reader.meter.figures(dict.fromkeys(GROUPS, 0.0))["vcpus"]
    found = {uuid: vcpus[column] for uuid, column in reader.running.items()}
    assert found == {uuid: record.vcpus for uuid, record in records.items()}


def test_a_list_has_the_costly_figures_in_turns(a_connection, batches):
    """Processor times of all at each tick; the disks of a part of the machines."""
    a_connection.stats.tick = 0.5
    with a_connection.stats.watch(groups=["cpu", "disk"]):
        wait_for(lambda: len(batches) >= 2)
        batch = batches[-1]
        asked = a_connection.stats._reader.meter.read_at("disk")
        at_first = sum(asked[column] > 0 for column in batch.samples.columns.values())
    everybody = len(running(a_connection))
    assert all(sample.cpu_guest is not None for sample in batch.samples.values())
    assert 0 < at_first < everybody


def test_the_host_says_what_it_can(a_connection, batches):
    with a_connection.stats.watch(groups=["cpu", "host"]):
        wait_for(lambda: len(a_connection.stats.host_history(60.0)) >= 3)
        a_connection.stats.stop()
    publisher.flush()
    host = a_connection.stats.host
    assert host == batches[-1].host
    # The test driver's processor times stand still, and it says nothing of memory: that is no
    # figure, which is not zero.
    assert (host.cpu, host.memory) == (None, None)
    assert host.cpu_guests > 0


def test_a_machine_that_is_undefined_is_forgotten(a_connection, batches):
    with_snapshots = a_connection.call(
        lambda raw: {one.name() for one in raw.listAllDomains() if one.snapshotNum()}
    )
    record = next(
        one
        for one in running(a_connection).values()
        # libvirt does not undefine a machine that has snapshots.
        if one.persistent and one.state is DomainState.RUNNING and one.name not in with_snapshots
    )
    uuid = record.uuid
    with a_connection.stats.watch():
        wait_for(lambda: batches and uuid in batches[-1].samples)
        assert a_connection.domains[record.name].stats.newest is not None

        def remove(raw):
            domain = raw.lookupByName(record.name)
            domain.destroy()
            domain.undefine()

        a_connection.call(remove)
        wait_for(lambda: len(a_connection.stats.history(uuid)) == 0)


def test_all_machines_as_csv_and_pandas(a_connection, batches, tmp_path):
    with a_connection.stats.watch():
        wait_for(lambda: len(batches) >= 3)
    publisher.flush()
    a_connection.stats.to_csv(tmp_path / "all.csv", 60.0)
    lines = list(csv.reader(io.StringIO((tmp_path / "all.csv").read_text())))
    names = {record.name for record in running(a_connection).values()}
    assert lines[0][:4] == ["time", "machine", "cpu_guest", "cpu_host"]
    assert {line[1] for line in lines[1:]} == names
    table = a_connection.stats.to_pandas(60.0)
    assert set(table.index.get_level_values("machine")) == names
    assert table["cpu_guest"].max() <= 100
    machine = a_connection.domains[min(names)]
    machine.stats.to_csv(tmp_path / "one.csv", 60.0)
    assert len((tmp_path / "one.csv").read_text().splitlines()) == 1 + len(
        machine.stats.to_pandas(60.0)
    )


def test_a_failing_subscriber_does_not_stop_it(a_connection, batches, caplog):
    with a_connection.stats.subscribe(lambda _batch: 1 / 0), a_connection.stats.watch():
        wait_for(lambda: len(batches) >= 2)
    assert "ZeroDivisionError" in caplog.text


def test_closing_ends_its_thread(a_connection):
    watch = a_connection.stats.watch()
    a_connection.close()
    assert "qvirt-stats" not in [thread.name for thread in threading.enumerate()]
    watch.close()
