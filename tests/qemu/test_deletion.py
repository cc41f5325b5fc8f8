"""Deleting machines on real QEMU leaves exactly what was not chosen, and says what became of each."""

import shutil
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

import libvirt
import pytest
from an_iso import an_iso

from qvirt_jupyter.documents import StoragePool, StorageVolume
from qvirt_jupyter.hypervisor import WrongState
from qvirt_jupyter.provision import DeleteRequest
from qvirt_jupyter.provision.deletion import FileKind, Outcome

pytestmark = pytest.mark.qemu

ODD = "<b>&\"'"
MACHINE = """
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type>{boot}</os>
  <features><acpi/></features>
  <devices>{devices}</devices>
</domain>
"""


def disk(path, target="vda", *, device="disk", form="qcow2", inside="", source="file"):
    bus = "sata" if device == "cdrom" else "virtio"
    quoted = escape(str(path), {"'": "&apos;"})
    return (
        f"<disk type='file' device='{device}'><driver name='qemu' type='{form}'/>"
        f"<source {source}='{quoted}'/><target dev='{target}' bus='{bus}'/>{inside}</disk>"
    )


@pytest.fixture
def a_shelf(a_qemu_connection, tmp_path):
    """A pool of the test's own; machines that a test leaves behind go with it."""
    before = set(a_qemu_connection.domains.names)
    folder = tmp_path / "shelf"
    folder.mkdir()
    definition = StoragePool(type="dir", name="shelf", path=str(folder))
    pool = a_qemu_connection.storage_pools.define(str(definition))
    pool.start()
    yield pool
    for name in set(a_qemu_connection.domains.names) - before:
        machine = a_qemu_connection.domains[name]
        if machine.is_active:
            machine.destroy()
        if name in a_qemu_connection.domains:
            machine.undefine()
    if pool.is_active:
        pool.stop()
    pool.delete()


def a_volume(pool, name, backing=None, form="qcow2"):
    definition = StorageVolume(name=name, capacity=2**20)
    definition.format = form
    text = str(definition)
    if backing:
        below = f"<backingStore><path>{backing}</path><format type='qcow2'/></backingStore>"
        text = text.replace("</volume>", f"{below}</volume>")
    return pool.volumes.create(text).path


def define(connection, name, *devices, boot=""):
    return connection.domains.define(
        MACHINE.format(name=escape(name), boot=boot, devices="".join(devices))
    )


def names_in(pool):
    return {path.name for path in Path(pool.document().path).iterdir()}


def row_of(plan, ending):
    (row,) = (row for row in plan if row.path.endswith(ending))
    return row


def test_what_others_need_stays_and_the_rest_goes(a_qemu_connection, a_shelf):
    own = a_volume(a_shelf, f"{ODD}.qcow2")
    shared = a_volume(a_shelf, "shared.img", form="raw")
    golden = a_volume(a_shelf, "golden.qcow2")
    overlay = a_volume(a_shelf, "overlay.qcow2", golden)
    read_only = a_volume(a_shelf, "read-only.qcow2")
    recipe = {"bootable": False, "system": ""}
    seed = an_iso(Path(a_shelf.document().path), {**recipe, "id": "seed", "volume": "cidata"})
    iso = an_iso(Path(a_shelf.document().path), {**recipe, "id": "install", "volume": "DEBIAN"})
    define(a_qemu_connection, "neighbour", disk(shared, form="raw"), disk(golden, "vdb"))
    machine = define(
        a_qemu_connection,
        ODD,
        disk(own),
        disk(shared, "vdb", form="raw", inside="<shareable/>"),
        disk(overlay, "vdc"),
        disk(read_only, "vdd", inside="<readonly/>"),
        disk(iso, "sda", device="cdrom", form="raw"),
        disk(seed, "sdb", device="cdrom", form="raw"),
    )
    request = DeleteRequest(machine)
    plan = request.plan()
    assert {Path(row.path).name for row in plan if row.ticked} == {
        f"{ODD}.qcow2",
        "overlay.qcow2",
        "seed.iso",
    }
    assert row_of(plan, "shared.img").users == ("neighbour",)
    assert "neighbour" in row_of(plan, "golden.qcow2").reason
    assert row_of(plan, "golden.qcow2").kind is FileKind.BASE
    assert "read-only" in row_of(plan, "read-only.qcow2").reason
    assert not any(row.fixed for row in plan)
    assert all(row.size is not None for row in plan)
    assert plan.total > 0
    results = request.run(plan)
    assert not results.left
    assert results.of(own).outcome is Outcome.DELETED
    assert names_in(a_shelf) == {"shared.img", "golden.qcow2", "read-only.qcow2", "install.iso"}
    assert ODD not in a_qemu_connection.domains


def test_what_an_image_keeps_elsewhere_goes_and_stays_with_it(a_qemu_connection, a_shelf):
    folder = Path(a_shelf.document().path)
    own, base = folder / "own.qcow2", folder / "base.qcow2"
    for path in (own, base):
        options = f"data_file={path.with_suffix('.raw')},data_file_raw=on"
        command = ["qemu-img", "create", "-q", "-f", "qcow2", "-o", options, str(path), "1M"]
        subprocess.run(command, check=True)
    a_shelf.refresh()
    log = folder / "serial.log"
    log.write_text("login:")
    never = "<serial type='pty'><log file='/srv/of/nobody.log'/></serial>"
    port = f"<serial type='file'><source path='{log}'/></serial>{never}"
    machine = define(a_qemu_connection, "split", disk(own), disk(base, "vdb"), port)
    define(a_qemu_connection, "clone", disk(a_volume(a_shelf, "clone.qcow2", str(base))))
    plan = DeleteRequest(machine).plan()
    assert {Path(row.path).name: (row.kind, row.ticked) for row in plan} == {
        "own.qcow2": (FileKind.DISK, True),
        "own.raw": (FileKind.DATA, True),
        "base.qcow2": (FileKind.DISK, False),
        # Who builds on an image builds on what is in it.
        "base.raw": (FileKind.DATA, False),
        "serial.log": (FileKind.LOG, False),
    }
    assert "clone" in row_of(plan, "base.raw").reason
    assert row_of(plan, "serial.log").label == "Log serial0"
    assert not any(row.ticked for row in plan.untick(str(own))), "it is kept whole"
    assert row_of(plan.untick(str(own)).tick(str(own)), "own.raw").ticked
    assert not DeleteRequest(machine).run().left
    assert names_in(a_shelf) == {"base.qcow2", "base.raw", "clone.qcow2", "serial.log"}


def test_the_base_of_a_clone_is_kept_and_goes_with_the_last_that_needs_it(
    a_qemu_connection, a_shelf
):
    base = a_volume(a_shelf, "base.qcow2")
    template = define(a_qemu_connection, "template", disk(base))
    clone = define(a_qemu_connection, "clone", disk(a_volume(a_shelf, "clone.qcow2", base)))
    (row,) = DeleteRequest(template).plan()
    assert not row.ticked
    assert "clone" in row.reason
    # An image that no machine has is lost without its base as well.
    a_volume(a_shelf, "spare.qcow2", base)
    plan = DeleteRequest([template, clone]).plan()
    assert row_of(plan, "base.qcow2").users == ("shelf/spare.qcow2",)
    a_shelf.volumes["spare.qcow2"].delete()
    assert not DeleteRequest([template, clone]).run().left
    assert names_in(a_shelf) == set()


@pytest.mark.usefixtures("a_shelf")
def test_a_file_in_no_pool_and_what_builds_on_it(a_qemu_connection, tmp_path):
    loose = tmp_path / "loose"
    loose.mkdir()
    base, top = loose / "base.qcow2", loose / "top.qcow2"
    for arguments in ((base, "1M"), ("-b", base.name, "-F", "qcow2", top)):
        command = ["qemu-img", "create", "-q", "-f", "qcow2", *map(str, arguments)]
        subprocess.run(command, check=True, cwd=loose)
    (loose / "link.qcow2").symlink_to(top)
    machine = define(a_qemu_connection, "loose", disk(loose / "link.qcow2"))
    define(a_qemu_connection, "other", disk(base))
    plan = DeleteRequest(machine).plan()
    assert [(row.kind, row.ticked, row.users) for row in plan] == [
        (FileKind.DISK, True, ()),
        (FileKind.BASE, False, ("other",)),
    ]
    assert not DeleteRequest(machine).run(plan).left
    assert {path.name for path in loose.iterdir()} == {"base.qcow2"}


def test_nothing_is_done_to_a_machine_that_runs_unless_it_may_be_forced_off(
    a_qemu_connection, a_shelf
):
    path = a_volume(a_shelf, "runs.qcow2")
    machine = define(a_qemu_connection, "runs", disk(path))
    transient = a_qemu_connection.domains.create(
        MACHINE.format(name="transient", boot="", devices=disk(a_volume(a_shelf, "gone.qcow2")))
    )
    machine.start()
    with pytest.raises(WrongState, match="runs"):
        DeleteRequest([machine, transient]).run()
    assert machine.is_active
    assert names_in(a_shelf) == {"runs.qcow2", "gone.qcow2"}
    results = DeleteRequest([machine, transient], power_off=True).run()
    assert not results.left
    assert names_in(a_shelf) == set()
    assert not {"runs", "transient"} & set(a_qemu_connection.domains.names)


def test_a_machine_that_was_started_meanwhile_keeps_all_its_files(a_qemu_connection, a_shelf):
    path = a_volume(a_shelf, "busy.qcow2")
    machine = define(a_qemu_connection, "busy", disk(path))
    request = DeleteRequest(machine, power_off=True)
    plan = request.plan()
    machine.start()
    results = request.run(plan)
    assert {row.what for row in results.left} == {path, "busy"}
    assert "started meanwhile" in results.of(path).reason
    assert machine.is_active
    assert names_in(a_shelf) == {"busy.qcow2"}


def test_a_file_that_somebody_took_meanwhile_stays(a_qemu_connection, a_shelf):
    path = a_volume(a_shelf, "wanted.qcow2")
    request = DeleteRequest(define(a_qemu_connection, "first", disk(path)))
    plan = request.plan()
    define(a_qemu_connection, "second", disk(path))
    results = request.run(plan)
    assert results.of(path).outcome is Outcome.KEPT
    assert "second" in results.of(path).reason
    assert results.of("first").outcome is Outcome.DELETED
    assert names_in(a_shelf) == {"wanted.qcow2"}


def test_snapshots_and_their_images_go(a_qemu_connection, a_shelf, tmp_path):
    folder = Path(a_shelf.document().path)
    machine = define(a_qemu_connection, "with-snapshots", disk(a_volume(a_shelf, "disk.qcow2")))

    def snapshot(text, flags=0):
        a_qemu_connection.call(
            lambda raw: raw.lookupByUUIDString(machine.uuid).snapshotCreateXML(text, flags)
        )

    snapshot("<domainsnapshot><name>inside</name></domainsnapshot>")
    for name in ("first", "second"):
        snapshot(
            f"<domainsnapshot><name>{name}</name><disks><disk name='vda' snapshot='external'>"
            f"<source file='{folder}/{name}.qcow2'/></disk></disks></domainsnapshot>",
            libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY,
        )
    machine.start()
    snapshot(
        "<domainsnapshot><name>live</name>"
        f"<memory snapshot='external' file='{tmp_path}/live.memory'/><disks>"
        f"<disk name='vda' snapshot='external'><source file='{folder}/live.qcow2'/></disk>"
        "</disks></domainsnapshot>"
    )
    machine.destroy()
    request = DeleteRequest(machine)
    plan = request.plan()
    assert plan.machines[0].snapshots == 4
    assert {Path(row.path).name: row.kind for row in plan} == {
        "live.qcow2": FileKind.DISK,
        "second.qcow2": FileKind.SNAPSHOT,
        "first.qcow2": FileKind.SNAPSHOT,
        "disk.qcow2": FileKind.SNAPSHOT,
        "live.memory": FileKind.MEMORY,
    }
    assert all(row.ticked for row in plan)
    assert not request.run(plan).left
    assert names_in(a_shelf) == set()
    assert not (tmp_path / "live.memory").exists()


def test_a_disk_that_only_a_snapshot_knows_is_kept(a_qemu_connection, a_shelf):
    left = a_volume(a_shelf, "detached.qcow2")
    kept = a_volume(a_shelf, "kept.qcow2")
    machine = define(a_qemu_connection, "changed", disk(kept), disk(left, "vdb"))
    a_qemu_connection.call(
        lambda raw: raw.lookupByUUIDString(machine.uuid).snapshotCreateXML(
            "<domainsnapshot><name>before</name></domainsnapshot>", 0
        )
    )
    with machine.edit() as document:
        document.devices.disks.remove(document.devices.disks[1])
    plan = DeleteRequest(machine).plan()
    assert not row_of(plan, "detached.qcow2").ticked
    assert "before" in row_of(plan, "detached.qcow2").reason
    assert not DeleteRequest(machine).run(plan).left
    assert names_in(a_shelf) == {"detached.qcow2"}


def test_a_saved_state_goes(a_qemu_connection, a_shelf, a_saved_states_folder):
    machine = define(a_qemu_connection, "saved-one", disk(a_volume(a_shelf, "saved.qcow2")))
    machine.start()
    machine.managed_save()
    assert (a_saved_states_folder / "saved-one.save").exists()
    plan = DeleteRequest(machine).plan()
    (state,) = (row for row in plan if row.kind is FileKind.SAVED_STATE)
    assert state.fixed
    assert state.ticked
    assert not DeleteRequest(machine).run(plan.untick(state.key)).left
    assert not (a_saved_states_folder / "saved-one.save").exists()
    assert names_in(a_shelf) == set()


@pytest.mark.usefixtures("a_shelf")
@pytest.mark.parametrize("keep", [False, True])
def test_firmware_settings_and_tpm_go_unless_they_are_kept(
    a_qemu_connection, a_qemu_libvirtd, tmp_path, keep
):
    if shutil.which("swtpm") is None:
        pytest.skip("libvirt has no TPM without the program swtpm.")
    for name in ("code.fd", "vars.fd"):
        (tmp_path / name).write_bytes(b"\0" * 2**18)
    tmp_path.chmod(0o777)
    machine = define(
        a_qemu_connection,
        "with-firmware",
        "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
        boot=(
            f"<loader readonly='yes' type='pflash'>{tmp_path}/code.fd</loader>"
            f"<nvram>{tmp_path}/vars.fd</nvram>"
        ),
    )
    machine.start()
    machine.destroy()
    found = subprocess.run(
        ["find", str(a_qemu_libvirtd.folder), "-path", f"*swtpm/{machine.uuid}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert found, "libvirt keeps what is stored in the TPM"
    request = DeleteRequest(machine)
    plan = request.plan()
    kinds = {row.kind: row for row in plan}
    assert kinds[FileKind.NVRAM].ticked
    assert kinds[FileKind.TPM].ticked
    assert kinds[FileKind.NVRAM].size == 2**18
    if keep:
        plan = plan.untick(*(row.key for row in plan))
    results = request.run(plan)
    assert not results.left
    assert results.of(f"tpm {machine.uuid}").outcome is (Outcome.KEPT if keep else Outcome.DELETED)
    assert "with-firmware" not in a_qemu_connection.domains
    assert (tmp_path / "vars.fd").exists() is keep
    assert (tmp_path / "code.fd").exists()
    assert Path(found).exists() is keep
