"""Clones on real libvirtd and QEMU: they run, they are sparse, and what fails leaves nothing."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    InUse,
    OperationCancelled,
    QvirtError,
    WrongState,
    action_log,
)
from qvirt_jupyter.provision import CloneRequest, CloudSeed, DiskClone
from qvirt_jupyter.provision.cloud.reseeding import read_seed
from qvirt_jupyter.widgets.cloning import CloneDialog

pytestmark = pytest.mark.qemu
MIB = 1024**2
MACHINE = """<domain type='qemu'><name>{name}</name><memory unit='MiB'>32</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
<devices><disk type='file' device='disk'><driver name='qemu' type='{format}'/>
<source file='{path}'/><target dev='vda' bus='virtio'/></disk>
<serial type='file'><source path='{folder}/{name}.log'/></serial>
<memballoon model='none'/></devices></domain>"""


def a_pool(connection, name, folder):
    folder.mkdir(exist_ok=True)
    definition = documents.StoragePool(type="dir", name=name, path=str(folder))
    pool = connection.storage_pools.define(definition)
    pool.start()
    return pool


@pytest.fixture
def a_shelf(a_qemu_connection, tmp_path):
    """A pool of the test's own, whose machines go with it."""
    pool = a_pool(a_qemu_connection, "shelf", tmp_path / "shelf")
    yield pool
    for machine in a_qemu_connection.domains:
        if machine.name.startswith("cl-"):
            if machine.is_active:
                machine.destroy()
            machine.undefine()
    pool.stop()
    pool.delete()


def a_machine(connection, pool, *, format="qcow2", size=16 * MIB):  # noqa: A002 - libvirt's word
    disk = pool.create_volume("cl-base.img", size, format=format, allocation=0)
    text = MACHINE.format(
        name="cl-base", format=format, path=disk.path, folder=pool.document().path
    )
    return connection.domains.define(text)


def fill(path, length):
    with Path(path).open("r+b") as file:
        file.writelines(os.urandom(MIB) for _number in range(length // MIB))


def used(path):
    return Path(path).stat().st_blocks * 512


def test_ten_linked_clones_are_up_within_seconds(a_qemu_connection, a_shelf):
    machine = a_machine(a_qemu_connection, a_shelf)
    request = CloneRequest(source=machine, name="cl-{n:02}", count=10, linked=True, start=True)
    before = time.monotonic()
    made = request.create()
    seconds = time.monotonic() - before
    assert [one.name for one in made] == [f"cl-{n:02}" for n in range(1, 11)]
    assert all(one.is_active for one in made)
    # Seconds on a quiet machine; the bound is for one under load.
    assert seconds < 120
    base = a_shelf.volumes["cl-base.img"]
    for one in made:
        disk = one.document(inactive=True).devices.disks[0]
        assert disk.format == "qcow2"
        overlay = a_qemu_connection.storage_pools.volume_at(disk.path)
        assert overlay.record.backing == base.path
        assert used(disk.path) < MIB
    with pytest.raises(WrongState, match="template"):
        machine.start()


def test_a_clone_has_files_of_its_own_and_starts(a_qemu_connection, a_shelf):
    machine = a_machine(a_qemu_connection, a_shelf, format="raw", size=1024 * MIB)
    (made,) = CloneRequest(source=machine, name="cl-copy", start=True).create()
    assert made.is_active
    document = made.document(inactive=True)
    disk = document.devices.disks[0]
    assert disk.path.endswith("/cl-base-clone.img") or disk.path.endswith("/cl-copy.img")
    assert Path(disk.path).stat().st_size == 1024 * MIB
    assert used(disk.path) < MIB
    assert document.devices.serials[0].source.path.endswith("/cl-copy.log")
    # Both run at once: nothing is shared.
    machine.start()
    assert machine.is_active


def test_a_file_in_no_pool_is_copied_beside_itself(a_qemu_connection, a_shelf, tmp_path):
    folder = tmp_path / "loose"
    folder.mkdir()
    image = folder / "cl-loose.img"
    with image.open("wb") as file:
        file.truncate(8 * MIB)
        file.write(b"qvirt")
    text = MACHINE.format(name="cl-loose", format="raw", path=image, folder=a_shelf.document().path)
    machine = a_qemu_connection.domains.define(text)
    pools = a_qemu_connection.storage_pools.names
    (made,) = CloneRequest(source=machine).create()
    copy = Path(made.document().devices.disks[0].path)
    assert copy == folder / "cl-loose-clone.img"
    assert copy.read_bytes() == image.read_bytes()
    assert a_qemu_connection.storage_pools.names == pools


def a_loose_machine(connection, pool, folder):
    folder.mkdir()
    image = folder / "cl-loose.img"
    image.write_bytes(b"qvirt" * 100_000)
    text = MACHINE.format(name="cl-loose", format="raw", path=image, folder=pool.document().path)
    return connection.domains.define(text), image


def test_a_file_is_replaced_only_where_that_is_wanted(a_qemu_connection, a_shelf, tmp_path):
    machine, image = a_loose_machine(a_qemu_connection, a_shelf, tmp_path / "loose")
    there = tmp_path / "elsewhere" / "precious.img"
    there.parent.mkdir()
    there.write_bytes(b"precious")
    # A path is typed: elsewhere, and in no pool.
    request = CloneRequest(source=machine, disks={"vda": DiskClone(name=str(there))})
    assert any("is there already" in str(text) for text in request.plan().refusals)
    with pytest.raises(AlreadyExists):
        request.create()
    assert there.read_bytes() == b"precious"
    assert "cl-loose-clone" not in a_qemu_connection.domains
    request = CloneRequest(
        source=machine, disks={"vda": DiskClone(name=str(there), overwrite=True)}
    )
    plan = request.plan()
    assert plan.is_possible
    assert any(f"{there} is there already" in str(text) for text in plan.warnings)
    (made,) = request.create(plan=plan)
    assert made.document().devices.disks[0].path == str(there)
    assert there.read_bytes() == image.read_bytes()
    # Now a machine needs it, and nobody may have it.
    plan = CloneRequest(
        source=machine, name="cl-2", disks={"vda": DiskClone(name=str(there), overwrite=True)}
    ).plan()
    assert any(f"cl-loose-clone needs the file {there}" in str(text) for text in plan.refusals)
    made.undefine()


def test_a_file_that_somebody_took_since_the_plan_is_not_replaced(
    a_qemu_connection, a_shelf, tmp_path
):
    machine, _image = a_loose_machine(a_qemu_connection, a_shelf, tmp_path / "loose")
    there = tmp_path / "loose" / "precious.img"
    disks = {"vda": DiskClone(name=str(there), overwrite=True)}
    request = CloneRequest(source=machine, disks=disks)
    plan = request.plan()
    there.write_bytes(b"precious")
    with pytest.raises(AlreadyExists):
        request.create(plan=plan)
    plan = request.plan()
    twin = a_qemu_connection.domains.define(
        MACHINE.format(name="cl-twin", format="raw", path=there, folder=a_shelf.document().path)
    )
    with pytest.raises(InUse, match="cl-twin needs the file"):
        request.create(plan=plan)
    assert there.read_bytes() == b"precious"
    assert set(a_qemu_connection.domains.names) >= {"cl-twin", "cl-loose"}
    assert "cl-loose-clone" not in a_qemu_connection.domains
    twin.undefine()


def test_what_was_replaced_is_named_when_the_clone_fails(a_qemu_connection, a_shelf, tmp_path):
    machine, image = a_loose_machine(a_qemu_connection, a_shelf, tmp_path / "loose")
    there = image.with_name("precious.img")
    there.write_bytes(b"precious")
    disks = {"vda": DiskClone(name=str(there), overwrite=True)}

    class Nervous:
        def check_cancelled(self):
            return

        def report(self, *, transfer=None, **_others):
            if transfer is not None:
                raise OperationCancelled("enough", subject=machine.subject)

    with pytest.raises(OperationCancelled) as caught:
        CloneRequest(source=machine, disks=disks).create(progress=Nervous())
    assert any("precious.img was to be replaced" in note for note in caught.value.__notes__)
    assert not there.exists()


def test_the_dialog_replaces_a_file_only_once_that_was_read(
    a_qemu_connection, a_shelf, tmp_path, wait_until
):
    machine, image = a_loose_machine(a_qemu_connection, a_shelf, tmp_path / "loose")
    there = image.with_name("precious.img")
    there.write_bytes(b"precious")
    left = []
    dialog = CloneDialog([machine], lambda: left.append(True))

    def say(wish, **more):
        dialog._said({"type": "clone", "wish": wish, **more}, "")

    def typed(name, number):
        place = {"machine": machine.uuid, "target": "vda", "name": "name"}
        say("edit", **place, value=str(name), number=number)
        wait_until(
            lambda: dialog.shown["answered"] == number and not dialog.shown["busy"], seconds=60
        )
        return dialog.shown

    try:
        wait_until(lambda: dialog.shown and not dialog.shown["busy"], seconds=60)
        state = typed(there, 1)
        assert state["machines"][0]["disks"][0]["name"] == str(there)
        assert state["refusals"] == []
        assert f"{there} is there already" in state["warnings"][0]
        say("submit")
        assert typed(there.with_name("new.img"), 2)["warnings"] == []
        assert dialog.job is None, "nobody has read what would be lost"
        typed(there, 3)
        say("agree", value="true")
        say("submit")
        wait_until(lambda: left, seconds=60)
    finally:
        dialog.close()
    assert there.read_bytes() == image.read_bytes()
    assert "overwrite=True" in action_log.entries[-1].code


def test_names_beside_files_in_no_pool_are_free(a_qemu_connection, a_shelf, tmp_path):
    machine, image = a_loose_machine(a_qemu_connection, a_shelf, tmp_path / "loose")
    image.with_name("cl-loose-clone.img").write_bytes(b"of somebody")
    (planned,) = CloneRequest(source=machine).plan().clones[0].disks
    assert planned.path == str(image.with_name("cl-loose-clone1.img"))
    # A path in the folder of a pool is a volume of that pool.
    path = f"{a_shelf.document().path}/mine.img"
    disks = {"vda": DiskClone(name=path)}
    (made,) = CloneRequest(source=machine, name="cl-3", disks=disks).create()
    assert made.document().devices.disks[0].path == path
    assert "mine.img" in a_shelf.volumes


def test_a_clone_into_another_pool(a_qemu_connection, a_shelf, tmp_path):
    machine = a_machine(a_qemu_connection, a_shelf)
    other = a_pool(a_qemu_connection, "other-shelf", tmp_path / "other")
    try:
        (made,) = CloneRequest(source=machine, name="cl-moved", pool="other-shelf").create()
        disk = made.document().devices.disks[0]
        assert Path(disk.path).parent == tmp_path / "other"
        assert other.volumes.names == (Path(disk.path).name,)
    finally:
        other.stop()
        other.delete()


def test_a_cancel_leaves_nothing(a_qemu_connection, a_shelf):
    machine = a_machine(a_qemu_connection, a_shelf, format="raw", size=384 * MIB)
    fill(a_shelf.volumes["cl-base.img"].path, 384 * MIB)
    job = CloneRequest(source=machine, name="cl-{n}", count=3).submit()
    # In the midst of the second one.
    job.on_change(lambda changed: changed.cancel() if (changed.progress or 0) > 0.3 else None)
    with pytest.raises(OperationCancelled):
        job.result(240)
    a_shelf.refresh()
    assert a_shelf.volumes.names == ("cl-base.img",)
    assert not [
        name for name in a_qemu_connection.domains.names if name in ("cl-1", "cl-2", "cl-3")
    ]


def test_a_pool_that_becomes_full_leaves_nothing(a_qemu_connection, a_shelf, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    machine = a_machine(a_qemu_connection, a_shelf, format="raw", size=64 * MIB)
    fill(a_shelf.volumes["cl-base.img"].path, 64 * MIB)
    small = tmp_path / "small"
    small.mkdir()
    # Where the daemon sees it: it has a mount namespace of its own.
    image = tmp_path / "small.img"
    subprocess.run(["truncate", "-s", "32M", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    definition = documents.StoragePool(type="fs", name="small-shelf", path=str(small))
    definition.source.devices.add(path=str(image))
    definition.source.format = "ext4"
    try:
        pool = a_qemu_connection.storage_pools.define(definition)
        pool.start()
    except QvirtError as error:
        pytest.skip(f"no loop device here: {error}")
    try:
        request = CloneRequest(source=machine, name="cl-big", pool="small-shelf")
        plan = request.plan()
        assert any("not enough room" in str(text) for text in plan.refusals)
        with pytest.raises(QvirtError) as caught:
            request.create()
        assert "space" in str(caught.value).lower() + (caught.value.details or "").lower()
        pool.refresh()
        assert not [name for name in pool.volumes.names if name != "lost+found"]
        assert "cl-big" not in a_qemu_connection.domains
    finally:
        pool.stop()
        pool.delete()


def test_the_variables_of_the_firmware_are_copied(a_qemu_connection, a_shelf):
    folder = a_shelf.document().path
    variables = Path(folder) / "cl-base_VARS.fd"
    variables.write_bytes(b"variables" * 100)
    a_shelf.refresh()
    machine = a_machine(a_qemu_connection, a_shelf)
    loader = Path("/usr/share/OVMF/OVMF_CODE.fd")
    if not loader.exists():
        pytest.skip("no OVMF here")
    definition = machine.document(inactive=True)
    definition.os.loader, definition.os.loader_type = str(loader), "pflash"
    definition.os.loader_read_only = True
    definition.os.nvram = str(variables)
    machine = a_qemu_connection.domains.define(definition)
    (made,) = CloneRequest(source=machine, name="cl-copy").create()
    copy = Path(made.document(inactive=True).os.nvram)
    assert copy == Path(folder) / "cl-copy_VARS.fd"
    assert copy.read_bytes() == variables.read_bytes()
    made.undefine()
    assert variables.exists()


@pytest.mark.parametrize("in_pool", [True, False])
def test_a_seed_is_written_anew_for_each_clone(a_qemu_connection, a_shelf, tmp_path, in_pool):
    seed = CloudSeed(user="anna", host_name="base", commands=("echo once",), instance_id="first")
    path = (Path(a_shelf.document().path) if in_pool else tmp_path) / "cl-base-seed.iso"
    path.write_bytes(seed.iso())
    a_shelf.refresh()
    machine = a_machine(a_qemu_connection, a_shelf)
    with machine.edit() as definition:
        drive = documents.Disk(type="file", device="cdrom", read_only=True)
        drive.target, drive.bus = "sda", "sata"
        drive.source.file = str(path)
        definition.devices.disks.append(drive)
    shared = CloneRequest(source=machine, name="cl-1").plan()
    assert [disk.how for disk in shared.clones[0].disks] == ["clone", "share"]
    assert shared.renewal == ""
    request = CloneRequest(source=machine, name="cl-{n}", count=2, renew_guest=True, linked=True)
    assert request.plan().renewal == "cloud-init"
    made = request.create()
    told = []
    for one in made:
        assert not one.is_active, "cloud-init does it at their first start, whenever that is"
        drive = one.document(inactive=True).devices.disks["sda"]
        assert Path(drive.path) == path.with_name(f"{one.name}-seed.iso")
        files = read_seed(Path(drive.path).read_bytes())
        assert f"local-hostname: {one.name}\n" in files["meta-data"]
        assert f"instance-id: {one.uuid}\n" in files["meta-data"]
        assert f"hostname: {one.name}\n" in files["user-data"]
        assert "echo once" in files["user-data"]
        told.append(files)
    assert told[0] != told[1]
    assert b"instance-id: first" in path.read_bytes(), "the original stays"
    with pytest.raises(ValueError, match="seed of cloud-init"):
        CloneRequest(source=machine, disks={"sda": DiskClone(how="share")}, renew_guest=True).plan()


def test_only_what_is_linked_needs_a_base_that_stays(a_qemu_connection, a_shelf):
    machine = a_machine(a_qemu_connection, a_shelf)
    disks = {"vda": DiskClone(how="share")}
    (made,) = CloneRequest(source=machine, name="cl-twin", disks=disks, linked=True).create()
    assert not machine.is_template
    assert made.document().devices.disks[0].path == a_shelf.volumes["cl-base.img"].path
