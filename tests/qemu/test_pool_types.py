"""Storage pools of the kinds that this machine can have, on real devices and a real server."""

from __future__ import annotations

import dataclasses

import a_loop_device
import an_iscsi_target
import pytest
from a_manager import wait_for

from qvirt_jupyter.documents import StorageVolume
from qvirt_jupyter.hypervisor import (
    AccessDenied,
    AlreadyExists,
    ConnectionLost,
    InvalidDefinition,
    OperationFailed,
    QvirtError,
    Unsupported,
    action_log,
    connect,
)
from qvirt_jupyter.provision.pools import PoolRequest, pool_types
from qvirt_jupyter.provision.volumes import VolumeRequest
from qvirt_jupyter.widgets.details.work import Boards
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.notices import NoticeBoard
from qvirt_jupyter.widgets.questions import Answer, QuestionBoard
from qvirt_jupyter.widgets.storage.pool_actions import PoolDesk

pytestmark = pytest.mark.qemu

MIB = a_loop_device.MIB


@pytest.fixture
def a_connection(a_system_libvirtd):
    connection = connect(a_system_libvirtd.uri)
    yield connection
    for pool in connection.storage_pools:
        # That for images is there whenever somebody connects.
        if pool.name != "default":
            if pool.is_active:
                pool.stop()
            pool.delete()
    for secret in connection.secrets:
        secret.delete()
    connection.close()


@pytest.fixture
def a_disk(tmp_path):
    """An empty disk of 64 MiB."""
    if reason := a_loop_device.missing("mkfs.ext4", "parted", "vgcreate"):
        pytest.skip(reason)
    with a_loop_device.a_loop_device(tmp_path / "disk.img", 64 * MIB) as device:
        yield device


@pytest.fixture(scope="module")
def a_target(tmp_path_factory):
    if reason := an_iscsi_target.missing():
        pytest.skip(reason)
    target = an_iscsi_target.a_target(tmp_path_factory.mktemp("iscsi"), 16 * MIB)
    yield target
    target.stop()


@pytest.fixture
def offered(a_connection):
    """The kinds that this libvirt has."""
    return {each.type for each in pool_types(a_connection) if each.is_offered}


@pytest.fixture
def ceph(offered):
    """A request for a pool of Ceph that is defined only: there is no cluster here."""
    if "rbd" not in offered:
        pytest.skip("this libvirt has no rbd (libvirt-daemon-driver-storage-rbd)")
    return PoolRequest(
        type="rbd",
        name="ceph",
        host="127.0.0.1:1",
        username="libvirt",
        password="aHVzaC1odXNo",  # noqa: S106 - no real one
        start=False,
        autostart=False,
    )


def names_of(connection):
    return [name for name in connection.storage_pools.names if name != "default"]


def test_the_host_says_which_kinds_it_has(a_connection, a_session_libvirtd):
    offered = {each.type: each for each in pool_types(a_connection)}
    assert offered["dir"].is_offered
    assert not offered["dir"].warning
    assert "ext4" in offered["fs"].formats
    assert not offered["sheepdog"].is_offered
    assert "built without it" in str(offered["sheepdog"].reason)
    session = connect(a_session_libvirtd.uri)
    try:
        warned = {each.type: str(each.warning) for each in pool_types(session)}
        assert "qemu:///system" in warned["fs"]
        assert not warned["dir"]
    finally:
        session.close()


def test_a_folder(a_connection, tmp_path):
    folder = tmp_path / "isos"
    pool = PoolRequest(name="isos", target=str(folder), mode="0750").create(a_connection)
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o777 == 0o750
    assert pool.is_active
    assert pool.autostart
    volume = pool.create_volume("a.raw", MIB, format="raw")
    assert "becomes a volume" in str(
        PoolRequest(target=str(folder)).warnings(a_connection)["target"]
    )
    assert "isos" in str(PoolRequest(target=str(folder)).problems(a_connection)["target"])
    pool.stop()
    with pytest.raises(OperationFailed):
        pool.tear_down()
    assert (folder / "a.raw").exists()
    pool.start()
    volume.delete()
    pool.stop()
    pool.tear_down()
    assert not folder.exists()
    # It has nothing to format, so it does not matter what is said of that.
    pool.build(overwrite=False)
    assert folder.is_dir()
    (folder / "mine").touch()
    pool.build(overwrite=True)
    assert (folder / "mine").exists()
    pool.delete()
    assert names_of(a_connection) == []


def test_a_folder_that_is_renamed_keeps_what_is_in_it(a_connection, tmp_path):
    pool = PoolRequest(name="isos", target=str(tmp_path / "isos")).create(a_connection)
    pool.create_volume("a.raw", MIB, format="raw")
    pool.stop()
    pool.rename("media")
    pool.start()
    assert pool.autostart
    assert [volume.name for volume in pool.volumes] == ["a.raw"]
    assert names_of(a_connection) == ["media"]


def test_a_file_system_is_made_kept_and_made_anew(
    a_connection, a_disk, a_system_libvirtd, tmp_path
):
    folder = tmp_path / "mounted"
    request = PoolRequest(
        type="fs", name="disk", device=a_disk, format="ext4", target=str(folder), preparation="new"
    )
    pool = request.create(a_connection)
    assert pool.record.source == a_disk
    assert 32 * MIB < pool.record.capacity <= 64 * MIB
    pool.create_volume("a.raw", MIB, format="raw", allocation=0)
    assert a_system_libvirtd.run("test", "-e", f"{folder}/a.raw").returncode == 0
    pool.stop()
    pool.delete()

    with pytest.raises(AlreadyExists, match="something on the device"):
        request.create(a_connection)
    assert names_of(a_connection) == []

    kept = PoolRequest(type="fs", name="disk", device=a_disk, target=str(folder))
    pool = kept.create(a_connection)
    assert [volume.name for volume in pool.volumes if volume.name != "lost+found"] == ["a.raw"]
    pool.stop()
    pool.delete()

    erased = PoolRequest(
        type="fs",
        name="disk",
        device=a_disk,
        format="ext4",
        target=str(folder),
        preparation="erase",
    )
    assert a_disk in str(erased.warnings(a_connection)["preparation"])
    pool = erased.create(a_connection)
    assert "a.raw" not in pool.volumes
    assert "preparation='erase'" in action_log.entries[-1].code


def test_a_device_without_file_system_leaves_nothing(a_connection, a_disk, tmp_path):
    folder = tmp_path / "mounted"
    with pytest.raises(OperationFailed) as caught:
        PoolRequest(type="fs", name="disk", device=a_disk, target=str(folder)).create(a_connection)
    assert "Child process" not in caught.value.reason
    assert "Child process" in caught.value.details
    assert names_of(a_connection) == []
    assert not folder.exists()


def test_a_full_file_system_refuses_and_stays_usable(a_connection, a_disk, tmp_path):
    pool = PoolRequest(
        type="fs",
        name="disk",
        device=a_disk,
        format="ext4",
        target=str(tmp_path / "mounted"),
        preparation="new",
    ).create(a_connection)
    with pytest.raises(OperationFailed):
        pool.create_volume("big.raw", 128 * MIB, format="raw", allocation=128 * MIB)
    pool.refresh()
    assert "big.raw" not in pool.volumes
    assert pool.create_volume("small.raw", MIB, format="raw").record.capacity == MIB
    assert pool.record.available < pool.record.capacity


def test_partitions_of_a_disk(a_connection, a_disk):
    request = PoolRequest(type="disk", name="disk", device=a_disk, preparation="new")
    assert request.completed(a_connection).format == "gpt"
    pool = request.create(a_connection)
    assert pool.document().source.format == "gpt"
    # A partition is called by its device and number, whoever makes it.
    name = f"{a_disk.rpartition('/')[2]}p1"
    with pytest.raises(InvalidDefinition, match=name):
        pool.volumes.create(StorageVolume(name="data", capacity=8 * MIB))
    pool.refresh()
    assert len(pool.volumes) == 0
    assert name in str(VolumeRequest(name="data").problems(pool)["name"])
    volume = VolumeRequest(capacity=8 * MIB).create(pool)
    assert volume.path == f"{a_disk}p1"
    assert VolumeRequest().completed(pool).name == f"{name[:-1]}2"
    pool.stop()
    pool.delete()
    with pytest.raises(AlreadyExists, match="something on the device"):
        request.create(a_connection)
    assert names_of(a_connection) == []
    again = PoolRequest(type="disk", name="disk", device=a_disk, format="dos", preparation="erase")
    assert again.create(a_connection).document().source.format == "dos"


@pytest.fixture
def a_group(a_connection, a_disk, tmp_path):
    """A volume group of the test's own."""
    name = f"qvirt{tmp_path.name[-8:].strip('_')}"
    request = PoolRequest(
        type="logical", name="group", source_name=name, device=a_disk, preparation="new"
    )
    pool = request.create(a_connection)
    yield pool
    if pool in a_connection.storage_pools:
        if pool.is_active:
            pool.stop()
        pool.tear_down()


def test_a_volume_group_is_made_found_and_removed(a_connection, a_group, a_disk):
    group = a_group.document().source.name
    assert a_group.record.path == f"/dev/{group}"
    assert a_group.record.capacity > 32 * MIB
    found = {place.label: place for place in PoolRequest(type="logical").sources(a_connection)}
    assert a_disk in str(found[group].values["source_name"] and a_group.document())
    assert found[group].used_by == "group"
    other = found[group].fill(PoolRequest(type="logical", name="other"))
    assert "group" in str(other.problems(a_connection)["source_name"])
    a_group.stop()
    a_group.tear_down()
    a_group.delete()
    labels = [place.label for place in PoolRequest(type="logical").sources(a_connection)]
    assert group not in labels


def test_a_logical_volume(a_group):
    if not a_loop_device.has_device_mapper():
        pytest.skip("the kernel has no device mapper, so that there are no logical volumes")
    volume = a_group.create_volume("a", 8 * MIB, format=None)
    assert volume.path == f"{a_group.record.path}/a"
    volume.delete()


def test_a_target_without_the_hosts_kernel(a_connection, a_target, offered):
    if "iscsi-direct" not in offered:
        pytest.skip("this libvirt has no iscsi-direct (libvirt-daemon-driver-storage-iscsi-direct)")
    pool = PoolRequest(
        type="iscsi-direct",
        name="san",
        host=a_target.host,
        target_iqn=an_iscsi_target.IQN,
        initiator="iqn.2026-01.org.example:host",
    ).create(a_connection)
    assert pool.record.source == f"{a_target.host}:{an_iscsi_target.IQN}"
    # The first unit is the server's own controller.
    assert [volume.name for volume in pool.volumes] == ["unit:0:0:0", "unit:0:0:1"]
    pool.stop()
    # What it shows is somebody else's: there is nothing to make, and nothing to remove.
    pool.build()
    with pytest.raises(Unsupported):
        pool.tear_down()


def test_who_signs_in_with_chap(a_connection, a_target, offered):
    if "iscsi-direct" not in offered:
        pytest.skip("this libvirt has no iscsi-direct (libvirt-daemon-driver-storage-iscsi-direct)")

    def request(password):
        return PoolRequest(
            type="iscsi-direct",
            name="san",
            host=a_target.host,
            target_iqn=an_iscsi_target.CHAP_IQN,
            initiator="iqn.2026-01.org.example:host",
            username=an_iscsi_target.USER,
            password=password,
        )

    with pytest.raises(AccessDenied, match="Check the user and the password"):
        request("wrong-wrong-wrong").create(a_connection)
    assert names_of(a_connection) == []
    assert len(a_connection.secrets) == 0

    pool = request(an_iscsi_target.PASSWORD).create(a_connection)
    assert "unit:0:0:1" in pool.volumes
    (secret,) = a_connection.secrets
    assert pool.document().source.auth.secret.uuid == secret.uuid
    assert secret.document().private
    entry = action_log.entries[-1]
    assert an_iscsi_target.PASSWORD not in entry.code + repr(secret) + pool.xml()
    assert "password='********'" in entry.code


def test_ceph_gets_its_key_as_a_secret(a_connection, ceph):
    pool = ceph.create(a_connection)
    (secret,) = a_connection.secrets
    auth = pool.document().source.auth
    assert (auth.type, auth.username, auth.secret.uuid) == ("ceph", "libvirt", secret.uuid)
    assert secret.usage_type == "ceph"
    assert pool.document().source.name == "rbd"


def test_a_pool_that_is_deleted_takes_its_secret_along_where_that_is_wanted(a_connection, ceph):
    left = ceph.create(a_connection)
    left.delete()
    (secret,) = a_connection.secrets
    assert secret.name == "ceph/libvirt"
    # It is another pool's now, and then of two.
    other = dataclasses.replace(ceph, name="other", password="", secret=secret.uuid)
    pool = other.create(a_connection)
    assert pool.own_secret == secret
    third = dataclasses.replace(other, name="third", source_name="third").create(a_connection)
    assert pool.own_secret is None
    third.delete(secret=True)
    assert len(a_connection.secrets) == 1
    assert pool.own_secret == secret
    pool.delete(secret=True)
    assert len(a_connection.secrets) == 0
    assert action_log.entries[-1].code.endswith(".delete(secret=True)")


def test_the_question_offers_to_delete_the_secret_as_well(a_connection, ceph):
    boards = Boards(QuestionBoard(), NoticeBoard(), fleet.wishes)
    desk = PoolDesk(a_connection, boards)
    pool = ceph.create(a_connection)
    desk.perform("delete", pool.record, "")
    assert wait_for(lambda: boards.questions.questions)
    ((key, question),) = boards.questions.questions
    (field,) = question.fields
    assert "ceph/libvirt" in str(field.label)
    boards.questions.answer(key, Answer({"secret": "true"}))
    assert wait_for(lambda: "ceph" not in a_connection.storage_pools.names)
    assert wait_for(lambda: len(a_connection.secrets) == 0)
    assert not boards.notices.notices


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {
                "type": "netfs",
                "host": "127.0.0.1",
                "folder": "/nobody/exports/this",
                "format": "nfs",
                # Else mount tries for two minutes where nobody answers.
                "mount_options": "soft,retry=0",
            },
            "mount",
        ),
        ({"type": "scsi", "adapter": "scsi_host99"}, "host99"),
    ],
    ids=["share", "adapter"],
)
def test_what_is_not_there_leaves_nothing(values, words, a_connection, tmp_path):
    folder = tmp_path / "target"
    if values["type"] == "netfs":
        values = {**values, "target": str(folder)}
    with pytest.raises(OperationFailed, match=words):
        PoolRequest(name="missing", **values).create(a_connection)
    assert names_of(a_connection) == []
    assert not folder.exists()


def test_who_may_not_mount_is_told_who_may(a_session_libvirtd, tmp_path):
    connection = connect(a_session_libvirtd.uri)
    folder = a_session_libvirtd.folder / "home" / tmp_path.name
    try:
        request = PoolRequest(
            type="netfs", name="share", host="127.0.0.1", folder="/e", target=str(folder)
        )
        assert "qemu:///system" in str(request.warnings(connection)["type"])
        with pytest.raises((OperationFailed, AccessDenied), match="qemu:///system"):
            request.create(connection)
        with pytest.raises(AccessDenied, match="libvirt's service may use"):
            PoolRequest(name="share", target=f"/{tmp_path.name}").create(connection)
        assert "share" not in connection.storage_pools
        assert not folder.exists()
    finally:
        connection.close()


def test_a_folder_that_is_removed_while_its_pool_is_on(a_connection, tmp_path, wait_until):
    folder = tmp_path / "shelf"
    pool = PoolRequest(name="shelf", target=str(folder)).create(a_connection)
    assert pool.record.active
    folder.rmdir()
    with pytest.raises(OperationFailed, match=str(folder)):
        pool.refresh()
    # libvirt has switched it off, and lists see that.
    wait_until(lambda: not pool.record.active)
    assert pool.record.capacity == 0
    with pytest.raises(OperationFailed):
        pool.start()
    pool.build()
    pool.start()
    wait_until(lambda: pool.record.active)


def test_a_daemon_that_dies_meanwhile_is_said_with_what_may_be_left(a_daemon, tmp_path):
    folder = a_daemon.folder / tmp_path.name

    class Killer:
        """Ends the daemon when the pool is defined, and not switched on."""

        def report(self, *, phase=None, **_rest):
            if str(phase) == "Switching it on":
                a_daemon.kill()

        def check_cancelled(self):
            """Nobody stops it."""

    connection = connect(a_daemon.uri)
    try:
        with pytest.raises(ConnectionLost) as caught:
            PoolRequest(name="half", target=str(folder)).create(connection, Killer())
        assert "the definition of the pool could not be removed" in "\n".join(
            caught.value.__notes__
        )
        a_daemon.start()
        connection.open().result(90)
        pool = connection.storage_pools["half"]
        # A daemon that starts takes a folder that is there for a pool that was on.
        if pool.is_active:
            pool.stop()
        pool.delete()
    finally:
        if not a_daemon.socket.exists():
            a_daemon.start()
        connection.close()


def test_two_who_want_one_name_get_one_pool(a_connection, a_system_libvirtd, tmp_path):
    other = connect(f"{a_system_libvirtd.uri}&x=second")
    try:
        first = PoolRequest(name="one", target=str(tmp_path / "a")).submit(a_connection)
        second = PoolRequest(name="one", target=str(tmp_path / "b")).submit(other)
        outcomes = []
        for job in (first, second):
            try:
                outcomes.append(job.result(120))
            except QvirtError as error:
                outcomes.append(error)
        made = [each for each in outcomes if not isinstance(each, QvirtError)]
        refused = [each for each in outcomes if isinstance(each, QvirtError)]
        assert len(made) == len(refused) == 1
        assert made[0].is_active
        assert names_of(a_connection) == ["one"]
    finally:
        other.close()


def test_a_secret_that_an_earlier_pool_left_is_not_in_the_way(a_connection, ceph):
    ceph.create(a_connection).delete()
    pool = ceph.create(a_connection)
    assert sorted(secret.usage_id for secret in a_connection.secrets) == [
        "ceph/libvirt",
        "ceph/libvirt-2",
    ]
    assert pool.document().source.auth.secret.uuid == a_connection.secrets["ceph/libvirt-2"].uuid
