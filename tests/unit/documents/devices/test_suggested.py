"""What Add Hardware makes first is what libvirt's own schema allows, on any kind of guest."""

from pathlib import Path

import pytest
from lxml import etree

from qvirt_jupyter import documents
from qvirt_jupyter.documents import Device, Domain, parse
from qvirt_jupyter.documents.devices.character import CharacterDevice
from qvirt_jupyter.documents.schema import kinds_of

RULES = Path("/usr/share/libvirt/schemas/domain.rng")
CAPABILITIES = Path(__file__).parents[3] / "data" / "capabilities"
# libvirt 9.0 has no schema for them (https://libvirt.org/news.html).
NEWER = {documents.Crypto, documents.Pstore}
# Nothing suits a guest that nobody has chosen: these have tests of their own.
CHOSEN_BY_PEOPLE = {
    *("controller", "disk", "filesystem", "hostdev", "interface", "lease", "redirdev"),
    "redirfilter",
}
KINDS = {
    kind.tag: kind
    for kind in kinds_of(Device)
    if kind.__module__.startswith("qvirt_jupyter.")
    and "tag" in vars(kind)
    and kind.tag not in CHOSEN_BY_PEOPLE
    and kind not in NEWER
}
GUEST = """\
<domain type='{type}'><name>a</name><memory>1</memory>
<os><type arch='{arch}' machine='{machine}'>{os}</type></os><devices>{devices}</devices></domain>"""
GUESTS = {
    "q35": GUEST.format(type="kvm", arch="x86_64", machine="q35", os="hvm", devices=""),
    "pc-spice": GUEST.format(
        type="qemu", arch="x86_64", machine="pc", os="hvm", devices="<graphics type='spice'/>"
    ),
    "virt": GUEST.format(type="kvm", arch="aarch64", machine="virt", os="hvm", devices=""),
    "pseries": GUEST.format(type="kvm", arch="ppc64le", machine="pseries", os="hvm", devices=""),
    "s390": GUEST.format(type="kvm", arch="s390x", machine="s390-ccw-virtio", os="hvm", devices=""),
    "xen": GUEST.format(type="xen", arch="x86_64", machine="xenfv", os="hvm", devices=""),
}


@pytest.fixture(scope="module")
def rules():
    if not RULES.exists():
        pytest.skip("libvirt's schemas are not installed")
    return etree.RelaxNG(etree.parse(RULES))


def test_all_kinds_are_tried():
    assert len(KINDS) >= 20
    assert all(issubclass(kind, Device) for kind in KINDS.values())


@pytest.mark.parametrize("guest", GUESTS)
@pytest.mark.parametrize("tag", KINDS)
def test_it_is_what_the_schema_allows(rules, tag, guest):
    kind = KINDS[tag]
    domain = Domain.parse(GUESTS[guest])
    if guest == "virt" and tag == "panic":
        assert kind.suggested(domain, None).model == "pvpanic", "libvirt knows it since 9.1"
        return
    added = domain.devices.add(kind.suggested(domain, None))
    root = etree.fromstring(str(domain))
    assert rules.validate(root), rules.error_log
    assert added.display_name
    assert added.identity == domain.devices.of(kind)[len(domain.devices.of(kind)) - 1].identity
    assert Domain.parse(str(domain)).devices.of(kind).keys() == domain.devices.of(kind).keys()


@pytest.mark.parametrize("file", sorted(CAPABILITIES.glob("*-domcapabilities.xml")))
@pytest.mark.parametrize("tag", KINDS)
def test_it_is_what_the_host_offers(tag, file):
    host = parse(file.read_text())
    kind = KINDS[tag]
    machine = host.machine
    domain = Domain.parse(
        GUEST.format(
            type=host.domain, arch=host.architecture, machine=machine, os="hvm", devices=""
        )
    )
    if kind.unavailable(domain, host):
        return
    device = kind.suggested(domain, host)
    for declared in documents.declarations(device):
        offered = host.choices(declared.caps) if declared.caps else None
        value = declared.get(device)
        if offered is not None and value is not None:
            assert value in offered, declared.name


def test_every_kind_is_named_in_words():
    for kind in KINDS.values():
        assert str(kind.title)[:1].isupper(), kind
    assert issubclass(KINDS["serial"], CharacterDevice)
