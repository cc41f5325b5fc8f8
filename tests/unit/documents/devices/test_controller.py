"""Controllers: what a list shows, what stays, what comes along, and USB as a whole set."""

import pytest

from qvirt_jupyter.documents import Controller, Domain
from qvirt_jupyter.documents.devices.controller import COMPANIONS, USB_2, USB_3, missing_controller

EHCI = f"<controller type='usb' index='0' model='{USB_2}'/>" + "".join(
    f"<controller type='usb' index='0' model='{model}'><master startport='{port}'/></controller>"
    for model, port in COMPANIONS.items()
)


def a_guest(devices="", arch="x86_64"):
    return Domain.parse(
        f"<domain type='kvm'><os><type arch='{arch}'>hvm</type></os>"
        f"<devices>{devices}</devices></domain>"
    )


def models(domain):
    return [each.model for each in domain.devices.of(Controller)]


@pytest.mark.parametrize(
    ("text", "name", "summary", "is_noise"),
    [
        ("type='scsi' model='virtio-scsi'", "SCSI controller 1", "VirtIO SCSI", False),
        (f"type='usb' model='{USB_3}'", "USB controller 1", "USB 3", False),
        ("type='usb' model='ich9-uhci2'", "USB controller 1", "ich9-uhci2", True),
        ("type='pci' model='pcie-root'", "PCI controller 1", "pcie-root", False),
        ("type='pci' model='pcie-root-port'", "PCI controller 1", "pcie-root-port", True),
        ("type='pci' model='pci-bridge'", "PCI controller 1", "pci-bridge", True),
        ("type='pci' model='dmi-to-pci-bridge'", "PCI controller 1", "dmi-to-pci-bridge", True),
        ("type='virtio-serial'", "VirtIO serial controller 1", "", False),
        ("type='new-bus'", "new-bus 1", "", False),
    ],
)
def test_what_a_list_shows(text, name, summary, is_noise):
    (controller,) = a_guest(f"<controller {text}/>").devices.of(Controller)
    assert (controller.display_name, controller.summary) == (name, summary)
    assert controller.is_noise is is_noise


def test_companions_are_not_counted():
    second = a_guest(f"{EHCI}<controller type='usb' index='1'/>").devices.of(Controller)[-1]
    assert second.display_name == "USB controller 2"


PLUGGED = {
    "scsi": "<disk><target dev='sda' bus='scsi'/><address type='drive' controller='{}'/></disk>",
    "sata": "<disk><target dev='sda' bus='sata'/><address type='drive' controller='{}'/></disk>",
    "virtio-serial": "<console type='pty'><address type='virtio-serial' controller='{}'/></console>",
    "ccid": "<smartcard mode='host'><address type='ccid' controller='{}'/></smartcard>",
    "usb": "<input type='mouse' bus='usb'><address type='usb' bus='{}' port='1'/></input>",
}


@pytest.mark.parametrize("kind", PLUGGED)
def test_one_with_devices_stays_and_names_them(kind):
    domain = a_guest(
        f"<controller type='{kind}' index='0'/><controller type='{kind}' index='1'/>"
        + PLUGGED[kind].format(1),
        arch="aarch64",
    )
    empty, full = domain.devices.of(Controller)
    (device,) = [each for each in domain.devices.all if each.tag != "controller"]
    assert not empty.why_kept
    assert device.display_name in str(full.why_kept)


@pytest.mark.parametrize(
    ("text", "arch", "stays"),
    [
        ("type='pci' model='pcie-root-port'", "aarch64", True),
        ("type='usb'", "x86_64", True),
        ("type='usb'", "aarch64", False),
        ("type='scsi'", "x86_64", False),
    ],
)
def test_which_stay_without_devices(text, arch, stays):
    (controller,) = a_guest(f"<controller {text}/>", arch).devices.of(Controller)
    assert bool(controller.why_kept) is stays


def test_a_new_one_has_the_next_number():
    domain = a_guest("<controller type='scsi' index='0'/><controller type='scsi' index='4'/>")
    new = Controller.suggested(domain, None)
    assert (new.type, new.model, new.index) == ("scsi", "virtio-scsi", 5)
    assert Controller.suggested(domain, None, type="ccid").index == 0


def test_another_type_has_its_own_model_and_number():
    new = Controller.suggested(a_guest(), None)
    new.type = "usb"
    assert str(new) == f"<controller type='usb' model='{USB_3}'/>"


@pytest.mark.parametrize(
    ("there", "new", "words"),
    [
        ("<controller type='usb' model='none'/>", Controller(type="usb"), ""),
        ("<controller type='usb' index='0'/>", Controller(type="usb"), "USB controller already"),
        ("<controller type='scsi' index='2'/>", Controller(type="scsi"), ""),
        (
            "<controller type='scsi' index='2'/>",
            Controller(type="scsi", index=2),
            "with the number 2 already",
        ),
    ],
)
def test_a_second_one_may_be_refused(there, new, words):
    reason = str(new.refused(a_guest(there), None))
    assert (words in reason) if words else not reason


def test_that_there_is_no_usb_gives_way_to_usb():
    domain = a_guest("<controller type='usb' model='none'/>")
    new = Controller.suggested(domain, None, type="usb")
    assert [old.model for old in new.replaces(domain)] == ["none"]
    assert new.index == 0
    assert Controller(type="scsi").replaces(domain) == ()


def test_usb_2_brings_its_companions():
    new = Controller(type="usb", model=USB_2, index=0)
    assert [other.model for other in new.brings(a_guest(), None)] == list(COMPANIONS)
    assert Controller(type="usb", model=USB_3).brings(a_guest(), None) == ()


def test_another_usb_model_replaces_the_whole_set():
    domain = a_guest(f"<controller type='pci' index='0'/>{EHCI}<controller type='ccid' index='0'/>")
    before = str(domain.devices)
    domain.devices.controllers[1].model = USB_3
    assert models(domain) == [None, USB_3, None]
    domain.devices.controllers[1].model = USB_2
    assert models(domain) == [None, USB_2, *COMPANIONS, None]
    assert str(domain.devices) == before


def test_a_removed_usb_2_controller_takes_its_companions_along():
    domain = a_guest(f"{EHCI}<controller type='scsi' index='0'/>", arch="aarch64")
    domain.devices.remove(domain.devices.controllers[0])
    assert [each.type for each in domain.devices.controllers] == ["scsi"]


def test_ports_and_address_belong_to_the_old_model():
    domain = a_guest(
        f"<controller type='usb' index='0' model='{USB_3}' ports='15'>"
        "<address type='pci' slot='0x01'/></controller>"
    )
    domain.devices.controllers[0].model = "nec-xhci"
    assert str(domain.devices.controllers[0]) == (
        "<controller type='usb' index='0' model='nec-xhci'/>"
    )


def test_identity_is_the_type_and_the_number():
    domain = a_guest(f"{EHCI}<controller type='scsi' index='0' model='lsilogic'/>")
    found = [each.identity for each in domain.devices.controllers]
    assert len(set(found)) == len(found)
    domain.devices.controllers[-1].model = "virtio-scsi"
    domain.devices.controllers[0].model = USB_3
    then = [each.identity for each in domain.devices.controllers]
    assert then == [found[0], found[-1]]


def test_virtio_options_are_for_virtio():
    assert Controller(type="virtio-serial").is_virtio
    assert Controller(type="scsi", model="virtio-scsi").is_virtio
    assert not Controller(type="scsi", model="lsilogic").is_virtio


@pytest.mark.parametrize(
    ("there", "kind", "model"),
    [
        ("", "scsi", "virtio-scsi"),
        ("", "usb", USB_3),
        ("<controller type='usb' model='none'/>", "usb", USB_3),
        ("<controller type='scsi'/>", "scsi", None),
        ("", "ccid", None),
    ],
)
def test_a_bus_needs_its_controller(there, kind, model):
    found = missing_controller(a_guest(there), kind)
    assert len(found) == (0 if there == "<controller type='scsi'/>" else 1)
    assert [each.model for each in found] in ([], [model])
