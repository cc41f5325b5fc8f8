"""Machines of a host behind qemu+ssh are made, cloned and deleted as those of this one."""

from __future__ import annotations

import os
import shutil

import pytest
from a_file_server import an_http_server

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import OperationCancelled, Unsupported, connect
from qvirt_jupyter.provision import (
    CloneRequest,
    CloudImage,
    CloudSeed,
    DeleteRequest,
    DiskRequest,
    GuestRequest,
    InstallFromTree,
    tiny_guest,
)

pytestmark = pytest.mark.qemu
MIB = 1024**2
INSTALLER = "netboot/debian-installer/amd64"


@pytest.fixture
def a_far_connection(an_sshd):
    connection = connect(an_sshd.uri())
    yield connection
    connection.close()


@pytest.fixture
def a_folder(a_session_libvirtd, tmp_path):
    """A folder of the other host, where its daemon may do anything."""
    folder = a_session_libvirtd.folder / tmp_path.name
    folder.mkdir()
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def a_far_shelf(a_far_connection, a_folder):
    """A pool of the other host, whose machines go with it."""
    folder = a_folder / "shelf"
    folder.mkdir()
    folder.chmod(0o777)
    definition = documents.StoragePool(type="dir", name="far-shelf", path=str(folder))
    pool = a_far_connection.storage_pools.define(definition)
    pool.start()
    yield pool
    for machine in a_far_connection.domains:
        if machine.is_active:
            machine.destroy()
        machine.undefine()
    pool.stop()
    pool.delete()


def asked(**values):
    return GuestRequest(
        **{
            "name": "far",
            "memory": 64 * 1024,
            "vcpus": 1,
            "hypervisor": "qemu",
            "network": None,
            "disks": (DiskRequest(pool="far-shelf", size=8 * MIB),),
            **values,
        }
    )


def a_loose_file(folder, name, length=MIB):
    file = folder / name
    file.write_bytes(os.urandom(length))
    file.chmod(0o666)
    return file


def paths(plan, *, ticked=True):
    return {row.path for row in plan.rows if row.ticked is ticked}


def test_a_machine_is_made_cloned_and_deleted(a_far_connection, a_far_shelf):
    machine = asked().create(a_far_connection)
    assert machine.is_active
    # No socket can be handed out over a network: a port that only the other host reaches.
    assert machine.document().devices.graphics[0].listen == "127.0.0.1"
    assert a_far_shelf.volumes.names == ("far.qcow2",)
    machine.destroy()
    (copy,) = CloneRequest(source=machine).create()
    linked = CloneRequest(source=machine, count=2, linked=True, start=True).create()
    assert [one.is_active for one in linked] == [True, True]
    volumes = ("far-1.qcow2", "far-2.qcow2", "far-clone.qcow2", "far.qcow2")
    assert a_far_shelf.volumes.names == volumes
    request = DeleteRequest([machine, copy, linked[0]], power_off=True)
    plan = request.plan()
    (kept,) = paths(plan, ticked=False)
    assert kept.endswith("/far.qcow2"), "a linked clone builds on it"
    assert not request.run(plan).left
    assert a_far_connection.domains.names == ("far-2",)
    assert a_far_shelf.volumes.names == ("far-2.qcow2", "far.qcow2")


def test_a_tree_is_carried_over_and_goes_after_the_start(a_far_connection, a_far_shelf):
    guest = tiny_guest()
    images = "/current/images/"
    files = {
        f"{images}MANIFEST": f"{INSTALLER}/linux -- kernel image for netboot\n".encode(),
        f"{images}{INSTALLER}/linux": guest.kernel,
        f"{images}{INSTALLER}/initrd.gz": guest.initramfs,
    }
    with an_http_server(files) as server:
        request = asked(memory=160 * 1024, install=InstallFromTree(server.url))
        machine = request.create(a_far_connection)
    assert machine.is_active
    assert a_far_shelf.volumes.names == ("far.qcow2",)
    # The machine that runs still names them; what is not there is not offered.
    rows = {row.device: row for row in DeleteRequest(machine).plan().rows}
    assert rows["kernel"].fixed
    assert "no such file in the storage pool" in rows["kernel"].reason


def test_an_image_in_no_pool_of_the_other_host_is_refused_with_what_to_do(
    a_far_connection, a_far_shelf, a_folder
):
    image = a_loose_file(a_folder, "cloud.qcow2")
    request = asked(install=CloudImage(str(image), seed=CloudSeed(user="anna")))
    with pytest.raises(Unsupported, match="upload it into one"):
        request.create(a_far_connection)
    assert a_far_shelf.volumes.names == ()
    assert a_far_connection.domains.names == ()


@pytest.mark.usefixtures("a_far_shelf")
def test_a_file_in_no_pool_is_copied_and_goes_once_it_is_ticked(a_far_connection, a_folder):
    image = a_loose_file(a_folder, "loose.img")
    machine = a_far_connection.domains.define(
        asked(disks=(DiskRequest(path=str(image)),)).build(a_far_connection)
    )
    pools = a_far_connection.storage_pools.names
    (clone,) = CloneRequest(source=machine).create()
    copy = a_folder / "loose-clone.img"
    assert copy.read_bytes() == image.read_bytes()
    plan = DeleteRequest(clone).plan()
    (row,) = plan.rows
    assert (row.ticked, row.fixed) == (False, False)
    assert "in no storage pool of the other host" in row.reason
    assert not DeleteRequest(clone).run(plan.tick(str(copy))).left
    assert not copy.exists()
    # Who went meanwhile is no failure, and what is not ticked stays.
    plan = DeleteRequest(machine).plan().tick(str(image))
    moved = image.rename(a_folder / "moved.img")
    assert [row.outcome.name for row in DeleteRequest(machine).run(plan)] == ["GONE", "DELETED"]
    assert moved.exists()
    assert a_far_connection.storage_pools.names == pools, "pools for a moment are gone"


def test_a_copy_that_was_cancelled_leaves_nothing(a_far_connection, a_far_shelf):
    machine = asked(disks=(DiskRequest(pool="far-shelf", size=256 * MIB, format="raw"),)).create(
        a_far_connection
    )
    machine.destroy()
    volume = a_far_shelf.volumes["far.img"]
    with open(volume.path, "r+b") as file:  # noqa: PTH123 - it is a file of this machine, too
        file.writelines(os.urandom(MIB) for _number in range(256))
    job = CloneRequest(source=machine).submit()
    job.on_change(lambda changed: changed.cancel() if changed.transfer is not None else None)
    with pytest.raises(OperationCancelled):
        job.result(120)
    a_far_shelf.refresh()
    assert a_far_shelf.volumes.names == ("far.img",)
    assert a_far_connection.domains.names == ("far",)
