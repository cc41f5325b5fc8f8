"""The XML of a device before it is added: looked at, edited in the XML tab, and added from there."""

from __future__ import annotations

import pytest
from a_fresh_store import make_fresh
from a_manager import wait_for
from a_rich_machine import (
    POOL,
    RICH,
    begin_adding,
    define_rich,
    details_of,
    press,
    say,
    type_in,
)

from qvirt_jupyter.documents import Domain
from qvirt_jupyter.widgets import vm_panel
from qvirt_jupyter.widgets.details import Customisation
from qvirt_jupyter.widgets.panel import close_all
from qvirt_jupyter.widgets.preferences import preferences

XML_TAB = 4


@pytest.fixture(autouse=True)
def _fresh_preferences(monkeypatch):
    make_fresh(monkeypatch, preferences)


@pytest.fixture
def a_machine(a_connection):
    a_connection.storage_pools.create(POOL.partition("<volume>")[0] + "</pool>", build=False)
    a_connection.storage_pools["rich"].create_volume("web.qcow2", 20 * 1024**3)
    return define_rich(a_connection)


@pytest.fixture
def a_panel(a_machine):
    panel = vm_panel(a_machine)
    assert wait_for(lambda: panel._record)
    yield panel
    panel.close()


@pytest.fixture
def a_tab(a_panel):
    return details_of(a_panel)


def go_on_as_xml(panel, tab):
    press(tab, "as xml")
    assert wait_for(lambda: panel._tabs.selected_index == XML_TAB)
    editor = panel._definition.xml.children[0]
    assert wait_for(lambda: editor._draft.key == "new" and editor.is_dirty)
    return editor


def test_it_is_shown_as_it_is_filled_in(a_tab):
    begin_adding(a_tab, "watchdog")
    say(a_tab._view, type="diff", wanted=True)
    assert wait_for(lambda: a_tab._view.shown["diff"].startswith("<watchdog "))
    type_in(a_tab, "action", "poweroff")
    assert wait_for(lambda: 'action="poweroff"' in a_tab._view.shown["diff"].replace("'", '"'))


def test_what_adding_does_is_said_before_anything_is_typed(a_tab, a_machine):
    a_machine.start()
    begin_adding(a_tab, "watchdog")
    assert wait_for(lambda: a_tab._view.shown["effects"])
    (effect,) = a_tab._view.shown["effects"]
    assert effect["what"] == "Watchdog 1: added"
    press(a_tab, "back")
    assert wait_for(lambda: a_tab._view.shown["key"] == "machine")
    assert not a_tab._view.shown["effects"]


def test_it_is_edited_and_added_in_the_xml_tab(a_panel, a_tab, a_machine):
    begin_adding(a_tab, "watchdog")
    type_in(a_tab, "action", "poweroff")
    editor = go_on_as_xml(a_panel, a_tab)
    # What was filled in is there now, and nobody is asked about it.
    assert not a_panel._questions.questions
    assert wait_for(lambda: a_tab._view.shown["key"] == "machine")
    assert not a_tab.is_dirty
    editor._typed(editor._draft.text.replace("poweroff", "pause"), editor._draft.revision, "v")
    editor.apply()
    stored = lambda: a_machine.document(inactive=True).devices.of("watchdog")  # noqa: E731
    assert wait_for(lambda: [each.action for each in stored()] == ["pause"])
    assert wait_for(lambda: not editor.is_dirty)


def test_its_password_is_a_mark_and_is_kept(a_panel, a_tab, a_machine):
    begin_adding(a_tab, "graphics")
    type_in(a_tab, "source.password", "hunter2")
    say(a_tab._view, type="diff", wanted=True)
    assert wait_for(lambda: a_tab._view.shown["diff"])
    assert "hunter2" not in str(a_tab._view.shown)
    editor = go_on_as_xml(a_panel, a_tab)
    assert "hunter2" not in editor._draft.text
    editor.apply()

    def passwords():
        displays = a_machine.document(inactive=True, secure=True).devices.graphics
        return [each.source.password for each in displays]

    assert wait_for(lambda: "hunter2" in passwords())


def test_what_cannot_be_edited_as_xml_says_why(a_panel, a_tab):
    begin_adding(a_tab, "disk")
    press(a_tab, "as xml")
    assert wait_for(lambda: "select existing storage first" in a_tab._view.shown["problem"])
    say(a_tab._view, type="kind", id="watchdog")
    assert wait_for(lambda: a_tab._view.shown["key"] == "add watchdog")
    editor = a_panel._definition.want_xml()
    assert wait_for(lambda: editor._draft.revision)
    editor._typed("<domain/>", editor._draft.revision, "v")
    press(a_tab, "as xml")
    assert wait_for(lambda: "apply or discard them first" in a_tab._view.shown["problem"])
    assert editor._draft.text == "<domain/>"
    editor.discard()
    preferences.set(edit_xml=False)
    press(a_tab, "as xml")
    assert wait_for(lambda: "Edit XML" in a_tab._view.shown["problem"])
    assert a_tab._view.shown["key"] == "add watchdog"


def test_a_machine_that_is_not_made_yet_gets_one_so_too(a_connection):
    page = Customisation(Domain.parse(RICH), a_connection)
    tab = page.details
    assert wait_for(lambda: tab._tree.shown and tab._view.shown)
    begin_adding(tab, "watchdog")
    press(tab, "as xml")
    assert wait_for(lambda: page._editor is not None and page._editor.is_dirty)
    assert page._tabs.selected_index == 1
    page._editor.apply()
    assert wait_for(lambda: page.document.devices.of("watchdog"))
    close_all(page)
