"""What the model does not know stays through edits; what is set goes in its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from qvirt_jupyter.documents import (
    Disk,
    Domain,
    FileSource,
    Graphics,
    Interface,
    metadata_element,
)
from qvirt_jupyter.documents.sections.cpu import Cpu

FOREIGN = """\
<domain type='kvm' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>a</name>
  <!-- kept: <by> hand -->
  <genid>6d3f0000-0000-4000-8000-0000000000a1</genid>
  <vcpu placement='static' cpuset='0-3'>2</vcpu>
  <resource><partition>/machine</partition></resource>

  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk' snapshot='external' model='virtio'>
      <driver name='qemu' type='qcow2' queues='4'/>
      <source file='/a' index='1'><reservations managed='yes'/></source>
      <backingStore/>
      <target dev='vda' bus='virtio' rotation_rate='7200'/>
    </disk>
    <controller type='usb'/>
    <interface type='network'>
      <source network='default' portid='x'/>
      <model type='virtio'/>
      <x:own x:key='1' xmlns:x='urn:x'>text</x:own>
    </interface>
    <memballoon model='virtio'/>
  </devices>
  <seclabel type='dynamic'/>
  <qemu:commandline>
    <qemu:arg value='-device'/>
    <qemu:env name='A' value='&quot;b&quot;'/>
  </qemu:commandline>
</domain>
"""

SOURCE = FOREIGN[FOREIGN.index("<disk") : FOREIGN.index("<reservations")]


def edits():
    """Return an edit of each kind, as what to do and what must change in the text by it."""
    return {
        "text": (lambda d: setattr(d, "name", "b"), ("<name>a<", "<name>b<")),
        "text beside attributes": (lambda d: setattr(d, "vcpus", 4), ("'>2</vcpu>", "'>4</vcpu>")),
        "attribute": (
            lambda d: setattr(d.devices.disks[0], "format", "raw"),
            ("type='qcow2'", "type='raw'"),
        ),
        "new attribute": (
            lambda d: setattr(d.devices.disks[0], "cache", "none"),
            ("type='qcow2' queues", "type='qcow2' cache='none' queues"),
        ),
        "new flag": (
            lambda d: setattr(d.devices.disks[0], "read_only", True),
            ("rotation_rate='7200'/>\n", "rotation_rate='7200'/>\n      <readonly/>\n"),
        ),
        "branch": (
            lambda d: setattr(d.devices.disks[0], "type", "block"),
            (SOURCE, SOURCE.replace("'file'", "'block'").replace(" file='/a'", "")),
        ),
        "new device": (
            lambda d: d.devices.graphics.append(Graphics(type="vnc")),
            ("    <memballoon", "    <graphics type='vnc'/>\n    <memballoon"),
        ),
        "new group": (
            lambda d: setattr(d.cpu, "mode", "host-model"),
            ("  <devices>\n", "  <cpu mode='host-model'/>\n  <devices>\n"),
        ),
    }


@pytest.mark.parametrize("name", edits())
def test_an_edit_changes_its_own_line_and_no_other(name):
    edit, (old, new) = edits()[name]
    assert FOREIGN.count(old) == 1
    domain = Domain.parse(FOREIGN)
    edit(domain)
    assert str(domain) == FOREIGN.replace(old, new)


@settings(max_examples=60)
@given(names=some.lists(some.sampled_from(sorted(edits())), unique=True))
def test_all_that_is_unknown_survives_any_edits(names):
    domain = Domain.parse(FOREIGN)
    for name in names:
        edits()[name][0](domain)
    text = str(domain)
    for line in FOREIGN.splitlines():
        kept = line.strip()
        if kept.startswith(
            ("<!--", "<genid", "<resource", "<back", "<control", "<memb", "<x:", "<qemu", "<sec")
        ):
            assert kept in text
    assert "<reservations managed='yes'/>" in text


def test_clearing_prunes_what_it_made_and_keeps_what_was_there():
    text = "<domain>\n  <cpu>\n    <topology sockets='1'/>\n  </cpu>\n  <os/>\n</domain>"
    domain = Domain.parse(text)
    domain.os.machine = "q35"
    domain.features.smm = True
    assert "<features>" in str(domain)
    domain.os.machine = None
    domain.features.smm = None
    assert str(domain) == text
    domain.cpu.topology.sockets = None
    assert str(domain) == text.replace(" sockets='1'", "")


def test_what_goes_again_leaves_the_neighbours_indentation_as_it_was():
    text = "<domain>\n  <name>a</name>\n\n     <vcpu>1</vcpu>\n <on_crash>destroy</on_crash>\n</domain>"
    domain = Domain.parse(text)
    domain.title, domain.memory = "t", 4
    domain.title = domain.memory = None
    assert str(domain) == text


def test_a_parent_with_something_else_in_it_is_not_pruned():
    domain = Domain.parse("<domain><name>a</name></domain>")
    domain.cpu.mode = "custom"
    domain.cpu.model = "qemu64"
    domain.cpu.mode = None
    assert str(domain) == "<domain><name>a</name><cpu><model>qemu64</model></cpu></domain>"


@pytest.mark.parametrize(
    "text",
    [
        "<domain><name><!-- who -->a<!-- that --></name><vcpu>\n 2 <?x y?></vcpu></domain>",
        "<domain><name>a</name><vcpu>2<!-- all -->\n</vcpu><memory unit='KiB'> 4 </memory></domain>",
    ],
)
def test_comments_inside_a_value_keep_their_place(text):
    domain = Domain.parse(text)
    memory = domain.memory
    domain.name, domain.vcpus, domain.memory = "b", 3, 99
    assert (domain.name, domain.vcpus, domain.memory) == ("b", 3, 99)
    assert all(aside in str(domain) for aside in ("<!--", "-->"))
    domain.name, domain.vcpus, domain.memory = "a", 2, memory
    assert str(domain) == text


def test_a_misspelt_field_is_refused():
    with pytest.raises(AttributeError, match="Disk has no field buss"):
        Disk().buss = "sata"
    with pytest.raises(AttributeError, match="Unknown has no field file"):
        Disk(type="ram").source.file = "/a"


def test_a_group_is_copied_whole():
    source = Domain.parse(
        "<domain><vcpu>2</vcpu><cpu mode='custom'><model>qemu64</model>"
        "<topology sockets='1' cores='2' threads='1'/><feature name='vmx' policy='force'/></cpu></domain>"
    )
    before = str(source)
    target = Domain.parse(
        "<domain><vcpu>2</vcpu><cpu match='exact'><feature name='pae'/><cache mode='disable'/><x mode='x'/></cpu></domain>"
    )
    target.cpu = source.cpu
    assert (target.cpu.match, target.cpu.mode, target.cpu.topology.product) == (None, "custom", 2)
    assert target.cpu.features.keys() == ["vmx"]
    assert "<x mode='x'/>" in str(target), "what is unknown stays"
    assert "<cache" not in str(target)
    target.cpu.model = "max"
    assert str(source) == before
    source.cpu = source.cpu
    assert str(source) == before
    with pytest.raises(TypeError, match="is not a Cpu"):
        target.cpu = Disk()
    fresh = Domain(cpu=Cpu(mode="maximum"))
    assert fresh.cpu.mode == "maximum"


ITEMS = some.lists(
    some.tuples(
        some.sampled_from(["append", "insert", "pop", "move", "reverse"]),
        some.integers(-6, 6),
        some.integers(-6, 6),
    ),
    max_size=8,
)


@settings(max_examples=100)
@given(actions=ITEMS)
def test_items_do_as_a_list_does(actions):
    domain = Domain.parse(FOREIGN)
    disks, expected = domain.devices.disks, ["vda"]
    others = [child.tag for child in domain._tree.root.find("devices") if child.tag != "disk"]
    for number, (action, first, second) in enumerate(actions):
        name = f"sd{'abcdefgh'[number]}"
        if action == "append":
            disks.append(Disk(target=name))
            expected.append(name)
        elif action == "insert":
            disks.insert(first, Disk(target=name))
            expected.insert(first, name)
        elif action == "pop" and -len(expected) <= first < len(expected):
            assert disks.pop(first).target == expected.pop(first)
        elif action == "move" and expected:
            start, end = first % len(expected), second % len(expected)
            disks.move(start, end)
            expected.insert(end, expected.pop(start))
        elif action == "reverse":
            disks.reverse()
            expected.reverse()
        assert disks.keys() == expected
    again = Domain.parse(str(domain))
    assert again.devices.disks.keys() == expected
    left = [child.tag for child in again._tree.root.find("devices") if child.tag != "disk"]
    assert left == others


def test_a_variant_comes_back_with_its_fields_set_again():
    card = Interface.parse(
        "<interface type='network'><source network='default' other='x'/></interface>"
    )
    card.type = "bridge"
    assert str(card) == "<interface type='bridge'><source other='x'/></interface>"
    card.source.bridge = "br0"
    card.type = "user"
    assert str(card) == "<interface type='user'><source other='x'/></interface>"


def test_a_copy_and_its_first_do_not_share_anything():
    first = Domain.parse(FOREIGN)
    first.title = "one"
    second = first.copy()
    second.devices.disks[0].source.file = "/b"
    second.metadata.tags = ("x",)
    second.devices.disks.append(Disk(target="vdb", source=FileSource(file="/c")))
    assert str(first) == FOREIGN.replace("</genid>", "</genid>\n  <title>one</title>")
    assert not first.diff(Domain.parse(str(first)))
    assert set(first.diff(second).paths) == {
        "metadata",
        "devices/disk[vda]/source/@file",
        "devices/disk[vdb]",
    }


METADATA = (
    "<domain><metadata>\n  <x:a xmlns:x='urn:x'>1</x:a>\n  {}\n  <y xmlns='urn:y'/>\n"
    "</metadata></domain>"
)
words = some.text(some.sampled_from(list("ab<&'\" äö\U0001f600")), min_size=1, max_size=64).filter(
    lambda word: word == word.strip()
)


@given(tags=some.lists(words, max_size=4, unique=True), group=some.none() | words)
def test_tags_and_group_are_read_back_and_others_metadata_stays(tags, group):
    ours = metadata_element(tags, group)
    assert bool(ours) == bool(tags or group)
    domain = Domain.parse(METADATA.format(ours))
    assert domain.metadata.tags == tuple(tags)
    assert domain.metadata.group == group
    bare = Domain.parse(METADATA.format(""))
    before = str(bare)
    bare.metadata.tags, bare.metadata.group = tags, group
    again = Domain.parse(str(bare))
    assert (again.metadata.tags, again.metadata.group) == (tuple(tags), group)
    assert "<x:a xmlns:x='urn:x'>1</x:a>" in str(bare)
    assert "<y xmlns='urn:y'/>" in str(bare)
    bare.metadata.tags, bare.metadata.group = (), None
    assert "qvirt" not in str(bare)
    assert not bare.diff(Domain.parse(before))


def test_a_wrong_tag_leaves_the_old_ones():
    domain = Domain.parse(METADATA.format(metadata_element(["a"], "G")))
    before = str(domain)
    with pytest.raises(ValueError, match="a word or two"):
        domain.metadata.tags = ("good", " bad ")
    with pytest.raises(TypeError, match="several texts"):
        domain.metadata.tags = "web"
    assert str(domain) == before
