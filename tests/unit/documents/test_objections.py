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


def test_any_image_may_be_the_firmware(a_host):
    domain = Domain.parse("<domain><os><loader readonly='yes'>/srv/my.fd</loader></os></domain>")
    assert objections(domain, a_host) == ()


@pytest.mark.parametrize(
    "fitting", [" check='none'><model>Skylake-Client</model>", "><model>Skylake-Client</model>"]
)
def test_a_model_that_does_without_what_the_host_lacks_is_no_fault(a_host, fitting):
    features = "" if "check" in fitting else "<feature policy='disable' name='hle'/>"
    domain = Domain.parse(f"<domain><cpu mode='custom'{fitting}{features}</cpu></domain>")
    assert objections(domain, a_host) == ()


def test_of_very_many_values_those_are_named_that_are_most_like_the_wrong_one():
    models = "".join(f"<value>model-{number}</value>" for number in range(30))
    host = DomainCapabilities.parse(
        "<domainCapabilities><devices><video supported='yes'><enum name='modelType'>"
        f"{models}<value>virtio</value></enum></video></devices></domainCapabilities>"
    )
    reason = str(host.why_not("video/modelType", "vrtio"))
    assert "virtio" in reason
    assert "and 26 others" in reason
