"""What this host cannot do is said value by value."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import Disk, Domain, DomainCapabilities, objections

CAPABILITIES = Path(__file__).parents[2] / "data" / "capabilities"

TEXT = """\
<domain type='kvm'>
  <vcpu>1000</vcpu>
  <cpu mode='custom'><model>Skylake-Client</model></cpu>
  <features><hyperv><relaxed state='on'/><spinlocks state='on'/></hyperv></features>
  <devices>
    <disk><target dev='hda' bus='ide'/></disk>
    <disk><target dev='vda' bus='virtio'/></disk>
    <graphics type='rdp'/>
  </devices>
</domain>
"""


@pytest.fixture(scope="module")
def a_host():
    text = (CAPABILITIES / "debian12-qemu72-q35-kvm-domcapabilities.xml").read_text()
    return DomainCapabilities.parse(text)


def test_each_value_has_its_reason(a_host):
    domain = Domain.parse(TEXT)
    found = {each.declared.name: each for each in objections(domain, a_host)}
    assert {"vcpus", "model", "relaxed", "bus", "type"} == found.keys()
    assert found["bus"].owner == domain.devices.disks["hda"]
    assert found["bus"].value == "ide"
    assert "it offers fdc, scsi, virtio, usb, sata" in str(found["bus"])
    assert "Bus" in str(found["bus"])
    assert "at most 288" in str(found["vcpus"].reason)


def test_a_part_is_compared_alone(a_host):
    assert len(objections(Disk(target="hda", bus="ide"), a_host)) == 1
    assert objections(Disk(target="vda", bus="virtio"), a_host) == ()


def test_what_makes_no_sense_is_not_the_hosts_fault(a_host):
    assert objections(Domain.parse("<domain><vcpu>many</vcpu></domain>"), a_host) == ()


def test_what_a_host_does_not_say_is_not_refused():
    assert objections(Domain.parse(TEXT), DomainCapabilities.parse("<domainCapabilities/>")) == ()
