"""The smallest part of a document that libvirt's schema has something against."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor import explain_invalid
from qvirt_jupyter.hypervisor.editing import schema_faults

pytestmark = pytest.mark.skipif(
    not (schema_faults.FOLDER / "domain.rng").is_file(),
    reason="libvirt's schemas are not installed",
)
DOMAIN = """<domain type='kvm'>
  <name>web</name>
  <memory unit='KiB'>1024</memory>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none'/>
      <source file='/a'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'>
      <target dev='sda' bus='sata'/>
    </disk>
    <interface type='network'>
      <source network='default'/>
      <model type='virtio'/>
    </interface>
  </devices>
</domain>
"""


def fault(old, new):
    assert old in DOMAIN
    return explain_invalid(DOMAIN.replace(old, new, 1))


def test_what_is_right_has_no_fault():
    assert explain_invalid(DOMAIN) is None


@pytest.mark.parametrize(
    ("old", "new", "line", "where", "words"),
    [
        (
            "cache='none'",
            "cache='no'",
            7,
            ("disk[1]/driver", "diskDriver"),
            "'no' is not a value of",
        ),
        ("<driver name", "<driver nome", 7, ("disk[1]/driver", "diskDriver"), "no attribute nome"),
        ("bus='sata'", "bus='ps2'", 12, ("disk[2]/target", "diskTarget"), "'ps2' is not a value"),
        (
            "<target dev='vda'",
            "<tarket dev='vda'",
            9,
            ("disk[1]/tarket", "disk"),
            "not allowed inside <disk>",
        ),
        (
            "<devices>",
            "<devices><foo/>",
            5,
            ("devices/foo", "devices"),
            "not allowed inside <devices>",
        ),
        (">1024<", ">much<", 3, ("domain/memory", ""), "'much' is not a value of <memory>"),
        ("<source network='default'/>", "<source/>", 14, ("interface", "interface"), "<interface>"),
        (" dev='vda'", "", 9, ("disk[1]/target", "diskTarget"), "needs the attribute dev"),
    ],
)
def test_the_smallest_part_is_named(old, new, line, where, words):
    path, definition = where
    found = fault(old, new)
    assert found.line == line
    assert found.path.endswith(path)
    assert not definition or found.definition == definition
    assert words in found.reason
    assert str(found).startswith(f"Line {line}: ")


def test_what_is_allowed_there_is_listed():
    assert "writeback" in fault("cache='none'", "cache='no'").values
    found = fault("<target dev='vda'", "<tarket dev='vda'")
    assert {"target", "source", "driver"} <= set(found.elements)
    assert {"dev", "bus"} <= set(fault(" bus='virtio'", " bux='virtio'").attributes)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<target dev='vda' bus='virtio'/>", "", "<disk> needs <target> inside."),
        (" dev='vda'", "", "<target> needs the attribute dev."),
        ("<name>web</name>", "", "<domain> needs <name> inside."),
    ],
)
def test_what_is_missing_is_named(old, new, words):
    assert fault(old, new).reason == words


def test_one_too_many_is_named():
    found = fault("<source file='/a'/>", "<source file='/a'/><source file='/b'/>")
    assert "<source> does not go together" in found.reason
    assert found.path.endswith("disk[1]")


def test_what_is_not_well_formed_has_line_and_column():
    found = fault("</disk>", "</dissk>")
    assert (found.line, found.path, found.definition) == (10, "", "")
    assert found.column > 1
    assert "disk line 6 and dissk" in found.reason


@pytest.mark.parametrize(
    ("text", "root", "line"),
    [
        ("<disk type='file'>\n<source file='/a'/><target dev='vda' bus='x'/></disk>", "disk", 2),
        ("<rng model='virtio'>\n<backend model='x'>/dev/random</backend></rng>", "rng", 2),
        ("<network>\n<name>a</name><bridge nome='x'/></network>", "network", 2),
        ("<pool type='dir'>\n<name>a</name>\n<target><path>x</path></target></pool>", "pool", 3),
        ("<volume>\n<name>a</name>\n<capacity unit='x'>1</capacity></volume>", "volume", 3),
        ("<rng/>", "disk", 1),
        ("<!DOCTYPE a><a/>", "a", 1),
    ],
)
def test_other_documents_have_faults_too(text, root, line):
    assert explain_invalid(text, root).line == line


def test_without_the_schema_nothing_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(schema_faults, "FOLDER", tmp_path)
    assert fault("cache='none'", "cache='no'") is None
    # What is no XML is seen all the same.
    assert explain_invalid("<domain>").line == 1


def test_a_broken_schema_is_no_schema(tmp_path, monkeypatch, caplog):
    (tmp_path / "domain.rng").write_text("<grammar>")
    monkeypatch.setattr(schema_faults, "FOLDER", tmp_path)
    assert fault("cache='none'", "cache='no'") is None
    assert "cannot be read" in caplog.text


MANY = (
    "name='qemu' type='qcow2' cache='none' error_policy='stop' rerror_policy='stop' io='native'"
    " ioeventfd='on' event_idx='off' copy_on_read='on' discard='unmap' iothread='1'"
    " detect_zeroes='on' queues='4' iommu='on' ats='on' packed='on' page_per_vq='on'"
)


@pytest.mark.timeout(60)
def test_many_attributes_take_no_minutes():
    disk = f"<disk type='file'><driver {MANY}/><target dev='vda' bus='virtio'/></disk>"
    assert explain_invalid(disk, "disk") is None
    wrong = disk.replace("dev='vda'", "nonsense='vda'")
    assert explain_invalid(wrong, "disk").path == "disk/target"


@pytest.mark.timeout(60)
def test_one_wrong_of_many_attributes_is_left_to_libvirt():
    disk = f"<disk type='file'><driver {MANY}/><target dev='vda' bus='virtio'/></disk>"
    assert explain_invalid(disk.replace("cache='none'", "cache='much'"), "disk") is None
