"""Bad days of a new machine: a clear error that names it, and nothing that is left behind."""

import threading

import pytest
from in_time import until

from qvirt_jupyter.documents import StoragePool
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    ConnectionLost,
    OperationFailed,
    QvirtError,
    connect,
)
from qvirt_jupyter.provision import DeleteRequest, DiskRequest, GuestRequest, InstallFromMedia
from qvirt_jupyter.provision.osinfo import Database

pytestmark = pytest.mark.qemu

NOTHING_KNOWN = Database([])
ODD = "<b>&\"'"


@pytest.fixture
def a_connection(a_daemon):
    connection = connect(a_daemon.uri)
    yield connection
    connection.close()


@pytest.fixture
def a_shelf(a_connection, a_daemon, tmp_path):
    """A pool of the daemon's user."""
    folder = a_daemon.folder / tmp_path.name
    folder.mkdir()
    folder.chmod(0o777)
    definition = StoragePool(type="dir", name="shelf", path=str(folder))
    pool = a_connection.storage_pools.define(str(definition))
    pool.start()
    yield pool
    if pool.is_active:
        pool.stop()
    pool.delete()


def asked(name="asked-for", **values):
    return GuestRequest(
        **{
            "name": name,
            "memory": 64 * 1024,
            "vcpus": 1,
            "network": None,
            "hypervisor": "qemu",
            "disks": (DiskRequest(size=2**20, pool="shelf"),),
            **values,
        }
    )


class Watcher:
    """Does something at the first phase with a word."""

    def __init__(self, word, do):
        self.word, self.do = word, do

    def check_cancelled(self):
        return

    def report(self, *, phase=None, **_others):
        if phase is not None and self.word in str(phase) and self.do is not None:
            do, self.do = self.do, None
            do()


def test_a_name_that_is_taken_between_two_steps(a_connection, a_shelf):
    def take():
        a_connection.domains.define(
            "<domain type='qemu'><name>asked-for</name><memory>1024</memory>"
            "<os><type arch='x86_64'>hvm</type></os></domain>"
        )

    with pytest.raises(AlreadyExists, match="asked-for"):
        asked().create(
            a_connection,
            start=False,
            database=NOTHING_KNOWN,
            progress=Watcher("Defining", take),
        )
    # The machine of the other is as it was, and what was made for ours is gone.
    other = a_connection.domains["asked-for"]
    assert not list(other.document().devices.disks)
    assert a_shelf.volumes.names == ()
    other.undefine()


def test_a_medium_that_qemu_may_not_read(a_connection, a_daemon, a_shelf):
    medium = a_daemon.folder / "closed.iso"
    medium.write_bytes(bytes(2**20))
    medium.chmod(0)

    def refusal():
        with pytest.raises(OperationFailed) as caught:
            asked(install=InstallFromMedia(str(medium))).create(
                a_connection, database=NOTHING_KNOWN
            )
        # libvirt looks at QEMU's words only where QEMU ends after it has connected to its monitor.
        return caught if "monitor socket" not in caught.value.reason else None

    caught = until(refusal)
    assert caught.value.reason == f"Could not open '{medium}': Permission denied."
    assert "Let the user that QEMU runs as read it" in caught.value.next_step
    assert "blockdev" in caught.value.details, "whoever wants to know more finds it there"
    assert a_connection.domains.names == ()
    assert a_shelf.volumes.names == ()


def test_two_that_are_made_at_once_get_one_machine(a_connection, a_shelf):
    outcomes = []

    def make():
        try:
            made = asked().create(a_connection, start=False, database=NOTHING_KNOWN)
            outcomes.append(made.document().devices.disks[0].path)
        except QvirtError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=make) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    failed = [outcome for outcome in outcomes if isinstance(outcome, QvirtError)]
    (path,) = (outcome for outcome in outcomes if not isinstance(outcome, QvirtError))
    assert len(failed) == 1
    assert isinstance(failed[0], AlreadyExists)
    assert [volume.path for volume in a_shelf.volumes] == [path]
    assert not DeleteRequest(a_connection.domains["asked-for"]).run().left
    assert a_shelf.volumes.names == ()


def test_a_name_with_signs_of_markup(a_connection, a_shelf):
    made = asked(ODD).create(a_connection, database=NOTHING_KNOWN)
    assert made.is_active
    assert made.name == ODD
    assert a_shelf.volumes.names == (f"{ODD}.qcow2",)
    assert not DeleteRequest(made, power_off=True).run().left
    assert a_shelf.volumes.names == ()


@pytest.mark.parametrize("name", ["a/b", "x" * 300, "", "line\nbreak"])
def test_a_name_that_cannot_be(a_connection, a_shelf, name):
    before = a_connection.domains.names
    with pytest.raises((QvirtError, ValueError)) as caught:
        asked(name).create(a_connection, database=NOTHING_KNOWN)
    assert str(caught.value)
    assert a_connection.domains.names == before
    assert a_shelf.volumes.names == ()


def test_a_pool_that_is_full(a_connection, a_shelf):
    disks = (
        DiskRequest(size=2**20, pool="shelf"),
        # No file system has so much room: the second disk fails when the first is made.
        DiskRequest(size=2**62, pool="shelf", format="raw"),
    )
    with pytest.raises(QvirtError) as caught:
        asked(disks=disks).create(a_connection, database=NOTHING_KNOWN)
    assert caught.value.reason
    assert "asked-for" not in a_connection.domains
    assert a_shelf.volumes.names == ()


def test_libvirtd_killed_during_create(a_daemon, a_connection, a_shelf, wait_until):
    with pytest.raises(ConnectionLost) as caught:
        asked().create(
            a_connection, database=NOTHING_KNOWN, progress=Watcher("Defining", a_daemon.kill)
        )
    # What it could not take back is named.
    assert any("asked-for.qcow2" in note for note in caught.value.__notes__)
    a_daemon.start()
    wait_until(lambda: a_connection.is_connected, 60)
    if not a_shelf.is_active:
        a_shelf.start()
    assert "asked-for" not in a_connection.domains
    # The name is free for another try, and the volume that is left does not stand in its way.
    made = asked().create(a_connection, start=False, database=NOTHING_KNOWN)
    assert set(a_shelf.volumes.names) == {"asked-for.qcow2", "asked-for-1.qcow2"}
    assert not DeleteRequest(made).run().left
    a_shelf.volumes["asked-for.qcow2"].delete()
