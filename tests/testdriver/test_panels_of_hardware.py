"""Adding hardware and choosing files in the Details tab, on libvirt's test driver."""

from __future__ import annotations

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
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Answer


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def a_machine(a_connection):
    a_connection.storage_pools.create(POOL.partition("<volume>")[0] + "</pool>", build=False)
    a_connection.storage_pools["rich"].create_volume("web.qcow2", 20 * 1024**3)
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


def browse(tab, name="source.file"):
    if tab._view.shown["key"] == "add disk":
        type_in(tab, "storage", "there")
        assert wait_for(lambda: any(each["browse"] for each in tab._view.shown["fields"]))
    say(tab._view, type="browse", key=tab._view.shown["key"], name=name)
    return wait_for(lambda: tab._view.shown["storage"])


def storage(tab, wish, **content):
    say(tab._view, type="storage", wish=wish, **content)


def test_all_kinds_are_offered_and_those_that_cannot_be_say_why(a_tab):
    page = begin_adding(a_tab, "disk")
    kinds = {kind["id"]: kind for kind in page["kinds"]}
    assert {"disk", "interface", "graphics", "video", "serial", "channel"} <= kinds.keys()
    assert kinds["disk"]["chosen"]
    assert [button["id"] for button in page["buttons"]] == ["add", "back", "as xml"]
    # Nothing of the tree is selected meanwhile.
    assert a_tab._tree.shown["selected"] == "add"
    press(a_tab, "back")
    assert wait_for(lambda: a_tab._view.shown["key"] == "machine")


def test_an_interface_is_added(a_tab, a_machine):
    begin_adding(a_tab, "interface")
    type_in(a_tab, "type", "network")
    type_in(a_tab, "source.network", "default")
    press(a_tab, "add")
    assert wait_for(lambda: len(a_machine.document(inactive=True).devices.interfaces) == 2)
    assert wait_for(lambda: a_tab._tree.shown["selected"] != "add")


def test_leaving_half_an_addition_asks_and_touches_no_other_device(a_tab, a_panel, a_machine):
    begin_adding(a_tab, "interface")
    type_in(a_tab, "model", "e1000")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    say(a_tab._tree, type="select", id="memory")
    ((key, _question),) = wait_for(lambda: a_panel._questions.questions)
    a_panel._questions.answer(key, Answer())
    assert wait_for(lambda: a_tab._view.shown["key"] == "memory")
    first, second = a_machine.document(inactive=True).devices.interfaces
    assert (first.model, second.model) == ("virtio", "e1000")


def test_an_offer_for_the_next_start_goes_with_its_page(a_tab, a_panel, a_machine):
    # The test driver takes no device while a machine runs.
    a_machine.start()
    assert wait_for(lambda: a_tab._definitions.running)
    for kind in ("sound", "watchdog"):
        begin_adding(a_tab, kind)
        press(a_tab, "add")
        ((_key, question),) = wait_for(lambda: a_panel._questions.questions)
        assert "for the next start?" in str(question.title)
        # The question about one thing must not add another.
        press(a_tab, "back")
        assert wait_for(lambda: not a_panel._questions.questions)
    assert not list(a_machine.document(inactive=True).devices.of("sound"))


def test_who_removes_a_device_twice_is_asked_once(a_tab, a_panel):
    for _time in range(2):
        assert wait_for(lambda: device(a_tab, "disk"))
        say(a_tab._tree, type="remove", id=device(a_tab, "disk")["id"])
        assert wait_for(lambda: a_panel._questions.questions)
    assert len(a_panel._questions.questions) == 1


def test_a_disk_is_added_with_a_new_volume(a_tab, a_machine):
    begin_adding(a_tab, "disk")
    state = browse(a_tab)
    assert wait_for(lambda: a_tab._view.shown["storage"]["volumes"])
    rich = next(pool for pool in state["pools"] if pool["name"] == "rich")
    storage(a_tab, "pool", id=rich["id"])
    assert wait_for(
        lambda: any(
            volume["name"] == "web.qcow2" for volume in a_tab._view.shown["storage"]["volumes"]
        )
    )
    # The machine's own disk has the name already.
    assert a_tab._view.shown["storage"]["newName"] == "web-1.qcow2"
    storage(a_tab, "create", name="web-1.qcow2", size="3", format="qcow2")
    assert wait_for(lambda: a_tab._view.shown["storage"] is None)
    assert field(a_tab, "source.file")["value"] == "/lab/rich/web-1.qcow2"
    assert field(a_tab, "format")["value"] == "qcow2"
    press(a_tab, "add")
    assert wait_for(lambda: len(a_machine.document(inactive=True).devices.disks) == 3)
    paths = [disk.path for disk in a_machine.document(inactive=True).devices.disks]
    assert "/lab/rich/web-1.qcow2" in paths
    volume = a_machine.connection.storage_pools["rich"].volumes["web-1.qcow2"]
    assert volume.record.capacity == 3 * 1024**3


def test_a_device_of_the_host_is_chosen_by_its_name(a_tab, a_machine):
    begin_adding(a_tab, "hostdev")
    choices = field(a_tab, "node")["choices"]
    assert "0000:01:00.0 Intel Corporation A <card>" in [choice["label"] for choice in choices]
    # Nothing is chosen yet.
    press(a_tab, "add")
    assert wait_for(lambda: "Choose a device" in a_tab._view.shown["problem"])
    type_in(a_tab, "node", "pci_0000_01_00_0")
    assert wait_for(lambda: field(a_tab, "type")["value"] == "pci")
    press(a_tab, "add")
    assert wait_for(lambda: len(a_machine.document(inactive=True).devices.of(documents.Hostdev)))
    (given,) = a_machine.document(inactive=True).devices.of(documents.Hostdev)
    assert (given.type, given.where) == ("pci", "0000:01:00.0")


def test_what_cannot_be_created_is_said_and_the_browser_stays(a_tab):
    begin_adding(a_tab, "disk")
    browse(a_tab)
    assert wait_for(lambda: a_tab._view.shown["storage"]["canCreate"])
    storage(a_tab, "create", name="big.qcow2", size="plenty", format="qcow2")
    assert wait_for(lambda: "plenty" in a_tab._view.shown["storage"]["problem"])
    storage(a_tab, "choose", path="relative.iso")
    assert wait_for(lambda: "absolute path" in a_tab._view.shown["storage"]["problem"])
    storage(a_tab, "close")
    assert wait_for(lambda: a_tab._view.shown["storage"] is None)


def test_a_medium_is_changed_and_ejected(a_tab, a_machine):
    key = device(a_tab, "cdrom")["id"]
    say(a_tab._tree, type="select", id=key)
    assert wait_for(lambda: a_tab._view.shown["key"] == key)
    browse(a_tab)
    # Discs are made elsewhere.
    assert not a_tab._view.shown["storage"]["canCreate"]
    storage(a_tab, "choose", path="/lab/other.iso")
    assert wait_for(lambda: field(a_tab, "source.file")["value"] == "/lab/other.iso")
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    drive = a_machine.document(inactive=True).devices.disks["sda"]
    assert drive.path == "/lab/other.iso"
    press(a_tab, "eject")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    assert a_machine.document(inactive=True).devices.disks["sda"].path is None


def test_a_medium_that_the_running_machine_keeps_can_be_changed_by_force(a_tab, a_machine):
    # The test driver changes no medium while a machine runs, as a guest that has locked the tray.
    a_machine.start()
    assert wait_for(lambda: a_tab._definitions.running)
    key = device(a_tab, "cdrom")["id"]
    say(a_tab._tree, type="select", id=key)
    assert wait_for(lambda: a_tab._view.shown["key"] == key)
    assert "force" not in buttons(a_tab)
    press(a_tab, "eject")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    press(a_tab, "apply")
    assert wait_for(lambda: not a_tab._view.shown["dirty"] and "force" in buttons(a_tab))
    assert a_machine.document().devices.disks["sda"].path
    press(a_tab, "force")
    assert wait_for(lambda: not a_tab._view.shown["busy"] and a_tab._view.shown["said"])
    assert "counts from the next start" in " ".join(a_tab._view.shown["said"])


def buttons(a_tab):
    return {button["id"] for button in a_tab._view.shown["buttons"]}


def test_the_file_of_a_removed_disk_is_deleted_if_wanted(a_tab, a_panel, a_machine):
    pool = a_machine.connection.storage_pools["rich"]
    say(a_tab._tree, type="remove", id=device(a_tab, "disk")["id"])
    ((key, question),) = wait_for(lambda: a_panel._questions.questions)
    (check,) = question.fields
    assert "/lab/rich/web.qcow2" in str(check.label)
    assert (check.value, str(check.reason)) == ("", "")
    view = next(
        child for child in a_panel.children if getattr(child, "_board", 0) is a_panel._questions
    )
    say(view, type="answer", id=key, button="yes", values={"delete": "true"}, remember=False)
    assert wait_for(lambda: device(a_tab, "disk") is None)
    assert wait_for(lambda: "web.qcow2" not in pool.volumes.names)


def test_a_file_that_another_machine_uses_is_kept(a_tab, a_panel, a_connection):
    a_connection.domains.define(
        "<domain type='test'><name>other</name><memory>1024</memory><os><type>hvm</type></os>"
        "<devices><disk type='file'><source file='/lab/rich/web.qcow2'/>"
        "<target dev='vda'/></disk></devices></domain>"
    )
    say(a_tab._tree, type="remove", id=device(a_tab, "disk")["id"])
    ((_key, question),) = wait_for(lambda: a_panel._questions.questions)
    assert "Also used by other" in str(question.fields[0].label)
    assert question.fields[0].value == ""


def test_the_new_device_is_one_that_suits_the_guest(a_tab, a_machine):
    page = begin_adding(a_tab, "video")
    suggested = documents.Video.suggested(a_machine.document(inactive=True), None)
    assert field(a_tab, "model")["value"] == (suggested.model or "")
    assert all(not each["fixed"] for each in page["fields"])


def test_a_disk_without_source_is_refused_before_anything_is_done(a_tab, a_machine):
    before = a_machine.xml(inactive=True)
    begin_adding(a_tab, "disk")
    type_in(a_tab, "storage", "there")
    press(a_tab, "add")
    assert wait_for(lambda: "needs a source" in a_tab._view.shown["problem"])
    assert a_tab._tree.shown["selected"] == "add"
    assert a_machine.xml(inactive=True) == before


def test_a_scsi_disk_comes_with_a_controller_that_is_fast(a_tab, a_machine):
    begin_adding(a_tab, "disk")
    type_in(a_tab, "bus", "scsi")
    press(a_tab, "add")
    assert wait_for(
        lambda: any(disk.bus == "scsi" for disk in a_machine.document(inactive=True).devices.disks)
    )
    controllers = a_machine.document(inactive=True).devices.controllers
    assert [each.model for each in controllers if each.type == "scsi"] == ["virtio-scsi"]


def test_a_bus_that_no_such_device_sits_on_says_so(a_tab):
    begin_adding(a_tab, "disk")
    type_in(a_tab, "device", "cdrom")
    assert wait_for(lambda: field(a_tab, "bus")["value"] != "virtio")
    reasons = {choice["value"]: choice["reason"] for choice in field(a_tab, "bus")["choices"]}
    assert reasons["virtio"]
    assert not reasons["sata"]


def test_usb_comes_with_the_first_device_that_needs_it(a_connection):
    machine = a_connection.domains.define(
        "<domain type='test'><name>no usb</name><memory>65536</memory><os><type>hvm</type></os>"
        "<devices><controller type='usb' index='0' model='none'/></devices></domain>"
    )
    stick = documents.Disk(
        target="sda", bus="usb", source=documents.FileSource(file="/srv/stick.raw")
    )
    machine.attach(stick)
    devices = machine.document(inactive=True).devices
    assert [each.model for each in devices.controllers if each.type == "usb"] == ["qemu-xhci"]
    assert devices.disks["sda"].bus == "usb"
