"""Rates between two readings, and how libvirt's answers are read."""

from __future__ import annotations

import numpy as np
import pytest

from qvirt_jupyter.hypervisor.statistics import answers
from qvirt_jupyter.hypervisor.statistics.meter import Columns, Meter
from qvirt_jupyter.hypervisor.statistics.sample import (
    HOST_COUNTERS,
    MACHINE_COUNTERS,
    Sample,
    Samples,
    host_figures,
    known_values,
    machine_figures,
)

EVER = dict.fromkeys((*MACHINE_COUNTERS, *HOST_COUNTERS), 0.0)
SECOND = 1_000_000_000


@pytest.fixture
def columns():
    found = Columns()
    found.add("one")
    return found


@pytest.fixture
def meter(columns):
    return Meter(MACHINE_COUNTERS, columns)


def sample(meter, columns, key="one", host_cpus=8):
    figures = machine_figures(meter.figures(EVER), host_cpus)
    return Samples(5.0, {key: columns[key]}, figures)[key]


def test_the_first_reading_has_levels_and_no_rates(meter, columns):
    meter.take("cpu", [0], [100.0], [(0, 2)])
    meter.take("memory", [0], [100.0], [(1000, 4000, None, None)])
    meter.take("disk", [0], [100.0], [(0, 500)])
    assert sample(meter, columns) == Sample(time=5.0, memory=1000, memory_total=4000)


def test_rates_are_by_the_second(meter, columns):
    for at, cpu, wait, read, received in ((100.0, 0, 0, 0, 10), (102.0, SECOND, SECOND, 4096, 30)):
        meter.take("cpu", [0], [at], [(cpu, 2)])
        meter.take("vcpu", [0], [at], [(wait,)])
        meter.take("disk", [0], [at], [(read, 500)])
        meter.take("network", [0], [at], [(received, 20)])
    found = sample(meter, columns)
    # Half a processor's time: a quarter of two virtual ones, a sixteenth of eight real ones.
    assert found.cpu_guest == pytest.approx(25.0)
    assert found.cpu_host == pytest.approx(6.25)
    assert found.vcpu_wait == pytest.approx(25.0)
    assert (found.disk_read, found.disk_write) == (2048.0, 0.0)
    assert (found.network_in, found.network_out) == (10.0, 0.0)


def test_groups_are_read_at_times_of_their_own(meter, columns):
    meter.take("cpu", [0], [100.0], [(0, 1)])
    meter.take("disk", [0], [100.0], [(0, 0)])
    meter.take("cpu", [0], [101.0], [(SECOND, 1)])
    meter.take("disk", [0], [105.0], [(50, 0)])
    assert (sample(meter, columns).cpu_guest, sample(meter, columns).disk_read) == (100.0, 10.0)
    late = machine_figures(meter.figures({**EVER, "cpu": 102.0}), 8)
    # What is too old says nothing about now.
    assert Samples(5.0, {"one": 0}, late)["one"].cpu_guest is None
    assert Samples(5.0, {"one": 0}, late)["one"].disk_read == 10.0


def test_percents_stay_between_nothing_and_all(meter, columns):
    meter.take("cpu", [0], [100.0], [(0, 2)])
    meter.take("cpu", [0], [102.0], [(10**12, 2)])
    assert sample(meter, columns, host_cpus=1).cpu_guest == 100.0
    meter.take("cpu", [0], [104.0], [(0, 2)])
    assert sample(meter, columns, host_cpus=1).cpu_guest == 0.0


def test_what_is_not_known_is_none_and_never_zero(meter, columns):
    for at in (100.0, 102.0):
        meter.take("cpu", [0], [at], [(None, None)])
        meter.take("network", [0], [at], [(None, None)])
    found = sample(meter, columns)
    assert (found.network_in, found.cpu_guest, found.cpu_host) == (None, None, None)
    meter.take("cpu", [0], [103.0], [(5, 0)])
    meter.take("cpu", [0], [104.0], [(6, 0)])
    assert sample(meter, columns).cpu_guest is None
    assert sample(meter, columns, host_cpus=0).cpu_host is None
    # Two readings at one moment have no rate.
    meter.take("disk", [0], [100.0], [(1, 1)])
    meter.take("disk", [0], [100.0], [(2, 2)])
    assert sample(meter, columns).disk_read is None


def test_another_run_counts_from_the_beginning(meter, columns):
    meter.take("cpu", [0], [100.0], [(SECOND, 1)])
    meter.restart(0)
    assert np.isnan(meter.read_at("cpu")[0])
    meter.take("cpu", [0], [101.0], [(2 * SECOND, 1)])
    assert sample(meter, columns).cpu_guest is None


def test_columns_grow_and_are_used_again(columns):
    meter = Meter(MACHINE_COUNTERS, columns)
    numbers = [columns.add(f"machine {number}") for number in range(40)]
    assert numbers == list(range(1, 41))
    for at, cpu in ((1.0, 0), (2.0, SECOND)):
        meter.take("cpu", numbers, [at] * 40, [(cpu, 1)] * 40)
    assert sample(meter, columns, "machine 39").cpu_guest == 100.0
    freed = columns.remove("machine 7")
    assert columns.add("another") == freed
    assert columns.get("machine 7") is None


def test_room_for_many_is_made_at_once(columns):
    columns.reserve(1000)
    assert columns.capacity == 1000
    columns.reserve(10)
    assert columns.capacity == 1000
    for number in range(1000):
        columns.add(f"machine {number}")
    # Each machine more has a day of figures: few are made room for.
    assert 1001 <= columns.capacity < 1100


def test_what_was_shown_is_not_changed_by_the_next_reading(meter):
    meter.take("disk", [0], [100.0], [(0, 0)])
    meter.take("disk", [0], [101.0], [(50, 0)])
    shown = meter.figures(EVER)
    assert meter.figures(EVER)["disk_read"] is shown["disk_read"]
    meter.take("disk", [0], [102.0], [(150, 0)])
    assert shown["disk_read"][0] == 50.0
    assert meter.figures(EVER)["disk_read"][0] == 100.0
    # Neither when it becomes too old, nor when the machine starts again.
    assert "disk_read" not in meter.figures({**EVER, "disk": 103.0})
    assert meter.figures(EVER)["disk_read"][0] == 100.0
    meter.restart(0)
    assert "disk_read" not in meter.figures(EVER)


def test_a_host_has_the_share_of_its_guests():
    meter = Meter(HOST_COUNTERS, Columns())
    for at, busy, idle in ((1.0, 0, 0), (2.0, SECOND, 3 * SECOND)):
        meter.take("host", [0], [at], [(busy, idle, 600, 300, 1000)])
    machines = {
        "cpu_host": np.array([10.0, np.nan, 5.0]),
        "memory_host": np.array([200.0, np.nan, np.nan]),
        "memory_total": np.array([500.0, 30.0, np.nan]),
    }
    assert host_figures(known_values(meter.figures(EVER), 0), machines) == {
        "cpu": 25.0,
        "cpu_guests": 15.0,
        # What is not known to lie on the host counts as it was given.
        "memory_guests": 230.0,
        "memory": 600.0,
        "memory_cache": 300.0,
        "memory_total": 1000.0,
    }


def test_bulk_answers():
    values = {
        "cpu.time": 7,
        "vcpu.current": 2,
        "vcpu.maximum": 3,
        "vcpu.0.wait": 4,
        "vcpu.1.wait": 5,
        "balloon.current": 4096,
        "balloon.unused": 1024,
        "balloon.disk_caches": 512,
        "balloon.rss": 5000,
        "block.count": 2,
        "block.0.name": "vda",
        "block.0.rd.bytes": 1,
        "block.0.wr.bytes": 5,
        "block.1.name": "sda",
        "block.1.rd.bytes": 2,
        "net.count": 1,
        "net.0.name": "vnet0",
        "net.0.rx.bytes": 9,
        "net.0.tx.bytes": 8,
    }
    assert answers.bulk_values("cpu", values, 9) == (7, 2)
    assert answers.bulk_values("cpu", {"cpu.time": 7}, 9) == (7, 9)
    assert answers.bulk_values("vcpu", values, 9) == (9,)
    assert answers.bulk_values("vcpu", {"vcpu.maximum": 1}, 9) == (None,)
    assert answers.bulk_values("memory", values, 9) == (3072, 4096, 512, 5000)
    assert answers.bulk_values("memory", {"balloon.current": 5}, 9) == (None, 5, None, None)
    assert answers.bulk_devices("disk", values) == {"vda": (1, 5)}
    assert answers.bulk_devices("network", values) == {"vnet0": (9, 8)}
    assert answers.bulk_devices("network", {}) == {}
    assert answers.total_of([(1, 5), (2, 6)]) == (3, 11)
    assert answers.total_of([]) == (None, None)
