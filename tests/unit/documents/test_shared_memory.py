"""Memory that programs of the host can use."""

from pathlib import Path

from qvirt_jupyter.documents import Domain, DomainCapabilities

CAPABILITIES = Path(__file__).parents[2] / "data" / "capabilities"


def test_it_is_a_memfd_with_shared_access():
    domain = Domain.parse("<domain/>")
    domain.shared_memory = True
    assert domain.shared_memory
    assert (domain.memory_backing.source, domain.memory_backing.access) == ("memfd", "shared")
    domain.shared_memory = False
    assert str(domain) == "<domain/>"


def test_huge_pages_can_be_shared_without_memfd():
    domain = Domain.parse("<domain><memoryBacking><hugepages/></memoryBacking></domain>")
    domain.shared_memory = True
    assert (domain.memory_backing.source, domain.memory_backing.access) == (None, "shared")


def test_nodes_of_the_guest_say_it_themselves():
    text = (
        "<domain><cpu><numa><cell id='0' memory='1' memAccess='shared'/>"
        "<cell id='1' memory='1' memAccess='shared'/></numa></cpu></domain>"
    )
    domain = Domain.parse(text)
    assert domain.shared_memory
    assert "NUMA node" in str(domain.why_no_shared_memory(None))
    domain.cpu.numa.cells[1].access = "private"
    assert not domain.shared_memory


def test_a_host_without_memfd_cannot():
    text = (CAPABILITIES / "debian12-qemu72-q35-kvm-domcapabilities.xml").read_text()
    assert Domain().why_no_shared_memory(DomainCapabilities.parse(text)) == ""
    less = DomainCapabilities.parse(text.replace("<value>memfd</value>", ""))
    assert "memfd" in str(Domain().why_no_shared_memory(less))
