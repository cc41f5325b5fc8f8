"""Each declaration is right: libvirt's own schema knows it, and the data says it somewhere."""

import dataclasses
from pathlib import Path

import pytest
from lxml import etree
from sample_documents import fields

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import (
    Device,
    Disk,
    Document,
    Domain,
    Element,
    Field,
    Flag,
    Integer,
    Text,
    option,
    schema,
)
from qvirt_jupyter.documents.declaration import declarations
from qvirt_jupyter.documents.schema import Member, kinds_of, schema_of

DATA = Path(__file__).parents[2] / "data"
SCHEMAS = Path("/usr/share/libvirt/schemas")
SCHEMA_OF = {
    "domain": "domain",
    "network": "network",
    "pool": "storagepool",
    "volume": "storagevol",
    "device": "nodedev",
    "capabilities": "capability",
    "domainsnapshot": "domainsnapshot",
    "domaincheckpoint": "domaincheckpoint",
    "secret": "secret",
    "filter": "nwfilter",
    "interface": "interface",
    "storagepoolCapabilities": "storagepoolcaps",
}
# What libvirt learned after the version of these schemas (https://libvirt.org/news.html): clusters
# in 10.1, vDPA disks in 9.8, the title of a network in 9.7, and so on.
NEWER = "-newer"
NEW_IN_NETWORKS = ("title", "description")
FILES = sorted((DATA / "documents").glob("*.xml"))
ANSWERS = sorted((DATA / "capabilities").glob("*capabilities.xml"))


def declared_fields():
    for kind in [Element, *kinds_of(Element)]:
        for name, member in vars(kind).items():
            if isinstance(member, Field) and kind.__module__.startswith("qvirt_jupyter."):
                yield kind, name, member


def said(element, found):
    for name, member in schema_of(type(element)).members.items():
        if isinstance(member, Field):
            if getattr(element, name) != member.type.absent:
                found.add(member)
        elif isinstance(member, Member):
            value = getattr(element, name)
            for part in value if isinstance(value, documents.Items) else [value]:
                said(part, found)
    return found


def in_a_domain(device):
    """Return the smallest domain with a device: libvirt has no schema for a device alone."""
    domain = etree.fromstring(
        "<domain type='kvm'><name>a</name><memory>1</memory><os><type>hvm</type></os><devices/></domain>"
    )
    domain.find("devices").append(device)
    return domain


def test_every_declared_field_is_read_from_real_xml():
    found = set()
    for file in (*FILES, *ANSWERS):
        said(documents.parse(file.read_text()), found)
    untouched = [
        f"{kind.__name__}.{name}" for kind, name, field in declared_fields() if field not in found
    ]
    assert untouched == []


@pytest.mark.skipif(not SCHEMAS.exists(), reason="libvirt's schemas are not installed")
@pytest.mark.parametrize(
    "file", [f for f in FILES if NEWER not in f.stem], ids=lambda file: file.stem
)
def test_that_xml_is_what_libvirts_schema_allows(file):
    root = etree.parse(file).getroot()
    if root.tag == "network":
        for tag in NEW_IN_NETWORKS:
            root.remove(root.find(tag))
    if isinstance(documents.parse(file.read_text()), Device):
        root = in_a_domain(root)
    rules = etree.RelaxNG(etree.parse(SCHEMAS / f"{SCHEMA_OF[root.tag]}.rng"))
    assert rules.validate(root), rules.error_log


# Without these, libvirt takes no definition, or none that has the others beside it.
NEEDED = {
    *("Domain.type", "Domain.name", "Domain.memory", "Domain.memory_slots", "Clock.offset"),
    *("Clock.start", "OperatingSystem.type", "OperatingSystem.init_group", "Sev.policy"),
    *("EmulatorScheduler.priority", "Topology.sockets", "Topology.cores", "Topology.threads"),
}


@pytest.mark.skipif(not SCHEMAS.exists(), reason="libvirt's schemas are not installed")
def test_what_is_cleared_leaves_nothing_that_libvirt_refuses():
    rules = etree.RelaxNG(etree.parse(SCHEMAS / "domain.rng"))
    wrong = set()
    for file in FILES:
        text = file.read_text()
        document = documents.parse(text)
        # What only newer versions know is no measure for the one that is installed.
        if not isinstance(document, Domain) or not rules.validate(etree.fromstring(text)):
            continue
        for index, (element, member) in enumerate(fields(document)):
            # An item without what makes it one is none; devices have their own rules.
            of_the_domain = element is document or element._root is None
            if not of_the_domain or "devices" in type(element).__module__:
                continue
            if getattr(element, member.name) == member.type.absent:
                continue
            cleared = documents.parse(text)
            owner, _member = list(fields(cleared))[index]
            setattr(owner, member.name, member.type.absent)
            if not rules.validate(etree.fromstring(str(cleared))):
                wrong.add(f"{type(element).__name__}.{member.name}")
    assert wrong <= NEEDED


def test_every_field_has_a_label_that_can_be_translated():
    for kind, name, field in declared_fields():
        assert isinstance(field.declared.label, LazyString), f"{kind.__name__}.{name}"
        assert not str(field.declared.label)[0].islower() or str(field.declared.label)[:2] in (
            "iS",
            "qc",
            "vD",
        )


def test_every_variant_has_its_selector():
    for kind in kinds_of(Element):
        for member in schema_of(kind).members.values():
            if isinstance(member, documents.Variant):
                assert member._field(kind()).location == member.selector


def follows_something(kind_schema, way):
    """Tell whether there is a member on a way of names."""
    first, *rest = way
    for name, member in kind_schema.members.items():
        if first in ("*", name):
            if not rest:
                return True
            inner = getattr(member, "cls", None)
            if inner is not None and follows_something(schema_of(inner), rest):
                return True
    return False


def test_a_rule_names_members_that_exist():
    for kind in kinds_of(Element):
        schema_of_kind = schema_of(kind)
        for rule in schema_of_kind.rules:
            name = f"{kind.__name__}.{rule.name}"
            assert set(rule.touches) <= schema_of_kind.members.keys(), name
            for watched in rule.watches:
                assert follows_something(schema_of_kind, watched.split(".")), (name, watched)


def test_an_instance_declares_the_branch_that_it_has():
    disk = Disk.parse("<disk type='block'><source dev='/dev/sdb'/></disk>")
    named = {declared.name: declared for declared in declarations(disk)}
    assert "source.device" in named
    assert "source.file" not in named
    assert {"source.file", "source.device", "iotune.total_bytes"} <= {
        d.name for d in declarations(Disk)
    }
    assert named["source.device"].get(disk) == "/dev/sdb"
    named["iotune.total_bytes"].set(disk, 5)
    assert disk.iotune.total_bytes == 5
    assert not named["removable"].is_shown(disk)
    disk.bus = "usb"
    assert named["removable"].is_shown(disk)


def test_a_dataclass_declares_in_the_same_way():
    @dataclasses.dataclass
    class Wish:
        name: str = option(Text(max_length=3), label=_("Name"), default="")
        count: int = option(Integer(1, 3), label=_("Count"), default=1, group=_("More"))
        secret: str = option(Text(secret=True), label=_("Secret"), default="")
        other: int = 0

    wish = Wish(secret="hush")  # noqa: S106 - what the test is about
    assert [declared.name for declared in declarations(wish)] == ["name", "count", "secret"]
    assert declarations(Wish) == declarations(wish)
    assert "hush" not in repr(wish)
    with pytest.raises(ValueError, match="from 1 to 3"):
        declarations(wish)[1].set(wish, 9)
    with pytest.raises(TypeError, match="declares no fields"):
        declarations(5)


def test_a_new_device_costs_one_class():
    class Spoon(documents.Device):
        tag = "spoon"
        collection = "spoons"
        model = Field("@model", Text(), label=_("Model"))

    try:
        domain = Domain.parse("<domain><devices><spoon model='isa'/></devices></domain>")
        assert domain.devices.spoons[0].model == "isa"
        assert domain.devices.of(Spoon) == domain.devices.spoons
        domain.devices.disks.append(Disk(target="vda"))
        assert str(domain).index("<disk") < str(domain).index("<spoon")
        assert isinstance(documents.parse("<spoon/>"), Spoon)
    finally:
        delattr(documents.Devices, "spoons")
        documents.document._KINDS.pop("spoon")
        schema._SCHEMAS.clear()


def test_an_element_that_makes_no_sense_is_named():
    with pytest.raises(
        documents.InvalidDocument, match="interface/mtu/@size: 'big' is not a whole number"
    ):
        _value = documents.parse("<interface><mtu size='big'/></interface>").mtu


def test_what_makes_no_sense_can_be_replaced():
    card = documents.parse("<interface><mtu size='big'/></interface>")
    card.mtu = 1500
    assert str(card) == "<interface><mtu size='1500'/></interface>"


def test_a_wrong_value_changes_nothing():
    domain = Domain.parse("<domain><vcpu>2</vcpu></domain>")
    for value in (0, "2", True, 1.5):
        with pytest.raises(ValueError, match="whole number of at least 1"):
            domain.vcpus = value
    assert str(domain) == "<domain><vcpu>2</vcpu></domain>"


def test_flags_read_as_true_or_false():
    disk = Disk()
    assert disk.read_only is False
    disk.read_only = True
    assert str(disk) == "<disk>\n  <readonly/>\n</disk>"
    del disk.read_only
    assert disk.read_only is False
    assert isinstance(Disk.read_only.type, Flag)
    assert issubclass(Disk, Document)
