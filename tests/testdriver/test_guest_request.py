"""A machine that is asked for is made whole, or nothing of it."""

import dataclasses

import pytest

from qvirt_jupyter.hypervisor import AlreadyExists, NotFound, QvirtError, action_log
from qvirt_jupyter.provision import DiskRequest, GuestRequest
from qvirt_jupyter.provision.osinfo import Database

NOTHING_KNOWN = Database([])
REQUEST = GuestRequest(
    name="new",
    memory=64 * 1024,
    vcpus=1,
    disks=(DiskRequest(size=2**20, pool="images"),),
    hypervisor="test",
)


@pytest.fixture
def pool(a_connection):
    return a_connection.storage_pools["images"]


def test_it_runs_with_a_disk_of_its_own(a_connection, pool):
    made = REQUEST.create(a_connection, database=NOTHING_KNOWN)
    assert made.is_active
    assert made.persistent
    volume = pool.volumes["new.qcow2"]
    assert made.document(inactive=True).devices.disks[0].path == volume.path
    assert volume.record.capacity == 2**20
    entry = action_log.entries[-1]
    assert str(entry.what) == "Create new"
    assert "GuestRequest(name='new'" in entry.code


def test_it_may_stay_off_and_a_taken_name_of_a_volume_gets_a_number(a_connection, pool):
    pool.create_volume("new.qcow2", 2**20)
    made = REQUEST.create(a_connection, start=False, database=NOTHING_KNOWN)
    assert not made.is_active
    assert made.document().devices.disks[0].path == pool.volumes["new-1.qcow2"].path


def test_a_name_that_is_taken_makes_nothing(a_connection, pool):
    taken = a_connection.domains.names[0]
    before = pool.volumes.names
    with pytest.raises(AlreadyExists):
        dataclasses.replace(REQUEST, name=taken).create(a_connection, database=NOTHING_KNOWN)
    assert pool.volumes.names == before


def test_what_was_made_goes_again_when_a_later_step_fails(a_connection, pool):
    before = pool.volumes.names
    disks = (*REQUEST.disks, DiskRequest(size=2**20, pool="nowhere"))
    asked = dataclasses.replace(REQUEST, disks=disks)
    with pytest.raises(NotFound):
        asked.create(a_connection, database=NOTHING_KNOWN)
    assert pool.volumes.names == before
    assert "new" not in a_connection.domains


def test_without_a_pool_that_is_on_there_is_no_place(a_connection):
    for each in a_connection.storage_pools:
        if each.is_active:
            each.stop()
    asked = dataclasses.replace(REQUEST, disks=(DiskRequest(size=2**20),))
    with pytest.raises(QvirtError, match="No storage pool is on"):
        asked.create(a_connection, database=NOTHING_KNOWN)
