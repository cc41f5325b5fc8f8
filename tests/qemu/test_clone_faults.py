"""Bad days of cloning on a daemon of their own: it is killed, or a copy cannot be stopped at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    ConnectionLost,
    OperationCancelled,
    QvirtError,
    WrongState,
    connect,
)
from qvirt_jupyter.provision import CloneRequest, DeleteRequest
from qvirt_jupyter.widgets.cloning import CloneDialog

pytestmark = pytest.mark.qemu
MIB = 1024**2
MACHINE = """<domain type='qemu'><name>original</name><memory unit='MiB'>32</memory>
<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>
<driver name='qemu' type='{form}'/><source file='{path}'/><target dev='vda' bus='virtio'/></disk>
</devices></domain>"""


@pytest.fixture
def a_connection(a_daemon):
    connection = connect(a_daemon.uri)
    yield connection
    connection.close()


@pytest.fixture
def a_shelf(a_connection, a_daemon, tmp_path):
    """A pool of the daemon's user; machines that a test leaves behind go with it."""
    folder = a_daemon.folder / tmp_path.name
    folder.mkdir()
    folder.chmod(0o777)
    definition = documents.StoragePool(type="dir", name=tmp_path.name, path=str(folder))
    pool = a_connection.storage_pools.define(definition)
    pool.start()
    yield pool
    for machine in a_connection.domains:
        if machine.is_active:
            machine.destroy()
        machine.undefine()
    if pool.is_active:
        pool.stop()
    pool.delete()


def original(connection, pool, *, size=256 * MIB, backing=False):
    """Define a machine with a full disk, and make it an overlay where that is wanted."""
    disk = pool.create_volume("original.img", size, format="raw", allocation=0)
    with Path(disk.path).open("r+b") as file:
        file.writelines(os.urandom(MIB) for _number in range(size // MIB))
    path, form = disk.path, "raw"
    if backing:
        overlay = documents.StorageVolume.overlay(
            "original.qcow2", path=disk.path, format="raw", capacity=size
        )
        path, form = pool.create_volume(overlay).path, "qcow2"
    return connection.domains.define(MACHINE.format(path=path, form=form))


class Watcher:
    """Does something once a copy is under way."""

    def __init__(self, do):
        self.do = do

    def check_cancelled(self):
        return

    def report(self, *, transfer=None, **_others):
        if transfer is not None and transfer.done and self.do is not None:
            do, self.do = self.do, None
            do()


def back(connection, daemon, pool, wait_until):
    daemon.start()
    wait_until(lambda: connection.is_connected, 60)
    if not pool.is_active:
        pool.start()
    pool.refresh()


def test_libvirtd_killed_during_a_clone(a_daemon, a_connection, a_shelf, wait_until):
    machine = original(a_connection, a_shelf)
    with pytest.raises(ConnectionLost) as caught:
        CloneRequest(source=machine, name="copy").create(progress=Watcher(a_daemon.kill))
    said = "\n".join(caught.value.__notes__)
    back(a_connection, a_daemon, a_shelf, wait_until)
    left = {*a_connection.domains.names, *a_shelf.volumes.names} - {"original", "original.img"}
    assert left, "the daemon could not take anything back"
    assert all(name in said for name in left), said
    # Neither stands in the way of another try, which says that the names are taken.
    assert not CloneRequest(source=machine, name="copy").plan().is_possible
    (made,) = CloneRequest(source=machine, name="again").create()
    assert made.name == "again"


@pytest.mark.parametrize("name", ["x" * 300, "line\nbreak", "a/b"])
def test_a_name_that_cannot_be(a_connection, a_shelf, name):
    machine = original(a_connection, a_shelf, size=MIB)
    with pytest.raises((QvirtError, ValueError)) as caught:
        CloneRequest(source=machine, name=name).create()
    assert str(caught.value)
    a_shelf.refresh()
    assert a_shelf.volumes.names == ("original.img",)
    assert a_connection.domains.names == ("original",)


def test_a_name_with_signs_of_markup(a_connection, a_shelf):
    machine = original(a_connection, a_shelf, size=MIB)
    name = "a <b>&\"' ü"
    (clone,) = CloneRequest(source=machine, name=name, linked=True, start=True).create()
    assert clone.name == name
    assert clone.is_active
    assert not DeleteRequest(clone, power_off=True).run().left
    assert a_shelf.volumes.names == ("original.img",)


def test_two_clones_of_one_name_at_once_make_one(a_connection, a_shelf):
    machine = original(a_connection, a_shelf, size=16 * MIB)
    jobs = [CloneRequest(source=machine, name="twin").submit() for _number in range(2)]
    errors = []
    for job in jobs:
        try:
            job.result(120)
        except QvirtError as error:
            errors.append(error)
    (error,) = errors
    assert isinstance(error, AlreadyExists)
    (disk,) = a_connection.domains["twin"].document().devices.disks
    a_shelf.refresh()
    assert sorted(volume.path for volume in a_shelf.volumes) == sorted(
        [disk.path, a_shelf.volumes["original.img"].path]
    ), "the one that failed took nothing of the other along"
    assert (
        Path(disk.path).read_bytes() == Path(machine.document().devices.disks[0].path).read_bytes()
    )


def test_a_pool_that_was_made_for_a_while_is_named_too(a_daemon, a_connection, a_shelf, wait_until):
    machine = original(a_connection, a_shelf)
    a_shelf_of_before = a_shelf.document()
    a_shelf.stop()
    with pytest.raises(WrongState, match="is off"):
        CloneRequest(source=machine, name="copy").create()
    # No pool at all has the folder of its disk.
    a_shelf.delete()
    with pytest.raises(ConnectionLost) as caught:
        CloneRequest(source=machine, name="copy").create(progress=Watcher(a_daemon.kill))
    said = "\n".join(caught.value.__notes__)
    a_daemon.start()
    wait_until(lambda: a_connection.is_connected, 60)
    made = [name for name in a_connection.storage_pools.names if name.startswith("qvirt-")]
    assert all(name in said for name in made), said
    assert "made for a while" in said
    for name in made:
        a_connection.storage_pools[name].stop()
    a_connection.storage_pools.define(a_shelf_of_before)


def test_the_dialog_names_what_is_left(a_daemon, a_connection, a_shelf, wait_until):
    machine = original(a_connection, a_shelf)
    left = []
    dialog = CloneDialog([machine], lambda: left.append(True))
    try:
        wait_until(lambda: dialog.shown and not dialog.shown["busy"], 60)
        dialog.submit()
        wait_until(lambda: (dialog.shown["progress"] or {}).get("transfer"), 60)
        a_daemon.kill()
        wait_until(lambda: "original-clone" in dialog.shown["progress"]["error"], 60)
        error = dialog.shown["progress"]["error"]
        back(a_connection, a_daemon, a_shelf, wait_until)
        names = {*a_connection.domains.names, *a_shelf.volumes.names}
        assert all(name in error for name in names - {"original", "original.img"}), error
        assert not left, "it stays to be read"
    finally:
        dialog.close()


def test_a_copy_that_the_host_makes_alone_is_removed_when_it_is_done(a_connection, a_shelf):
    # It has a backing image, which goes into the copy: no stream of ours can do that.
    machine = original(a_connection, a_shelf, backing=True)
    job = CloneRequest(source=machine, name="copy").submit()

    def stop(changed):
        if changed.phase.startswith("Copying"):
            changed.cancel()

    job.on_change(stop)
    # It may have come so far already: the host tells no progress that would be a change.
    stop(job)
    with pytest.raises(OperationCancelled):
        job.result(240)
    said = [line for _when, line in job.log]
    assert any(line.startswith("Waiting: the host cannot stop this") for line in said), said
    a_shelf.refresh()
    assert set(a_shelf.volumes.names) == {"original.img", "original.qcow2"}
    assert set(a_connection.domains.names) == {"original"}
