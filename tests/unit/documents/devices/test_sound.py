"""Sound cards and the backends that play them."""

import pytest

from qvirt_jupyter.documents import Audio, Domain, Sound, declarations, parse
from qvirt_jupyter.documents.devices.audio_stream import ONLY_OF


def a_domain(machine="q35", arch="x86_64", devices=""):
    return Domain.parse(
        f"<domain><os><type arch='{arch}' machine='{machine}'>hvm</type></os>"
        f"<devices>{devices}</devices></domain>"
    )


@pytest.mark.parametrize(
    ("arch", "machine", "model"),
    [
        ("x86_64", "q35", "ich9"),
        ("x86_64", "pc-q35-7.2", "ich9"),
        ("aarch64", "virt-7.2", "ich9"),
        ("x86_64", "pc", "ich6"),
        ("ppc64le", "pseries", "ich6"),
    ],
)
def test_the_card_of_the_machines_chipset_is_suggested(arch, machine, model):
    assert Sound.suggested(a_domain(machine, arch), None).model == model


def test_a_list_says_number_and_model():
    cards = a_domain(devices="<sound model='ac97'/><sound model='ich9'/>").devices.sounds
    assert [card.display_name for card in cards] == ["Sound card 1", "Sound card 2"]
    assert [card.summary for card in cards] == ["AC97", "Intel HDA (ICH9)"]
    assert [card.identity for card in cards] == [("sound", "ac97", 1), ("sound", "ich9", 1)]
    assert Sound(model="brand-new").display_name == "Sound card"
    assert Sound(model="brand-new").summary == "brand-new"


@pytest.mark.parametrize(("model", "codecs"), [("ich6", 1), ("ac97", 0), ("usb", 0)])
def test_another_model_sits_elsewhere_and_may_have_no_codecs(model, codecs):
    card = parse("<sound model='ich9'><codec type='duplex'/><address type='pci'/></sound>")
    card.model = model
    assert len(card.codecs) == codecs
    assert not card.address


def test_backends_are_numbered_and_named_by_their_number():
    backend = parse("<audio id='2' type='file' path='/tmp/a.wav'/>")
    assert (backend.display_name, backend.summary) == ("Audio backend 2", "A file · /tmp/a.wav")
    assert backend.identity == ("audio", 2)
    assert parse("<audio type='brand-new'/>").summary == "brand-new"


FULL = (
    "<audio id='1' type='{}'><output mixingEngine='yes' dev='d' bufferCount='1' tryPoll='yes'"
    " name='n' streamName='s' latency='1' serverName='s' clientName='c' connectPorts='p'"
    " exactName='yes'><settings frequency='1'/></output></audio>"
)


@pytest.mark.parametrize(
    "kind", ["alsa", "oss", "pulseaudio", "pipewire", "jack", "sdl", "coreaudio", "none", "spice"]
)
def test_a_type_has_its_own_streams(kind):
    backend = parse(FULL.format("other" if kind != "other" else "x"))
    backend.type = kind
    kept = {name for name in ONLY_OF if getattr(backend.output, name) is not None}
    assert kept == {name for name, kinds in ONLY_OF.items() if kind in kinds}
    assert (backend.output.mixing_engine, backend.output.frequency) == (True, 1)
    shown = {
        each.name.removeprefix("output.")
        for each in declarations(backend)
        if each.name.startswith("output.") and each.is_shown(backend)
    }
    assert kept <= shown
    assert not (ONLY_OF.keys() - kept) & shown


@pytest.mark.parametrize(
    ("devices", "number", "kind"),
    [
        ("", 1, "none"),
        ("<graphics type='spice'/>", 1, "spice"),
        ("<graphics type='spice'/><audio id='1' type='spice'/>", 2, "none"),
        ("<audio id='2' type='none'/>", 1, "none"),
        ("<audio id='1' type='none'/><audio id='2' type='none'/>", 3, "none"),
    ],
)
def test_a_free_number_is_suggested_and_spice_where_it_is(devices, number, kind):
    domain = a_domain(devices=devices)
    backend = Audio.suggested(domain, None)
    assert (backend.id, backend.type) == (number, kind)
    assert backend.refused(domain, None) == ""


def test_a_number_that_is_taken_is_refused():
    domain = a_domain(devices="<audio id='1' type='none'/>")
    assert "already" in str(Audio(id=1, type="none").refused(domain, None))
