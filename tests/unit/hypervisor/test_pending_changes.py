"""What waits for the next start, without what libvirt fills in for a run."""

from __future__ import annotations

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor.pending_changes import pending_changes

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
