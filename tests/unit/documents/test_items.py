"""Repeated elements: a list that a key finds too."""

import pytest

from qvirt_jupyter.documents import Disk, Domain, FileSource, metadata_element, parse


def test_items_are_found_by_place_and_by_key(a_full_domain):
    disks = a_full_domain.devices.disks
    assert disks.keys()[:3] == ["vda", "sda", "fda"]
    assert disks["vda"] == disks[0] == next(iter(disks))
    assert disks[-1].target == "vdc"
    assert [disk.target for disk in disks[1:3]] == ["sda", "fda"]
    assert "vda" in disks
    assert "vdz" not in disks
    assert disks.get("vdz") is None
    with pytest.raises(KeyError, match="there are: vda, sda"):
        _disk = disks["vdz"]
    with pytest.raises(IndexError):
        _disk = disks[99]
    assert a_full_domain.devices.channels["org.qemu.guest_agent.0"].state == "connected"
    assert a_full_domain.cpu.features["vmx"].policy == "require"


def test_an_added_item_lives_on_in_the_document(a_full_domain):
    disk = Disk(type="file", target="vdd", bus="virtio", source=FileSource(file="/d"))
    a_full_domain.devices.disks.append(disk)
    disk.cache = "none"
    assert a_full_domain.devices.disks["vdd"].cache == "none"
    tags = [child.tag for child in a_full_domain._tree.root.find("devices") if child.tag != "disk"]
    assert a_full_domain._tree.root.find("devices")[8].tag == "disk"
    assert tags[1] == "emulator" or tags[0] == "emulator"


def test_an_item_of_another_document_is_copied(a_full_domain):
    other = Domain()
    other.devices.disks.append(a_full_domain.devices.disks["vda"])
    other.devices.disks["vda"].cache = "unsafe"
    assert a_full_domain.devices.disks["vda"].cache == "none"
    assert "        <total_bytes_sec>" in str(other)


def test_items_are_removed_replaced_and_moved(a_full_domain):
    disks = a_full_domain.devices.disks
    del disks["sda"]
    disks.remove(disks["fda"])
    assert disks.keys() == ["vda", "sdb", "vdb", "vdc"]
    disks["sdb"] = Disk(target="sdx", bus="sata")
    assert disks.keys() == ["vda", "sdx", "vdb", "vdc"]
    disks.move("vdc", 0)
    disks.move(disks["vda"], 3)
    assert disks.keys() == ["vdc", "sdx", "vdb", "vda"]
    disks.move(0, 0)
    disks.insert(0, Disk(target="vdn"))
    assert disks.keys()[0] == "vdn"
    assert "<!-- the system disk -->" in str(a_full_domain)
    disks.clear()
    assert list(disks) == []
    assert "<disk" not in str(a_full_domain)


def test_an_item_is_made_of_its_fields():
    domain = Domain.parse("<domain/>")
    feature = domain.cpu.features.add(policy="require", name="vmx")
    assert feature == domain.cpu.features["vmx"]
    domain.cpu_tune.vcpu_pins.add(vcpu=0, cpus="0-3")
    assert domain.cpu_tune.vcpu_pins[0].cpus == "0-3"
    with pytest.raises(ValueError, match="one of force"):
        domain.cpu.features.add(policy="perhaps", name="aes")
    with pytest.raises(TypeError, match="no field colour"):
        domain.cpu.features.add(colour="red")
    assert domain.cpu.features.keys() == ["vmx"]


def test_only_its_kind_goes_in(a_full_domain):
    with pytest.raises(TypeError, match="is not a Disk"):
        a_full_domain.devices.disks.append(parse("<serial type='pty'/>"))
    with pytest.raises(TypeError, match="one by one"):
        a_full_domain.devices.disks[0:1] = []


def test_a_removed_item_lives_on_by_itself(a_full_domain):
    disk = a_full_domain.devices.disks.pop(0)
    before = str(a_full_domain)
    disk.bus = "sata"
    assert disk.target == "sda"
    assert str(a_full_domain) == before


def test_a_part_is_written_as_a_document_of_its_own(a_full_domain):
    text = str(a_full_domain.devices.disks["sda"])
    assert text.startswith(
        "<disk type='block' device='disk'>\n  <driver name='qemu' type='raw'/>\n"
    )
    assert text.endswith("\n</disk>")
    assert str(parse(text)) == text
    assert str(Domain().cpu) == ""


def test_a_copy_is_of_its_own(a_full_domain):
    copy = a_full_domain.copy()
    copy.name = "other"
    assert a_full_domain.name == "everything"
    assert a_full_domain.devices.disks[0].copy().target == "vda"


def test_a_repr_shows_what_is_set_and_no_secret(a_full_domain):
    assert "target='sdb'" in repr(a_full_domain.devices.disks)
    assert "sec'ret" not in repr(a_full_domain)
    assert a_full_domain.devices.graphics["vnc"].source.password == "sec'ret"  # noqa: S105 - of the sample


def test_a_repr_shows_what_makes_no_sense_too():
    assert repr(Domain.parse("<domain><vcpu>many</vcpu></domain>")) == "Domain(vcpus='many')"


def test_tags_and_group_live_in_our_own_namespace(a_full_domain):
    assert a_full_domain.metadata.tags == ("web", "two words")
    assert a_full_domain.metadata.group == "Lab"
    before = str(a_full_domain)
    a_full_domain.metadata.tags = ["web", "two words"]
    assert str(a_full_domain) == before
    a_full_domain.metadata.tags = ("db", "web", "db")
    assert a_full_domain.metadata.tags == ("db", "web")
    assert "<other:keep" in str(a_full_domain)
    fresh = Domain.parse("<domain><name>a</name></domain>")
    fresh.metadata.tags = ("x",)
    fresh.metadata.group = "G"
    fresh.metadata.tags = ()
    fresh.metadata.group = None
    assert str(fresh) == "<domain><name>a</name></domain>"


def test_the_metadata_element_is_what_libvirt_takes():
    text = metadata_element(["a & b", "c"], "G")
    again = Domain()
    assert text.startswith("<qvirt:domain xmlns:qvirt='https://qvirt-jupyter.readthedocs.io/")
    assert "<qvirt:tag>a &amp; b</qvirt:tag>" in text
    again.metadata.tags = ("a & b", "c")
    assert metadata_element([], None) == ""
    with pytest.raises(ValueError, match="a word or two"):
        metadata_element([" "], None)
