"""What an edit sets and the host cannot do is refused with what it can."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import Domain, DomainCapabilities
from qvirt_jupyter.hypervisor import InvalidDefinition
from qvirt_jupyter.hypervisor.editing.edit_checks import refuse_unoffered
from qvirt_jupyter.hypervisor.errors import Subject

CAPABILITIES = Path(__file__).parents[2] / "data" / "capabilities"
TEXT = """\
<domain type='kvm'><name>web</name><vcpu>1</vcpu>
<devices><disk><target dev='hda' bus='ide'/></disk><disk><target dev='vda' bus='virtio'/></disk>
</devices></domain>"""
SUBJECT = Subject("domain", "web", "test:///default")


@pytest.fixture(scope="module")
def a_host():
    text = (CAPABILITIES / "debian12-qemu72-q35-kvm-domcapabilities.xml").read_text()
    return DomainCapabilities.parse(text)


def edited(change, host):
    before = Domain.parse(TEXT)
    after = before.copy()
    change(after)
    refuse_unoffered(before, after, host, SUBJECT)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda domain: setattr(domain.devices.disks["vda"], "bus", "ide"),
            "Bus 'ide': This host does not offer it; it offers fdc, scsi, virtio, usb, sata.",
        ),
        (lambda domain: setattr(domain, "vcpus", 1000), "has at most 288 virtual CPUs"),
        (lambda domain: setattr(domain.features.hyperv, "relaxed", True), "does not offer it"),
        (
            lambda domain: setattr(domain.cpu, "model", "Nehalem-9000"),
            "it offers pentium3, pentium2, pentium, 486",
        ),
    ],
    ids=["one of a choice", "a number", "a switch", "a name"],
)
def test_a_wrong_value_names_the_right_ones(change, words, a_host):
    with pytest.raises(InvalidDefinition, match=words) as caught:
        edited(change, a_host)
    assert "Choose another value" in caught.value.next_step


def test_all_wrong_values_are_said_at_once(a_host):
    def change(domain):
        domain.vcpus = 1000
        domain.devices.graphics.add(type="rdp")

    with pytest.raises(InvalidDefinition, match=r"1000.*rdp"):
        edited(change, a_host)


def test_what_was_there_before_is_not_the_edits_fault(a_host):
    edited(lambda domain: setattr(domain, "title", "A web server"), a_host)
    edited(lambda domain: setattr(domain.devices.disks["hda"], "cache", "none"), a_host)
