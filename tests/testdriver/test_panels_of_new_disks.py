"""Adding disks in the Details tab: new images and what is there, and what speaks against either."""

from __future__ import annotations

import os

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import (
    POOL,
    begin_adding,
    define_rich,
    details_of,
    device,
    field,
    press,
    say,
    type_in,
)

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    NewDisk,
    OperationFailed,
    StorageVolume,
    WrongState,
    doubts_about,
)
from qvirt_jupyter.hypervisor.editing import device_doubts
from qvirt_jupyter.hypervisor.host.emulator_access import Account
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Answer

GIB = 1024**3
OTHER = (
    "<domain type='test'><name>other</name><memory>1024</memory><os><type>hvm</type></os>"
    "<devices><disk type='file'><source file='/lab/rich/spare.qcow2'/>"
    "<target dev='vda'/></disk></devices></domain>"
)


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def a_pool(a_connection):
    a_connection.storage_pools.create(POOL.partition("<volume>")[0] + "</pool>", build=False)
    pool = a_connection.storage_pools["rich"]
    pool.create_volume("web.qcow2", 20 * GIB)
    return pool


@pytest.fixture
def a_machine(a_connection, a_pool):  # noqa: ARG001 - its disk is in there
    return define_rich(a_connection)


@pytest.fixture
def a_panel(a_machine):
    panel = vm_panel(a_machine)
    assert wait_for(lambda: panel._record)
    yield panel
    panel.close()


@pytest.fixture
def a_tab(a_panel):
    return details_of(a_panel)


def begin(tab, pool="rich"):
    begin_adding(tab, "disk")
    type_in(tab, "pool", pool)
    assert wait_for(lambda: field(tab, "pool")["value"] == pool)


def names(tab):
    return [each["name"] for each in tab._view.shown["fields"] if each["shown"]]


def disks_of(machine):
    return machine.document(inactive=True).devices.disks


def the_question(panel):
    ((key, question),) = wait_for(lambda: panel._questions.questions)
    return key, question


def test_a_new_image_is_made_when_the_disk_is_added(a_tab, a_machine, a_pool):
    begin(a_tab)
    assert names(a_tab)[:5] == ["device", "storage", "size", "pool", "format"]
    size = field(a_tab, "size")
    assert (size["value"], size["unit"]) == ("20", "GiB")
    assert "free. The image is called web-vdb.qcow2" in size["help"]
    type_in(a_tab, "size", "1.5")
    assert wait_for(lambda: a_tab.desk.is_dirty)
    assert a_pool.volumes.names == ("web.qcow2",)
    press(a_tab, "add")
    assert wait_for(lambda: disks_of(a_machine).get("vdb"))
    disk = disks_of(a_machine)["vdb"]
    assert (disk.path, disk.format) == ("/lab/rich/web-vdb.qcow2", "qcow2")
    assert a_pool.volumes["web-vdb.qcow2"].record.capacity == 3 * GIB // 2
    # The page is gone, and nothing of it asks to be applied.
    assert wait_for(lambda: a_tab._tree.shown["selected"] != "add")
    assert not a_tab.desk.is_dirty


def test_a_raw_image_is_a_raw_disk(a_tab, a_machine, a_pool):
    begin(a_tab)
    type_in(a_tab, "format", "raw")
    type_in(a_tab, "bus", "sata")
    press(a_tab, "add")
    assert wait_for(lambda: disks_of(a_machine).get("sdb"))
    assert disks_of(a_machine)["sdb"].format == "raw"
    assert "web-sdb.img" in a_pool.volumes.names


def test_a_new_disk_has_the_options_that_were_chosen(a_tab, a_machine):
    begin(a_tab)
    type_in(a_tab, "bus", "usb")
    options = {
        "cache": "none",
        "discard": "unmap",
        "serial": "S1",
        "removable": "on",
        "shareable": "true",
        "read_only": "true",
    }
    for name, value in options.items():
        type_in(a_tab, name, value)
        assert wait_for(lambda name=name, value=value: field(a_tab, name)["value"] == value)
    press(a_tab, "add")
    assert wait_for(lambda: disks_of(a_machine).get("sdb"))
    disk = disks_of(a_machine)["sdb"]
    assert (disk.cache, disk.discard, disk.serial) == ("none", "unmap", "S1")
    assert (disk.removable, disk.shareable, disk.read_only) == ("on", True, True)


def test_a_size_that_is_none_is_said_at_its_field(a_tab, a_pool):
    begin(a_tab)
    for text, words in (("plenty", "'plenty' is not a size"), ("", "Enter a size")):
        type_in(a_tab, "size", text)
        assert wait_for(lambda words=words: words in field(a_tab, "size")["error"])
        press(a_tab, "add")
    # What is hidden is not wrong.
    type_in(a_tab, "device", "cdrom")
    press(a_tab, "add")
    assert wait_for(lambda: a_tab._tree.shown["selected"] != "add")
    assert a_pool.volumes.names == ("web.qcow2",)


def test_a_drive_gets_no_new_image(a_tab):
    begin(a_tab)
    type_in(a_tab, "device", "cdrom")
    assert wait_for(lambda: "size" not in names(a_tab))
    assert names(a_tab)[:2] == ["device", "source.file"]


def test_an_image_whose_disk_is_refused_goes_again(a_tab, a_panel, a_machine, a_pool):
    # The test driver takes no disk while a machine runs.
    a_machine.start()
    assert wait_for(lambda: a_tab._definitions.running)
    begin(a_tab)
    press(a_tab, "add")
    key, question = the_question(a_panel)
    assert "for the next start?" in str(question.title)
    assert a_pool.volumes.names == ("web.qcow2",)
    a_panel._questions.answer(key, Answer())
    assert wait_for(lambda: disks_of(a_machine).get("vdb"))
    assert "web-vdb.qcow2" in a_pool.volumes.names


def test_an_image_that_cannot_be_removed_again_is_named(a_tab, a_machine, monkeypatch):
    def delete(volume):
        raise OperationFailed("The host keeps it.", subject=volume.subject)

    monkeypatch.setattr(StorageVolume, "delete", delete)
    a_machine.start()
    assert wait_for(lambda: a_tab._definitions.running)
    begin(a_tab)
    press(a_tab, "add")
    words = "web-vdb.qcow2 was made and could not be removed again: The host keeps it."
    assert wait_for(lambda: words in a_tab._view.shown["problem"])


def test_more_than_there_is_free_is_asked(a_tab, a_panel, a_pool):
    begin(a_tab)
    type_in(a_tab, "size", "900 TiB")
    press(a_tab, "add")
    key, question = the_question(a_panel)
    assert "900 TiB" in str(question.text)
    assert field(a_tab, "size")["error"] == str(question.text)
    a_panel._questions.answer(key, None)
    assert a_pool.volumes.names == ("web.qcow2",)
    # Another size is another question.
    press(a_tab, "add")
    the_question(a_panel)
    type_in(a_tab, "size", "1")
    assert wait_for(lambda: not a_panel._questions.questions)
    assert not field(a_tab, "size")["error"]


def test_leaving_a_half_filled_page_asks(a_tab, a_panel):
    begin(a_tab)
    type_in(a_tab, "size", "7")
    say(a_tab._tree, type="select", id="memory")
    _key, question = the_question(a_panel)
    assert "Apply the changes" in str(question.title)


def test_a_volume_that_another_machine_uses_is_asked_about(a_tab, a_panel, a_connection, a_machine):
    a_connection.domains.define(OTHER)
    begin(a_tab)
    type_in(a_tab, "storage", "there")
    say(a_tab._view, type="browse", key="add disk", name="source.file")
    assert wait_for(lambda: a_tab._view.shown["storage"])
    say(a_tab._view, type="storage", wish="choose", path="/lab/rich/spare.qcow2")
    assert wait_for(lambda: "used by other" in field(a_tab, "source.file")["error"])
    press(a_tab, "add")
    key, question = the_question(a_panel)
    assert question.danger
    assert len(disks_of(a_machine)) == 2
    a_panel._questions.answer(key, Answer())
    assert wait_for(lambda: len(disks_of(a_machine)) == 3)


def test_a_volume_that_is_named_by_its_pool_is_somebodys_too(a_connection, a_machine, a_pool):
    a_pool.create_volume("spare.qcow2", GIB)
    a_connection.domains.define(OTHER)
    source = documents.VolumeSource(pool="rich", volume="spare.qcow2")
    disk = documents.Disk(type="volume", target="vdc", source=source)
    (doubt,) = doubts_about(a_machine, disk)
    assert (doubt.field, "used by other" in str(doubt.text)) == ("source.volume", True)
    disk.source.volume = "nothing"
    assert doubts_about(a_machine, disk) == ()


def test_the_folder_of_a_file_that_no_pool_has_becomes_one(
    a_tab, a_machine, a_connection, tmp_path, monkeypatch
):
    folder = tmp_path / "shelf"
    folder.mkdir()
    image = folder / "disk.qcow2"
    image.touch()
    monkeypatch.setattr(device_doubts, "emulator_account", lambda _connection: None)
    with monkeypatch.context() as patched:
        # Where the disk is refused, no pool stays.
        def not_now(_machine, _device, **_wishes):
            assert "shelf" in a_connection.storage_pools.names
            raise OperationFailed("The bus is full.", subject=a_machine.subject)

        patched.setattr(type(a_machine), "attach", not_now)
        begin(a_tab)
        type_in(a_tab, "storage", "there")
        type_in(a_tab, "source.file", str(image))
        press(a_tab, "add")
        assert wait_for(lambda: "The bus is full" in str(a_tab._view.shown))
    assert wait_for(lambda: "shelf" not in a_connection.storage_pools.names)
    press(a_tab, "add")
    assert wait_for(lambda: len(disks_of(a_machine)) == 3)
    pool = a_connection.storage_pools["shelf"]
    assert (pool.document().path, pool.is_active, pool.autostart) == (str(folder), True, True)


def test_what_the_emulator_cannot_reach_is_mended(a_tab, a_panel, a_machine, tmp_path, monkeypatch):
    stranger = Account(64_999, "emulator", frozenset({64_999}))
    monkeypatch.setattr(device_doubts, "emulator_account", lambda _connection: stranger)
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    for above in folder.parents:
        if above.stat().st_uid == os.geteuid() and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o001)
    image = folder / "disk.qcow2"
    image.touch()
    begin(a_tab)
    type_in(a_tab, "storage", "there")
    type_in(a_tab, "source.file", str(image))
    press(a_tab, "add")
    key, question = the_question(a_panel)
    assert str(folder) in str(question.text)
    assert "emulator" in str(question.yes)
    a_panel._questions.answer(key, Answer())
    assert wait_for(lambda: len(disks_of(a_machine)) == 3)
    # Not of the folders above it: another run of pytest closes its own at any time.
    assert str(folder) not in device_doubts.unsearchable(str(image), stranger)
    # What is not there at all is asked about, too.
    begin(a_tab)
    type_in(a_tab, "storage", "there")
    type_in(a_tab, "source.file", str(folder / "nothing.img"))
    press(a_tab, "add")
    _key, question = the_question(a_panel)
    assert "There is no file" in str(question.text)


def test_a_target_that_only_the_running_machine_has_is_not_suggested(a_tab, a_machine):
    a_machine.start()
    with a_machine.edit(live=False) as definition:
        definition.devices.remove(definition.devices.disks["vda"])
    assert wait_for(lambda: device(a_tab, "disk") is None or a_tab._definitions.running)
    assert wait_for(lambda: len(a_tab._definitions.stored.devices.disks) == 1)
    begin(a_tab)
    assert field(a_tab, "target")["value"] == "vdb"
    type_in(a_tab, "bus", "sata")
    assert wait_for(lambda: field(a_tab, "target")["value"] == "sdb")
    type_in(a_tab, "bus", "virtio")
    assert wait_for(lambda: field(a_tab, "target")["value"] == "vdb")


def test_a_pool_that_is_off_makes_no_image(a_pool, a_machine):
    a_pool.stop()
    disk = documents.Disk.suggested(a_machine.document(inactive=True), None)
    with pytest.raises(WrongState, match="Start it"):
        NewDisk(device=disk, pool="rich", capacity=GIB).attach_to(a_machine)


def test_a_disk_with_a_new_image_is_one_line_of_python(a_machine):
    disk = documents.Disk(bus="virtio", target="vdq", format="qcow2")
    result = NewDisk(device=disk, pool="rich", capacity=GIB).attach_to(a_machine)
    assert result.changes
    assert disks_of(a_machine)["vdq"].path == "/lab/rich/web-vdq.qcow2"
