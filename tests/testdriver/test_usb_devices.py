"""USB devices of the host, as a machine sees them: who has which, what is given, what is refused.

libvirt's test driver plugs nothing into what runs: machines get their devices for the next start,
and what is refused is refused before it is asked.
"""

from __future__ import annotations

import a_host_with_usb
import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    InUse,
    InvalidDefinition,
    NotFound,
    QvirtError,
    connect,
)


@pytest.fixture
def a_connection(tmp_path):
    connection = connect(a_host_with_usb.uri_of(tmp_path))
    yield connection
    connection.close()


@pytest.fixture
def off(a_connection):
    machine = a_connection.domains["web"]
    machine.destroy()
    return machine


def test_each_device_says_what_it_is_and_who_has_it(a_connection):
    camera, stick, twin = a_connection.domains["web"].usb
    assert (camera.name, camera.place, camera.kind) == ("usb_camera", "001:004", "046d:0825")
    assert (camera.users, camera.is_here) == (("holder",), False)
    assert (stick.users, twin.place) == ((), "001:009")
    assert next(iter(a_connection.domains["holder"].usb)).is_here
    shown = a_connection.domains["web"].usb._repr_html_()
    assert "Logi &amp; Sons Camera" in shown
    assert "holder" in shown
    assert "001:004 Logi & Sons Camera" in repr(a_connection.domains["web"].usb)


def test_a_host_without_any_says_so():
    connection = connect("test:///default")
    try:
        usb = connection.domains["test"].usb
        assert list(usb) == []
        for shown in (repr(usb), usb._repr_html_()):
            assert "The host has no USB device that guests can be given." in shown
    finally:
        connection.close()


def test_one_is_given_by_name_place_or_kind_and_taken_back(off):
    other = off.connection.domains["holder"]
    other.destroy()
    for said in ("usb_camera", "001:004", "1:4", "046D:0825"):
        off.usb.attach(said)
        (given,) = off.document(inactive=True).devices.hostdevs
        assert given.where == "046d:0825"
        assert next(iter(off.usb)).users == ("holder", "web")
        with pytest.raises(InvalidDefinition, match="already"):
            off.usb.attach(said)
        off.usb.detach(said)
        assert not off.document(inactive=True).devices.hostdevs


def test_one_of_two_alike_is_named_by_its_place(off):
    with pytest.raises(InvalidDefinition, match=r"2 USB devices 046d:00ff.*001:007, 001:009"):
        off.usb.attach("046d:00ff")
    twin = next(each for each in off.usb if each.name == "usb_twin")
    off.usb.attach(twin)
    (given,) = off.document(inactive=True).devices.hostdevs
    assert given.where == "1:9 046d:00ff"
    assert [each.name for each in off.usb if each.is_here] == ["usb_twin"]
    off.usb.detach(twin)


def test_one_that_another_running_machine_has_is_not_taken_from_it(off):
    with pytest.raises(InUse, match=r"given to holder, which runs.*Detach it there"):
        off.usb.attach("usb_camera")
    assert not off.document(inactive=True).devices.hostdevs


def test_what_the_host_has_not_is_said_with_what_it_has(off):
    with pytest.raises(NotFound, match=r"no USB device '9:9'.*Camera"):
        off.usb.attach("9:9")
    with pytest.raises(NotFound, match="no such USB device"):
        off.usb.detach("046d:0825")


def test_one_that_was_unplugged_meanwhile_can_be_taken_back(off):
    device = documents.Hostdev(type="usb")
    device.source.vendor, device.source.product = 0x1234, 0x5678
    off.attach(device)
    off.usb.detach("1234:5678")
    assert not off.document(inactive=True).devices.hostdevs


def test_a_machine_that_cannot_take_it_now_says_why(a_connection, off):
    assert off.usb.waits_because == "It is off."
    assert a_connection.domains["holder"].usb.waits_because == ""
    bare = a_connection.domains["bare"]
    assert "no USB controller" in bare.usb.waits_because
    # It is given for the next start, and a controller comes along.
    result = bare.usb.attach("usb_stick")
    assert {effect.when for effect in result.effects} == {"next_boot"}
    stored = bare.document(inactive=True).devices
    assert [each.model for each in stored.controllers if each.type == "usb"] == ["qemu-xhci"]
    assert [each.where for each in stored.hostdevs]


def test_a_running_machine_that_libvirt_refuses_keeps_what_it_had(a_connection):
    web = a_connection.domains["web"]
    with pytest.raises(QvirtError):
        web.usb.attach("usb_stick", when="both")
    assert not web.document(inactive=True).devices.hostdevs
