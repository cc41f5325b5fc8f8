"""Statistics of real machines: bulk calls, what is not known, and turns when there are many."""

from __future__ import annotations

import itertools
import math

import pytest

from qvirt_jupyter.hypervisor import connection_to

pytestmark = pytest.mark.qemu

MACHINE = """
<domain type='qemu'>
  <name>{name}</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>{devices}<memballoon model='virtio'/></devices>
</domain>
"""
DISK = """
<disk type='file' device='disk'>
  <driver name='qemu' type='raw'/><source file='{path}'/><target dev='vda' bus='virtio'/>
</disk>
"""
USER = "<interface type='user'><model type='virtio'/></interface>"


@pytest.fixture
def batches(a_qemu_connection):
    received = []
    with a_qemu_connection.stats.subscribe(received.append):
        a_qemu_connection.stats.tick = 0.2
        yield received
    a_qemu_connection.stats.tick = 1.0


@pytest.fixture
def machines(a_qemu_connection):
    """Makes machines that are ended afterwards."""
    made = []

    def make(name, devices="", *, paused=False):
        machine = a_qemu_connection.domains.define(MACHINE.format(name=name, devices=devices))
        made.append(machine)
        machine.start(paused=paused)
        return machine

    yield make
    for machine in made:
        if machine.state.is_active:
            machine.destroy()
        machine.undefine()


def test_a_machine_with_a_disk(a_qemu_connection, machines, batches, tmp_path, wait_until):
    path = tmp_path / "disk.raw"
    path.write_bytes(b"\0" * 1024**2)
    machine = machines("disk", DISK.format(path=path))
    with a_qemu_connection.stats.watch([machine.uuid]):
        wait_until(
            lambda: (
                batches
                and machine.uuid in batches[-1].samples
                and batches[-1].samples[machine.uuid].cpu_guest is not None
            ),
            120,
        )
        sample = batches[-1].samples[machine.uuid]
        assert 0 <= sample.cpu_guest <= 100
        assert 0 <= sample.cpu_host <= 100
        assert sample.memory_total == 64 * 1024
        # The firmware has no balloon driver that would say what is used.
        assert sample.memory is None
        assert sample.disk_read >= 0
        wait_until(lambda: batches[-1].samples[machine.uuid].memory_host is not None)
        assert batches[-1].samples[machine.uuid].vcpu_wait is not None
        wait_until(lambda: set(machine.stats.history(60.0).disks) == {"vda"})
        host = batches[-1].host
        assert 0 <= host.cpu <= 100
        assert 0 < host.memory < host.memory_total
        assert host.cpu_guests is not None
        assert (sample.network_in, sample.network_out) == (None, None)
        # The firmware reads the disk at some moment to look for a system.
        history = a_qemu_connection.stats.history(machine.uuid)
        wait_until(lambda: len(a_qemu_connection.stats.history(machine.uuid)) > len(history))
    assert not math.isnan(a_qemu_connection.stats.history(machine.uuid).cpu_guest[-1])


def test_without_processor_times_machines_are_still_asked_in_bulk(
    a_qemu_libvirtd, machines, tmp_path, wait_until
):
    path = tmp_path / "disk.raw"
    path.write_bytes(b"\0" * 1024**2)
    machine = machines("disk-only", DISK.format(path=path))
    connection = connection_to(a_qemu_libvirtd.uri, read_only=True)
    connection.stats.measured = {"disk"}
    connection.open().result(60)
    try:
        with connection.stats.watch([machine.uuid]):
            wait_until(
                lambda: (
                    machine.uuid in connection.stats.newest
                    and connection.stats.newest[machine.uuid].disk_read is not None
                ),
                120,
            )
            assert connection.stats.newest[machine.uuid].cpu_guest is None
            assert connection.stats._reader._bulk
    finally:
        connection.close()


def test_user_networking_is_not_available_and_not_zero(
    a_qemu_connection, machines, batches, wait_until
):
    machine = machines("user", USER)
    with a_qemu_connection.stats.watch([machine.uuid]):
        wait_until(lambda: sum(machine.uuid in batch.samples for batch in batches) >= 3)
    for batch in batches:
        if machine.uuid in batch.samples:
            assert batch.samples[machine.uuid].network_in is None
            assert batch.samples[machine.uuid].network_out is None


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_agent_of_the_open_machine_counts_its_user_networking(
    a_tiny_guest, a_qemu_connection, batches, wait_until
):
    uuid = a_tiny_guest.uuid

    def newest(*names):
        sample = batches[-1].samples.get(uuid) if batches else None
        return sample is not None and all(getattr(sample, name) is not None for name in names)

    with a_qemu_connection.stats.watch([uuid]):
        wait_until(lambda: newest("network_in", "network_out", "cpu_guest"), 180)
        assert batches[-1].samples[uuid].network_in >= 0
        # Its balloon driver says what is used, once it was asked to.
        wait_until(lambda: newest("memory"), 180)
        sample = batches[-1].samples[uuid]
        assert 0 < sample.memory < sample.memory_total == 160 * 1024
    record = a_tiny_guest.record
    assert record.started_at is not None
    assert record.displays


@pytest.mark.usefixtures("batches")
def test_many_machines_take_turns_and_the_open_one_is_in_every_tick(
    a_qemu_connection, machines, monkeypatch, wait_until
):
    # As if these few were too many for one tick.
    monkeypatch.setattr("qvirt_jupyter.hypervisor.statistics.stats_reader.CHUNK", 1)
    monkeypatch.setattr("qvirt_jupyter.hypervisor.statistics.stats_reader.SHARE", 0.0)
    made = [machines(f"turn-{number}", paused=True) for number in range(3)]
    second = made[1]
    stats = a_qemu_connection.stats

    def read_at():
        columns = stats._reader.running
        at = stats._reader.meter.read_at("cpu")
        return [at[columns[machine.uuid]] for machine in made if machine.uuid in columns]

    with stats.watch():
        wait_until(lambda: len(read_at()) == 3 and not any(map(math.isnan, read_at())))
        # Each in a tick of its own, and then again.
        first = read_at()
        assert all(abs(one - other) > 0.1 for one, other in itertools.combinations(first, 2))
        wait_until(lambda: all(new > old for new, old in zip(read_at(), first, strict=True)))
        wait_until(lambda: all(one.stats.newest.cpu_guest is not None for one in made))
        with stats.watch([second.uuid]):
            ticks = []
            # What was under way may have been another one's turn.
            wait_until(lambda: ticks.append(read_at()[1]) or len(set(ticks)) >= 3)
            before = read_at()
            ticks.clear()
            wait_until(lambda: ticks.append(read_at()[1]) or len(set(ticks)) >= 5)
            # The open one is in every tick, and so the only one, as there is time for one only.
            assert read_at()[::2] == before[::2]
