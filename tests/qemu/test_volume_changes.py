"""Volumes are cloned, resized, wiped, flattened and moved; who uses them is asked first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from a_busy_machine import once_measured

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    InUse,
    InvalidDefinition,
    NotFound,
    OperationFailed,
    QvirtError,
    Unsupported,
    wipe_algorithms,
)
from qvirt_jupyter.hypervisor.storage import stored_images, volume_moving

pytestmark = pytest.mark.qemu
MIB = 1024**2
MACHINE = """
<domain type='qemu'>
  <name>user</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices/>
</domain>
"""


@pytest.fixture
def an_overlay(a_shelf):
    """An image on another one that has something in it."""
    base = a_shelf.create_volume("base.img", 16 * MIB, format="raw", allocation=0)
    base.write(b"qvirt" * 1000)
    document = documents.StorageVolume.overlay(
        "over.qcow2", path=base.path, format="raw", capacity=16 * MIB
    )
    return a_shelf.create_volume(document)


@pytest.fixture
def a_machine(a_qemu_connection, an_overlay):
    """A machine that is off and whose disk is the overlay."""
    definition = documents.Domain.parse(MACHINE)
    disk = documents.Disk(device="disk", type="file")
    disk.source.file, disk.target, disk.bus = an_overlay.path, "vda", "virtio"
    disk.format = "qcow2"
    definition.devices.disks.append(disk)
    machine = a_qemu_connection.domains.define(definition)
    yield machine
    if machine.is_active:
        machine.destroy()
    machine.undefine()


@pytest.mark.usefixtures("a_machine")
def test_a_survey_says_who_uses_what(a_shelf, an_overlay):
    found = a_shelf.volumes.survey()
    assert [volume.record.name for volume in found.volumes] == ["base.img", "over.qcow2"]
    base, over = found["base.img"], found["over.qcow2"]
    assert (over.users, over.users_above, over.chain) == (("user",), (), (base.record.path,))
    assert (base.users, base.users_above, base.built_on_by) == (
        (),
        ("user",),
        (an_overlay.path,),
    )
    assert base.all_users == over.all_users == ("user",)
    assert not base.chain
    assert found["base.img"].record == a_shelf.volumes["base.img"].record
    with pytest.raises(KeyError):
        found["none"]


def test_links_are_followed_in_a_folder_that_is_looked_at_once(
    a_shelf, an_overlay, a_machine, monkeypatch
):
    monkeypatch.setattr(stored_images, "_MANY", 1)
    folder = Path(an_overlay.path).parent
    (folder / "link.qcow2").symlink_to("over.qcow2")
    a_shelf.refresh()
    with a_machine.edit() as definition:
        definition.devices.disks[0].source.file = str(folder / "link.qcow2")
    found = a_shelf.volumes.survey()
    assert found["over.qcow2"].users == found["link.qcow2"].users == ("user",)
    assert found["base.img"].users_above == ("user",)


def test_a_clone_goes_to_another_pool_in_another_format(a_shelf, another_shelf):
    source = a_shelf.create_volume("a.img", 16 * MIB, format="raw", allocation=0)
    source.write(b"qvirt" * 1000)
    image = source.clone("a.qcow2", pool=another_shelf, format="qcow2")
    assert (image.record.format, image.record.capacity) == ("qcow2", 16 * MIB)
    back = image.clone("back.img", pool=a_shelf, format="raw")
    assert Path(back.path).read_bytes() == Path(source.path).read_bytes()
    with pytest.raises(AlreadyExists):
        source.clone("back.img")
    assert a_shelf.volumes.names == ("a.img", "back.img")


def test_a_volume_shrinks_only_where_that_is_allowed(a_shelf):
    volume = a_shelf.create_volume("a.qcow2", 16 * MIB)
    volume.resize(32 * MIB)
    assert volume.record.capacity == 32 * MIB
    with pytest.raises(InvalidDefinition, match="would lose"):
        volume.resize(8 * MIB)
    volume.resize(8 * MIB, allow_shrink=True)
    assert volume.record.capacity == 8 * MIB


def test_room_is_taken_at_once_where_that_is_wanted(a_shelf):
    volume = a_shelf.create_volume("a.img", MIB, format="raw", allocation=MIB)
    volume.resize(8 * MIB, allocate=True)
    a_shelf.refresh()
    assert volume.record.allocation >= 8 * MIB


def test_what_a_running_machine_uses_is_not_resized_or_wiped(an_overlay, a_shelf, a_machine):
    a_machine.start()
    with pytest.raises(InUse, match="used by user, which runs"):
        an_overlay.resize(32 * MIB)
    with pytest.raises(InUse, match="used by user, which runs"):
        a_shelf.volumes["base.img"].wipe()
    with pytest.raises(InUse, match="used by user, which runs"):
        an_overlay.flatten()


def test_what_a_running_machine_uses_is_deleted_by_force_only(an_overlay, a_shelf, a_machine):
    base = a_shelf.volumes["base.img"]
    a_machine.start()
    for volume in (an_overlay, base):
        with pytest.raises(InUse, match="used by user, which runs"):
            volume.delete()
    assert set(a_shelf.volumes.names) == {"base.img", "over.qcow2"}
    base.delete(force=True)
    a_machine.destroy()
    # A machine that is off cannot lose what it is just writing.
    an_overlay.delete()
    assert not a_shelf.volumes.names


def test_another_pool_can_be_named(a_shelf, an_overlay):
    """A name does as well as the pool, for copies and for moves."""
    copy = a_shelf.volumes["base.img"].clone("copy.img", pool=a_shelf.name)
    assert copy.pool.uuid == a_shelf.uuid
    with pytest.raises(NotFound, match="no storage pool of this name"):
        an_overlay.move("nowhere")


def test_a_base_is_not_wiped_under_its_overlay(a_shelf, an_overlay):
    with pytest.raises(InUse, match=r"over\.qcow2 builds on it"):
        a_shelf.volumes["base.img"].wipe()
    assert an_overlay.record.backing


def test_wiping_leaves_zeros(a_shelf):
    volume = a_shelf.create_volume("a.img", MIB, format="raw")
    volume.write(b"secret" * 1000)
    volume.wipe()
    assert Path(volume.path).read_bytes() == bytes(MIB)


def test_ways_to_wipe_are_those_that_libvirt_knows(a_shelf):
    assert {"zero", "random", "dod", "trim"} <= wipe_algorithms().keys()
    volume = a_shelf.create_volume("a.img", MIB, format="raw")
    with pytest.raises(Unsupported, match="'sponge' to wipe"):
        volume.wipe("sponge")


def test_flattening_keeps_what_a_guest_sees_and_the_name(a_shelf, an_overlay, a_machine):
    an_overlay.flatten()
    assert an_overlay.record.backing == ""
    assert an_overlay.record.format == "qcow2"
    assert a_shelf.volumes.names == ("base.img", "over.qcow2")
    raw = an_overlay.clone("seen.img", format="raw")
    assert Path(raw.path).read_bytes()[:5000] == b"qvirt" * 1000
    with pytest.raises(InvalidDefinition, match="builds on no other"):
        an_overlay.flatten()
    assert a_shelf.volumes.survey()["over.qcow2"].users == (a_machine.subject.name,)


def test_a_move_leaves_the_same_bytes_elsewhere_only(a_shelf, another_shelf):
    volume = a_shelf.create_volume("a.img", 16 * MIB, format="raw", allocation=0)
    content = os.urandom(100_000)
    volume.write(content)
    moved = volume.move(another_shelf, name="b.img")
    assert Path(moved.path).read_bytes()[:100_000] == content
    assert moved.record.allocation < MIB
    assert a_shelf.volumes.names == ()
    with pytest.raises(NotFound):
        volume.delete()


def disk_of(machine):
    return machine.document(inactive=True).devices.disks[0]


def test_a_machine_that_is_off_follows_and_starts(a_shelf, another_shelf, an_overlay, a_machine):
    with a_machine.edit() as definition:
        # As libvirt writes it for a machine that ran: it would hide what the copy holds.
        store = definition.devices.disks[0].backing_stores.add(type="file", format="raw")
        store.source.file = a_shelf.volumes["base.img"].path
    moved = an_overlay.move(another_shelf, name="alone.img", format="raw")
    disk = disk_of(a_machine)
    assert (disk.path, disk.format, disk.target) == (moved.path, "raw", "vda")
    assert not disk.backing_chain
    assert Path(moved.path).read_bytes()[:5] == b"qvirt"
    assert a_shelf.volumes.names == ("base.img",)
    a_machine.start()
    assert a_machine.is_active


def test_a_disk_that_names_pool_and_volume_follows(a_shelf, another_shelf, an_overlay, a_machine):
    with a_machine.edit() as definition:
        disk = definition.devices.disks[0]
        disk.type = "volume"
        disk.source.pool, disk.source.volume = a_shelf.name, an_overlay.name
        # A second disk that names another volume stays.
        other = definition.devices.disks.add(type="volume", target="vdb", bus="virtio")
        other.source.pool, other.source.volume = a_shelf.name, "base.img"
    an_overlay.move(another_shelf)
    first, second = a_machine.document(inactive=True).devices.disks
    assert (first.source.pool, first.source.volume) == (another_shelf.name, "over.qcow2")
    assert (second.source.pool, second.source.volume) == (a_shelf.name, "base.img")


def test_what_a_machine_runs_with_is_not_moved(another_shelf, an_overlay, a_machine):
    a_machine.start()
    with pytest.raises(InUse, match="used by user, which runs"):
        an_overlay.move(another_shelf)
    assert another_shelf.volumes.names == ()
    assert disk_of(a_machine).path == an_overlay.path


def test_what_a_snapshot_needs_is_not_moved(another_shelf, an_overlay, a_machine):
    def take(connection):
        domain = connection.lookupByUUIDString(a_machine.uuid)
        domain.snapshotCreateXML("<domainsnapshot><name>before</name></domainsnapshot>", 0)

    a_machine.connection.call(take)
    try:
        with pytest.raises(InUse, match="Snapshots of user need it where it is"):
            an_overlay.move(another_shelf)
    finally:
        a_machine.connection.call(
            lambda connection: (
                connection.lookupByUUIDString(a_machine.uuid)
                .snapshotLookupByName("before")
                .delete()
            )
        )
    assert another_shelf.volumes.names == ()
    assert disk_of(a_machine).path == an_overlay.path


def test_who_takes_it_meanwhile_lets_all_go_back(
    a_qemu_connection, another_shelf, an_overlay, a_machine, monkeypatch
):
    """The last look finds a machine that nobody knew of: machines and pools are as before."""
    check, before, made = volume_moving._check, a_machine.xml(inactive=True), []

    def look(volume, **wishes):
        if wishes.get("also_off"):
            assert disk_of(a_machine).path.endswith("/other/over.qcow2")
            other = documents.Domain.parse(MACHINE.replace("user", "thief"))
            disk = other.devices.disks.add(type="file", target="vda", bus="virtio")
            disk.source.file, disk.format = an_overlay.path, "qcow2"
            made.append(a_qemu_connection.domains.define(other))
        return check(volume, **wishes)

    monkeypatch.setattr(volume_moving, "_check", look)
    try:
        with pytest.raises(InUse, match="used by thief"):
            an_overlay.move(another_shelf)
    finally:
        for machine in made:
            machine.undefine()
    assert a_machine.xml(inactive=True) == before
    assert another_shelf.volumes.names == ()
    assert an_overlay.record.capacity == 16 * MIB


def test_an_original_that_stays_is_said(another_shelf, an_overlay, a_machine, monkeypatch):
    def refuse(_volume):
        raise OperationFailed("The disk is busy.", subject=an_overlay.subject)

    monkeypatch.setattr(type(an_overlay), "delete", refuse)
    with pytest.raises(
        OperationFailed, match=r"copied to .*, but cannot be deleted here: The disk"
    ):
        an_overlay.move(another_shelf)
    assert disk_of(a_machine).path == another_shelf.volumes["over.qcow2"].path


def test_a_copy_that_differs_is_removed_and_the_original_stays(a_shelf, another_shelf, monkeypatch):
    volume = a_shelf.create_volume("a.img", MIB, format="raw")
    digests = iter("ab")
    monkeypatch.setattr(volume_moving, "_digest", lambda *_: next(digests))
    with pytest.raises(OperationFailed, match="does not hold the same"):
        volume.move(another_shelf)
    assert (a_shelf.volumes.names, another_shelf.volumes.names) == (("a.img",), ())


def test_cluster_size_and_extended_entries_are_in_the_image(a_shelf, a_qemu_libvirtd):
    document = documents.StorageVolume(name="a.qcow2", capacity=64 * MIB, format="qcow2")
    document.compatibility, document.cluster_size, document.extended_l2 = "1.1", 128 * 1024, True
    volume = a_shelf.create_volume(document)
    told = volume.document()
    assert (told.cluster_size, told.extended_l2) == (128 * 1024, True)
    told = a_qemu_libvirtd.run("qemu-img", "info", volume.path).stdout
    assert "cluster_size: 131072" in told
    assert "extended l2: true" in told
    assert volume.clone("b.qcow2").document().cluster_size == 128 * 1024


def test_a_file_comes_and_goes_with_its_holes(a_shelf, tmp_path):
    source, back = tmp_path / "source", tmp_path / "back"
    with source.open("wb") as file:
        file.write(b"begin")
        file.seek(60 * MIB)
        file.write(b"end")
        file.truncate(64 * MIB)
    volume = a_shelf.create_volume("a.img", 64 * MIB, format="raw", allocation=0)
    assert volume.upload(source) == 64 * MIB
    assert volume.record.allocation < 2 * MIB
    assert volume.download(back) == 64 * MIB
    assert back.read_bytes() == source.read_bytes()
    assert back.stat().st_blocks * 512 < 2 * MIB
    with pytest.raises(AlreadyExists, match="a file"):
        volume.download(back)
    volume.download(back, offset=60 * MIB, length=3, overwrite=True)
    assert back.read_bytes() == b"end"


def test_a_file_that_cannot_be_read_or_written_is_named(a_shelf, tmp_path):
    volume = a_shelf.create_volume("a.img", MIB, format="raw")
    with pytest.raises(OperationFailed, match="none cannot be read: No such file"):
        volume.upload(tmp_path / "none")
    with pytest.raises(OperationFailed, match="cannot be written: No such file"):
        volume.download(tmp_path / "none" / "file")
    assert list(tmp_path.glob(".*")) == []


def test_a_part_goes_where_it_belongs(a_shelf):
    volume = a_shelf.create_volume("a.img", MIB, format="raw")
    volume.write(b"middle", offset=1000)
    assert volume.read(999, 8) == b"\0middle\0"
    with pytest.raises(InvalidDefinition, match="1048576 bytes"):
        volume.write(b"xx", offset=MIB - 1)


def test_a_volume_that_went_behind_our_back_is_named(a_shelf, tmp_path):
    volume = a_shelf.create_volume("a.img", MIB, format="raw")
    Path(volume.path).unlink()
    with pytest.raises(NotFound):
        volume.download(tmp_path / "file")
    a_shelf.refresh()
    for gone in (lambda: volume.resize(2 * MIB), volume.wipe, lambda: volume.clone("b.img")):
        with pytest.raises(NotFound):
            gone()
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("form", ["raw", "qcow2"])
def test_an_encrypted_volume_is_cloned_and_moved_as_it_is(
    a_shelf, another_shelf, a_passphrase, form
):
    document = documents.StorageVolume(name="a", capacity=8 * MIB, format=form)
    document.encryption.format = "luks"
    document.encryption.secret.type, document.encryption.secret.uuid = "passphrase", a_passphrase
    volume = once_measured(lambda: a_shelf.create_volume(document))
    assert volume.document().encryption.secret.uuid == a_passphrase
    a_shelf.refresh()
    assert volume.document().encryption.format == "luks"
    clone = volume.clone("b", pool=another_shelf)
    another_shelf.refresh()
    assert clone.document().encryption.format == "luks"
    assert clone.record.capacity == 8 * MIB
    assert Path(clone.path).read_bytes() == Path(volume.path).read_bytes()


def test_a_passphrase_that_is_not_there_leaves_no_volume(a_shelf):
    document = documents.StorageVolume(name="a", capacity=8 * MIB, format="raw")
    document.encryption.format = "luks"
    document.encryption.secret.type = "passphrase"
    document.encryption.secret.uuid = "6d3f0000-0000-4000-8000-0000000000f5"
    with pytest.raises(QvirtError, match="secret"):
        a_shelf.create_volume(document)
    assert a_shelf.volumes.names == ()
