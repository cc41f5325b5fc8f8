"""Rates between two readings, and the ring that keeps them."""

from __future__ import annotations

import math

import pytest

from qvirt_jupyter.hypervisor.sample import (
    Counters,
    Sample,
    counters_of_bulk,
    sample_between,
)
from qvirt_jupyter.hypervisor.sample_history import SampleRing

FIRST = Counters(
    at=100.0,
    cpu_time=0,
    vcpus=2,
    memory=1000,
    memory_total=4000,
    disk_read=0,
    disk_write=500,
    network_in=10,
    network_out=20,
)


def later(seconds=2.0, **changes):
    values = {name: getattr(FIRST, name) for name in Counters.__slots__}
    return Counters(**{**values, "at": FIRST.at + seconds, **changes})


def test_the_first_reading_has_no_rates():
    sample = sample_between(None, FIRST, time=5.0, host_cpus=8)
    assert sample == Sample(time=5.0, memory=1000, memory_total=4000)


def test_rates_are_by_the_second():
    after = later(cpu_time=1_000_000_000, disk_read=4096, network_in=30)
    sample = sample_between(FIRST, after, time=7.0, host_cpus=8)
    # Half a processor's time: a quarter of two virtual ones, a sixteenth of eight real ones.
    assert sample.cpu_guest == pytest.approx(25.0)
    assert sample.cpu_host == pytest.approx(6.25)
    assert (sample.disk_read, sample.disk_write) == (2048.0, 0.0)
    assert (sample.network_in, sample.network_out) == (10.0, 0.0)


def test_percents_stay_between_nothing_and_all():
    busy = later(cpu_time=10**12)
    assert sample_between(FIRST, busy, time=0, host_cpus=1).cpu_guest == 100.0
    back = later(cpu_time=-(10**12), disk_write=0)
    sample = sample_between(FIRST, back, time=0, host_cpus=1)
    assert (sample.cpu_guest, sample.disk_write) == (0.0, 0.0)


def test_what_is_not_known_is_none_and_never_zero():
    sample = sample_between(
        FIRST, later(network_in=None, cpu_time=None, vcpus=None), time=0, host_cpus=8
    )
    assert (sample.network_in, sample.cpu_guest, sample.cpu_host) == (None, None, None)
    assert sample_between(FIRST, later(0.0), time=0, host_cpus=8).disk_read is None
    assert sample_between(FIRST, later(cpu_time=5), time=0, host_cpus=0).cpu_host is None


def test_bulk_answers():
    values = {
        "cpu.time": 7,
        "vcpu.current": 2,
        "balloon.current": 4096,
        "balloon.unused": 1024,
        "block.count": 2,
        "block.0.rd.bytes": 1,
        "block.1.rd.bytes": 2,
        "block.0.wr.bytes": 5,
        "net.count": 1,
        "net.0.rx.bytes": 9,
    }
    assert counters_of_bulk(3.0, values) == Counters(
        at=3.0,
        cpu_time=7,
        vcpus=2,
        memory=3072,
        memory_total=4096,
        disk_read=3,
        disk_write=5,
        network_in=9,
        network_out=None,
    )
    assert counters_of_bulk(1.0, {}) == Counters(at=1.0)
    assert counters_of_bulk(1.0, {"balloon.current": 5}).memory is None


def test_a_ring_keeps_the_newest_in_order():
    ring = SampleRing(3)
    for number in range(5):
        ring.add(Sample(time=float(number), cpu_guest=10.0 * number))
    history = ring.history()
    assert list(history.time) == [2.0, 3.0, 4.0]
    assert list(history.cpu_guest) == [20.0, 30.0, 40.0]
    assert all(math.isnan(value) for value in history.network_in)
    assert len(history) == len(ring) == 3
