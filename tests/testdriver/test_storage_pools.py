"""Storage pools renamed, built and torn down, and what a host offers of them."""

from __future__ import annotations

import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    InUse,
    InvalidDefinition,
    OperationFailed,
    Unsupported,
    WrongState,
    action_log,
)

POOL = "<pool type='dir'><name>isos</name><target><path>/lab/isos</path></target></pool>"
DISK = (
    "<disk type='volume' device='disk'><source pool='isos' volume='a'/><target dev='vdx'/></disk>"
)


@pytest.fixture
def a_pool(a_connection):
    """A pool that is off and starts with its host."""
    pool = a_connection.storage_pools.define(POOL)
    pool.set_autostart(True)
    return pool


def test_a_pool_that_is_off_gets_another_name(a_pool, a_connection):
    uuid = a_pool.uuid
    a_pool.rename("media")
    assert a_pool.name == "media"
    assert a_connection.storage_pools["media"].uuid == uuid
    assert a_pool.autostart
    assert a_pool.document().path == "/lab/isos"
    assert "isos" not in a_connection.storage_pools
    assert a_connection.inventory.storage_pool(uuid).name == "media"
    assert action_log.entries[-1].what == "Rename isos to media"


def test_a_pool_that_is_on_keeps_its_name(a_pool):
    a_pool.start()
    with pytest.raises(WrongState, match="Stop it first"):
        a_pool.rename("media")
    assert a_pool.name == "isos"


def test_a_name_that_is_taken_or_not_allowed(a_pool):
    with pytest.raises(AlreadyExists, match="taken"):
        a_pool.rename("images")
    with pytest.raises(InvalidDefinition, match="must not have a / in it"):
        a_pool.rename("a/b")
    assert a_pool.name == "isos"


def test_a_rename_that_fails_half_way_restores_the_old_name(a_pool, a_connection, monkeypatch):
    class Refusing:
        """A connection that defines nothing by the new name."""

        def __init__(self, connection):
            self._connection = connection

        def storagePoolDefineXML(self, text, flags):  # noqa: N802 - libvirt's name
            if "<name>media</name>" in text:
                return self._connection.storagePoolDefineXML("<pool/>", flags)
            return self._connection.storagePoolDefineXML(text, flags)

        def __getattr__(self, name):
            return getattr(self._connection, name)

    call = a_connection.call
    monkeypatch.setattr(
        a_connection,
        "call",
        lambda function, **keywords: call(lambda raw: function(Refusing(raw)), **keywords),
    )
    with pytest.raises(InvalidDefinition):
        a_pool.rename("media")
    monkeypatch.undo()
    assert a_connection.storage_pools["isos"].autostart
    assert "media" not in a_connection.storage_pools


def test_disks_that_name_the_pool_are_in_the_way_of_another_name(a_pool, a_connection):
    domain = next(iter(a_connection.domains))
    with domain.edit() as definition:
        definition.devices.add(documents.Disk.parse(DISK))
    assert a_pool.machines == (domain.name,)
    with pytest.raises(InUse, match=domain.name):
        a_pool.rename("media")
    a_pool.rename("media", force=True)
    assert a_pool.machines == ()


def test_a_pool_that_is_on_is_not_built_nor_torn_down(a_pool):
    a_pool.build()
    a_pool.start()
    for change in (a_pool.build, a_pool.tear_down):
        with pytest.raises(WrongState, match="Stop it first"):
            change()
    a_pool.stop()
    a_pool.tear_down()


def test_a_driver_that_says_nothing_of_pools(a_connection):
    assert a_connection.storage_pools.capabilities is None


def test_places_are_found(a_connection):
    (source,) = a_connection.storage_pools.find_sources("logical")[:1]
    assert source.name == "testvg1"
    nas = documents.PoolSource(hosts=[])
    nas.hosts.add(name="nas.example.org")
    found = a_connection.storage_pools.find_sources("netfs", nas)
    assert {each.hosts[0].name for each in found} == {"nas.example.org"}
    with pytest.raises((Unsupported, OperationFailed, InvalidDefinition)):
        a_connection.storage_pools.find_sources("dir")


def test_records_say_where_a_pool_comes_from(a_connection):
    made = a_connection.storage_pools.define(
        "<pool type='netfs'><name>share</name><source><host name='nas'/><dir path='/e'/></source>"
        "<target><path>/mnt/share</path></target></pool>"
    )
    record = made.record
    assert (record.type, record.path, record.source) == ("netfs", "/mnt/share", "nas:/e")
    assert record.persistent
    assert not record.active
