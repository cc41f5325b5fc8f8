"""What changes with the board of a PC, and what secure boot needs."""

import pytest

from qvirt_jupyter.documents import Domain
from qvirt_jupyter.documents.sections.chipset import ROOT_PORTS
from qvirt_jupyter.documents.sections.operating_system import FirmwareFeature

OLD = """\
<domain type='kvm'>
  <name>old</name>
  <os>
    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>
  </os>
  <devices>
    <disk device='disk'>
      <target dev='hda' bus='ide'/>
      <address type='drive' controller='0' bus='0' target='0' unit='0'/>
    </disk>
    <disk device='disk'>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>
    </disk>
    <controller type='usb' index='0' model='piix3-uhci'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>
    </controller>
    <controller type='pci' index='0' model='pci-root'/>
    <controller type='ide' index='0'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x1'/>
    </controller>
    <interface type='user'>
      <model type='virtio'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/>
    </interface>
  </devices>
</domain>
"""


def models(domain, kind="pci"):
    return [each.model for each in domain.devices.controllers if each.type == kind]


def test_q35_gets_root_ports_and_no_ide():
    domain = Domain.parse(OLD)
    domain.os.machine = "q35"
    assert models(domain) == ["pcie-root", *["pcie-root-port"] * ROOT_PORTS]
    assert models(domain, "ide") == []
    assert models(domain, "usb") == ["qemu-xhci"]
    assert {disk.bus: disk.target for disk in domain.devices.disks} == {
        "sata": "sda",
        "virtio": "vda",
    }
    assert "<address" not in str(domain)
    indexes = [each.index for each in domain.devices.controllers if each.type == "pci"]
    assert indexes == list(range(ROOT_PORTS + 1))


NEW = """<domain type='kvm'><os><type arch='x86_64' machine='pc'>hvm</type></os><devices>
  <disk device='cdrom'><target dev='hda' bus='ide'/></disk></devices></domain>"""


def test_a_definition_that_libvirt_has_not_seen_leaves_ide_too():
    domain = Domain.parse(NEW)
    domain.os.machine = "q35"
    assert [(disk.bus, disk.target) for disk in domain.devices.disks] == [("sata", "sda")]
    assert models(domain) == ["pcie-root", *["pcie-root-port"] * ROOT_PORTS]


def test_one_without_parts_of_a_board_gets_ports_only_when_asked():
    domain = Domain.parse(NEW.replace("ide", "sata").replace("hda", "sda"))
    domain.os.machine = "q35"
    assert models(domain) == []
    domain.add_root_ports()
    assert len(models(domain)) == ROOT_PORTS + 1
    before = str(domain)
    domain.add_root_ports()
    assert str(domain) == before


def test_the_way_back_takes_the_root_ports_away():
    domain = Domain.parse(OLD)
    domain.os.machine = "pc-q35-7.2"
    domain.os.machine = "pc"
    assert models(domain) == []
    assert domain.devices.disks.keys() == ["sda", "vda"]


@pytest.mark.parametrize("machine", ["pc", "pc-i440fx-6.2"])
def test_another_version_of_the_same_board_changes_nothing_else(machine):
    domain = Domain.parse(OLD)
    domain.os.machine = machine
    assert str(domain) == OLD.replace("pc-i440fx-7.2", machine)


def test_other_architectures_have_boards_of_their_own():
    domain = Domain.parse(OLD.replace("x86_64", "aarch64"))
    domain.os.machine = "virt"
    assert models(domain) == ["pci-root"]
    domain.os.use_firmware_image("/a.fd", secure=True)
    assert domain.features.smm is None


def test_where_no_controller_is_named_libvirt_adds_them():
    domain = Domain.parse("<domain><os><type machine='pc'>hvm</type></os></domain>")
    domain.os.machine = "q35"
    assert str(domain) == "<domain><os><type machine='q35'>hvm</type></os></domain>"


def test_secure_boot_brings_smm_and_q35():
    domain = Domain.parse(OLD)
    domain.os.use_firmware_image("/usr/share/OVMF/OVMF_CODE_4M.ms.fd", secure=True)
    assert (domain.features.smm, domain.os.machine, domain.os.secure) == (True, "q35", True)
    assert "pcie-root" in models(domain)


def test_secure_boot_names_the_board_where_none_is_named():
    domain = Domain.parse("<domain><os><type>hvm</type></os></domain>")
    domain.os.use_firmware_image("/OVMF.fd", secure=True)
    assert (domain.features.smm, domain.os.machine) == (True, "q35")


def test_a_firmware_that_must_boot_securely_brings_them_too():
    domain = Domain.parse(OLD)
    domain.os.firmware = "efi"
    domain.os.firmware_features.append(FirmwareFeature(name="secure-boot", enabled=False))
    assert domain.features.smm is None
    domain.os.firmware_features["secure-boot"].enabled = True
    assert (domain.features.smm, domain.os.machine) == (True, "q35")
