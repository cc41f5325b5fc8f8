"""The XML of a machine on libvirt's test driver: what is shown, stored, refused and compared."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for

from qvirt_jupyter.hypervisor import EditConflict, connect, publisher
from qvirt_jupyter.hypervisor.editing.schema_faults import FOLDER
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.xml.machine_xml import MachineXml

needs_schema = pytest.mark.skipif(
    not (FOLDER / "domain.rng").is_file(), reason="libvirt's schemas are not installed"
)


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def open_xml(a_connection):
    """Opens the XML of a machine; a view of it is there."""
    opened = []

    def show(name="running"):
        editor = MachineXml(a_connection.domains[name])
        opened.append(editor)
        tell(editor, type="ready")
        assert wait_for(
            lambda: state_of(editor)["choices"] and state_of(editor)["phase"] == "ready"
        )
        return editor

    yield show
    for editor in opened:
        editor.close()


def tell(editor, **content):
    editor._handle_custom_msg({"client": "window-1", **content}, [])
    publisher.flush()


def type_(editor, text, view="view-1"):
    tell(editor, type="edit", text=text, revision=editor._draft.revision, view=view)


def press_apply(editor, text):
    tell(editor, type="apply", text=text, revision=editor._draft.revision, view="view-1")
    assert wait_for(lambda: state_of(editor)["phase"] == "ready")


def state_of(editor):
    return editor.shown or {"choices": [], "phase": "", "refused": "", "faults": []}


def text_of(editor):
    return editor._draft.text


def stored(machine):
    return machine.xml(inactive=True, secure=True)


def test_the_whole_definition_is_shown_with_marks_for_passwords(open_xml, a_connection):
    editor = open_xml()
    shown = text_of(editor)
    assert shown == stored(a_connection.domains["running"]).replace("hunter2", "••••")
    state = state_of(editor)
    assert not state["dirty"]
    assert state["secrets"]
    assert not state["refused"]
    # Nothing of it is in the state that a saved notebook would have.
    assert "<domain" not in repr(editor.get_state())


def test_passwords_are_shown_to_who_asks_and_hidden_again(open_xml):
    editor = open_xml()
    tell(editor, type="reveal", on=True)
    assert "hunter2" in text_of(editor)
    assert state_of(editor)["revealed"]
    assert not editor.is_dirty
    tell(editor, type="reveal", on=False)
    assert "hunter2" not in text_of(editor)
    assert not editor.is_dirty


def test_a_mark_that_is_stored_keeps_the_password(open_xml, a_connection):
    editor = open_xml()
    press_apply(editor, text_of(editor).replace("static'>2<", "static'>3<"))
    assert wait_for(lambda: "vcpu" in state_of(editor)["outcome"])
    machine = a_connection.domains["running"]
    assert machine.document(inactive=True).vcpus == 3
    assert "passwd='hunter2'" in stored(machine)
    assert "•" not in stored(machine)
    assert "•" not in machine.history[0].xml
    assert not editor.is_dirty
    assert "next start" in state_of(editor)["outcome"]


def test_a_new_password_is_stored_and_hidden_then(open_xml, a_connection):
    editor = open_xml()
    press_apply(editor, text_of(editor).replace("••••", "swordfish"))
    assert wait_for(lambda: state_of(editor)["outcome"])
    assert "swordfish" in stored(a_connection.domains["running"])
    assert wait_for(lambda: "swordfish" not in text_of(editor))
    assert not editor.is_dirty


def test_a_mark_that_stands_for_nothing_is_not_stored(open_xml, a_connection):
    editor = open_xml()
    before = stored(a_connection.domains["running"])
    typed = text_of(editor).replace("••••", "••••7")
    press_apply(editor, typed)
    (fault,) = state_of(editor)["faults"]
    assert "stands for no password" in fault["text"]
    assert text_of(editor) == typed
    assert stored(a_connection.domains["running"]) == before


def test_what_is_not_well_formed_is_marked_at_its_line_while_it_is_typed(open_xml, a_connection):
    editor = open_xml()
    before = stored(a_connection.domains["running"])
    typed = text_of(editor).replace("</os>", "</osx>")
    line = typed[: typed.index("</osx>")].count("\n") + 1
    type_(editor, typed)
    (fault,) = state_of(editor)["faults"]
    assert (fault["level"], fault["line"]) == ("error", line)
    assert "not well-formed" in fault["title"]
    # It is not even handed to libvirt.
    press_apply(editor, typed)
    assert state_of(editor)["faults"] == [fault]
    assert text_of(editor) == typed
    assert stored(a_connection.domains["running"]) == before


def test_libvirts_refusal_is_said_at_its_line_and_the_text_stays(open_xml, a_connection):
    editor = open_xml()
    before = stored(a_connection.domains["running"])
    typed = text_of(editor).replace("<type arch=", "<type machine='nonesuch' arch=")
    typed = typed.replace(">hvm<", ">nonesuch-os<")
    press_apply(editor, typed)
    assert wait_for(lambda: state_of(editor)["faults"])
    fault = state_of(editor)["faults"][0]
    assert "libvirt" in fault["title"]
    assert "nonesuch-os" in fault["text"] + fault["details"]
    assert fault["line"] == typed[: typed.index("nonesuch-os")].count("\n") + 1
    assert text_of(editor) == typed
    assert editor.is_dirty
    assert stored(a_connection.domains["running"]) == before


@needs_schema
def test_what_libvirts_schema_does_not_know_is_marked_while_it_is_typed(open_xml):
    editor = open_xml()
    typed = text_of(editor).replace("<devices>", "<devices>\n    <nonsense/>")
    type_(editor, typed)
    (fault,) = wait_for(lambda: state_of(editor)["faults"])
    assert (fault["level"], fault["line"]) == (
        "warning",
        typed[: typed.index("<nonsense")].count("\n") + 1,
    )
    assert fault["title"] == "<nonsense> is not allowed inside <devices>."
    assert "devices/nonsense" in fault["text"]
    assert "interface" in fault["text"]
    type_(editor, typed.replace("<nonsense/>", "<memballoon model='none'/>"))
    assert wait_for(lambda: not state_of(editor)["faults"])


@needs_schema
def test_after_libvirts_message_comes_what_the_schema_has_against_it(open_xml):
    editor = open_xml()
    press_apply(
        editor,
        text_of(editor).replace(">hvm<", ">nonesuch-os<").replace("unit='KiB'", "unit='XB'", 1),
    )
    faults = wait_for(lambda: len(state_of(editor)["faults"]) == 2 and state_of(editor)["faults"])
    assert [fault["level"] for fault in faults] == ["error", "warning"]
    assert "libvirt" in faults[0]["title"]
    assert "schema" in faults[1]["text"]


def test_another_name_is_no_edit(open_xml, a_connection):
    editor = open_xml("shutoff")
    press_apply(editor, text_of(editor).replace(">shutoff<", ">another<"))
    assert wait_for(lambda: state_of(editor)["faults"])
    assert "rename" in state_of(editor)["faults"][0]["text"]
    assert a_connection.domains["shutoff"].name == "shutoff"


def test_revert_brings_back_what_is_stored(open_xml):
    editor = open_xml()
    before = text_of(editor)
    heard = []
    editor.on_dirty(heard.append)
    type_(editor, before.replace("line one", "line 1"))
    assert editor.is_dirty
    tell(editor, type="revert")
    assert text_of(editor) == before
    assert heard == [True, False]


def test_somebody_elses_change_is_shown_at_once_where_nothing_was_typed(open_xml, a_connection):
    editor = open_xml()
    with a_connection.domains["running"].edit() as definition:
        definition.vcpus = 4
    assert wait_for(lambda: "static'>4<" in text_of(editor))
    assert not state_of(editor)["foreign"]


def test_somebody_elses_change_does_not_touch_what_was_typed(open_xml, a_connection):
    editor = open_xml()
    machine = a_connection.domains["running"]
    typed = text_of(editor).replace("line one", "line 1")
    type_(editor, typed)
    with machine.edit() as definition:
        definition.vcpus = 4
    assert wait_for(lambda: state_of(editor)["foreign"])
    assert text_of(editor) == typed

    # It is not overwritten either: both are shown beside what they began with.
    press_apply(editor, typed)
    assert wait_for(lambda: state_of(editor)["comparing"])
    assert machine.document(inactive=True).description.startswith("line one")
    texts = editor._draft.conflict_message()
    assert "static'>2<" in texts["base"]
    assert "static'>4<" in texts["theirs"]
    assert texts["mine"] == typed
    assert "hunter2" not in repr(texts)

    # After a look, both are wanted.
    both = typed.replace("static'>2<", "static'>4<")
    tell(editor, type="resolve", how="mine", text=both)
    assert wait_for(lambda: not state_of(editor)["comparing"] and state_of(editor)["outcome"])
    now = machine.document(inactive=True)
    assert (now.vcpus, now.description.split("\n")[0]) == (4, "line 1")
    assert "hunter2" in stored(machine)
    assert not editor.is_dirty


def test_theirs_are_taken_and_mine_forgotten(open_xml, a_connection):
    editor = open_xml()
    type_(editor, text_of(editor).replace("line one", "line 1"))
    with a_connection.domains["running"].edit() as definition:
        definition.vcpus = 4
    assert wait_for(lambda: state_of(editor)["foreign"])
    tell(editor, type="compare")
    assert state_of(editor)["comparing"]
    tell(editor, type="resolve", how="back", text=text_of(editor).replace("line 1", "line uno"))
    assert (state_of(editor)["comparing"], state_of(editor)["foreign"]) == (False, True)
    assert "line uno" in text_of(editor)
    tell(editor, type="compare")
    tell(editor, type="resolve", how="theirs", text="")
    assert "static'>4<" in text_of(editor)
    assert "line one" in text_of(editor)
    assert not editor.is_dirty


def test_a_device_is_stored_in_its_place(open_xml, a_connection):
    editor = open_xml()
    machine = a_connection.domains["running"]
    labels = {each["id"]: each["label"] for each in state_of(editor)["choices"]}
    assert {"domain", "interface 1", "graphics 1"} <= labels.keys()
    tell(editor, type="choose", id="graphics 1")
    assert wait_for(lambda: text_of(editor).startswith("<graphics"))
    assert "hunter2" not in text_of(editor)
    press_apply(editor, text_of(editor).replace("127.0.0.1", "0.0.0.0"))  # noqa: S104 - libvirt's
    assert wait_for(lambda: state_of(editor)["outcome"])
    graphics = machine.document(inactive=True, secure=True).devices.graphics[0]
    assert graphics.source.password == "hunter2"  # noqa: S105 - what the test is about
    assert "0.0.0.0" in stored(machine)  # noqa: S104 - as above
    # Never live: the running machine goes on as it is.
    assert "0.0.0.0" not in machine.xml()  # noqa: S104 - as above


def test_a_device_that_somebody_else_changed_is_not_overwritten(open_xml, a_connection):
    editor = open_xml()
    machine = a_connection.domains["running"]
    tell(editor, type="choose", id="interface 1")
    assert wait_for(lambda: text_of(editor).startswith("<interface"))
    typed = text_of(editor).replace("<source network='default'/>", "<source network='alone'/>")
    assert typed != text_of(editor)
    with machine.edit() as definition:
        definition.vcpus = 4
    # A change elsewhere is no conflict.
    press_apply(editor, typed)
    assert wait_for(lambda: state_of(editor)["outcome"])
    assert machine.document(inactive=True).devices.interfaces[0].source.network == "alone"
    again = text_of(editor).replace("alone", "mine")
    type_(editor, again)
    with machine.edit() as definition:
        definition.devices.interfaces[0].source.network = "theirs"
    press_apply(editor, again)
    assert wait_for(lambda: state_of(editor)["comparing"])
    assert "'theirs'" in editor._draft.conflict_message()["theirs"]
    assert machine.document(inactive=True).devices.interfaces[0].source.network == "theirs"


def test_leaving_with_changes_asks_and_stays_or_discards_or_applies(open_xml, a_connection):
    editor = open_xml()
    left = []
    editor.leave(lambda: left.append("clean"))
    assert left == ["clean"]
    typed = text_of(editor).replace("line one", "line 1")
    type_(editor, typed)

    tell(editor, type="choose", id="interface 1")
    assert "not stored" in state_of(editor)["question"]
    tell(editor, type="answer", button="stay")
    assert (text_of(editor), state_of(editor)["question"]) == (typed, "")

    tell(editor, type="choose", id="interface 1")
    tell(editor, type="answer", button="discard")
    assert wait_for(lambda: text_of(editor).startswith("<interface"))
    assert stored(a_connection.domains["running"]).count("line one")

    tell(editor, type="choose", id="domain")
    assert wait_for(lambda: text_of(editor).startswith("<domain"))
    type_(editor, typed)
    tell(editor, type="choose", id="graphics 1")
    tell(editor, type="answer", button="apply")
    assert wait_for(lambda: text_of(editor).startswith("<graphics"))
    assert "line 1" in stored(a_connection.domains["running"])


def test_who_wants_no_question_loses_what_is_not_applied(open_xml):
    editor = open_xml()
    preferences.set(confirm_unapplied=False)
    type_(editor, text_of(editor).replace("line one", "line 1"))
    left = []
    editor.leave(lambda: left.append(1))
    assert left
    assert not editor.is_dirty


def test_where_editing_is_off_the_text_is_shown_and_the_notice_leads_to_the_preferences(
    open_xml, a_connection
):
    editor = open_xml()
    preferences.set(edit_xml=False)
    assert wait_for(lambda: "preferences" in state_of(editor)["refused"])
    before = stored(a_connection.domains["running"])
    press_apply(editor, text_of(editor).replace("line one", "line 1"))
    assert stored(a_connection.domains["running"]) == before
    preferences.set(edit_xml=True)
    assert wait_for(lambda: not state_of(editor)["refused"])


def test_the_xml_of_a_transient_machine_changes_what_runs_or_says_why_not(open_xml):
    editor = open_xml("transient")
    assert wait_for(lambda: "<name>transient</name>" in (text_of(editor) or ""))
    assert wait_for(lambda: state_of(editor)["refused"] == "")
    text = text_of(editor)
    titled = text.replace("</name>", "</name>\n  <title>now</title>", 1)
    result = editor.save(titled)
    assert [effect.when for effect in result.effects] == ["now"]
    assert wait_for(lambda: "<title>now</title>" in text_of(editor))
    result = editor.save(text_of(editor).replace("</vcpu>", "0</vcpu>"))
    assert result.impossible
    assert wait_for(lambda: "is transient, and cannot" in state_of(editor)["outcome"])
    assert "greatest number" in state_of(editor)["outcome"]


def test_a_view_that_comes_later_gets_what_was_typed(open_xml, monkeypatch):
    editor = open_xml()
    typed = text_of(editor).replace("line one", "line 1")
    type_(editor, typed)
    sent = []
    monkeypatch.setattr(editor, "send", lambda content, *_buffers: sent.append(content))
    tell(editor, type="ready")
    assert wait_for(lambda: any(each["type"] == "text" for each in sent))
    assert [each["text"] for each in sent if each["type"] == "text"] == [typed]


def test_another_editor_takes_over_what_was_typed(open_xml):
    before, after = open_xml(), open_xml()
    type_(before, text_of(before).replace("line one", "line 1"))
    after.take_over(before)
    assert after.is_dirty
    assert "line 1" in text_of(after)


def test_another_editor_takes_over_the_device_that_was_typed_into(open_xml, a_connection):
    before = open_xml("shutoff")
    tell(before, type="choose", id="new")
    assert wait_for(lambda: state_of(before)["chosen"] == "new")
    type_(before, "<watchdog model='i6300esb' action='poweroff'/>")
    after = open_xml("shutoff")
    publisher.post(None, lambda: after.take_over(before))
    assert wait_for(lambda: after.is_dirty and state_of(after)["chosen"] == "new")
    press_apply(after, text_of(after))
    watchdogs = lambda: a_connection.domains["shutoff"].document().devices.of("watchdog")  # noqa: E731
    assert wait_for(lambda: any(each.action == "poweroff" for each in watchdogs()))


def test_a_notebook_loads_and_saves(open_xml, a_connection):
    editor = open_xml()
    text = editor.load()
    result = editor.save(text_of(editor).replace("line one", "line 1"))
    assert result.changes.paths == ("description",)
    machine = a_connection.domains["running"]
    assert "hunter2" in text
    assert "hunter2" in stored(machine)
    assert wait_for(lambda: "line 1" in text_of(editor))


def test_a_lost_connection_is_said_and_the_text_stays(a_driver_file):
    connection = connect(f"test://{a_driver_file}")
    editor = MachineXml(connection.domains["running"])
    tell(editor, type="ready")
    assert wait_for(lambda: text_of(editor))
    type_(editor, text_of(editor).replace("line one", "line 1"))
    connection.close()
    assert wait_for(lambda: "Not connected" in state_of(editor)["refused"])
    assert "line 1" in text_of(editor)
    editor.close()


def test_saving_over_a_foreign_change_raises_in_a_notebook(open_xml, a_connection):
    editor = open_xml()
    mine = text_of(editor).replace("line one", "line 1")
    type_(editor, mine)
    with a_connection.domains["running"].edit() as definition:
        definition.vcpus = 4
    with pytest.raises(EditConflict):
        editor.save(mine)


def test_a_device_is_added_as_xml_and_what_is_none_is_refused(open_xml, a_connection):
    editor = open_xml("shutoff")
    machine = a_connection.domains["shutoff"]
    tell(editor, type="choose", id="new")
    assert wait_for(lambda: state_of(editor)["chosen"] == "new" and text_of(editor) == "")
    before = stored(machine)
    press_apply(editor, "<network><name>a</name></network>")
    assert wait_for(lambda: state_of(editor)["faults"])
    assert "no device" in state_of(editor)["faults"][0]["text"]
    assert stored(machine) == before
    press_apply(editor, "<watchdog model='i6300esb' action='poweroff'/>")
    assert wait_for(lambda: "Stored: devices/watchdog" in state_of(editor)["outcome"])
    assert machine.document(inactive=True).devices.of("watchdog")[-1].action == "poweroff"
    # The next one begins with nothing, and the new one can be chosen.
    assert wait_for(lambda: text_of(editor) == "")
    assert wait_for(
        lambda: any(each["id"].startswith("watchdog") for each in state_of(editor)["choices"])
    )
