"""Trusted platform modules."""

from pathlib import Path

import pytest

from qvirt_jupyter.documents import Domain, DomainCapabilities, Tpm, parse

FOLDER = Path(__file__).parents[3] / "data" / "capabilities"


def offer(models, types, supported="yes"):
    def values(names):
        return "".join(f"<value>{name}</value>" for name in names)

    return DomainCapabilities.parse(
        f"<domainCapabilities><devices><tpm supported='{supported}'>"
        f"<enum name='model'>{values(models)}</enum>"
        f"<enum name='backendModel'>{values(types)}</enum></tpm></devices></domainCapabilities>"
    )


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        (
            "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
            "Emulated · CRB · 2.0",
        ),
        (
            "<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>",
            "Module of the host · TIS · /dev/tpm0",
        ),
        (
            "<tpm><backend type='external'><source type='unix' path='/s'/></backend></tpm>",
            "Emulator that runs already · /s",
        ),
        ("<tpm model='a'><backend type='b'/></tpm>", "b · a"),
    ],
)
def test_a_list_says_what_does_the_work(text, summary):
    device = parse(text)
    assert (device.display_name, device.summary) == ("TPM", summary)


X86 = "<domain><os><type arch='x86_64'>hvm</type></os></domain>"
ARM = "<domain><os><type arch='aarch64'>hvm</type></os></domain>"


@pytest.mark.parametrize(
    ("text", "host", "model", "kind"),
    [
        (X86, None, "tpm-crb", "emulator"),
        (ARM, None, "tpm-tis", "emulator"),
        (X86, offer(["tpm-tis", "tpm-crb"], ["passthrough", "emulator"]), "tpm-crb", "emulator"),
        (X86, offer(["tpm-tis"], ["passthrough"]), "tpm-tis", "passthrough"),
        (ARM, offer(["tpm-spapr"], ["emulator"]), "tpm-spapr", "emulator"),
    ],
)
def test_an_emulated_one_with_the_newest_interface_is_suggested(text, host, model, kind):
    device = Tpm.suggested(Domain.parse(text), host)
    assert (device.model, device.backend.type) == (model, kind)


def test_another_type_leaves_nothing_of_the_old_one():
    device = parse(
        "<tpm model='tpm-crb'><backend type='emulator' version='2.0' persistent_state='yes'>"
        "<encryption secret='6d3f0000-0000-4000-8000-00000000e0a1'/>"
        "<active_pcr_banks><sha1/><sha512/></active_pcr_banks></backend></tpm>"
    )
    device.backend.type = "passthrough"
    assert str(device) == "<tpm model='tpm-crb'><backend type='passthrough'/></tpm>"


def test_a_guest_has_one_and_a_host_may_have_none():
    one = Domain.parse("<domain><devices><tpm/></devices></domain>")
    assert "one only" in str(Tpm.unavailable(one, None))
    assert "does not offer" in str(Tpm.unavailable(Domain(), offer([], [], "no")))
    real = parse((FOLDER / "debian12-qemu72-q35-qemu-domcapabilities.xml").read_text())
    assert Tpm.unavailable(Domain(), real) == ""
    assert Tpm.suggested(Domain.parse(X86), real).model == "tpm-crb"
