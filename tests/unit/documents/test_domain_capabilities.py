"""What a host offers, read from answers of real hosts."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import Disk, Domain, DomainCapabilities, Interface, parse

FOLDER = Path(__file__).parents[2] / "data" / "capabilities"


@pytest.fixture(scope="module")
def offer():
    text = (FOLDER / "debian12-qemu72-q35-qemu-domcapabilities.xml").read_text()
    found = parse(text)
    assert isinstance(found, DomainCapabilities)
    return found


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
