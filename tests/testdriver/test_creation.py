"""Making a machine may take several attempts; each uses what the others made, and none leaves it."""

import threading

import pytest

from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    JobState,
    NotFound,
    OperationCancelled,
    QvirtError,
    jobs,
)
from qvirt_jupyter.provision import (
    Creation,
    DeleteRequest,
    DiskRequest,
    GuestRequest,
    InstallFromMedia,
    InstallFromTree,
    InstallMethod,
)
from qvirt_jupyter.provision.guest import creation, equipment
from qvirt_jupyter.provision.osinfo import Database

NOTHING_KNOWN = Database([])
DISK = DiskRequest(size=2**20, pool="images")
BAD = DiskRequest(size=2**20, pool="nowhere")


def asked(**values):
    return GuestRequest(
        **{
            "name": "new",
            "memory": 64 * 1024,
            "vcpus": 1,
            "disks": (DISK,),
            "hypervisor": "test",
            "network": None,
            **values,
        }
    )


@pytest.fixture
def pool(a_connection):
    return a_connection.storage_pools["images"]


@pytest.fixture
def a_creation(a_connection):
    return Creation(a_connection, NOTHING_KNOWN)


def test_another_attempt_uses_the_disks_of_the_first(a_creation, pool):
    before = set(pool.volumes.names)
    with pytest.raises(NotFound):
        a_creation.run(asked(disks=(DISK, BAD)))
    assert set(pool.volumes.names) - before == {"new.qcow2"}
    made = a_creation.run(asked())
    assert made.document().devices.disks[0].path == pool.volumes["new.qcow2"].path
    assert set(pool.volumes.names) - before == {"new.qcow2"}
    assert a_creation.take_back() == ()
    assert "new.qcow2" in pool.volumes


def test_what_the_last_attempt_does_not_need_goes(a_creation, pool):
    before = set(pool.volumes.names)
    with pytest.raises(NotFound):
        a_creation.run(asked(disks=(DISK, BAD)))
    a_creation.run(asked(name="other"))
    assert set(pool.volumes.names) - before == {"other.qcow2"}


def test_giving_up_leaves_nothing(a_creation, a_connection, pool):
    before = pool.volumes.names
    with pytest.raises(NotFound):
        a_creation.run(asked(disks=(DISK, BAD)))
    assert a_creation.take_back() == ()
    assert pool.volumes.names == before
    assert "new" not in a_connection.domains


def test_what_cannot_be_removed_is_named(a_creation, pool):
    with pytest.raises(NotFound):
        a_creation.run(asked(disks=(DISK, BAD)))
    pool.stop()
    (left,) = a_creation.take_back()
    assert left.startswith("new.qcow2 was made and could not be removed again: ")


def test_what_somebody_else_removed_is_no_trouble(a_creation, pool):
    with pytest.raises(NotFound):
        a_creation.run(asked(disks=(DISK, BAD)))
    pool.volumes["new.qcow2"].delete()
    assert a_creation.take_back() == ()


class Waiting(InstallMethod):
    """Waits while a volume is made already, until somebody cancels."""

    __slots__ = ("begun",)

    def __init__(self):
        self.begun = threading.Event()

    def prepared(self, request, making):
        pool = making.pool("images")
        making.once("seed", lambda: pool.create_volume("seed.iso", 1024, format="raw"))
        self.begun.set()
        end = threading.Event()
        while not end.wait(0.05):
            making.check_cancelled()
        return request


def test_who_cancels_finds_nothing_left(a_creation, a_connection, pool):
    before = pool.volumes.names
    method = Waiting()
    job = a_creation.submit(asked(install=method))
    assert method.begun.wait(30)
    assert job.can_cancel
    assert job.cancel()
    with pytest.raises(OperationCancelled):
        job.result(30)
    assert pool.volumes.names == before
    assert "new" not in a_connection.domains


def test_a_listener_of_ones_own_is_told_and_may_stop_it(a_connection, pool):
    before = pool.volumes.names
    phases = []

    class Listener:
        def report(self, *, phase=None, **_figures):
            phases.append(str(phase))

        def check_cancelled(self):
            if any("Defining" not in phase and "disk" in phase for phase in phases):
                raise OperationCancelled("Enough.")

    with pytest.raises(OperationCancelled, match="Enough"):
        asked().create(a_connection, progress=Listener(), database=NOTHING_KNOWN)
    assert phases == ["Creating the disk new.qcow2"]
    assert pool.volumes.names == before


def test_two_creations_of_one_name_at_once_make_one_machine(a_connection, pool):
    before = set(pool.volumes.names)
    begun = threading.Barrier(2)
    outcomes = []

    def create():
        begun.wait(30)
        try:
            outcomes.append(asked().create(a_connection, start=False, database=NOTHING_KNOWN))
        except QvirtError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=create) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    (failed,) = [one for one in outcomes if isinstance(one, QvirtError)]
    assert isinstance(failed, AlreadyExists)
    (made,) = [one for one in outcomes if one is not failed]
    (path,) = [each.path for each in made.document().devices.disks]
    assert [pool.volumes[name].path for name in set(pool.volumes.names) - before] == [path]


@pytest.mark.parametrize("name", ["<&\"'> and more", "x" * 250, "ünïcödé and blanks"])
def test_odd_names_are_names(a_connection, pool, name):
    made = asked(name=name).create(a_connection, database=NOTHING_KNOWN)
    assert made.name == name
    assert made.document().devices.disks[0].path == pool.volumes[f"{name}.qcow2"].path


def test_a_customised_definition_gets_the_volumes_that_are_made(a_creation, a_connection, pool):
    pool.create_volume("new.qcow2", 2**20)
    request = asked(disks=(DISK, DISK))
    before = set(pool.volumes.names)
    changed = request.final(a_connection, database=NOTHING_KNOWN)
    changed.title = "Changed"
    changed.devices.disks[0].bus = "scsi"
    del changed.devices.disks[1]
    made = a_creation.run(request, definition=changed)
    document = made.document(inactive=True)
    (disk,) = document.devices.disks
    assert (document.title, disk.bus) == ("Changed", "scsi")
    assert disk.path == pool.volumes["new-1.qcow2"].path
    assert set(pool.volumes.names) - before == {"new-1.qcow2"}, "the other was taken out"


def test_a_customised_definition_names_the_volume_of_its_medium(a_creation, a_connection, pool):
    pool.create_volume("some.iso", 2**20, format="raw")
    request = asked(disks=(), install=InstallFromMedia("images/some.iso"))
    changed = request.final(a_connection, database=NOTHING_KNOWN)
    made = a_creation.run(request, definition=changed)
    (drive,) = made.document().devices.disks
    assert (drive.source.pool, drive.source.volume) == ("images", "some.iso")
    assert a_creation.installation is None, "there is nothing to install to"


def test_a_card_gets_no_address_of_another_machine(a_creation, a_connection, monkeypatch):
    request = asked(network="default", disks=())
    first = request.create(a_connection, start=False, database=NOTHING_KNOWN)
    taken = first.document().devices.interfaces[0].mac
    again = asked(name="again", network="default", disks=())
    macs = iter([taken, taken.upper(), "52:54:00:00:00:07"])
    for module in (equipment, creation):
        monkeypatch.setattr(module, "random_mac", lambda _others, _prefix="": next(macs))
    (card,) = a_creation.run(again).document().devices.interfaces
    assert card.mac == "52:54:00:00:00:07"


def test_an_address_that_somebody_typed_is_not_replaced(a_creation, a_connection):
    request = asked(network="default", disks=())
    first = request.create(a_connection, start=False, database=NOTHING_KNOWN)
    taken = first.document().devices.interfaces[0].mac
    again = asked(name="again", network="default", disks=())
    changed = again.final(a_connection, database=NOTHING_KNOWN)
    changed.devices.interfaces[0].mac = taken.upper()
    with pytest.raises(AlreadyExists, match=f"{taken} is that of 'new'") as caught:
        a_creation.run(again, definition=changed)
    assert caught.value.field == "mac"
    assert "again" not in a_connection.domains


def test_a_machine_that_waits_installs_at_its_first_start(a_creation, pool):
    medium = pool.create_volume("some.iso", 2**20, format="raw")
    made = a_creation.run(asked(install=InstallFromMedia("images/some.iso")), start=False)
    document = made.document()
    assert not made.is_active
    assert document.devices.disks[1].path == medium.path
    assert [each.device for each in document.os.boot] == ["hd", "cdrom"], "the disk is empty"
    assert document.on_reboot != "destroy"
    with pytest.raises(ValueError, match="begins at once"):
        a_creation.run(asked(install=InstallFromTree("http://127.0.0.1/")), start=False)


def test_a_medium_that_is_not_there_is_named(a_creation):
    with pytest.raises(NotFound, match=r"none\.iso"):
        a_creation.run(asked(install=InstallFromMedia("images/none.iso")))


def test_the_two_definitions_of_an_installation(a_creation, pool):
    medium = pool.create_volume("some.iso", 2**20, format="raw")
    made = a_creation.run(asked(install=InstallFromMedia("images/some.iso")))
    now, stays = made.document(), made.document(inactive=True)
    assert (now.devices.disks[1].path, stays.devices.disks[1].path) == (medium.path, None)
    assert now.on_reboot == "destroy"
    assert [each.device for each in now.os.boot] == ["cdrom", "hd"]
    assert [each.device for each in stays.os.boot] == ["hd"]
    installation = a_creation.installation
    assert installation in tuple(jobs.recent)
    assert installation.title == "Install new"
    made.destroy()
    with pytest.raises(OperationCancelled, match="stopped the machine; it stays off"):
        installation.result(30)
    assert installation.state is JobState.CANCELLED, "it is not done: nobody knows what is inside"


def test_of_a_machine_that_is_deleted_no_installation_is_done(a_creation, pool):
    pool.create_volume("some.iso", 2**20, format="raw")
    made = a_creation.run(asked(install=InstallFromMedia("images/some.iso")))
    assert not DeleteRequest(made, power_off=True).run().left
    with pytest.raises(OperationCancelled, match=r"stopped|deleted"):
        a_creation.installation.result(30)


def test_an_installation_ends_with_its_connection(a_creation, a_connection, pool):
    pool.create_volume("some.iso", 2**20, format="raw")
    a_creation.run(asked(install=InstallFromMedia("images/some.iso")))
    a_connection.close()
    with pytest.raises(QvirtError, match="connection was closed"):
        a_creation.installation.result(30)


def test_a_system_that_powers_off_is_started_again(a_creation, a_connection, pool):
    pool.create_volume("some.iso", 2**20, format="raw")
    made = a_creation.run(asked(install=InstallFromMedia("images/some.iso")))
    # As the guest does it, and nobody here.
    a_connection.call(lambda raw: raw.lookupByUUIDString(made.uuid).shutdown())
    assert a_creation.installation.result(30) is made
    assert made.is_active
    assert made.document().devices.disks[1].path is None
