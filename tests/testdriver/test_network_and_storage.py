"""Networks, storage pools, volumes and host devices as handles."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    InvalidDefinition,
    NotFound,
    OperationFailed,
    QvirtError,
    WrongState,
    collection,
)
from qvirt_jupyter.hypervisor.networks import network

NETWORK = (
    "<network><name>lab &lt;1&gt;</name><forward mode='nat'/><bridge name='tbr9'/>"
    "<ip address='10.9.0.1' netmask='255.255.255.0'/></network>"
)
POOL = "<pool type='dir'><name>isos</name><target><path>/lab/isos</path></target></pool>"
VOLUME = "<volume><name>a &lt;b&gt;.raw</name><capacity unit='MiB'>8</capacity></volume>"


def test_networks_are_listed(a_connection):
    assert a_connection.networks.names == ("<alone>", "default")
    default = a_connection.networks["default"]
    assert default.is_active
    assert default.persistent
    assert default.document().forward.mode == "nat"
    assert default == a_connection.networks[default.uuid]
    shown = a_connection.networks._repr_html_() + default._repr_html_()
    assert "&lt;alone&gt;" in shown
    assert "<alone>" not in shown
    assert "isolated" in repr(a_connection.networks)


def test_a_network_is_created_stopped_and_deleted(a_connection):
    made = a_connection.networks.create(NETWORK)
    assert made.name == "lab <1>"
    assert made.is_active
    assert made.autostart
    with pytest.raises(WrongState, match="Stop it first"):
        made.delete()
    with pytest.raises(WrongState, match="on already"):
        made.start()
    made.stop()
    with pytest.raises(WrongState, match="Start it first"):
        made.stop()
    made.set_autostart(False)
    assert not made.autostart
    made.delete()
    assert "lab <1>" not in a_connection.networks
    with pytest.raises(NotFound):
        made.start()


def test_a_network_by_a_name_that_is_taken_changes_nothing(a_connection):
    before = a_connection.networks["default"].xml()
    for make in (a_connection.networks.create, a_connection.networks.define):
        with pytest.raises(AlreadyExists, match="taken"):
            make("<network><name>default</name></network>")
    assert a_connection.networks["default"].xml() == before


def test_a_network_that_cannot_be_started_leaves_nothing(a_connection, monkeypatch):
    def broken(define, _prepare, *, autostart):
        return make(define, lambda made: made.nonsense(), autostart=autostart)

    make = network.make
    monkeypatch.setattr(network, "make", broken)
    with pytest.raises(AttributeError):
        a_connection.networks.create(NETWORK)
    assert "lab <1>" not in a_connection.networks


def test_pools_are_listed(a_connection):
    pool = a_connection.storage_pools["images"]
    assert pool.is_active
    assert pool.space.capacity > pool.space.available
    assert "dir" in repr(a_connection.storage_pools)
    assert "images" in a_connection.storage_pools._repr_html_()
    assert "Storage pool images" in pool._repr_html_()


def test_a_pool_is_created_used_and_deleted(a_connection):
    pool = a_connection.storage_pools.create(POOL)
    assert pool.is_active
    assert pool.autostart
    volume = pool.create_volume("new.qcow2", 1024**2)
    assert volume.record.format == "qcow2"
    assert volume.record.capacity == 1024**2
    assert [found.name for found in pool.volumes] == ["new.qcow2"]
    pool.refresh()
    with pytest.raises(WrongState, match="Stop it first"):
        pool.delete()
    pool.stop()
    assert len(pool.volumes) == 0
    with pytest.raises(WrongState, match="off"):
        pool.create_volume("other", 1024)
    with pytest.raises(WrongState, match="off"):
        pool.refresh()
    pool.delete()
    assert "isos" not in a_connection.storage_pools


def test_a_pool_name_that_is_taken_or_not_allowed(a_connection):
    with pytest.raises(AlreadyExists):
        a_connection.storage_pools.create(POOL.replace("isos", "images"))
    with pytest.raises(InvalidDefinition, match="must not have a / in it"):
        a_connection.storage_pools.define(POOL.replace(">isos", ">i/sos"))


def test_room_below_zero_is_none(a_connection):
    pool = a_connection.storage_pools["images"]
    # The pool of the test driver has 100 GiB, and lets sparse volumes exceed it on definition.
    assert pool.space.available <= pool.space.capacity


def test_a_volume_is_created_read_and_deleted(a_connection):
    volumes = a_connection.storage_pools["images"].volumes
    volume = volumes.create(VOLUME)
    assert volume.name == "a <b>.raw"
    assert volume in volumes
    assert volume.path.endswith("/a <b>.raw")
    assert volume.document().capacity == 8 * 1024**2
    assert "a &lt;b&gt;.raw" in volumes._repr_html_()
    assert "a &lt;b&gt;.raw" in volume._repr_html_()
    assert volume == volumes["a <b>.raw"]
    with pytest.raises(AlreadyExists):
        volumes.create(VOLUME)
    volume.delete()
    assert "a <b>.raw" not in volumes
    with pytest.raises(NotFound):
        volume.delete()
    with pytest.raises(KeyError, match=r"disk\.qcow2"):
        volumes["disk.qcow"]


def test_a_volume_whose_name_is_taken_in_the_very_moment(a_connection, monkeypatch):
    volumes = a_connection.storage_pools["images"].volumes
    refuse, looks = collection.refuse_taken, []

    def look(*arguments, **options):
        # The first look is too early to see it.
        looks.append(arguments)
        if len(looks) > 1:
            refuse(*arguments, **options)

    volumes.create(VOLUME)
    monkeypatch.setattr(collection, "refuse_taken", look)
    with pytest.raises(AlreadyExists, match="taken"):
        volumes.create(VOLUME)


def test_a_volume_knows_its_backing_image(a_connection):
    record = a_connection.storage_pools["images"].volumes["disk.qcow2"].record
    assert record.backing == "/lab/images/base.qcow2"
    assert record.type == "file"


def test_a_volume_larger_than_the_pool(a_connection):
    with pytest.raises(OperationFailed):
        a_connection.storage_pools["images"].create_volume("big", 1024**4)


def test_jobs_and_code_of_storage(a_connection):
    pool = a_connection.storage_pools["images"]
    job = pool.submit.create_volume("v", 1024)
    volume = job.result(30)
    assert job.title == "Create the volume v in images"
    assert job.code.endswith(".storage_pools['images'].create_volume('v', 1024)")
    assert volume.code.endswith(".storage_pools['images'].volumes['v']")
    volume.submit.delete().result(30)
    assert "v" not in pool.volumes


def test_host_devices(a_connection):
    devices = a_connection.node_devices
    device = devices["pci_0000_01_00_0"]
    assert device.parent == devices["computer"]
    assert device.parent.parent is None
    assert device.capabilities == ("pci",)
    assert devices.of_kind("pci") == (device,)
    assert "A &lt;card&gt;" in devices._repr_html_()
    assert "Intel Corporation" in device._repr_html_()
    assert device in devices
    with pytest.raises(KeyError, match="pci_0000_01_00_0"):
        devices["pci_0000_01_00_1"]


def test_a_lost_object_is_said_in_its_repr(a_connection):
    lost = a_connection.networks.define(NETWORK)
    lost.delete()
    assert "does not exist" in repr(lost)
    assert "does not exist" in lost._repr_html_()
    with pytest.raises(QvirtError):
        _ = lost.is_active


def test_the_inventory_knows_when_an_action_returns(a_connection):
    made = a_connection.networks.create(NETWORK)
    assert (made.record.active, made.record.autostart) == (True, True)
    made.stop()
    assert not made.record.active
    made.delete()
    with pytest.raises(NotFound):
        _ = made.record
    pool = a_connection.storage_pools["images"]
    before = pool.record.allocation
    pool.create_volume("v", 1024**2)
    assert pool.record.allocation > before
    assert a_connection.node_devices["computer"].record.capability == "system"
