"""Devices of the host: what gives a guest which one, what a list says, what is matched."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import Domain, Hostdev, NodeDevice, hostdev_of, parse, why_not_given

DATA = Path(__file__).parents[3] / "data" / "documents"
STICK = (
    "<device><capability type='usb_device'><bus>{}</bus><device>{}</device>"
    "<product id='0x5678'/><vendor id='{}'/></capability></device>"
)


def a_guest(devices="", kind="kvm"):
    return Domain.parse(f"<domain type='{kind}'><devices>{devices}</devices></domain>")


def a_stick(bus=1, device=2, vendor="0x1234"):
    return NodeDevice.parse(STICK.format(bus, device, vendor))


def test_a_usb_device_is_named_by_its_kind():
    device = hostdev_of(a_stick(), a_guest(), [a_stick(), a_stick(vendor="0x9999")])
    assert str(device) == (
        "<hostdev mode='subsystem' type='usb'>\n  <source>\n    <vendor id='0x1234'/>\n"
        "    <product id='0x5678'/>\n  </source>\n</hostdev>"
    )


def test_one_of_several_twins_is_named_by_its_place_too():
    device = hostdev_of(a_stick(), a_guest(), [a_stick(), a_stick(device=3)])
    assert (device.source.bus, device.source.device) == (1, 2)


@pytest.mark.parametrize(("kind", "managed"), [("kvm", True), ("xen", False)])
def test_a_pci_device_is_taken_from_the_host(kind, managed):
    node = parse((DATA / "device-pci.xml").read_text())
    device = hostdev_of(node, a_guest(kind=kind))
    assert device.managed is managed
    found, there = device.source.address, node.capability
    assert (found.bus, found.slot, found.function) == (there.bus, there.slot, there.function)


@pytest.mark.parametrize(
    ("type_id", "model"),
    [("mtty-1", "vfio-pci"), ("vfio_ccw-io", "vfio-ccw"), ("vfio_ap-passthrough", "vfio-ap")],
)
def test_a_mediated_device_has_the_model_of_its_type(type_id, model):
    node = NodeDevice.parse((DATA / "device-mdev.xml").read_text())
    node.capability.type_id = type_id
    device = hostdev_of(node)
    assert device.source.model == model
    assert device.source.uuid == "3627463d-b7f0-4fea-b468-f1da537d301b"


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (a_stick(), ""),
        (a_stick(vendor="0x1d6b"), "hub"),
        (
            NodeDevice.parse(
                "<device><capability type='pci'><class>0x060400</class></capability></device>"
            ),
            "bridge",
        ),
        (NodeDevice.parse("<device><capability type='mdev'/></device>"), "not running"),
        (
            NodeDevice.parse("<device><capability type='net'/></device>"),
            "USB, PCI, SCSI and mediated",
        ),
    ],
)
def test_what_guests_are_not_given(node, words):
    reason = str(why_not_given(node))
    assert (words in reason) if words else not reason
    if words:
        with pytest.raises(ValueError, match=words):
            hostdev_of(node)


TEXTS = {
    "USB device 1234:5678": "type='usb'><source><vendor id='0x1234'/><product id='0x5678'/></source>",
    "USB device 1:2": "type='usb'><source><address bus='1' device='2'/></source>",
    "PCI device 0000:01:00.0": "type='pci'><source><address bus='0x01' slot='0'/></source>",
    "SCSI unit scsi_host0:0:1:2": "type='scsi'><source><adapter name='scsi_host0'/>"
    "<address bus='0' target='1' unit='2'/></source>",
    "SCSI unit iqn.a/1": "type='scsi'><source protocol='iscsi' name='iqn.a/1'/>",
    "SCSI target naa.1": "type='scsi_host'><source wwpn='naa.1'/>",
    "Network device of the host eth1": "type='net'><source><interface>eth1</interface></source>",
    "Block device of the host /dev/sdb": "type='storage'><source><block>/dev/sdb</block></source>",
    "Character device of the host /dev/a": "type='misc'><source><char>/dev/a</char></source>",
    "USB device 1": "type='usb'>",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_list_says_kind_and_place(name):
    (device,) = a_guest(f"<hostdev {TEXTS[name]}</hostdev>").devices.hostdevs
    assert device.display_name == name


def test_a_running_guest_says_the_place_of_a_usb_device_too():
    text = "<hostdev type='usb'><source><vendor id='0x1'/><product id='0x2'/>{}</source></hostdev>"
    stored = a_guest(text.format("") * 2).devices.hostdevs
    running = a_guest(
        text.format("<address bus='1' device='2'/>") + text.format("<address bus='1' device='3'/>")
    ).devices.hostdevs
    assert [each.identity for each in stored] == [each.identity for each in running]
    assert len({each.identity for each in stored}) == 2


@pytest.mark.parametrize(
    ("device", "kind", "words"),
    [
        (Hostdev(type="usb"), "kvm", "Choose a device"),
        (Hostdev(type="pci"), "lxc", "container"),
        (hostdev_of(a_stick()), "kvm", "already"),
        (hostdev_of(a_stick(vendor="0x4321")), "kvm", ""),
    ],
)
def test_what_cannot_be_added_says_why(device, kind, words):
    domain = a_guest(str(hostdev_of(a_stick())), kind)
    reason = str(device.refused(domain, None))
    assert (words in reason) if words else not reason


@pytest.mark.parametrize(
    ("kind", "mode", "managed"),
    [("usb", "subsystem", None), ("pci", "subsystem", True), ("misc", "capabilities", None)],
)
def test_a_type_has_its_way(kind, mode, managed):
    device = Hostdev.suggested(a_guest(), None, type=kind)
    assert (device.mode, device.managed) == (mode, managed)


def test_another_type_takes_its_source_and_its_rom():
    device = Hostdev.parse(
        "<hostdev mode='subsystem' type='pci' managed='yes'><driver name='vfio'/><source>"
        "<address bus='0x01'/></source><rom bar='off'/><address type='pci'/></hostdev>"
    )
    device.type = "mdev"
    assert str(device) == (
        "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source/></hostdev>"
    )


@pytest.mark.parametrize(("kind", "brought"), [("usb", "usb"), ("scsi", "scsi"), ("pci", None)])
def test_a_bus_without_controller_brings_one(kind, brought):
    found = Hostdev(type=kind).brings(a_guest(), None)
    assert [each.type for each in found] == ([brought] if brought else [])


def test_a_scsi_unit_is_named_by_its_adapter():
    device = hostdev_of(NodeDevice.parse((DATA / "device-scsi.xml").read_text()))
    assert (device.type, device.where) == ("scsi", "scsi_host2:0:0:0")
