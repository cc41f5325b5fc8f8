"""Two who edit one definition: the XML tab, and virsh in a process of its own."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.xml.machine_xml import MachineXml

pytestmark = pytest.mark.qemu

MACHINE = """<domain type='qemu'>
  <name>edited-twice</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <graphics type='vnc' port='-1' passwd='hunter2'/>
  </devices>
</domain>
"""


@pytest.fixture
def a_machine(a_qemu_connection):
    machine = a_qemu_connection.domains.define(MACHINE)
    yield machine
    machine.undefine()


@pytest.fixture
def an_editor(a_machine, monkeypatch):
    make_fresh(monkeypatch, preferences)
    editor = MachineXml(a_machine)
    assert wait_for(
        lambda: editor.shown and editor.shown["choices"] and not editor.shown["refused"]
    )
    yield editor
    editor.close()


def tell(editor, **content):
    editor._handle_custom_msg({"client": "window-1", **content}, [])
    publisher.flush()


def test_what_virsh_stored_meanwhile_is_not_overwritten(an_editor, a_machine, a_qemu_libvirtd):
    typed = an_editor._draft.text.replace("</uuid>", "</uuid>\n  <title>mine</title>")
    revision = an_editor._draft.revision
    tell(an_editor, type="edit", text=typed, revision=revision, view="view-1")
    a_qemu_libvirtd.virsh("desc", "edited-twice", "--config", "theirs")
    assert wait_for(lambda: an_editor.shown["foreign"], 60)
    assert an_editor._draft.text == typed

    tell(an_editor, type="apply", text=typed, revision=revision, view="view-1")
    assert wait_for(lambda: an_editor.shown["comparing"], 60)
    texts = an_editor._draft.conflict_message()
    assert "theirs" not in texts["base"]
    assert "<description>theirs</description>" in texts["theirs"]
    assert texts["mine"] == typed
    assert a_machine.title == ""

    both = typed.replace("</title>", "</title>\n  <description>theirs</description>")
    tell(an_editor, type="resolve", how="mine", text=both)
    assert wait_for(lambda: an_editor.shown["outcome"], 60)
    stored = a_qemu_libvirtd.virsh("dumpxml", "edited-twice", "--inactive", "--security-info")
    assert "<title>mine</title>" in stored
    assert "<description>theirs</description>" in stored
    assert "passwd='hunter2'" in stored


def test_qemus_own_refusal_is_said(an_editor, a_machine):
    text = an_editor._draft.text
    typed = text.replace("machine='", "machine='nonesuch-")
    assert typed != text
    revision = an_editor._draft.revision
    tell(an_editor, type="apply", text=typed, revision=revision, view="view-1")
    faults = wait_for(lambda: an_editor.shown["phase"] == "ready" and an_editor.shown["faults"], 60)
    assert "nonesuch" in faults[0]["text"] + faults[0]["details"]
    assert an_editor._draft.text == typed
    assert "nonesuch" not in a_machine.xml(inactive=True)
