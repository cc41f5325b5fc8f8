"""A machine whose disk is in a pool that is nearly full says so, on its row and in its overview."""

from __future__ import annotations

import time

import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor.definition import DiskDefinition, PoolDefinition, domain_definition
from qvirt_jupyter.hypervisor.storage.room import RoomWatch, TightDisk
from qvirt_jupyter.hypervisor.survey import RawPool
from qvirt_jupyter.widgets.machine.overview import facts
from qvirt_jupyter.widgets.machine_list.rows import domain_data
from qvirt_jupyter.widgets.room_words import room_warning

GIB = 1024**3
_ON = (True, True, True)
MACHINE = """
<domain type='test'>
  <name>roomy</name><memory>65536</memory><os><type>hvm</type></os>
  <devices>
    <disk type='file'><source file='/lab/small/a.qcow2'/><target dev='vda'/></disk>
    <disk type='file' device='cdrom'><source file='/lab/small/b.iso'/><target dev='sda'/></disk>
    <disk type='block'><source dev='/dev/sdb'/><target dev='vdb'/></disk>
    <disk type='file'><source file='/lab/small/c.raw'/><target dev='vdc'/><readonly/></disk>
    <disk type='volume'><source pool='small' volume='d.qcow2'/><target dev='vdd'/></disk>
    <disk type='file'><source file='/lab/small/deep/e.qcow2'/><target dev='vde'/></disk>
  </devices>
</domain>
"""


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


class Known:
    """What a watcher keeps of a kind."""

    def __init__(self, raw=None, definitions=None):
        self.raw, self.definitions = raw or {}, definitions or {}


def test_only_disks_that_are_written_count():
    assert domain_definition(MACHINE).disks == (
        DiskDefinition("vda", "/lab/small/a.qcow2"),
        DiskDefinition("vdd", pool="small"),
        DiskDefinition("vde", "/lab/small/deep/e.qcow2"),
    )


@pytest.mark.parametrize(
    ("kind", "capacity", "free", "used"),
    [
        ("dir", 10 * GIB, GIB // 2, 95),
        ("dir", 10 * GIB, 0, 100),
        ("netfs", 100 * GIB, 9 * GIB, 91),
        # Some drivers count below zero.
        ("dir", 10 * GIB, 2**64 - 5, 100),
        ("dir", 10 * GIB, 2 * GIB, None),
        # A twentieth of a large pool is much room.
        ("dir", 1000 * GIB, 50 * GIB, None),
        # What is off says nothing; volumes of a group have their room already.
        ("dir", 0, 0, None),
        ("logical", 10 * GIB, 0, None),
    ],
)
def test_what_is_nearly_full(kind, capacity, free, used):
    pools = Known(
        {"p": RawPool("small", *_ON, capacity, max(0, capacity - free), free)},
        {"p": PoolDefinition(kind, "/lab/small")},
    )
    machines = Known({"m": None}, {"m": domain_definition(MACHINE)})
    room = RoomWatch(pools, machines)
    changed = tuple(room.look())
    found = room.of("m")
    if used is None:
        assert (changed, found) == ((), ())
    else:
        assert changed == ("m",)
        assert found == (TightDisk("vda", "small", used), TightDisk("vdd", "small", used))
    # Nothing else happened: nobody is told again.
    assert tuple(room.look()) == ()


def test_a_pool_that_fills_marks_its_machines_at_once(a_connection):
    pool = a_connection.storage_pools.define(
        documents.StoragePool(type="dir", name="small", path="/lab/small")
    )
    pool.start()
    machine = a_connection.domains.define(MACHINE)

    def warning():
        return room_warning(a_connection.inventory.domain(machine.uuid))

    wait_for(lambda: a_connection.inventory.definition(machine.uuid))
    assert warning() == ""
    free = pool.record.available
    volume = pool.create_volume("filler", free - GIB, allocation=free - GIB, format="raw")
    words = wait_for(warning)
    assert "disk vda, vdd is in the pool small, which is 99 % full" in words
    record = a_connection.inventory.domain(machine.uuid)
    assert dict(facts(record, "here"))["Room"].endswith(words)
    assert domain_data("1", record, ())["warning"] == words
    volume.delete()
    wait_for(lambda: warning() == "")
