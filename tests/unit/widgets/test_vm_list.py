"""The kernel's half of the VM list: what is sent to whom, and what comes back."""

from __future__ import annotations

import dataclasses
import itertools
import json
import types

import pytest

from qvirt_jupyter.hypervisor import DomainRecord, DomainState, RecordKey, publisher
from qvirt_jupyter.hypervisor.lifecycle import LIFECYCLE, Action
from qvirt_jupyter.widgets import vm_list
from qvirt_jupyter.widgets.vm_list import VmList
from qvirt_jupyter.widgets.vm_list_actions import DOMAIN_ACTIONS
from qvirt_jupyter.widgets.vm_list_columns import COLUMNS
from qvirt_jupyter.widgets.vm_list_rows import SAMPLES, ConnectionRow

URI = "test:///default"
HERE = ConnectionRow(URI, "Test", "connected")
WEB = DomainRecord(
    uri=URI,
    uuid="6695eb01-f6a4-8304-79aa-97f2502e193f",
    name="web",
    id=1,
    state=DomainState.RUNNING,
    reason="booted",
    title="Web server",
    description="",
    vcpus=2,
    memory=524288,
    max_memory=1048576,
    persistent=True,
    autostart=False,
    managed_save=False,
    tags=(),
    group="",
    addresses=("192.0.2.1", "2001:db8::1"),
    os_id="",
    displays=(),
    started_at=None,
    xml_version=1,
)
DB = dataclasses.replace(WEB, uuid="5695eb01-f6a4-8304-79aa-97f2502e193f", name="db", title="")
WEB_KEY = f"{WEB.uuid}@{URI}"


def a_sample(cpu):
    return types.SimpleNamespace(cpu_guest=cpu)


class Heard:
    """What a list sent, and what it asked of its owner."""

    def __init__(self):
        self.sent = []
        self.actions = []
        self.opened = []
        self.watched = []


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def a_list(heard, monkeypatch, tmp_path):
    (tmp_path / "assets.json").write_text('{"vm-list": {"file": "vm-list.js"}}', "utf-8")
    monkeypatch.setattr("qvirt_jupyter.widgets._assets.STATIC_FOLDER", tmp_path)
    widget = VmList(
        on_action=lambda *arguments: heard.actions.append(arguments),
        on_open=lambda *arguments: heard.opened.append(arguments),
        on_watch=heard.watched.append,
    )
    monkeypatch.setattr(widget, "send", heard.sent.append)
    widget.reset([HERE], [WEB, DB])
    yield widget
    widget.close()
    widget.layout.close()
    publisher.flush()


def say(widget, **message):
    widget._handle_custom_msg(message, [])
    publisher.flush()


def look(widget, heard, rows=()):
    """A browser comes, gets everything, and says that it has it."""
    say(widget, kind="watching", view="a", version=0, rows=[])
    reset = heard.sent[-1]
    say(widget, kind="watching", view="a", version=reset["version"], rows=list(rows))
    heard.sent.clear()
    return reset


def test_nothing_is_sent_before_somebody_looks(a_list, heard):
    a_list.patch(domains=[dataclasses.replace(WEB, state=DomainState.PAUSED)])
    a_list.samples(URI, 1.0, {WEB.uuid: a_sample(5.0)})
    publisher.flush()
    assert heard.sent == []


def test_a_browser_that_comes_gets_everything(a_list, heard):
    reset = look(a_list, heard)
    assert reset["kind"] == "reset"
    assert [row["key"] for row in reset["connections"]] == [URI]
    web = reset["domains"][0]
    assert web["title"] == "Web server"
    assert web["state_text"] == "Running"
    assert web["cells"] == {"memory": 524288, "address": ["192.0.2.1", "2001:db8::1"]}
    assert [column["id"] for column in reset["columns"]] == [
        "name",
        "state",
        "cpu",
        "memory",
        "address",
    ]
    json.dumps(reset)


def test_all_of_it_is_sent_as_messages_and_none_is_state(a_list):
    text = json.dumps({key: str(value) for key, value in a_list.get_state().items()})
    assert "Web server" not in text
    assert "6695eb01" not in text


def test_only_what_changed_is_sent(a_list, heard):
    version = look(a_list, heard)["version"]
    paused = dataclasses.replace(WEB, state=DomainState.PAUSED)
    a_list.patch(connections=[HERE], domains=[paused, DB])
    publisher.flush()
    (patch,) = heard.sent
    assert patch["version"] == version + 1
    assert patch["connections"] == []
    assert [row["state"] for row in patch["domains"]] == ["paused"]
    heard.sent.clear()
    a_list.patch(connections=[HERE], domains=[paused, DB])
    publisher.flush()
    assert heard.sent == []


def test_a_connection_takes_its_machines_with_it(a_list, heard):
    look(a_list, heard)
    a_list.patch(removed=[HERE.record_key])
    publisher.flush()
    assert sorted(heard.sent[0]["removed"]) == sorted([URI, WEB_KEY, f"{DB.uuid}@{URI}"])
    assert a_list._rows.domains == {}


def test_removing_what_is_not_there_is_nothing(a_list, heard):
    look(a_list, heard)
    a_list.patch(removed=[RecordKey("domain", URI, "gone")])
    publisher.flush()
    assert heard.sent == []


def test_a_browser_that_missed_something_gets_everything(a_list, heard):
    version = look(a_list, heard)["version"]
    a_list.patch(domains=[dataclasses.replace(WEB, name="better")])
    say(a_list, kind="watching", view="a", version=version, rows=[])
    assert heard.sent[-1]["kind"] == "reset"
    assert heard.sent[-1]["version"] == version + 1


def test_samples_are_sent_and_kept_for_those_who_come_later(a_list, heard):
    look(a_list, heard)
    for step in range(SAMPLES + 5):
        a_list.samples(URI, float(step), {WEB.uuid: a_sample(None if step == 42 else step)})
    publisher.flush()
    assert heard.sent[0] == {
        "kind": "samples",
        "time": 0.0,
        "interval": 1.0,
        "columns": ["cpu"],
        "values": {WEB_KEY: [0]},
    }
    say(a_list, kind="watching", view="b", version=0, rows=[])
    series = heard.sent[-1]["samples"][WEB_KEY]
    assert len(series["times"]) == SAMPLES
    assert series["values"]["cpu"][-3:] == [None, 43, 44]


def test_samples_of_unknown_machines_are_dropped(a_list, heard):
    look(a_list, heard)
    a_list.samples(URI, 1.0, {"gone": a_sample(1.0)})
    publisher.flush()
    assert heard.sent == []


def test_it_knows_which_rows_are_looked_at(a_list, heard):
    look(a_list, heard, [URI, WEB_KEY, "nonsense"])
    assert a_list.watched == {HERE.record_key, WEB.record_key}
    assert heard.watched == [{HERE.record_key, WEB.record_key}]
    say(a_list, kind="watching", view="b", version=2, rows=[f"{DB.uuid}@{URI}"])
    assert DB.record_key in heard.watched[-1]
    say(a_list, kind="watching", view="a", version=2, rows=[])
    say(a_list, kind="watching", view="b", version=2, rows=[])
    assert heard.watched[-1] == frozenset()


def test_a_view_that_falls_silent_is_forgotten(a_list, heard, monkeypatch):
    look(a_list, heard, [WEB_KEY])
    later = itertools.count(vm_list.time.monotonic() + vm_list.LEASE + 1)
    clock = types.SimpleNamespace(monotonic=lambda: next(later), time=vm_list.time.time)
    monkeypatch.setattr(vm_list, "time", clock)
    a_list.samples(URI, 1.0, {WEB.uuid: a_sample(1.0)})
    publisher.flush()
    assert heard.watched[-1] == frozenset()
    heard.sent.clear()
    a_list.patch(domains=[dataclasses.replace(WEB, name="better")])
    publisher.flush()
    assert heard.sent == []


def test_an_action_names_the_rows_and_the_window(a_list, heard):
    say(a_list, kind="action", action="shutdown", rows=[WEB_KEY, "nonsense"], client="w")
    assert heard.actions == [("shutdown", (WEB.record_key,), "w")]


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "action", "action": "format_disk", "rows": [WEB_KEY], "client": "w"},
        {"kind": "action", "action": "shutdown", "rows": ["nonsense"], "client": "w"},
        {"kind": "action", "action": "shutdown", "rows": [URI], "client": "w"},
        {"kind": "action", "action": "shutdown", "rows": WEB_KEY, "client": "w"},
        {"kind": "action", "action": "open", "rows": [WEB_KEY, f"{DB.uuid}@{URI}"], "client": "w"},
        {"kind": "open", "row": "nonsense", "client": "w"},
        {"kind": "open", "row": 7, "client": "w"},
        {"kind": "watching", "view": "a", "version": "1", "rows": []},
        {"kind": "unknown"},
    ],
)
def test_nonsense_does_nothing(a_list, heard, message):
    say(a_list, **message)
    assert heard.actions == heard.opened == heard.sent == []


def test_rows_are_opened(a_list, heard):
    say(a_list, kind="open", row=WEB_KEY, client="w")
    say(a_list, kind="open", row=URI, client="")
    assert heard.opened == [
        ("domain", WEB.record_key, "w"),
        ("connection", HERE.record_key, ""),
    ]


def test_closing_stops_the_watching(a_list, heard):
    look(a_list, heard, [WEB_KEY])
    a_list.close()
    publisher.flush()
    assert heard.watched[-1] == frozenset()
    a_list.patch(domains=[dataclasses.replace(WEB, name="better")])
    publisher.flush()


def test_the_buttons_follow_the_lifecycle_table():
    specs = {action.name: action.spec() for action in DOMAIN_ACTIONS}
    for action in Action:
        spec = specs.get(action.value)
        if spec is None:
            continue
        for state, refusal in LIFECYCLE[action].items():
            assert spec["refused"].get(state.value) == (None if refusal is None else str(refusal))


def test_a_transient_machine_refuses_what_needs_a_definition(a_list, heard):
    a_list.reset([HERE], [dataclasses.replace(WEB, persistent=False)])
    refused = look(a_list, heard)["domains"][0]["refused"]
    assert "transient" in refused["managed_save"]
    assert "shutdown" not in refused


def test_each_column_that_is_no_graph_reads_the_record():
    for column in COLUMNS:
        assert (column.value is not None) == (column.kind in {"text", "list", "number"})
        assert (column.sample is not None) == (column.kind == "graph")
