"""The order in which devices are tried: numbers of devices, or kinds of devices."""

import pytest

from qvirt_jupyter.documents import Disk, Domain, Serial
from qvirt_jupyter.documents.sections.operating_system import BootDevice

TEXT = """\
<domain>
  <os>
    <type>hvm</type>
    <boot dev='cdrom'/>
    <boot dev='hd'/>
    <boot dev='network'/>
    <boot dev='fd'/>
  </os>
  <devices>
    <disk device='disk'><target dev='vda'/></disk>
    <disk device='disk'><target dev='vdb'/></disk>
    <disk device='cdrom'><target dev='sda'/></disk>
    <interface type='user'/>
    <serial type='pty'/>
  </devices>
</domain>
"""


def names(devices):
    return [getattr(device, "target", None) or device.tag for device in devices]


def test_kinds_are_read_as_the_first_device_of_each():
    assert names(Domain.parse(TEXT).boot_order) == ["sda", "vda", "interface"]


def test_a_new_order_numbers_devices_and_takes_the_kinds_away():
    domain = Domain.parse(TEXT)
    disks = domain.devices.disks
    domain.boot_order = (disks["vdb"], domain.devices.interfaces[0])
    assert names(domain.boot_order) == ["vdb", "interface"]
    assert (disks["vdb"].boot_order, disks["vda"].boot_order) == (1, None)
    assert len(domain.os.boot) == 0
    domain.boot_order = reversed(domain.boot_order)
    assert names(domain.boot_order) == ["interface", "vdb"]
    domain.boot_order = ()
    assert "<boot" not in str(domain)


def test_the_order_that_is_there_changes_nothing():
    domain = Domain.parse(TEXT)
    domain.boot_order = domain.boot_order
    assert names(domain.boot_order) == ["sda", "vda", "interface"]
    again = str(domain)
    domain.boot_order = domain.boot_order
    assert str(domain) == again


def test_numbers_and_kinds_exclude_each_other():
    domain = Domain.parse(TEXT)
    domain.devices.disks["vda"].boot_order = 1
    assert len(domain.os.boot) == 0
    domain.os.boot.append(BootDevice(device="hd"))
    assert domain.devices.disks["vda"].boot_order is None
    domain.os.boot.clear()
    assert domain.boot_order == ()


def test_only_what_can_be_booted_from_is_in_the_order():
    domain = Domain.parse(TEXT)
    assert names(domain.bootable) == ["vda", "vdb", "sda", "interface"]
    for stranger in (domain.devices.serials[0], Disk(target="vdz"), Serial()):
        with pytest.raises(ValueError, match="no device of this machine"):
            domain.boot_order = (stranger,)
    assert len(domain.os.boot) == 4
