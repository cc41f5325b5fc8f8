"""IOMMUs."""

import pytest

from qvirt_jupyter.documents import Domain, Iommu, parse


def a_domain(machine, arch="x86_64", devices=""):
    return Domain.parse(
        f"<domain><os><type arch='{arch}' machine='{machine}'>hvm</type></os>"
        f"<devices>{devices}</devices></domain>"
    )


@pytest.mark.parametrize(
    ("arch", "machine", "model"),
    [("x86_64", "pc-q35-7.2", "intel"), ("aarch64", "virt", "smmuv3")],
)
def test_the_one_of_the_architecture_is_suggested(arch, machine, model):
    domain = a_domain(machine, arch)
    assert Iommu.suggested(domain, None).model == model
    assert Iommu.unavailable(domain, None) == ""


@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        (a_domain("pc-i440fx-7.2"), "no PCI Express"),
        (a_domain("pseries", "ppc64le"), "no PCI Express"),
        (a_domain("q35", devices="<iommu model='virtio'/>"), "one only"),
    ],
)
def test_some_guests_get_none(domain, reason):
    assert reason in str(Iommu.unavailable(domain, None))


def test_another_model_has_nothing_of_intels():
    device = parse(
        "<iommu model='intel'><driver intremap='on' caching_mode='on' eim='on' iotlb='on'"
        " aw_bits='48' dma_translation='off'/></iommu>"
    )
    assert (device.display_name, device.summary) == ("IOMMU", "Intel VT-d")
    device.model = "virtio"
    assert str(device) == "<iommu model='virtio'><driver/></iommu>"
