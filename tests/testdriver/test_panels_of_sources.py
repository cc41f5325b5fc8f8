"""What can be chosen for a device in the Details tab: discs used last, networks, bridges, cards."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import (
    begin_adding,
    define_rich,
    details_of,
    device,
    entries,
    field,
    press,
    say,
    type_in,
)

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import connect
from qvirt_jupyter.hypervisor.host.links import read_drives
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.details import offers
from qvirt_jupyter.widgets.details.fixed import why_fixed
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Answer
from qvirt_jupyter.widgets.recent_media import MOST, RecentMedia, recent_media

OFF = (
    "<network><name>lab</name><bridge name='labbr'/>"
    "<portgroup name='slow'/><portgroup name='fast' default='yes'/></network>"
)
BRIDGE = (
    "<interface type='bridge' name='br7'><start mode='onboot'/>"
    "<bridge><interface type='ethernet' name='eth7'/></bridge></interface>"
)
CARD = "<interface type='ethernet' name='eth8'><start mode='onboot'/></interface>"
DRIVE = """
<node><device><name>block_sr0</name><parent>computer</parent><capability type='storage'>
<block>/dev/sr0</block><bus>scsi</bus><drive_type>cdrom</drive_type>
<capability type='removable'><media_available>1</media_available>
<media_size>1</media_size><media_label>Debian 12</media_label></capability></capability></device></node>
"""


@pytest.fixture(autouse=True)
def _fresh_stores(monkeypatch):
    make_fresh(monkeypatch, preferences)
    make_fresh(monkeypatch, recent_media)


@pytest.fixture
def a_machine(a_connection):
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


def go_to_device(tab, icon):
    key = device(tab, icon)["id"]
    say(tab._tree, type="select", id=key)
    assert wait_for(lambda: tab._view.shown["key"] == key)


def choices(tab, name):
    return {each["value"]: each["label"] for each in field(tab, name)["choices"]}


def cards_of(machine):
    return list(machine.document(inactive=True).devices.interfaces)


def test_a_disc_that_was_used_is_offered_again(a_tab, a_machine):
    go_to_device(a_tab, "cdrom")
    # What people look for stands first, what is fixed last.
    fields = a_tab._view.shown["fields"]
    assert fields[0]["name"] == "source.file"
    fixed = [bool(each["fixed"]) for each in fields]
    assert fixed == sorted(fixed)
    type_in(a_tab, "source.file", "/lab/other.iso")
    press(a_tab, "apply")
    assert wait_for(
        lambda: a_machine.document(inactive=True).devices.disks["sda"].path == "/lab/other.iso"
    )
    assert wait_for(lambda: recent_media.of(a_machine.connection.uri) == ("/lab/other.iso",))
    press(a_tab, "eject")
    assert wait_for(lambda: choices(a_tab, "source.file").get("") == "No medium")
    assert wait_for(lambda: "/lab/other.iso" in choices(a_tab, "source.file"))
    press(a_tab, "apply")
    assert wait_for(lambda: a_machine.document(inactive=True).devices.disks["sda"].path is None)
    # Until the page knows that it was applied, whoever leaves it is asked.
    assert wait_for(lambda: not a_tab._view.shown["dirty"])
    # Who adds a drive is offered it, too.
    begin_adding(a_tab, "disk")
    type_in(a_tab, "device", "cdrom")
    assert wait_for(lambda: "/lab/other.iso" in choices(a_tab, "source.file"))


def test_a_drive_of_the_host_is_put_in_and_taken_out(a_tab, a_machine, monkeypatch):
    # The world of this test has no drives.
    monkeypatch.setattr(offers, "read_drives", lambda _raw: {"/dev/sr0": "Debian 12"})
    go_to_device(a_tab, "cdrom")
    assert wait_for(lambda: "/dev/sr0" in choices(a_tab, "source.file"))
    type_in(a_tab, "source.file", "/dev/sr0")
    assert wait_for(lambda: field(a_tab, "source.device")["value"] == "/dev/sr0")
    assert choices(a_tab, "source.device")["/dev/sr0"] == "/dev/sr0: Debian 12"
    press(a_tab, "apply")
    assert wait_for(lambda: a_machine.document(inactive=True).devices.disks["sda"].type == "block")
    assert wait_for(lambda: any(one["id"] == "eject" for one in a_tab._view.shown["buttons"])), (
        a_tab._view.shown["buttons"]
    )
    assert wait_for(lambda: not a_tab._view.shown["busy"])
    press(a_tab, "eject")
    assert wait_for(lambda: a_tab._view.shown["dirty"])
    press(a_tab, "apply")
    assert wait_for(lambda: a_machine.document(inactive=True).devices.disks["sda"].path is None)


def test_drives_say_what_is_in_them(tmp_path):
    world = tmp_path / "drives.xml"
    world.write_text(DRIVE, "utf-8")
    with connect(f"test://{world}") as connection:
        assert connection.call(read_drives) == {"/dev/sr0": "Debian 12"}


def test_the_last_media_are_kept_for_each_connection(tmp_path):
    kept = RecentMedia(tmp_path / "media.json")
    for number in range(MOST + 3):
        kept.add("qemu:///system", f"/iso/{number}.iso")
    kept.add("qemu:///system", "/iso/5.iso")
    again = RecentMedia(tmp_path / "media.json").of("qemu:///system")
    assert (again[0], len(again), len(set(again))) == ("/iso/5.iso", MOST, MOST)
    assert kept.of("qemu:///session") == ()


def test_a_network_that_is_off_is_started_for_a_new_card(a_tab, a_panel, a_machine):
    connection = a_machine.connection
    connection.networks.define(OFF)
    begin_adding(a_tab, "interface")
    assert wait_for(lambda: choices(a_tab, "source.network").get("lab") == "lab (isolated, off)")
    type_in(a_tab, "source.network", "lab")
    assert wait_for(
        lambda: (
            [*choices(a_tab, "source.port_group").items()]
            == [("", "Default of the network"), ("fast", "fast"), ("slow", "slow")]
        )
    )
    press(a_tab, "add")
    ((key, question),) = wait_for(lambda: a_panel._questions.questions)
    assert "Start the network lab?" in str(question.title)
    assert len(cards_of(a_machine)) == 1
    a_panel._questions.answer(key, Answer())
    assert wait_for(lambda: len(cards_of(a_machine)) == 2)
    assert connection.networks["lab"].is_active


def test_a_network_that_is_off_is_asked_about_when_a_card_moves(a_tab, a_panel, a_machine):
    connection = a_machine.connection
    connection.networks.define(OFF)
    go_to_device(a_tab, "interface")
    type_in(a_tab, "source.network", "lab")
    press(a_tab, "apply")
    ((key, question),) = wait_for(lambda: a_panel._questions.questions)
    assert cards_of(a_machine)[0].where == "network default"
    assert field(a_tab, "source.network")["error"]
    # Who gives up is told no more of it.
    press(a_tab, "cancel")
    assert wait_for(lambda: not field(a_tab, "source.network")["error"])
    assert not a_panel._questions.questions
    type_in(a_tab, "source.network", "lab")
    press(a_tab, "apply")
    assert wait_for(lambda: a_panel._questions.questions)
    ((key, question),) = a_panel._questions.questions
    # It may stay off until the machine is needed.
    assert question.other
    a_panel._questions.answer(key, Answer(other=True))
    assert wait_for(lambda: cards_of(a_machine)[0].where == "network lab")
    assert not connection.networks["lab"].is_active


def test_bridges_and_cards_of_the_host_can_be_chosen(a_tab, a_connection):
    for text in (BRIDGE, CARD):
        a_connection.call(lambda raw, text=text: raw.interfaceDefineXML(text, 0).create(0))
    begin_adding(a_tab, "interface")
    # Networks without port groups have no field for them.
    assert wait_for(lambda: not field(a_tab, "source.port_group")["shown"])
    type_in(a_tab, "type", "bridge")
    assert wait_for(
        lambda: choices(a_tab, "source.bridge") == {"": "Choose a bridge", "br7": "br7"}
    )
    type_in(a_tab, "type", "direct")
    assert wait_for(lambda: "eth8" in choices(a_tab, "source.device"))
    assert "br7" not in choices(a_tab, "source.device")
    assert "NIC 00:00:a1" in entries(a_tab)


def test_what_is_used_already_says_so_for_devices_of_the_host(a_tab, a_panel, a_connection):
    given = documents.Hostdev(type="pci")
    given.source.address.domain, given.source.address.bus = 0, 1
    given.source.address.slot = given.source.address.function = 0
    other = define_other(a_connection)
    other.attach(given)
    begin_adding(a_tab, "hostdev")
    type_in(a_tab, "node", "pci_0000_01_00_0")
    press(a_tab, "add")
    ((_key, question),) = wait_for(lambda: a_panel._questions.questions)
    assert "given to other" in str(question.text)


def test_a_host_device_of_a_machine_says_what_it_is(a_tab, a_machine):
    given = documents.Hostdev(type="pci")
    given.source.address.domain, given.source.address.bus = 0, 1
    given.source.address.slot = given.source.address.function = 0
    a_machine.attach(given)
    assert wait_for(
        lambda: "Intel Corporation A <card>" in (device(a_tab, "hostdev") or {}).get("summary", "")
    )
    assert device(a_tab, "hostdev")["label"] == "PCI device 0000:01:00.0"
    go_to_device(a_tab, "hostdev")
    assert wait_for(lambda: a_tab._view.shown["facts"])
    (fact,) = a_tab._view.shown["facts"]
    assert fact["value"] == "0000:01:00.0 Intel Corporation A <card>"
    assert field(a_tab, "source.address.bus")["advanced"]


def test_a_controller_has_the_models_of_its_type(a_tab):
    begin_adding(a_tab, "controller")
    assert "" not in choices(a_tab, "type")
    assert "qemu-xhci" not in choices(a_tab, "model")
    assert choices(a_tab, "model")["virtio-scsi"] == "VirtIO SCSI"
    type_in(a_tab, "type", "usb")
    assert wait_for(lambda: choices(a_tab, "model").get("qemu-xhci") == "USB 3")
    # There is one model only.
    type_in(a_tab, "type", "sata")
    assert wait_for(lambda: not field(a_tab, "model")["shown"])


def test_the_root_of_pci_stays_as_it_is():
    root = documents.parse("<controller type='pci' index='0' model='pci-root'/>")
    port = documents.parse("<controller type='pci' index='1' model='pcie-root-port'/>")
    assert all(why_fixed(root, name) for name in ("type", "model", "options.hole"))
    assert why_fixed(port, "model")
    assert not why_fixed(port, "options.hotplug")
    assert not why_fixed(documents.parse("<controller type='usb' index='0'/>"), "model")


def define_other(connection):
    return connection.domains.define(
        "<domain type='test'><name>other</name><memory>1024</memory><os><type>hvm</type></os>"
        "</domain>"
    )
