"""The XML of networks, storage pools and volumes on libvirt's test driver."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for

from qvirt_jupyter.hypervisor import EditConflict, InvalidDefinition, WrongState, publisher
from qvirt_jupyter.widgets import HostXml, host_panel
from qvirt_jupyter.widgets.preferences import preferences


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def an_editor(a_connection):
    editor = HostXml(a_connection)
    tell(editor, type="ready")
    assert wait_for(lambda: state_of(editor)["choices"] and text_of(editor))
    yield editor
    editor.close()


def tell(editor, **content):
    editor._handle_custom_msg({"client": "window-1", **content}, [])
    publisher.flush()


def state_of(editor):
    return editor.shown or {"choices": [], "phase": "", "refused": "", "faults": [], "outcome": ""}


def text_of(editor):
    return editor._draft.text


def choose(editor, label):
    found = [each["id"] for each in state_of(editor)["choices"] if each["label"].strip() == label]
    assert found, state_of(editor)["choices"]
    tell(editor, type="choose", id=found[0])
    assert wait_for(lambda: state_of(editor)["chosen"] == found[0] and text_of(editor))


def press_apply(editor, text):
    tell(editor, type="apply", text=text, revision=editor._draft.revision, view="view-1")
    assert wait_for(lambda: state_of(editor)["phase"] == "ready")


def labels(editor):
    return [each["label"].strip() for each in state_of(editor)["choices"]]


def test_each_network_and_pool_can_be_chosen(an_editor, a_connection):
    wanted = [f"Network {each.name}" for each in a_connection.networks]
    wanted += [f"Storage pool {each.name}" for each in a_connection.storage_pools]
    assert wait_for(lambda: set(labels(an_editor)) >= set(wanted))
    assert len(wanted) >= 2
    for label in wanted:
        choose(an_editor, label)
        name = f"<name>{escape(label.split()[-1])}</name>"
        assert wait_for(lambda name=name: name in text_of(an_editor))
        assert state_of(an_editor)["refused"] == ""


def test_a_network_is_stored_and_says_from_when_it_counts(an_editor, a_connection):
    network = a_connection.networks["default"]
    # The test driver shows no stored definition of what is on.
    network.stop()
    choose(an_editor, f"Network {network.name}")
    text = text_of(an_editor)
    changed = text.replace("</name>", "</name>\n  <domain name='lab.example'/>", 1)
    press_apply(an_editor, changed)
    assert wait_for(lambda: state_of(an_editor)["outcome"] == "Stored: domain.")
    assert network.document(inactive=True).domain == "lab.example"
    assert wait_for(lambda: "lab.example" in text_of(an_editor))
    network.start()
    choose(an_editor, "Storage pool images")
    choose(an_editor, "Network default")
    press_apply(an_editor, text_of(an_editor).replace("lab.example", "other.example"))
    assert wait_for(lambda: "counts from the next start" in state_of(an_editor)["outcome"])


def test_libvirts_refusal_stands_beside_the_text_that_stays(an_editor, a_connection):
    network = next(iter(a_connection.networks))
    choose(an_editor, f"Network {network.name}")
    before = network.xml(inactive=True)
    wrong = text_of(an_editor).replace("<name>", "<forward mode='nowhere'/><name>", 1)
    press_apply(an_editor, wrong)
    assert wait_for(lambda: state_of(an_editor)["faults"])
    assert text_of(an_editor) == wrong
    assert network.xml(inactive=True) == before


def test_somebody_elses_change_is_compared(an_editor, a_connection):
    pool = a_connection.storage_pools["images"]
    pool.stop()
    choose(an_editor, f"Storage pool {pool.name}")
    text = text_of(an_editor)
    theirs = pool.document(inactive=True)
    theirs.path = "/theirs"
    pool.redefine(str(theirs))
    press_apply(an_editor, text.replace("<path>", "<path>/mine", 1))
    assert wait_for(lambda: state_of(an_editor)["comparing"])
    assert pool.document(inactive=True).path == "/theirs"


def test_a_volume_is_shown_and_says_why_it_stays(an_editor, a_connection):
    pool = next(each for each in a_connection.storage_pools if each.is_active)
    pool.create_volume("one.qcow2", 1024**2)
    choose(an_editor, f"Storage pool {pool.name}")
    assert wait_for(lambda: "one.qcow2" in labels(an_editor))
    choose(an_editor, "one.qcow2")
    assert wait_for(lambda: "<name>one.qcow2</name>" in text_of(an_editor))
    assert wait_for(lambda: "resize it" in state_of(an_editor)["refused"])


def test_where_editing_is_off_it_is_read_only(an_editor):
    preferences.set(edit_xml=False)
    assert wait_for(lambda: "preferences" in state_of(an_editor)["refused"])


def test_in_python_a_definition_is_written_anew_or_nothing_is(a_connection):
    network = a_connection.networks["default"]
    base = network.xml(inactive=True)
    document = network.document(inactive=True)
    document.domain = "one.example"
    result = network.redefine(document, base=base)
    assert [(effect.path, effect.when) for effect in result.effects] == [("domain", "next_boot")]
    assert "stop and start it" in result.effects[0].reason
    # The test driver forgets it when it stops.
    network.stop()
    assert [effect.when for effect in network.redefine(document).effects] == ["now"]
    assert not network.redefine(document).changes
    with pytest.raises(EditConflict) as caught:
        network.redefine(base, base=base)
    assert caught.value.theirs.paths == ("domain",)
    for wrong in ("<network", "<pool type='dir'><name>a</name></pool>"):
        with pytest.raises(InvalidDefinition):
            network.redefine(wrong)
    document.name = "another"
    with pytest.raises(InvalidDefinition, match="keeps the name"):
        network.redefine(document)
    assert network.document(inactive=True).domain == "one.example"


def test_what_is_not_stored_cannot_be_written_anew(a_connection):
    a_connection.call(
        lambda c: c.networkCreateXML("<network><name>short</name><bridge name='vb9'/></network>")
    )
    network = a_connection.networks["short"]
    with pytest.raises(WrongState, match="transient"):
        network.redefine(network.xml())


def test_the_tab_of_a_host_has_it_and_what_was_typed(a_connection):
    panel = host_panel(a_connection)
    again = host_panel(a_connection)
    try:
        assert panel.section("xml") is None
        panel.open_section("xml")
        assert wait_for(lambda: panel.section("xml"))
        editor = panel.section("xml").editor
        tell(editor, type="ready")
        assert wait_for(lambda: state_of(editor)["choices"] and text_of(editor))
        typed = text_of(editor).replace("</name>", "</name><!-- typed -->", 1)
        tell(editor, type="edit", text=typed, revision=editor._draft.revision, view="view-1")
        assert wait_for(lambda: editor.is_dirty)
        again.take_over(panel)
        assert wait_for(lambda: text_of(again.section("xml").editor) == typed)
    finally:
        panel.close()
        again.close()


def test_interfaces_of_the_host_are_read_and_edited_where_the_driver_can(a_connection):
    a_connection.interfaces.define(
        "<interface type='ethernet' name='eth9'><start mode='onboot'/></interface>"
    )
    editor = HostXml(a_connection)
    tell(editor, type="ready")
    assert wait_for(lambda: "Interface eth9" in labels(editor))
    choose(editor, "Interface eth9")
    assert wait_for(lambda: "<interface" in text_of(editor))
    assert state_of(editor)["refused"] == a_connection.interfaces.why_read_only == ""
    press_apply(editor, text_of(editor).replace("onboot", "none"))
    assert wait_for(lambda: "none" in a_connection.interfaces["eth9"].xml())
    editor.close()
