"""Hardware that is added later follows the operating system that the machine is said to run."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Domain, DomainCapabilities
from qvirt_jupyter.provision.osinfo import OperatingSystem
from qvirt_jupyter.widgets.details.add_disk_page import AddDiskPage
from qvirt_jupyter.widgets.details.add_page import AddPage
from qvirt_jupyter.widgets.details.definitions import Definitions

PCI = "http://pcisig.com/pci/"


def a_system(*devices):
    return OperatingSystem(
        id="http://example.org/os/1", own_devices=dict.fromkeys(map(PCI.__add__, devices), True)
    )


LINUX = a_system("1af4/1041", "1af4/1042", "1af4/1050", "8086/100e")
WINDOWS = a_system("8086/100e", "8086/10d3")
DOS = a_system("10ec/8029")
HOST = DomainCapabilities.parse(
    "<domainCapabilities><devices><video supported='yes'><enum name='modelType'>"
    "<value>vga</value><value>qxl</value><value>virtio</value></enum></video></devices>"
    "</domainCapabilities>"
)
CARD = "<interface type='network'><source network='lab'/><model type='{}'/></interface>"
DISK = "<disk type='file' device='{}'><target dev='{}' bus='{}'/></disk>"


def definitions(devices="", machine="pc", kind="kvm"):
    stored = Domain.parse(
        f"<domain type='{kind}'><os><type arch='x86_64' machine='{machine}'>hvm</type></os>"
        f"<devices>{devices}</devices></domain>"
    )
    return Definitions(stored, None, persistent=True, host=HOST)


def added(page, found):
    return page.device(page.basis(found))


def disk_page(system):
    return AddDiskPage("web", lambda: (), system)


@pytest.mark.parametrize(
    ("system", "machine", "model"),
    [
        (LINUX, "pc", "virtio"),
        (WINDOWS, "q35", "e1000e"),
        (WINDOWS, "pc", "e1000"),
        (DOS, "pc", "ne2k_pci"),
        # Of what nobody knows, the card that is there says more.
        (None, "q35", "rtl8139"),
    ],
)
def test_a_card_is_one_that_the_system_knows(system, machine, model):
    card = added(AddPage("interface", system), definitions(CARD.format("rtl8139"), machine))
    assert card.model == model
    # What it is connected to is not a matter of the system.
    assert card.source.network == "lab"


@pytest.mark.parametrize(
    ("system", "machine", "bus", "target"),
    [
        (LINUX, "pc", "virtio", "vda"),
        (WINDOWS, "q35", "sata", "sda"),
        (WINDOWS, "pc", "ide", "hda"),
    ],
)
def test_the_first_disk_is_on_a_bus_that_the_system_knows(system, machine, bus, target):
    disk = added(disk_page(system), definitions(machine=machine))
    assert (disk.bus, disk.target) == (bus, target)


def test_another_disk_is_where_the_first_of_its_kind_is():
    found = definitions(DISK.format("disk", "vda", "virtio"), "q35")
    disk = added(disk_page(WINDOWS), found)
    assert (disk.bus, disk.target) == ("virtio", "vdb")


def test_another_kind_of_disk_that_is_chosen_follows_too():
    page = disk_page(WINDOWS)
    disk = added(page, definitions(DISK.format("disk", "hda", "ide")))
    (device,) = [item for item in page.declared(disk) if item.name == "device"]
    device.set(disk, "cdrom")
    assert (disk.bus, disk.target) == ("ide", "hdb")
    assert not page.is_touched


@pytest.mark.parametrize(
    ("system", "devices", "model"),
    [
        (LINUX, "", "virtio"),
        (WINDOWS, "<graphics type='vnc'/>", "vga"),
        (WINDOWS, "<graphics type='spice'/>", "qxl"),
        (WINDOWS, "<video><model type='none'/></video>", "vga"),
    ],
)
def test_the_first_video_card_is_one_that_the_system_knows(system, devices, model):
    assert added(AddPage("video", system), definitions(devices)).model == model


def test_a_second_video_card_can_be_second():
    found = definitions("<video><model type='vga'/></video>")
    for system in (None, WINDOWS):
        # VGA and Bochs are first cards only.
        assert added(AddPage("video", system), found).model in ("virtio", "qxl")


def test_another_hypervisor_has_devices_of_its_own():
    found = definitions(kind="xen")
    for kind in ("interface", "video", "sound"):
        of_any, of_windows = (added(AddPage(kind, each), found) for each in (None, WINDOWS))
        assert of_any.model == of_windows.model
