"""What a running guest takes at its next start only, what it takes at once, and what nobody takes."""

from __future__ import annotations

import pytest
from a_guest_with_room import MIB, changed, disk, edited, when_of

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Interface, parse
from qvirt_jupyter.hypervisor import (
    AlreadyExists,
    EditConflict,
    InvalidDefinition,
    QvirtError,
    Unsupported,
)

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]


def test_what_cannot_be_now_says_why_and_is_taken_back(a_guest):
    def slow(definition):
        definition.devices.disks["vda"].cache = "none"
        definition.title = "slow"

    foreseen = a_guest.foresee(changed(a_guest, slow))
    assert {effect.path: effect.when for effect in foreseen} == {
        "title": "now",
        "devices/disk[vda]/driver/@cache": "next_boot",
    }
    result = edited(a_guest, slow)
    assert result.effects == foreseen
    assert "open in this way" in result.at_next_start[0].reason
    assert a_guest.title == "slow"
    (waiting,) = a_guest.pending_changes
    assert waiting.path == "devices/disk[vda]/driver/@cache"
    a_guest.revert(waiting)
    assert a_guest.pending_changes == ()
    assert a_guest.document(inactive=True).devices.disks["vda"].cache is None


def test_a_disk_on_another_bus_is_taken_back_with_its_address(a_guest):
    def move(definition):
        definition.devices.disks["vda"].bus = "scsi"

    before = str(a_guest.document(inactive=True).devices.disks["vda"])
    result = edited(a_guest, move)
    # Nothing is unplugged: it is the same disk.
    assert {effect.when for effect in result.effects} == {"next_boot"}
    paths = [change.path for change in a_guest.pending_changes]
    assert paths == ["devices/disk[vda]/target/@dev", "devices/disk[vda]/target/@bus"]
    a_guest.revert(a_guest.pending_changes[1])
    assert a_guest.pending_changes == ()
    assert str(a_guest.document(inactive=True).devices.disks["vda"]) == before


def test_limits_change_at_once(a_guest):
    def limit(definition):
        definition.devices.disks["vda"].iotune.total_bytes = 50 * MIB
        definition.on_crash = "restart"

    assert set(when_of(edited(a_guest, limit)).values()) == {"now"}
    running = a_guest.document()
    assert running.devices.disks["vda"].iotune.total_bytes == 50 * MIB
    assert running.on_crash == "restart"

    def instead(definition):
        definition.devices.disks["vda"].iotune.read_bytes = 10 * MIB

    assert set(when_of(edited(a_guest, instead)).values()) == {"now"}
    tune = a_guest.document().devices.disks["vda"].iotune
    assert (tune.total_bytes, tune.read_bytes) == (None, 10 * MIB)


def test_what_the_running_machine_refuses_is_not_stored(a_guest, an_image):
    before = a_guest.xml(inactive=True)
    taken = disk(an_image)
    documents.transfer(a_guest.document().devices.disks["vda"], taken, "address")
    with pytest.raises(QvirtError, match="does not take it") as caught:
        a_guest.attach(taken)
    assert "next start" in caught.value.next_step
    with pytest.raises(Unsupported, match="only while the machine is off"):
        a_guest.attach(parse("<sound model='ich9'/>"))
    assert a_guest.xml(inactive=True) == before
    # What was refused may be added for the next start.
    result = a_guest.attach(disk(an_image), when="next_boot")
    assert set(when_of(result).values()) == {"next_boot"}
    (waiting,) = a_guest.pending_changes
    assert (waiting.path, waiting.before) == ("devices/disk[vdb]", None)
    a_guest.detach(a_guest.document(inactive=True).devices.disks["vdb"])
    assert a_guest.xml(inactive=True) == before


def test_two_devices_cannot_be_one(a_guest, an_image):
    before = a_guest.xml(inactive=True)
    with pytest.raises(InvalidDefinition, match="vda"):
        a_guest.attach(disk(an_image, "vda"))
    mac = a_guest.document().devices.interfaces[0].mac
    with pytest.raises(InvalidDefinition, match=mac):
        a_guest.attach(Interface(type="user", mac=mac, model="virtio"))
    assert a_guest.xml(inactive=True) == before


def test_an_address_of_another_machine_is_refused(a_guest):
    connection = a_guest.connection
    other = connection.domains.define(
        "<domain type='qemu'><name>other</name><memory>1024</memory><os><type>hvm</type></os>"
        "<devices><interface type='user'><mac address='52:54:00:aa:bb:cc'/></interface></devices>"
        "</domain>"
    )
    try:
        with pytest.raises(AlreadyExists, match="52:54:00:aa:bb:cc is that of 'other'"):
            a_guest.attach(Interface(type="user", mac="52:54:00:AA:bb:cc", model="virtio"))
    finally:
        other.undefine()


def test_a_value_that_the_host_does_not_offer_names_those_that_it_does(a_guest):
    with pytest.raises(InvalidDefinition, match="does not offer it") as caught:
        edited(a_guest, lambda d: setattr(d.devices.disks["vda"], "bus", "ide"))
    offered = a_guest.connection.domain_capabilities(a_guest.document()).choices("disk/bus")
    assert all(bus in caught.value.reason for bus in offered)


def test_an_emulator_that_is_not_there_is_refused_in_libvirts_words(a_guest):
    # The host does not say what it would offer with it: that is no reason to say nothing.
    with pytest.raises(QvirtError, match="/nowhere/qemu: No such file"):
        edited(a_guest, lambda d: setattr(d.devices, "emulator", "/nowhere/qemu"))


def test_what_virsh_changed_meanwhile_is_not_overwritten(a_guest, a_qemu_libvirtd):
    def edit_late():
        with a_guest.edit() as definition:
            definition.description = "mine"
            a_qemu_libvirtd.virsh("desc", a_guest.uuid, "--config", "--title", "theirs")

    with pytest.raises(EditConflict) as caught:
        edit_late()
    conflict = caught.value
    assert conflict.mine.paths == ("description",)
    assert conflict.theirs.paths == ("title",)
    assert conflict.base.title != "theirs" == conflict.their_document.title
    assert conflict.my_document.description == "mine"
    assert a_guest.document(inactive=True).description != "mine"
    # And so for a draft that was begun long ago.
    with pytest.raises(EditConflict), a_guest.edit(conflict.base) as definition:
        definition.description = "mine"
    a_guest.revert(a_guest.pending_changes[0])
