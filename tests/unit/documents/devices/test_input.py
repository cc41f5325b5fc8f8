"""Keyboards, mice, tablets, and hubs to plug them in."""

import pytest

from qvirt_jupyter.documents import Domain, Hub, Input, parse


def a_domain(devices=""):
    return Domain.parse(f"<domain><devices>{devices}</devices></domain>")


@pytest.mark.parametrize(
    ("text", "name", "summary"),
    [
        ("<input type='tablet' bus='usb'/>", "USB tablet", "absolute movement"),
        ("<input type='mouse' bus='ps2'/>", "PS/2 mouse", "relative movement"),
        ("<input type='keyboard' bus='virtio'/>", "VirtIO keyboard", ""),
        ("<input type='keyboard'/>", "Keyboard", ""),
        (
            "<input type='passthrough' bus='virtio'><source evdev='/dev/input/event1'/></input>",
            "Input device of the host",
            "/dev/input/event1",
        ),
        (
            "<input type='evdev'><source dev='/dev/input/event2'/></input>",
            "Events of the host",
            "/dev/input/event2",
        ),
        ("<input type='brand-new' bus='usb'/>", "Brand-new", ""),
        ("<input/>", "Input", ""),
    ],
)
def test_a_list_says_bus_and_kind(text, name, summary):
    device = parse(text)
    assert (device.display_name, device.summary) == (name, summary)


def test_kind_and_bus_tell_them_apart():
    domain = a_domain(
        "<input type='mouse' bus='ps2'/><input type='mouse' bus='usb'/><input type='mouse' bus='usb'/>"
    )
    assert [each.identity for each in domain.devices.inputs] == [
        ("input", "mouse", "ps2", 1),
        ("input", "mouse", "usb", 1),
        ("input", "mouse", "usb", 2),
    ]
    assert [each.display_name for each in domain.devices.inputs] == [
        "PS/2 mouse",
        "USB mouse 1",
        "USB mouse 2",
    ]


@pytest.mark.parametrize(
    ("bus", "kept"), [("ps2", True), ("xen", True), ("usb", False), ("virtio", False)]
)
def test_what_is_part_of_the_machine_stays(bus, kept):
    assert bool(Input(type="keyboard", bus=bus).why_kept) == kept


def test_the_hosts_devices_have_a_bus_of_their_own():
    device = parse("<input type='tablet' bus='virtio' model='virtio'><address type='pci'/></input>")
    device.type = "evdev"
    assert (device.bus, device.model) == (None, None)
    device.source.device = "/dev/input/event1"
    device.type = "passthrough"
    assert device.bus == "virtio"
    assert str(device) == (
        "<input type='passthrough' bus='virtio'><address type='pci'/></input>"
    ), "the device itself is said in another place, and is chosen again"


def test_another_bus_drops_model_and_address():
    device = parse("<input type='tablet' bus='virtio' model='virtio'><address type='pci'/></input>")
    device.bus = "usb"
    assert str(device) == "<input type='tablet' bus='usb'/>"


NO_USB = "<controller type='usb' model='none'/>"
TABLET = "<input type='tablet' bus='usb'/>"
KEYBOARD = "<input type='keyboard' bus='usb'/>"


@pytest.mark.parametrize(
    ("devices", "kind", "bus"),
    [
        ("", "tablet", "usb"),
        (TABLET, "keyboard", "usb"),
        (TABLET + KEYBOARD, "mouse", "usb"),
        (TABLET + KEYBOARD + "<input type='mouse' bus='usb'/>", "tablet", "virtio"),
        (NO_USB, "tablet", "virtio"),
        (NO_USB + "<input type='tablet' bus='virtio'/>", "keyboard", "virtio"),
    ],
)
def test_the_first_that_is_missing_is_suggested(devices, kind, bus):
    domain = a_domain(devices)
    device = Input.suggested(domain, None)
    assert (device.type, device.bus) == (kind, bus)
    assert device.refused(domain, None) == ""


def test_without_usb_nothing_comes_by_usb():
    domain = a_domain(NO_USB)
    assert "no USB" in str(Input(type="mouse", bus="usb").refused(domain, None))
    assert "no USB" in str(Hub.unavailable(domain, None))
    assert Hub.unavailable(a_domain(), None) == ""


def test_a_hub_is_one_of_usb():
    assert str(Hub.suggested(a_domain(), None)) == "<hub type='usb'/>"
    assert Hub.suggested(a_domain(), None).display_name == "USB hub 1"
