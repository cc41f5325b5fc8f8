"""What a host is, read from an answer of a real one and from one that says more."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import Capabilities, parse

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def a_host():
    text = (DATA / "capabilities" / "debian12-qemu72-capabilities.xml").read_text()
    found = parse(text)
    assert isinstance(found, Capabilities)
    return found


@pytest.fixture(scope="module")
def another_host():
    return parse((DATA / "documents" / "capabilities.xml").read_text())


def test_a_host_says_what_it_is(a_host, another_host):
    cpu = a_host.host.cpu
    assert (cpu.arch, cpu.vendor, cpu.topology.cores, "aes" in cpu.features) == (
        *("x86_64", "AMD", 2),
        True,
    )
    assert (a_host.has_iommu, another_host.has_iommu) == (False, True)
    assert (a_host.memory, another_host.memory) == (9529120, 12582912)
    assert [pages.size for pages in cpu.page_sizes] == [4, 2048, 1048576]
    assert [model.model for model in a_host.host.security_models] == ["none", "dac"]
    assert a_host.host.security_models["dac"].base_labels["kvm"].label == "+0:+0"
    assert [cell.processors[0].siblings for cell in another_host.host.cells] == ["0-1", "2-3"]
    assert another_host.host.cells[0].distances[1].value == 21


def test_its_own_architecture_comes_first(a_host, another_host):
    assert a_host.architectures() == ("x86_64", "i686")
    assert another_host.architectures() == ("x86_64", "aarch64")
    assert another_host.architectures("exe") == ("x86_64",)


def test_a_guest_has_machines_and_hypervisors(a_host, another_host):
    guest = a_host.guest("x86_64")
    assert guest.types == ("kvm", "qemu")
    assert guest.machines["q35"].canonical == "pc-q35-7.2"
    assert (guest.acpi_toggle, guest.apic_toggle, guest.device_boot) == (True, False, True)
    assert a_host.guest("vax") is None
    assert [machine.name for machine in another_host.guest("x86_64").machines_of("kvm")] == [
        "pc-q35-kvm"
    ]
    assert another_host.guest("aarch64").machines["akita"].deprecated


def test_choices_depend_on_architecture_and_hypervisor(another_host):
    assert another_host.choices("guest/os") == ("hvm", "exe")
    assert another_host.choices("guest/arch") == ("x86_64", "aarch64")
    assert another_host.choices("guest/type") == ("kvm", "qemu")
    assert another_host.choices("guest/machine", type="qemu") == ("pc-q35-7.2",)
    assert another_host.choices("guest/machine", type="kvm") == ("pc-q35-kvm",)
    assert "virt" in another_host.choices("guest/machine", arch="aarch64")
    assert another_host.choices("guest/machine", arch="vax") is None
    assert another_host.choices("disk/bus") is None
