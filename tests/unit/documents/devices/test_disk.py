"""Disks: what a list shows, what is suggested, refused and brought along, and what belongs together."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import Disk, Domain, FileSource, Interface, declarations, parse
from qvirt_jupyter.documents.devices.disk_target import BUSES, free_target, place_of
from qvirt_jupyter.documents.devices.disk_tuning import IoTune

DATA = Path(__file__).parents[3] / "data"


def a_guest(*devices, kind="kvm"):
    return Domain.parse(f"<domain type='{kind}'><devices>{''.join(devices)}</devices></domain>")


def a_text(target, bus, device="disk", source="<source file='/a'/>"):
    return (
        f"<disk type='file' device='{device}'>{source}<target dev='{target}' bus='{bus}'/></disk>"
    )


@pytest.fixture(scope="module")
def a_host():
    folder = DATA / "capabilities"
    return parse((folder / "debian12-qemu72-q35-qemu-domcapabilities.xml").read_text())


def test_disks_are_numbered_by_bus_and_kind():
    domain = a_guest(
        a_text("vda", "virtio"),
        a_text("sda", "sata", "cdrom"),
        a_text("vdb", "virtio"),
        a_text("sdb", "sata"),
        a_text("sdc", "scsi", "lun"),
        a_text("fda", "fdc", "floppy"),
        a_text("sdd", "sata", "cdrom"),
    )
    assert [each.display_name for each in domain.devices.disks] == [
        "VirtIO disk 1",
        "SATA CD-ROM 1",
        "VirtIO disk 2",
        "SATA disk 1",
        "SCSI LUN 1",
        "Floppy 1",
        "SATA CD-ROM 2",
    ]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("<disk><driver type='qcow2'/><source file='/srv/web.qcow2'/></disk>", "qcow2 · web.qcow2"),
        ("<disk type='block'><source dev='/dev/vg/a'/></disk>", "a"),
        ("<disk type='volume'><source pool='p' volume='v'/></disk>", "p/v"),
        ("<disk type='network'><source protocol='rbd' name='p/i'/></disk>", "rbd:p/i"),
        (
            "<disk type='nvme'><source><address bus='0x01' slot='0x02'/></source></disk>",
            "0000:01:02.0",
        ),
        ("<disk type='vhostuser'><source path='/run/s'/></disk>", "/run/s"),
        ("<disk device='cdrom'/>", "empty"),
        ("<disk/>", ""),
    ],
)
def test_the_summary_says_where_it_lies(text, summary):
    assert Disk.parse(text).summary == summary


def test_identity_is_target_and_bus():
    assert Disk(target="sda", bus="sata").identity == ("disk", "sda", "sata")


@pytest.mark.parametrize(
    ("there", "device", "bus", "target"),
    [
        ((), "disk", "virtio", "vda"),
        ((), "cdrom", "sata", "sda"),
        ((), "floppy", "fdc", "fda"),
        ((), "lun", "scsi", "sda"),
        ((a_text("vda", "virtio"),), "disk", "virtio", "vdb"),
        ((a_text("sda", "sata"),), "disk", "sata", "sdb"),
        ((a_text("sda", "usb", "cdrom"),), "disk", "virtio", "vda"),
        ((a_text("sda", "usb", "cdrom"),), "cdrom", "usb", "sdb"),
        ((a_text("vda", "virtio"), a_text("vdc", "virtio")), "disk", "virtio", "vdb"),
    ],
)
def test_a_new_one_sits_where_the_first_of_its_kind_sits(a_host, there, device, bus, target):
    disk = Disk.suggested(a_guest(*there), a_host, device=device)
    assert (disk.device, disk.bus, disk.target) == (device, bus, target)
    assert disk.read_only is (device == "cdrom")


@pytest.mark.parametrize(
    ("bus", "taken", "target"),
    [
        ("virtio", [*(f"vd{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")], "vdaa"),
        ("sata", ["sda", None, "sdb"], "sdc"),
        ("nvme", ["nvme0n1"], "nvme0n2"),
    ],
)
def test_the_first_free_name_on_a_bus(bus, taken, target):
    assert free_target(bus, taken) == target


@pytest.mark.parametrize(
    ("target", "place"), [("vda", 0), ("hdd", 3), ("sdz", 25), ("sdaa", 26), ("fdb", 1), (None, 0)]
)
def test_letters_count_places(target, place):
    assert place_of(target) == place


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"target": "vdb", "bus": "virtio", "source": FileSource(file="/b")}, ""),
        ({"target": "vdb", "bus": "virtio"}, "needs a source"),
        ({"device": "lun", "target": "sda", "bus": "scsi"}, "needs a source"),
        ({"device": "cdrom", "target": "sda", "bus": "sata"}, ""),
        ({"target": "vda", "bus": "virtio", "source": FileSource(file="/b")}, "the target vda"),
        ({"target": "hde", "bus": "ide", "source": FileSource(file="/b")}, "All 4 places"),
        ({"device": "floppy", "target": "fdc", "bus": "fdc"}, "All 2 places"),
    ],
)
def test_what_cannot_be_added_says_why(values, words):
    reason = str(Disk(**values).refused(a_guest(a_text("vda", "virtio")), None))
    assert (words in reason) if words else not reason


@pytest.mark.parametrize(
    ("bus", "there", "brought"),
    [
        ("virtio", "", []),
        ("sata", "", []),
        ("scsi", "", [("scsi", "virtio-scsi")]),
        ("scsi", "<controller type='scsi'/>", []),
        ("usb", "<controller type='usb' model='none'/>", [("usb", "qemu-xhci")]),
        ("nvme", "", [("nvme", None)]),
    ],
)
def test_a_bus_without_controller_brings_one(bus, there, brought):
    disk = Disk(bus=bus, serial="S1")
    found = disk.brings(a_guest(there), None)
    assert [(each.type, each.model) for each in found] == brought
    if bus == "nvme":
        assert found[0].options.serial == "S1"


@pytest.mark.parametrize(
    ("device", "bus", "target"),
    [("cdrom", "sata", "sda"), ("floppy", "fdc", "fda"), ("lun", "scsi", "sda")],
)
def test_another_kind_of_device_changes_the_bus(device, bus, target):
    disk = Disk(type="file", device="disk", bus="virtio", target="vda", format="qcow2")
    disk.device = device
    assert (disk.bus, disk.target, disk.format) == (bus, target, "raw")
    assert disk.type == ("block" if device == "lun" else "file")


def test_a_bus_that_fits_the_kind_stays():
    disk = Disk(device="disk", bus="usb", target="sda", removable="on")
    disk.device = "cdrom"
    assert (disk.bus, disk.removable) == ("usb", "on")


@pytest.mark.parametrize("device", BUSES)
def test_the_form_offers_the_buses_of_the_kind(device):
    disk = Disk(device=device)
    (bus,) = [declared for declared in declarations(disk) if declared.name == "bus"]
    assert bus.fitting(disk) == BUSES[device]


def test_the_model_is_for_virtio_only():
    disk = Disk(bus="virtio", model="virtio-transitional")
    disk.bus = "scsi"
    assert disk.model is None


@pytest.mark.parametrize(("kind", "said"), [("nvme", "pci"), ("vhostuser", "unix")])
def test_a_source_says_its_only_kind(kind, said):
    assert Disk(type=kind).source.type == said


def test_a_protocol_takes_its_options_with_it():
    disk = Disk.parse(
        "<disk type='network'><source protocol='https' name='x'><host name='a'/>"
        "<ssl verify='no'/><cookies><cookie name='c'>v</cookie></cookies><readahead size='1'/>"
        "<auth username='u'><secret type='iscsi' usage='s'/></auth></source></disk>"
    )
    other = disk.copy()
    disk.source.protocol = "rbd"
    assert str(disk) == (
        "<disk type='network'><source protocol='rbd' name='x'><host name='a'/>"
        "<auth username='u'><secret type='iscsi' usage='s'/></auth></source></disk>"
    )
    other.type = "file"
    assert str(other) == "<disk type='file'><source/></disk>"


def test_a_server_is_reached_in_one_way():
    disk = Disk.parse(
        "<disk type='network'><source protocol='nbd'><host name='a' port='1'/></source></disk>"
    )
    (host,) = disk.source.hosts
    host.transport = "unix"
    assert (host.name, host.port) == (None, None)
    host.socket = "/run/nbd"
    host.transport = "tcp"
    assert host.socket is None


def test_a_secret_is_named_in_one_way():
    disk = Disk(type="file")
    secret = disk.source.encryption.secret
    secret.usage = "disk"
    secret.uuid = "6d3f0000-0000-4000-8000-0000000000a1"
    assert secret.usage is None
    secret.usage = "disk"
    assert secret.uuid is None


def test_the_chain_is_read_to_its_end():
    disk = Disk.parse(
        "<disk><backingStore type='file' index='2'><format type='qcow2'/><source file='/b'/>"
        "<backingStore type='block'><source dev='/dev/c'/><backingStore/></backingStore>"
        "</backingStore></disk>"
    )
    assert [str(each.type) for each in disk.backing_chain] == ["file", "block"]
    assert disk.backing_chain[0].source.file == "/b"
    assert Disk.parse("<disk><backingStore/></disk>").backing_chain == ()


@pytest.mark.parametrize("what", ["bytes", "operations"])
def test_bursts_are_total_or_parts_and_lengths_need_them(what):
    tune = IoTune()
    setattr(tune, f"read_{what}_max", 5)
    setattr(tune, f"read_{what}_max_length", 2)
    setattr(tune, f"total_{what}_max", 9)
    assert getattr(tune, f"read_{what}_max") is None
    assert getattr(tune, f"read_{what}_max_length") is None
    setattr(tune, f"total_{what}_max_length", 3)
    setattr(tune, f"write_{what}_max", 5)
    assert getattr(tune, f"total_{what}_max") is None
    assert getattr(tune, f"total_{what}_max_length") is None


def test_an_image_that_is_kept_is_shared_by_none():
    disk = Disk(transient=True, share_backing=True)
    disk.transient = False
    assert disk.share_backing is None


def test_devices_stand_in_the_order_of_the_document():
    domain = a_guest("<interface/>", a_text("vda", "virtio"), "<unheard-of/>", "<interface/>")
    assert [type(each) for each in domain.devices.all] == [Interface, Disk, Interface]
    assert Domain().devices.all == ()
