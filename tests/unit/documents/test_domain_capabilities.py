"""What a host offers, read from answers of real hosts."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import (
    Disk,
    Domain,
    DomainCapabilities,
    Element,
    Field,
    Interface,
    parse,
)
from qvirt_jupyter.documents.schema import kinds_of, schema_of
from qvirt_jupyter.documents.sections.cpu import Cpu

FOLDER = Path(__file__).parents[2] / "data" / "capabilities"


@pytest.fixture(scope="module")
def offer():
    text = (FOLDER / "debian12-qemu72-q35-qemu-domcapabilities.xml").read_text()
    found = parse(text)
    assert isinstance(found, DomainCapabilities)
    return found


@pytest.fixture(scope="module")
def kvm():
    return parse((FOLDER / "debian12-qemu72-q35-kvm-domcapabilities.xml").read_text())


def test_an_enumeration_narrows_the_choices(offer):
    buses = offer.choices("disk/bus")
    assert "virtio" in buses
    assert "ide" not in buses, "a q35 machine has no IDE"


def test_processor_modes_and_models_count_where_they_are_usable(offer):
    assert offer.choices("cpu/mode") == ("maximum", "host-model", "custom")
    assert "qemu64" in offer.choices("cpu/model")


def test_what_the_host_does_not_say_narrows_nothing(offer):
    assert offer.choices("disk/colour") is None
    assert offer.choices("spoon/bus") is None
    assert offer.supports("spoon") is None


def test_features_are_there_or_not(offer):
    assert offer.supports("tpm") is True
    assert offer.supports("sev") is False


def test_what_is_not_there_offers_nothing(offer):
    assert offer.choices("gic/version") == ()
    assert offer.choices("launchSecurity/sectype") == ()
    assert offer.supports("hyperv/features/spinlocks") is True
    assert offer.supports("hyperv/features/relaxed") is False
    assert offer.choices("hyperv/features/relaxed") is None


def test_firmware_and_processors_are_listed(kvm):
    assert kvm.choices("os/firmware") == ("efi",)
    assert "/usr/share/OVMF/OVMF_CODE_4M.fd" in kvm.choices("os/loader/path")
    assert kvm.choices("os/loader/secure") == ("yes", "no")
    assert kvm.choices("cpu/migratable") == ("on", "off")
    assert kvm.host_model == "EPYC-Milan"
    models = {model.name: model for model in kvm.cpu_models}
    assert models["Skylake-Client"].usable is False
    assert (models["EPYC"].vendor, models["qemu64"].vendor) == ("AMD", "")
    assert "Skylake-Client" not in kvm.choices("cpu/model")


def test_a_reason_says_why_a_value_cannot_be(kvm):
    assert "it offers fdc, scsi, virtio, usb, sata" in str(kvm.why_not("disk/bus", "ide"))
    assert "cannot run Skylake-Client" in str(kvm.why_not("cpu/model", "Skylake-Client"))
    assert "it offers" in str(kvm.why_not("cpu/model", "no-such"))
    assert "pc-q35-7.2 has at most 288" in str(kvm.why_not("vcpu/max", 400))
    assert "does not offer it to a machine pc-q35-7.2" in str(kvm.why_not("gic/version", "2"))
    assert "does not offer" in str(kvm.why_not("hyperv/features/relaxed", value=True))
    for caps, value in (
        *(("disk/bus", "virtio"), ("disk/bus", None), ("disk/colour", "red"), ("vcpu/max", 4)),
        *(("vmcoreinfo", True), ("hyperv/features/relaxed", False), ("os/loader/secure", True)),
        *(("cpu/model", kvm.choices("cpu/model")[0]), ("guest/machine", "pc")),
    ):
        assert kvm.why_not(caps, value) == "", caps


def test_a_model_names_the_features_that_the_host_lacks():
    host = DomainCapabilities.parse(
        "<domainCapabilities><arch>x86_64</arch><cpu><mode name='custom' supported='yes'>"
        "<model usable='no' vendor='Intel' deprecated='yes'>Snowridge</model>"
        "<blockers model='Snowridge'><feature name='mpx'/><feature name='gfni'/></blockers>"
        "</mode></cpu></domainCapabilities>"
    )
    assert host.cpu_models[0].deprecated
    assert "lacks what Snowridge needs: mpx, gfni" in str(host.why_not("cpu/model", "Snowridge"))


def test_a_guest_guards_itself_by_what_the_host_has(kvm):
    assert {"stibp", "ssbd"} <= set(kvm.mitigations)
    cpu = Cpu.parse("<cpu><feature policy='disable' name='ssbd'/><feature name='aes'/></cpu>")
    assert not cpu.has_mitigations(kvm)
    cpu.set_mitigations(kvm, required=True)
    assert cpu.has_mitigations(kvm)
    assert cpu.features["ssbd"].policy == "require"
    cpu.set_mitigations(kvm, required=False)
    assert cpu.features.keys() == ["aes"]
    nothing = DomainCapabilities.parse("<domainCapabilities/>")
    assert nothing.mitigations == ()
    assert not cpu.has_mitigations(nothing)


# What libvirt 9.0 does not say of its hosts, newer versions do (https://libvirt.org/news.html);
# what begins with guest/ is said by the host's own capabilities.
SAID_LATER = {
    *("async-teardown", "crypto/backendModel", "crypto/model", "crypto/type", "iommu/model"),
    *("interface/backendType", "memory/model", "panic/model", "ps2", "sound/model"),
    *("launchSecurity/sectype", "emulator", "recent"),
}


def test_every_key_of_capabilities_is_known():
    text = (FOLDER / "debian12-qemu72-q35-kvm-domcapabilities.xml").read_text()
    host = DomainCapabilities.parse(text)
    keys = {
        member.declared.caps
        for kind in kinds_of(Element)
        if kind.__module__.startswith("qvirt_jupyter.")
        for member in schema_of(kind).members.values()
        if isinstance(member, Field) and member.declared.caps
    }
    unknown = {
        key
        for key in keys
        if host.choices(key) is None
        and host.supports(key) is None
        and key != "vcpu/max"
        and not key.startswith("guest/")
    }
    assert unknown <= SAID_LATER


def test_devices_are_numbered_among_their_like():
    domain = Domain.parse(
        "<domain><devices><disk><target dev='vda'/></disk><disk><target dev='vdb'/></disk>"
        "<interface/></devices></domain>"
    )
    first, second = domain.devices.of(Disk)
    assert first.identity != second.identity
    assert second.display_name.endswith("2")
    assert domain.devices.of(Interface)[0].goes_along == ()
    assert Disk.unavailable(domain, None) == ""
