"""Which device of one definition is which of another."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Domain
from qvirt_jupyter.hypervisor.editing.device_matching import find, pairs

DISK = "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/{0}.img'/><target dev='{0}' bus='{1}'/></disk>"
RNG = "<rng model='virtio'><backend model='random'>{}</backend>{}</rng>"
PCI = "<address type='pci' domain='0x0000' bus='{}' slot='0x00' function='0x0'/>"


def a_domain(*devices):
    return Domain.parse(f"<domain><devices>{''.join(devices)}</devices></domain>")


def matched(before, after):
    return {
        pair.name: (pair.before is not None, pair.after is not None)
        for pair in pairs(a_domain(*before), a_domain(*after))
    }


def test_a_key_tells_them_apart_whatever_their_order():
    disks = [DISK.format("vda", "virtio"), DISK.format("vdb", "virtio")]
    assert matched(disks, reversed(disks)) == {
        "devices/disk[vda]": (True, True),
        "devices/disk[vdb]": (True, True),
    }
    assert matched(disks, disks[1:]) == {
        "devices/disk[vda]": (True, False),
        "devices/disk[vdb]": (True, True),
    }


def test_a_disk_on_another_bus_is_the_same_disk():
    found = matched(
        [DISK.format("vda", "virtio")],
        [DISK.format("vda", "virtio").replace("vda'", "sda'").replace("virtio", "sata")],
    )
    assert found == {"devices/disk[vda]": (True, True)}


def test_another_disk_is_another_one():
    found = matched(
        [DISK.format("vda", "virtio")],
        [
            "<disk type='block' device='lun'><source dev='/dev/x'/><target dev='sda' bus='scsi'/></disk>"
        ],
    )
    assert found == {"devices/disk[vda]": (True, False), "devices/disk[sda]": (False, True)}


@pytest.mark.parametrize("part", [PCI, "<alias name='ua-{}'/>"])
def test_without_key_their_address_or_a_users_alias_does(part):
    before = [RNG.format("/dev/a", part.format(number)) for number in ("0x01", "0x02")]
    (first, second) = pairs(a_domain(*before), a_domain(before[1].replace("/dev/a", "/dev/b")))
    assert (first.name, first.after) == ("devices/rng[1]", None)
    assert second.name == "devices/rng[2]"
    assert [change.path for change in second.changes()] == ["devices/rng[2]/backend"]


def test_without_either_what_they_are_does():
    before = [RNG.format("/dev/a", ""), RNG.format("/dev/b", "")]
    (first, second) = pairs(a_domain(*before), a_domain(before[1]))
    assert first.after is None
    assert second.changes() == ()


def test_an_alias_of_libvirts_own_says_nothing():
    stored = [RNG.format("/dev/a", ""), RNG.format("/dev/b", "")]
    running = [
        RNG.format("/dev/b", "<alias name='rng0'/>"),
        RNG.format("/dev/a", "<alias name='rng1'/>"),
    ]
    for pair in pairs(a_domain(*running), a_domain(*stored)):
        assert pair.before.diff(pair.after).paths == ("alias",)


def test_a_single_one_that_is_another_now_is_the_same_device():
    assert matched(
        [RNG.format("/dev/a", "")], ["<rng model='virtio'><backend model='egd'/></rng>"]
    ) == {"devices/rng[1]": (True, True)}


def test_a_device_is_found_in_another_definition_and_alone():
    stored = a_domain(DISK.format("vda", "virtio"), DISK.format("vdb", "virtio"))
    running = a_domain(DISK.format("vdb", "virtio"))
    assert find(stored.devices.disks["vdb"], running) == running.devices.disks["vdb"]
    assert find(stored.devices.disks["vdb"].copy(), running) == running.devices.disks["vdb"]
    assert find(stored.devices.disks["vda"], running) is None
