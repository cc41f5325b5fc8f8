"""Single differences are carried from one document into another."""

from __future__ import annotations

import pytest

from qvirt_jupyter.documents import Disk, Domain, outline, patch, transfer

DOMAIN = """<domain type='kvm'>
  <name>web</name>
  <memory {memory}</memory>
  {more}
  <devices>
    <disk type='file' device='disk'>
      {driver}
      <target dev='vda' bus='{bus}'/>
    </disk>
    <interface type='user'>
      <mac address='52:54:00:00:00:01'/>
    </interface>
  </devices>
</domain>
"""


def a_domain(
    more="<vcpu>2</vcpu>",
    memory="unit='MiB'>1024",
    driver="<driver name='qemu' cache='none'/>",
    bus="virtio",
):
    return Domain.parse(DOMAIN.format(more=more, memory=memory, driver=driver, bus=bus))


@pytest.mark.parametrize(
    "other",
    [
        {"bus": "sata"},
        {"driver": "<driver name='qemu'/>"},
        {"driver": "<driver name='qemu' cache='none' io='native'/>"},
        {"driver": ""},
        {"more": "<vcpu>4</vcpu>"},
        {"more": "<vcpu current='1'>2</vcpu>"},
        {"more": ""},
        {"more": "<vcpu>2</vcpu><cputune><shares>5</shares></cputune>"},
        {"memory": "unit='GiB'>2"},
        {"memory": ">2048"},
        {"more": "<vcpu>2</vcpu><metadata><x:y xmlns:x='urn:x'>z</x:y></metadata>"},
        {
            "more": "<vcpu>2</vcpu><iothreads>2</iothreads><clock offset='utc'><timer name='rtc'/></clock>"
        },
    ],
)
def test_one_by_one_they_lead_there_and_back(other):
    here, there = a_domain(), a_domain(**other)
    changes = here.diff(there)
    assert changes
    target = here.copy()
    for change in changes:
        transfer(there, target, change.path)
    assert not target.diff(there)
    for change in changes:
        transfer(here, target, change.path)
    assert not target.diff(here)


def test_a_patch_leaves_alone_what_it_does_not_say():
    before = Disk(type="file", target="vda", bus="virtio")
    after = before.copy()
    after.cache = "none"
    running = Disk.parse(
        "<disk type='file'><driver name='qemu' discard='unmap'/><target dev='vda' bus='virtio'/>"
        "<alias name='virtio-disk0'/></disk>"
    )
    patch(before, after, running)
    assert (running.cache, running.discard, running.alias) == ("none", "unmap", "virtio-disk0")


def test_a_patch_takes_away_what_was_there_and_no_more():
    before = Disk(type="file", target="vda", bus="virtio", cache="none")
    after = before.copy()
    after.cache = None
    running = Disk.parse(
        "<disk type='file'><driver name='qemu' cache='none'/><target dev='vda' bus='virtio'/></disk>"
    )
    patch(before, after, running)
    assert (running.cache, running.driver) == (None, "qemu")


def test_a_device_with_another_key_is_found_by_its_old_name():
    here, there = a_domain(), a_domain()
    there.devices.interfaces[0].mac = "52:54:00:00:00:02"
    there.devices.disks[0].target = "vdz"
    target = here.copy()
    for change in here.diff(there):
        transfer(there, target, change.path)
    assert target.devices.disks[0].target == "vdz"


def test_an_order_is_carried_over():
    text = "<domain><devices>{}</devices></domain>"
    disks = [
        "<disk type='file'><target dev='vda'/></disk>",
        "<disk type='file'><target dev='vdb'/></disk>",
    ]
    here = Domain.parse(text.format("".join(disks)))
    there = Domain.parse(text.format("".join(reversed(disks))))
    (change,) = here.diff(there)
    transfer(there, here, change.path)
    assert here.devices.disks.keys() == ["vdb", "vda"]


@pytest.mark.parametrize(
    "path", ["nothing", "devices/disk[vdz]", "devices/disk[vda]/@nothing", "a/b"]
)
def test_what_neither_has_is_refused(path):
    with pytest.raises(KeyError):
        transfer(a_domain(), a_domain(), path)


def test_an_outline_hides_secrets():
    display = Domain.parse(
        "<domain><devices><graphics type='vnc' passwd='hunter2'/></devices></domain>"
    ).devices.graphics[0]
    assert "hunter2" not in outline(display)
    assert "vnc" in outline(display)
