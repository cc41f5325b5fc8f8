"""The manager on libvirt's test driver: rows, actions, connections, first start, and its end."""

from __future__ import annotations

import threading

import ipywidgets
import libvirt
import pytest
from a_manager import act, connection_rows, domains, press_bar, wait_for

import qvirt_jupyter
from qvirt_jupyter.hypervisor import (
    DomainState,
    RecordKey,
    connect,
    connection_to,
    jobs,
    publisher,
)
from qvirt_jupyter.widgets import manager_panel, show_panel, vm_panel
from qvirt_jupyter.widgets.connections import first_start
from qvirt_jupyter.widgets.connections.saved_connections import (
    SavedConnection,
    saved_connections,
)
from qvirt_jupyter.widgets.deletion import Deletion
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.machine_list.list_arrangement import ListArrangement
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Answer
from qvirt_jupyter.widgets.tasks import Tasks

ALL_WIDGETS = ipywidgets.widgets.widget._instances
RESUMED = ["Resume running", "Pause running"]
RUNNING = "11111111-1111-4111-8111-111111111101"


pytestmark = pytest.mark.usefixtures("a_user_without_a_past")


def row(panel, uri, uuid=RUNNING):
    return domains(panel)[panel._list._rows.known(RecordKey("domain", uri, uuid))]


def key_of(uri, uuid=RUNNING):
    return RecordKey("domain", uri, uuid)


def test_saved_connections_are_opened_and_their_machines_listed(a_manager, a_uri):
    assert connection_rows(a_manager)[a_uri]["label"] == "Lab"
    assert connection_rows(a_manager)[a_uri]["state"] == "connected"
    assert row(a_manager, a_uri)["title"] == "The <running> one"
    states = {domain["state"] for domain in domains(a_manager).values()}
    assert states == {state.value for state in DomainState}


def test_a_connection_without_autoconnect_waits(a_uri):
    saved_connections.add(SavedConnection(a_uri))
    panel = qvirt_jupyter.manager()
    assert wait_for(lambda: connection_rows(panel).get(a_uri, {}).get("state") == "disconnected")
    act(panel, "connect", RecordKey("connection", a_uri, a_uri))
    assert wait_for(lambda: len(domains(panel)) == 10)
    panel.close()


def test_a_button_pauses_and_the_row_follows_libvirt(a_manager, a_uri):
    act(a_manager, "suspend", key_of(a_uri))
    assert wait_for(lambda: row(a_manager, a_uri)["state"] == "paused")


def test_force_off_asks_once_for_several_machines(a_manager, a_uri):
    other = "11111111-1111-4111-8111-111111111108"
    act(a_manager, "destroy", key_of(a_uri), key_of(a_uri, other))
    ((number, question),) = wait_for(lambda: a_manager._questions.questions)
    assert "running" in str(question.title)
    assert "blocked" in str(question.title)
    a_manager._questions.answer(number, Answer())
    for uuid in (RUNNING, other):
        assert wait_for(lambda uuid=uuid: row(a_manager, a_uri, uuid)["state"] == "shutoff")


def test_the_manager_two_tabs_and_a_cell_show_the_same(a_manager, a_uri):
    machine = qvirt_jupyter.connect(a_uri).domains["running"]
    tabs = [vm_panel(machine) for _number in range(2)]

    def tasks(panel):
        found = next(child for child in panel.children if isinstance(child, Tasks))
        return [
            (task["id"], task["what"], task["outcome"])
            for task in found.shown["tasks"]
            if task["what"].endswith("running")
        ]

    # Once by a cell, once by a button: each is one task, and everybody shows it.
    machine.suspend()
    act(a_manager, "resume", key_of(a_uri))
    assert wait_for(lambda: [what for _id, what, _end in tasks(a_manager)][:2] == RESUMED)
    assert wait_for(lambda: tasks(a_manager)[0][2] == "succeeded")
    for tab in tabs:
        assert wait_for(lambda tab=tab: tasks(tab)[:2] == tasks(a_manager)[:2])
        assert wait_for(lambda tab=tab: tab._head.shown["state"] == "running")
    assert row(a_manager, a_uri)["state"] == "running"
    tabs[0].close()
    machine.suspend()
    assert wait_for(lambda: tabs[1]._head.shown["state"] == "paused")
    tabs[1].close()


def test_what_is_done_to_several_is_one_task_with_a_result_for_each(a_manager, a_uri):
    others = [key_of(a_uri, uuid) for uuid in domains_by_state(a_manager, "running", "shutoff")]
    act(a_manager, "suspend", *others)
    tasks = next(child for child in a_manager.children if isinstance(child, Tasks))

    def task():
        newest = tasks.shown["tasks"][0]
        return newest if newest["outcome"] == "failed" else None

    shown = wait_for(task)
    assert shown["what"] == f"Pause: {len(others)} virtual machines"
    assert len(shown["parts"]) == len(others)
    ends = {part["outcome"] for part in shown["parts"]}
    assert ends == {"succeeded", "failed"}
    assert all(part["error"] for part in shown["parts"] if part["outcome"] == "failed")
    whole = next(job for job in jobs if job.id == shown["id"])
    assert not {part.id for part in whole.parts} & {each["id"] for each in tasks.shown["tasks"]}
    (notice,) = fleet.notices.notices
    assert "of" in str(notice.text)
    assert wait_for(lambda: row(a_manager, a_uri)["state"] == "paused")


def test_tags_of_several_machines_are_added_and_taken_away(a_manager, a_uri):
    uuids = domains_by_state(a_manager, "running", "shutoff")[:2]
    connection = connection_to(a_uri)
    act(a_manager, "tag", *(key_of(a_uri, uuid) for uuid in uuids))
    ((number, question),) = wait_for(lambda: a_manager._questions.questions)
    assert [field.name for field in question.fields] == ["add", "remove"]
    a_manager._questions.answer(number, Answer({"add": "lab1, new", "remove": "new"}))
    for uuid in uuids:
        assert wait_for(lambda uuid=uuid: "lab1" in connection.inventory.domain(uuid).tags)
    tagged = {domain.uuid for domain in connection.domains.tagged("lab1")}
    assert tagged == set(uuids)
    act(a_manager, "tag", key_of(a_uri, uuids[0]))
    ((number, question),) = wait_for(lambda: a_manager._questions.questions)
    assert "lab1" in question.fields[0].value
    a_manager._questions.answer(number, Answer({"tags": ""}))
    assert wait_for(lambda: connection.inventory.domain(uuids[0]).tags == ())


def domains_by_state(panel, *states):
    rows = panel._list._rows
    return [rows.keys[key].id for key, domain in rows.domains.items() if domain["state"] in states]


def test_the_list_itself_does_not_ask_a_second_time():
    lifecycle = [action for action in manager_panel._ACTIONS if action.row == "domain"]
    assert lifecycle
    assert not any(action.confirm for action in lifecycle)


def test_disconnecting_takes_the_rows_away_and_keeps_the_connections_row(a_manager, a_uri):
    act(a_manager, "disconnect", RecordKey("connection", a_uri, a_uri))
    assert wait_for(lambda: connection_rows(a_manager)[a_uri]["state"] == "closed")
    assert wait_for(lambda: not domains(a_manager))


def test_forgetting_a_connection_takes_its_row_away(a_manager, a_uri):
    act(a_manager, "remove_connection", RecordKey("connection", a_uri, a_uri))
    assert wait_for(lambda: a_uri not in connection_rows(a_manager))
    assert wait_for(lambda: saved_connections.all == ())


def test_a_connection_that_a_notebook_opens_appears(a_manager, tmp_path, a_driver_file):
    second = tmp_path / "second.xml"
    second.write_bytes(a_driver_file.read_bytes())
    connection = connect(f"test://{second}")
    assert wait_for(lambda: connection.uri in connection_rows(a_manager))
    assert wait_for(lambda: len(domains(a_manager)) == 20)
    connection.close()


def test_a_failed_open_says_why_and_what_to_do(a_manager, tmp_path):
    uri = f"qemu+unix:///session?socket={tmp_path}/no-daemon"
    fleet.add(SavedConnection(uri))
    (notice,) = wait_for(lambda: fleet.notices.notices)
    assert notice.level == "error"
    assert notice.details
    assert [str(button.label) for button in notice.buttons][-1] == "Connect"
    assert wait_for(lambda: connection_rows(a_manager)[uri]["state"] == "failed")
    assert connection_rows(a_manager)[uri]["error"]
    fleet.forget(uri)
    assert wait_for(lambda: uri not in connection_rows(a_manager))
    assert wait_for(lambda: fleet.notices.notices == ())


def test_the_add_dialog_stands_in_the_panel(a_manager):
    press_bar(a_manager, "add-connection")
    assert wait_for(lambda: a_manager._dialog.children)
    press_bar(a_manager, "preferences")
    assert wait_for(lambda: type(a_manager._dialog.children[0]).__name__ == "PreferencesDialog")
    press_bar(a_manager, "about")
    assert wait_for(lambda: type(a_manager._dialog.children[0]).__name__ == "About")
    a_manager._close_dialog()
    assert wait_for(lambda: a_manager._dialog.children == ())


def test_figures_are_read_only_while_somebody_looks(a_manager, a_uri):
    connection = connection_to(a_uri)
    assert not connection.stats._watches
    watching = {"kind": "watching", "view": "v", "version": 0, "asked": []}
    a_manager._list._receive({**watching, "rows": [a_manager._list._rows.known(key_of(a_uri))]})
    assert wait_for(lambda: connection.stats._watches)
    assert wait_for(lambda: a_manager._list._feed.silent_since(a_uri))
    a_manager._list._receive({**watching, "rows": []})
    assert wait_for(lambda: not connection.stats._watches)


def test_what_is_measured_follows_the_columns_that_are_shown(a_manager, a_uri):
    stats = connection_to(a_uri).stats

    def groups():
        return {group for _uuids, groups in stats._watches.values() for group in groups}

    view = {"view": "v"}
    key = a_manager._list._rows.known(key_of(a_uri))
    a_manager._list._receive({"kind": "watching", "version": 0, "asked": [], "rows": [key], **view})
    assert wait_for(lambda: groups() == {"cpu"})
    columns = {"cpu": False, "disk": True, "network": True}
    arrangement = {"columns": columns, "sort": "name"}
    a_manager._list._receive({"kind": "arrange", "arrangement": arrangement, **view})
    assert wait_for(lambda: groups() == {"disk", "network"})
    assert wait_for(lambda: preferences.now.list_arrangement.columns == columns)
    second = qvirt_jupyter.manager()
    assert second._list._choice.arrangement.columns == columns
    second.close()


@pytest.mark.usefixtures("a_manager")
def test_what_is_measured_and_how_often_reaches_the_connections(a_uri):
    preferences.set(update_interval=7)
    assert wait_for(lambda: connection_to(a_uri).stats.tick == 7)
    preferences.set(measure_disk=False, measure_cpu=False)
    assert wait_for(lambda: connection_to(a_uri).stats.measured == {"memory", "network"})


def test_graphs_of_what_is_not_measured_are_not_offered(a_manager, a_uri):
    watching = {"kind": "watching", "version": 0, "asked": [], "view": "v"}
    key = a_manager._list._rows.known(key_of(a_uri))
    a_manager._list._receive({**watching, "rows": [key]})
    assert wait_for(lambda: a_manager._list.groups == {"cpu"})
    preferences.set(measure_cpu=False)
    assert wait_for(lambda: a_manager._list.groups == frozenset())
    assert a_manager._list._choice.unmeasured == ["cpu", "host_cpu"]
    preferences.set(measure_cpu=True)
    assert wait_for(lambda: a_manager._list.groups == {"cpu"})


def test_definitions_are_compared_while_the_column_is_seen(a_manager, a_uri):
    key = key_of(a_uri)
    row = a_manager._list._rows.known(key)
    watching = {"kind": "watching", "version": 0, "view": "v"}
    record = connection_to(a_uri).inventory.domain
    a_manager._list._receive({**watching, "rows": [row], "asked": []})
    assert wait_for(lambda: a_manager._list.watched)
    assert a_manager._views[a_uri]._comparison is None
    assert record(key.id).pending is None
    # A filter alone asks for it too.
    a_manager._list._receive({**watching, "rows": [row], "asked": ["pending"]})
    assert wait_for(lambda: record(key.id).pending == ())
    assert wait_for(lambda: domains(a_manager)[row]["cells"]["pending"] == [])
    a_manager._list._receive({**watching, "rows": [], "asked": ["pending"]})
    assert wait_for(lambda: a_manager._views[a_uri]._comparison is None)


def test_the_selected_machine_stands_beside_the_list(a_manager, a_uri):
    pane = a_manager._pane
    assert pane.layout.display == "none"
    select(a_manager, key_of(a_uri))
    assert wait_for(lambda: pane._head.shown and pane._head.shown["title"])
    assert pane.layout.display is None
    assert pane._head.shown["title"] == "The <running> one"
    assert "line &amp; two" in pane._notes.value
    assert "line &amp; two" not in pane._facts.value
    assert "128 MiB of 256 MiB" in pane._facts.value
    message = {"type": "press", "id": "suspend", "client": "window-1"}
    pane._head._handle_custom_msg(message, [])
    assert wait_for(lambda: pane._head.shown["state"] == "paused")
    # What the tab of a machine offers is here, too, in the dialogs of this panel.
    reasons = {each["id"]: each["reason"] for each in pane._head.shown["buttons"]}
    assert reasons["clone"]
    assert not reasons["delete"]
    pane._head._handle_custom_msg({**message, "id": "delete"}, [])
    dialog = wait_for(lambda: next(iter(a_manager._dialog.children), None))
    assert isinstance(dialog, Deletion)
    assert wait_for(lambda: dialog.shown["phase"] == "choosing")
    dialog._receive({"type": "press", "id": "close", "client": "window-1"})
    assert wait_for(lambda: not a_manager._dialog.children)
    # Another one, none at all, and the choice not to see any.
    (other, *_) = domains_by_state(a_manager, "shutoff")
    before = len(ALL_WIDGETS)
    select(a_manager, key_of(a_uri, other))
    assert wait_for(lambda: pane._head.shown["state"] == "shutoff")
    assert len(ALL_WIDGETS) == before, "what was shown before is closed"
    select(a_manager, None)
    assert wait_for(lambda: pane.layout.display == "none")
    select(a_manager, key_of(a_uri))
    assert wait_for(lambda: pane.layout.display is None)
    preferences.set(list_arrangement=ListArrangement(compact=True))
    assert wait_for(lambda: pane.layout.display == "none")


def test_the_pane_goes_from_machine_to_machine_without_asking_for_each(
    a_manager, a_uri, monkeypatch
):
    asked = []
    original = libvirt.virDomain.screenshot

    def counted(domain, *arguments):
        asked.append(domain.name())
        return original(domain, *arguments)

    monkeypatch.setattr(libvirt.virDomain, "screenshot", counted)
    pane = a_manager._pane
    select(a_manager, key_of(a_uri))
    assert wait_for(lambda: pane._thumbnail is not None and pane._thumbnail.shown["interval"])
    thumbnail = pane._thumbnail
    thumbnail._said({"type": "picture"}, "")
    assert wait_for(lambda: thumbnail.shown["picture"])
    assert asked == ["running"]
    # As a pointer does that rests on some rows for a moment.
    others = [*domains_by_state(a_manager, "paused"), *domains_by_state(a_manager, "suspended")]
    for other in others:
        select(a_manager, key_of(a_uri, other))
        assert wait_for(lambda other=other: pane._key == key_of(a_uri, other))
        assert not thumbnail.shown["picture"]
    select(a_manager, key_of(a_uri))
    assert wait_for(lambda: thumbnail.shown["picture"])
    assert "running" in thumbnail.shown["alt"]
    # It is the picture of before, and the next one is not due yet.
    assert thumbnail.shown["interval"] > 0
    assert asked == ["running"]
    assert pane._thumbnail is thumbnail


def select(panel, key):
    row = "" if key is None else panel._list._rows.known(key)
    panel._list._receive({"kind": "selected", "row": row})


def test_a_new_machine_is_made_where_the_selected_row_is(a_manager, a_uri, monkeypatch):
    opened = []
    monkeypatch.setattr(manager_panel, "open_creation_tab", lambda **said: opened.append(said))
    known = a_manager._list._rows.known
    for row, where in (
        ("", {}),
        (known(key_of(a_uri)), {"uri": a_uri}),
        ("", {}),
        (next(key for key in a_manager._list._rows.keys if key == a_uri), {"uri": a_uri}),
    ):
        a_manager._list._receive({"kind": "chosen", "row": row})
        a_manager._create()
        a_manager._quick_create()
        assert opened == [where, {"quick": "true", **where}]
        opened.clear()


def test_calling_it_again_gives_another_view_of_the_same(a_manager, a_uri):
    other = show_panel("manager")
    assert other is not a_manager
    assert wait_for(lambda: domains(other) == domains(a_manager))
    act(other, "suspend", key_of(a_uri))
    assert wait_for(lambda: row(a_manager, a_uri)["state"] == "paused")
    other.close()
    act(a_manager, "resume", key_of(a_uri))
    assert wait_for(lambda: row(a_manager, a_uri)["state"] == "running")


def test_a_saved_notebook_still_reads(a_manager):
    text = a_manager._repr_mimebundle_()["text/html"]
    assert "The &lt;running&gt; one" in text
    assert "<i>" not in text


def test_closing_leaves_nothing(a_uri):
    saved_connections.add(SavedConnection(a_uri, autoconnect=True))
    connection = connect(a_uri)
    before, observers = set(ALL_WIDGETS), len(connection._observers)
    panel = qvirt_jupyter.manager()
    assert wait_for(lambda: len(domains(panel)) == 10)
    press_bar(panel, "add-connection")
    assert wait_for(lambda: panel._dialog.children)
    select(panel, key_of(a_uri))
    assert wait_for(lambda: panel._pane._screen.children)
    panel.close()
    publisher.flush()
    assert [type(ALL_WIDGETS[key]).__name__ for key in set(ALL_WIDGETS) - before] == []
    assert connection.inventory._views == []
    assert len(connection.stats._subscribers) == 0
    assert len(connection._observers) == observers
    assert not connection.stats._watches
    assert connection.is_connected


def test_the_first_start_finds_a_hypervisor_and_remembers_it(a_uri, monkeypatch):
    monkeypatch.setattr(first_start, "DELAY", 0.05)
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", a_uri)
    panel = qvirt_jupyter.manager()
    assert [notice.key for notice in fleet.notices.notices] == ["first-start"]
    assert wait_for(lambda: len(domains(panel)) == 10)
    assert saved_connections.all == (SavedConnection(a_uri, autoconnect=True),)
    assert fleet.notices.notices == ()
    panel.close()


def test_the_first_start_without_a_hypervisor_guides(tmp_path, monkeypatch):
    monkeypatch.setattr(first_start, "DELAY", 0.05)
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", f"test://{tmp_path}/missing.xml")
    panel = qvirt_jupyter.manager()
    (notice,) = wait_for(
        lambda: [each for each in fleet.notices.notices if each.level == "warning"]
    )
    assert [str(button.label) for button in notice.buttons] == [
        "Add a connection…",
        "Look again",
        "Look around on a made-up host",
    ]
    fleet.notices.press(notice.key, 2, "")
    assert wait_for(lambda: len(domains(panel)) == 48)
    panel.close()


@pytest.mark.parametrize(
    "store", [saved_connections, preferences], ids=["connections", "preferences"]
)
def test_a_broken_file_is_said_and_kept(a_uri, store, monkeypatch):
    monkeypatch.setattr(
        "qvirt_jupyter.widgets.connections.first_start.connection_to",
        lambda _uri: connection_to(a_uri),
    )
    store.path.parent.mkdir(parents=True, exist_ok=True)
    store.path.write_text("{ half a fi")
    panel = show_panel("manager")
    (kept,) = store.path.parent.glob("*.broken-*")
    assert kept.read_text() == "{ half a fi"
    said = [str(notice.text) for notice in fleet.notices.notices if notice.level == "warning"]
    assert any(kept.name in text for text in said), said
    panel.close()


def test_a_panel_that_closes_does_not_look_any_more(a_uri, monkeypatch):
    monkeypatch.setattr(first_start, "DELAY", 0.2)
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", a_uri)
    qvirt_jupyter.manager().close()
    threading.Event().wait(0.5)
    assert saved_connections.all == ()


@pytest.mark.parametrize(
    ("kind", "arguments", "error"),
    [
        ("nothing", {}, ValueError),
        ("vm", {}, TypeError),
        ("vm", {"uri": "", "uuid": ""}, ValueError),
    ],
)
def test_what_is_no_panel_is_refused(kind, arguments, error):
    with pytest.raises(error):
        show_panel(kind, **arguments)
