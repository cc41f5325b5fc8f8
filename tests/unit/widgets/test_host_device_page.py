"""Devices of the host are chosen by name: what each is called, who has it, which cannot be given."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Domain, Hostdev, NodeDevice, hostdev_of
from qvirt_jupyter.hypervisor.host.device_names import HostDeviceNames
from qvirt_jupyter.widgets.details.definitions import Definitions
from qvirt_jupyter.widgets.details.fields import field_state
from qvirt_jupyter.widgets.details.host_device_page import HostDevicePage


def node(name, kind, inside, parent="computer"):
    return NodeDevice.parse(
        f"<device><name>{name}</name><parent>{parent}</parent>"
        f"<capability type='{kind}'>{inside}</capability></device>"
    )


def product(vendor, name, code="1"):
    return f"<product id='0x000{code}'>{name}</product><vendor id='0x8086'>{vendor}</vendor>"


CARD = node(
    "pci_1",
    "pci",
    f"<domain>0</domain><bus>1</bus><slot>0</slot><function>0</function>{product('Intel', 'NIC')}",
)
NET = node("net_1", "net", "<interface>eth5</interface>", "pci_1")
STICK = node("usb_1", "usb_device", f"<bus>1</bus><device>4</device>{product('Sony', 'Stick', 2)}")
TWIN = node("usb_2", "usb_device", f"<bus>1</bus><device>7</device>{product('Sony', 'Stick', 2)}")
UNIT = node("scsi_1", "scsi", "<host>2</host><bus>0</bus><target>0</target><lun>1</lun>")
DISK = node("block_1", "storage", "<block>/dev/sdc</block><model>Barracuda</model>", "scsi_1")
PART = node(
    "mdev_1", "mdev", "<type id='nvidia-18'/><uuid>3627463d-b7f0-4fea-b468-f1da537d301b</uuid>"
)
OFF = node("mdev_2", "mdev", "<type id='nvidia-19'/>", "pci_1")
ALL = [CARD, NET, STICK, TWIN, UNIT, DISK, PART, OFF]


def test_each_type_has_its_names():
    names = HostDeviceNames(ALL)
    assert names.labels("pci") == {"pci_1": "0000:01:00.0 Intel NIC (eth5)"}
    assert names.labels("usb") == {"usb_1": "001:004 Sony Stick", "usb_2": "001:007 Sony Stick"}
    assert names.labels("scsi") == {"scsi_1": "scsi_host2:0:0:1 Barracuda (/dev/sdc)"}
    assert [*names.labels("mdev").values()] == [
        "3627463d-b7f0-4fea-b468-f1da537d301b nvidia-18 computer",
        "nvidia-19 NIC",
    ]
    assert names.labels("storage") == {}
    assert "not running" in names.reasons("mdev")["mdev_2"]


@pytest.fixture
def a_domain():
    return Domain.parse("<domain type='kvm'><os><type>hvm</type></os><devices/></domain>")


def choices(page, device):
    chosen = next(item for item in page.declared(device) if item.name == "node")
    return {
        each["value"]: (each["label"], bool(each["reason"]))
        for each in field_state(chosen, device, host=None)["choices"]
    }


def test_a_choice_says_what_it_is_and_who_has_it(a_domain):
    given = [("web", hostdev_of(CARD)), ("db", hostdev_of(STICK, None, ALL))]
    page = HostDevicePage(ALL, given)
    domain = page.basis(Definitions(a_domain, None, persistent=True))
    device = page.device(domain)
    assert choices(page, device) == {
        "": ("Choose a device", False),
        # Twins are told apart by where they are plugged in.
        "usb_1": ("001:004 Sony Stick, given to db", False),
        "usb_2": ("001:007 Sony Stick", False),
    }
    device.type = "pci"
    assert choices(page, device)["pci_1"] == (
        "0000:01:00.0 Intel NIC (eth5), given to web",
        False,
    )
    device.type = "mdev"
    assert choices(page, device)["mdev_2"] == ("nvidia-19 NIC", True)
    device.type = "scsi_host"
    # Those are typed.
    assert "node" not in [item.name for item in page.declared(device)]


def test_what_is_chosen_fills_in_what_is_folded(a_domain):
    page = HostDevicePage(ALL)
    device = page.device(page.basis(Definitions(a_domain, None, persistent=True)))
    chosen = next(item for item in page.declared(device) if item.name == "node")
    chosen.set(device, "usb_2")
    assert (chosen.get(device), device.where) == ("usb_2", "1:7 8086:0002")
    fields = {item.name: item for item in page.declared(device)}
    assert fields["source.vendor"].advanced
    assert not fields["source.startup_policy"].advanced
    chosen.set(device, None)
    assert (chosen.get(device), device.where) == (None, "")


def test_a_host_without_such_devices_says_so(a_domain):
    page = HostDevicePage([CARD])
    device = page.device(page.basis(Definitions(a_domain, None, persistent=True)))
    assert device.type == "pci"
    device.type = "usb"
    assert choices(page, device) == {"": ("The host has no such device", False)}


def test_a_device_of_a_machine_has_its_name():
    names = HostDeviceNames(ALL)
    assert names.label_of(hostdev_of(CARD)) == "0000:01:00.0 Intel NIC (eth5)"
    assert names.label_of(Hostdev(type="usb")) == ""
