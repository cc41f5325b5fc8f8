"""Smart card readers, crypto devices and NVRAM."""

import pytest

from qvirt_jupyter.documents import (
    Crypto,
    Domain,
    DomainCapabilities,
    Nvram,
    Smartcard,
    parse,
)

SPICE = Domain.parse("<domain><devices><graphics type='spice'/></devices></domain>")


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("<smartcard mode='passthrough' type='spicevmc'/>", "The card of the viewer · SPICE"),
        (
            "<smartcard mode='passthrough' type='tcp'><source host='h' service='1'/></smartcard>",
            "The card of the viewer · TCP · h:1",
        ),
        ("<smartcard mode='host'/>", "The card reader of the host"),
        ("<smartcard mode='host-certificates'/>", "Certificates of the host"),
    ],
)
def test_a_list_says_where_the_card_is(text, summary):
    card = parse(text)
    assert (card.display_name, card.summary) == ("Smart card", summary)


def test_the_viewers_card_is_suggested_where_spice_brings_it():
    assert str(Smartcard.suggested(SPICE, None)) == (
        "<smartcard mode='passthrough' type='spicevmc'/>"
    )
    assert str(Smartcard.suggested(Domain(), None)) == "<smartcard mode='host'/>"


def test_the_viewers_card_goes_with_the_last_spice_display():
    domain = Domain.parse(
        "<domain><devices><smartcard mode='passthrough' type='spicevmc'/>"
        "<smartcard mode='passthrough' type='tcp'/><graphics type='spice'/>"
        "<audio id='1' type='spice'/><audio id='2' type='none'/></devices></domain>"
    )
    gone = domain.devices.graphics[0].goes_along
    assert gone == (domain.devices.smartcards[0], domain.devices.audios[0])


def test_another_mode_leaves_nothing_of_the_old_one():
    card = parse(
        "<smartcard mode='host-certificates'><certificate>a</certificate>"
        "<certificate>b</certificate><certificate>c</certificate><database>/d</database></smartcard>"
    )
    assert [found.name for found in card.source.certificates] == ["a", "b", "c"]
    card.mode = "passthrough"
    assert str(card) == "<smartcard mode='passthrough' type='spicevmc'/>"
    card.mode = "host"
    assert str(card) == "<smartcard mode='host'/>"
    assert card.type is None


def test_a_crypto_device_needs_a_host_that_knows_it():
    known = DomainCapabilities.parse(
        "<domainCapabilities><devices><crypto supported='yes'/></devices></domainCapabilities>"
    )
    old = DomainCapabilities.parse("<domainCapabilities><devices/></domainCapabilities>")
    assert "9.0" in str(Crypto.unavailable(Domain(), old))
    assert Crypto.unavailable(Domain(), known) == ""
    device = Crypto.suggested(Domain(), known)
    assert str(device) == (
        "<crypto model='virtio' type='qemu'>\n  <backend model='builtin'/>\n</crypto>"
    )
    assert (device.display_name, device.summary) == ("Crypto device", "The emulator itself")


@pytest.mark.parametrize(("arch", "reason"), [("x86_64", "pSeries"), ("ppc64le", "")])
def test_only_pseries_keeps_its_settings_in_a_device(arch, reason):
    domain = Domain.parse(f"<domain><os><type arch='{arch}'>hvm</type></os></domain>")
    said = str(Nvram.unavailable(domain, None))
    assert reason in said
    assert bool(said) == bool(reason)
    assert str(Nvram.suggested(domain, None)) == "<nvram/>"
    assert Nvram().display_name == "NVRAM"
