"""What waits for the next start, without what libvirt fills in for a run."""

from __future__ import annotations

import pytest

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor.editing.pending_changes import pending_changes, revert

RUNNING = """
<domain type='kvm' id='3'>
  <name>web</name>
  <memory unit='KiB'>{memory}</memory>
  <cpu mode='custom' match='exact' check='full'><model>qemu64</model>
    <feature policy='require' name='hypervisor'/></cpu>
  <devices>
    <disk type='file' device='disk'><source file='/a.raw' index='1'/><backingStore/>
      <target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>
    <disk type='file' device='disk'><source file='/b.raw' index='2'/>
      <target dev='vdb' bus='virtio'/><alias name='virtio-disk1'/></disk>
    <interface type='network'><mac address='52:54:00:00:00:01'/>
      <source network='default' portid='x' bridge='virbr0'/><target dev='vnet0'/></interface>
    <graphics type='vnc' port='5900' autoport='yes' websocket='5700'/>
  </devices>
  <seclabel type='dynamic' model='dac'><label>+0:+0</label></seclabel>
</domain>
"""
STORED = """
<domain type='kvm'>
  <name>web</name>
  <memory unit='KiB'>{memory}</memory>
  {cpu}
  <devices>
    <disk type='file' device='disk'><source file='/a.raw'/><target dev='vda' bus='{bus}'/></disk>
    {more}
    <interface type='network'><mac address='52:54:00:00:00:01'/>
      <source network='default'/></interface>
    <graphics type='vnc' port='-1' autoport='yes' websocket='-1'/>
  </devices>
</domain>
"""
MODEL = "<cpu mode='custom' match='exact' check='none'><model>{}</model></cpu>"
QEMU64 = MODEL.format("qemu64")
VDB = (
    "<disk type='file' device='disk'><source file='/b.raw'/><target dev='vdb' bus='virtio'/></disk>"
)


def changes(memory=1024, bus="virtio", more=VDB, cpu=QEMU64):
    stored = STORED.format(memory=memory, bus=bus, more=more, cpu=cpu)
    running = documents.Domain.parse(RUNNING.format(memory=1024))
    return [str(change) for change in pending_changes(running, documents.Domain.parse(stored))]


def test_what_libvirt_fills_in_is_no_change():
    assert changes() == []


def test_what_somebody_changed_waits():
    (memory,) = changes(memory=2048)
    assert memory.startswith("memory: ")
    assert "1024" in memory
    assert "2048" in memory
    assert changes(bus="sata") == ["devices/disk[vda]/target/@bus: virtio → sata"]
    (model,) = changes(cpu=MODEL.format("host"))
    assert model == "cpu/model: qemu64 → host"


def test_devices_come_and_go():
    (gone,) = changes(more="")
    assert gone.startswith("devices/disk[vdb]: - ")
    (added,) = changes(more=VDB + VDB.replace("vdb", "vdc"))
    assert added.startswith("devices/disk[vdc]: + ")


def test_a_processor_that_libvirt_expands_is_no_change():
    assert changes(cpu="<cpu mode='host-model' check='partial'/>") == []


def noise(running, stored):
    """Return the paths that wait between two parts of a definition."""
    documents_of = [
        documents.Domain.parse(f"<domain type='kvm'><name>web</name>{part}</domain>")
        for part in (running, stored)
    ]
    return [change.path for change in pending_changes(*documents_of)]


@pytest.mark.parametrize(
    ("running", "stored", "waits"),
    [
        # An empty drive has no image whose format it could be.
        (
            "<devices><disk device='cdrom'><driver name='qemu'/><target dev='sda'/></disk></devices>",
            "<devices><disk device='cdrom'><driver name='qemu' type='raw'/><target dev='sda'/></disk></devices>",
            [],
        ),
        (
            "<devices><disk device='cdrom'><source file='/a' index='1'/><driver name='qemu' type='raw'/><target dev='sda'/></disk></devices>",
            "<devices><disk device='cdrom'><source file='/b'/><driver name='qemu' type='raw'/><target dev='sda'/></disk></devices>",
            ["devices/disk[sda]/source/@file"],
        ),
        (
            "<devices><disk device='cdrom'><source index='6'/><target dev='sda'/></disk></devices>",
            "<devices><disk device='cdrom'><target dev='sda'/></disk></devices>",
            [],
        ),
        # A fixed port is somebody's, an automatic one is not.
        (
            "<devices><graphics type='vnc' port='5901' autoport='yes'/></devices>",
            "<devices><graphics type='vnc' port='-1' autoport='yes'/></devices>",
            [],
        ),
        (
            "<devices><graphics type='vnc' port='5901'/></devices>",
            "<devices><graphics type='vnc' port='5905'/></devices>",
            ["devices/graphics[vnc]/@port"],
        ),
        # What was wished for and what the host has of it.
        (
            "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>a</model><feature policy='require' name='x'/></cpu>",
            "<cpu mode='custom' match='minimum' check='partial'><model fallback='allow'>a</model><feature policy='optional' name='x'/></cpu>",
            [],
        ),
        (
            "<cpu mode='custom'><model>a</model><feature policy='require' name='x'/></cpu>",
            "<cpu mode='custom'><model>a</model><feature policy='disable' name='x'/></cpu>",
            ["cpu/feature[x]/@policy"],
        ),
        # The guest gives memory back, step by step or never.
        (
            "<memory>4096</memory><currentMemory>4096</currentMemory>",
            "<memory>4096</memory><currentMemory>2048</currentMemory>",
            [],
        ),
        (
            "<clock offset='variable' adjustment='5' basis='utc'/>",
            "<clock offset='variable' adjustment='0' basis='utc'/>",
            [],
        ),
    ],
)
def test_what_a_run_makes_of_a_value_is_no_change(running, stored, waits):
    assert noise(running, stored) == waits


@pytest.mark.parametrize(
    ("running", "stored", "waits"),
    [
        (
            "<devices><disk device='cdrom'><source file='/a' index='3'/><backingStore/><target dev='sda'/></disk></devices>",
            "<devices><disk device='cdrom'><target dev='sda'/></disk></devices>",
            ["devices/disk[sda]/source"],
        ),
        (
            "<devices><disk><driver name='qemu' cache='none'/><target dev='vda'/><alias name='a'/></disk></devices>",
            "<devices><disk><driver name='qemu'/><target dev='vda'/></disk></devices>",
            ["devices/disk[vda]/driver/@cache"],
        ),
        (
            "<features><acpi/><apic/></features><os><type>hvm</type><bootmenu enable='yes'/></os>",
            "<features><acpi/></features><os><type>hvm</type></os>",
            ["features/apic", "os/bootmenu"],
        ),
        (
            "<devices><interface type='user'><mac address='52:54:00:00:00:01'/><link state='down'/><target dev='vnet0'/></interface></devices>",
            "<devices><interface type='user'><mac address='52:54:00:00:00:01'/></interface></devices>",
            ["devices/interface[52:54:00:00:00:01]/link"],
        ),
    ],
)
def test_what_somebody_took_away_waits_too(running, stored, waits):
    found = noise(running, stored)
    assert sorted(found) == sorted(waits)
    for path in waits:
        assert path not in reverted(running, stored, path)


def reverted(running, stored, path):
    """Return what waits after one change was taken back."""
    now, then = (
        documents.Domain.parse(f"<domain type='kvm'><name>web</name>{part}</domain>")
        for part in (running, stored)
    )
    (change,) = [one for one in pending_changes(now, then) if one.path == path]
    revert(now, then, change)
    return [one.path for one in pending_changes(now, then)]


@pytest.mark.parametrize(
    ("running", "stored", "path"),
    [
        (
            "<devices><disk><source file='/a'/><target dev='vda' bus='virtio'/><address type='pci' slot='0x01'/></disk></devices>",
            "<devices><disk><source file='/a'/><target dev='sda' bus='scsi'/><address type='drive' unit='0'/></disk></devices>",
            "devices/disk[vda]/target/@dev",
        ),
        (
            "<devices><disk type='file'><source file='/a'/><driver type='raw'/><target dev='vda' bus='virtio'/></disk></devices>",
            "<devices><disk type='block'><source dev='/b'/><driver type='raw'/><target dev='vda' bus='virtio'/></disk></devices>",
            "devices/disk[vda]/@type",
        ),
        (
            "<memory>2048</memory><currentMemory>2048</currentMemory>",
            "<memory>4096</memory><currentMemory>4096</currentMemory>",
            "currentMemory",
        ),
        ("<vcpu current='1'>2</vcpu>", "<vcpu current='4'>4</vcpu>", "vcpu/@current"),
        ("<title>a</title>", "<title>b</title>", "title"),
        ("<devices><disk><target dev='vda'/></disk></devices>", "<devices/>", "devices/disk[vda]"),
        ("<devices/>", "<devices><disk><target dev='vda'/></disk></devices>", "devices/disk[vda]"),
    ],
)
def test_what_makes_sense_together_is_taken_back_together(running, stored, path):
    assert reverted(running, stored, path) == []


def test_what_has_nothing_to_do_with_it_stays():
    disk = "<devices><disk><driver cache='{}' io='{}'/><target dev='vda'/></disk></devices>"
    left = reverted(
        disk.format("none", "native"),
        disk.format("writeback", "threads"),
        "devices/disk[vda]/driver/@cache",
    )
    assert left == ["devices/disk[vda]/driver/@io"]


@pytest.mark.parametrize("path", ["devices/disk[vdz]/driver/@cache", "devices/disk[vdz]", "title"])
def test_what_does_not_wait_is_not_taken_back(path):
    now = documents.Domain.parse(RUNNING.format(memory=1024))
    with pytest.raises(KeyError):
        revert(now, now.copy(), documents.Change(path, "a", "b"))
