"""Interfaces of the host in the networks of its tab, on libvirt's test driver, which can change."""

from __future__ import annotations

import pytest
from a_manager import wait_for

from qvirt_jupyter.hypervisor import connect
from qvirt_jupyter.widgets import host_panel
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Answer

WORLD = """<node><interface type='ethernet' name='eth1'><start mode='onboot'/>
  <protocol family='ipv4'><ip address='192.168.0.5' prefix='24'/></protocol>
  <mac address='AA:BB:CC:DD:EE:FF'/></interface></node>"""
KEY = "interface eth1"


@pytest.fixture
def a_world(tmp_path):
    (tmp_path / "interfaces.xml").write_text(WORLD)
    connection = connect(f"test://{tmp_path}/interfaces.xml")
    yield connection
    connection.close()


@pytest.fixture
def a_panel(a_world):
    panel = host_panel(a_world, "networks")
    assert wait_for(lambda: panel.section("networks"))
    yield panel
    panel.close()


@pytest.fixture
def parts(a_panel):
    """The list, unfolded."""
    found = a_panel.section("networks").host_parts
    found.selected_index = 0
    assert wait_for(lambda: KEY in rows(found))
    return found


def rows(parts):
    return parts.table._rows._rows


def reasons(parts):
    return {each.id: str(each.reason) for each in parts._offer((KEY,))}


def test_nothing_is_asked_before_it_is_unfolded(a_panel):
    parts = a_panel.section("networks").host_parts
    assert parts.selected_index is None
    parts.look()
    assert not rows(parts)


def test_interfaces_are_listed_stopped_started_and_deleted(a_panel, parts, a_world):
    cells = rows(parts)[KEY].cells
    assert cells["name"] == "eth1"
    assert (cells["state"], cells["what"], cells["more"]) == (
        "on",
        "aa:bb:cc:dd:ee:ff",
        "192.168.0.5/24",
    )
    assert reasons(parts)["start"] == "It is on already."
    assert reasons(parts)["delete"] == "It is on: stop it first."
    parts.table._act("stop", (KEY,), "window-1")
    answer(a_panel)
    assert wait_for(lambda: rows(parts)[KEY].dimmed)
    assert not a_world.interfaces["eth1"].is_active
    parts.table._act("start", (KEY,), "window-1")
    assert wait_for(lambda: not rows(parts)[KEY].dimmed)
    parts.table._act("stop", (KEY,), "window-1")
    answer(a_panel)
    assert wait_for(lambda: reasons(parts)["delete"] == "")
    parts.table._act("delete", (KEY,), "window-1")
    answer(a_panel)
    assert wait_for(lambda: KEY not in rows(parts))
    assert a_world.interfaces.names == ()


def answer(panel):
    assert wait_for(lambda: panel._context.questions.questions)
    ((key, _asked),) = panel._context.questions.questions
    panel._context.questions.answer(key, Answer())


def test_the_xml_of_the_selected_one_is_below_the_list(a_panel, parts):
    parts._select((KEY,))
    assert wait_for(lambda: parts.xml is not None)
    assert wait_for(lambda: parts.xml._source.key == KEY)
    assert not a_panel.section("networks").is_dirty


def test_without_a_connection_nothing_can_be_done(parts, a_world):
    a_world.close()
    assert all(
        reason.startswith("Not connected")
        for name, reason in reasons(parts).items()
        if name != "refresh"
    )


def test_a_new_filter_is_refused_where_the_driver_has_none(parts):
    before = preferences.now.edit_xml
    try:
        preferences.set(edit_xml=False)
        assert "Editing XML is off" in reasons(parts)["filter"]
        preferences.set(edit_xml=True)
        # As the driver says it, which was asked when the list was unfolded.
        assert reasons(parts)["filter"] == parts._connection.nw_filters.why_missing != ""
    finally:
        preferences.set(edit_xml=before)
