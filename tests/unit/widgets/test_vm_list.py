"""The kernel's half of the VM list: what is sent to whom, and what comes back."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import time
import types
import zlib

import numpy as np
import pytest

from qvirt_jupyter.documents import Change
from qvirt_jupyter.hypervisor import DomainRecord, DomainState, History, RecordKey, publisher
from qvirt_jupyter.hypervisor.lifecycle import LIFECYCLE, Action
from qvirt_jupyter.hypervisor.statistics.sample import Samples
from qvirt_jupyter.widgets.machine_list import views as vm_list_views
from qvirt_jupyter.widgets.machine_list import vm_list
from qvirt_jupyter.widgets.machine_list.actions import DOMAIN_ACTIONS
from qvirt_jupyter.widgets.machine_list.columns import COLUMNS
from qvirt_jupyter.widgets.machine_list.list_arrangement import ListArrangement
from qvirt_jupyter.widgets.machine_list.rows import ConnectionRow
from qvirt_jupyter.widgets.machine_list.samples import POINTS, SampleFeed
from qvirt_jupyter.widgets.machine_list.vm_list import VmList

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
WEB_KEY, DB_KEY = "0", "1"


def samples(at, figures):
    """What one tick measured: processor use by UUID."""
    columns = {uuid: place for place, uuid in enumerate(figures)}
    values = [math.nan if figure is None else figure for figure in figures.values()]
    return Samples(at, columns, {"cpu_guest": np.array(values, dtype=float)})


def a_history(times, values):
    return History(np.array(times), 1.0, {"cpu_guest": np.array(values, dtype=float)})


class Heard:
    """What a list sent, and what it asked of its owner."""

    def __init__(self):
        self.sent = []
        self.actions = []
        self.opened = []
        self.watched = []
        self.arranged = []
        self.histories = []
        self.past = a_history([], [])

    def send(self, message, buffers=None):
        """Stand for the way to the browser, which unpacks what is packed."""
        self.sent.append(message if buffers is None else json.loads(zlib.decompress(buffers[0])))

    def history(self, key, span):
        self.histories.append((key, span))
        return self.past


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
        on_arrange=heard.arranged.append,
        on_history=heard.history,
    )
    monkeypatch.setattr(widget, "send", heard.send)
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
    say(widget, kind="watching", view="a", version=0, rows=[], asked=[])
    reset = heard.sent[-1]
    say(widget, kind="watching", view="a", version=reset["version"], rows=list(rows), asked=[])
    heard.sent.clear()
    return reset


def test_nothing_is_sent_before_somebody_looks(a_list, heard):
    a_list.patch(domains=[dataclasses.replace(WEB, state=DomainState.PAUSED)])
    a_list.samples(URI, samples(1.0, {WEB.uuid: 5.0}))
    publisher.flush()
    assert heard.sent == []


def test_a_browser_that_comes_gets_everything(a_list, heard):
    reset = look(a_list, heard)
    assert reset["kind"] == "reset"
    assert [row["key"] for row in reset["connections"]] == [URI]
    web = reset["domains"][0]
    assert web["title"] == "Web server"
    assert reset["states"][web["state"]] == "Running"
    assert web["cells"] == {"memory": 524288, "address": ["192.0.2.1", "2001:db8::1"]}
    assert [column["id"] for column in reset["columns"] if column["shown"]] == [
        "name",
        "state",
        "cpu",
        "memory",
        "address",
    ]
    assert "description" not in web, "what is empty is not sent"


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
    assert patch["domains"] == [{"key": WEB_KEY, "state": "paused"}]
    heard.sent.clear()
    a_list.patch(connections=[HERE], domains=[paused, DB])
    publisher.flush()
    assert heard.sent == []


def test_a_connection_takes_its_machines_with_it(a_list, heard):
    look(a_list, heard)
    a_list.patch(removed=[HERE.record_key])
    publisher.flush()
    assert sorted(heard.sent[0]["removed"]) == sorted([URI, WEB_KEY, DB_KEY])
    assert a_list._rows.domains == {}


def test_removing_what_is_not_there_is_nothing(a_list, heard):
    look(a_list, heard)
    a_list.patch(removed=[RecordKey("domain", URI, "gone")])
    publisher.flush()
    assert heard.sent == []


def test_a_browser_that_missed_something_gets_everything(a_list, heard):
    version = look(a_list, heard)["version"]
    a_list.patch(domains=[dataclasses.replace(WEB, name="better")])
    say(a_list, kind="watching", view="a", version=version, rows=[], asked=[])
    assert heard.sent[-1]["kind"] == "reset"
    assert heard.sent[-1]["version"] == version + 1


def test_only_figures_that_differ_are_sent(a_list, heard):
    look(a_list, heard)
    for at, figures in (
        (1.0, {WEB.uuid: 5.2, DB.uuid: 50.0}),
        # As people see it, nothing changed.
        (2.0, {WEB.uuid: 4.8, DB.uuid: 50.0}),
        (3.0, {WEB.uuid: 5.0, DB.uuid: None}),
        (4.0, {WEB.uuid: 5.0}),
    ):
        a_list.samples(URI, samples(at, figures))
    publisher.flush()
    tick = {"kind": "samples", "interval": 1.0, "columns": ["cpu"]}
    both = [int(WEB_KEY), int(DB_KEY)]
    assert heard.sent == [
        {**tick, "time": 1.0, "since": 1.0, "rows": both, "values": [[5, 50]]},
        {**tick, "time": 3.0, "since": 2.0, "rows": [int(DB_KEY)], "values": [[None]]},
    ]


def test_a_pause_is_told_even_if_no_figure_differs(a_list, heard):
    look(a_list, heard)
    for at in (1.0, 2.0, 9.0):
        a_list.samples(URI, samples(at, {WEB.uuid: 5.0}))
    publisher.flush()
    assert [(one["time"], one["since"], one["rows"]) for one in heard.sent[1:]] == [(9.0, 2.0, [])]


def test_figures_that_are_not_true_any_more_are_taken_away(a_list, heard):
    look(a_list, heard, [WEB_KEY])
    a_list.samples(URI, samples(time.time() - 60, {WEB.uuid: 5.0}))
    say(a_list, kind="watching", view="a", version=2, rows=[WEB_KEY], asked=[])
    assert heard.sent[-1]["values"] == [[None]]
    heard.sent.clear()
    say(a_list, kind="watching", view="a", version=2, rows=[WEB_KEY], asked=[])
    assert heard.sent == []


def test_rows_that_come_into_sight_bring_their_past(a_list, heard):
    heard.past = a_history([100.0, 101.0, 110.0], [1.0, math.nan, 7.4])
    look(a_list, heard, [URI])
    assert heard.histories == []
    say(a_list, kind="watching", view="a", version=2, rows=[URI, WEB_KEY], asked=[])
    assert heard.histories == [(WEB.record_key, POINTS)]
    # Between 101 s and 110 s nothing was measured.
    assert heard.sent == [
        {
            "kind": "series",
            "columns": ["cpu"],
            "rows": [int(WEB_KEY)],
            "times": [[100.0, 101.0, 102.0, 110.0]],
            "values": [[[1, None, None, 7]]],
        }
    ]
    say(a_list, kind="watching", view="a", version=2, rows=[WEB_KEY], asked=[])
    assert len(heard.histories) == 1
    # Another browser has nothing yet.
    say(a_list, kind="watching", view="b", version=2, rows=[WEB_KEY], asked=[])
    assert len(heard.histories) == 2


def test_many_machines_have_figures_only_where_they_are_seen_or_sorted(a_list, heard):
    many = [
        dataclasses.replace(WEB, uuid=f"6695eb01-0000-0000-0000-{number:012d}")
        for number in range(vm_list.MANY + 10)
    ]
    a_list.reset([HERE], many)
    seen, now = a_list._rows.known(many[7].record_key), time.time()
    look(a_list, heard, [seen])
    a_list.samples(URI, samples(now, {one.uuid: 5.0 for one in many}))
    publisher.flush()
    assert [len(message["rows"]) for message in heard.sent] == [1]
    a_list.arrange(ListArrangement(sort="cpu"))
    publisher.flush()
    heard.sent.clear()
    a_list.samples(URI, samples(now + 1, {one.uuid: 5.0 for one in many}))
    publisher.flush()
    # The one that was seen has its figure already.
    assert [len(message["rows"]) for message in heard.sent] == [len(many) - 1]


def test_large_figures_have_three_digits():
    feed = SampleFeed([column for column in COLUMNS if column.id == "memory_used"])
    figures = {"memory": np.array([1_234_567.0, 12.3, math.nan, 0.0])}
    uuids = {name: place for place, name in enumerate("abcd")}
    message = feed.tick(URI, Samples(1.0, uuids, figures), uuids, 1.0)
    assert message["values"] == [[1_230_000, 12, 0]]


def test_a_graph_adds_up_what_is_known():
    feed = SampleFeed([column for column in COLUMNS if column.id in {"cpu", "disk"}])
    figures = {
        "cpu_guest": np.array([1.0, 2.0, 3.0]),
        "disk_read": np.array([40.4, math.nan, math.nan]),
        "disk_write": np.array([2.0, 7.0, math.nan]),
    }
    uuids = {name: place for place, name in enumerate("abc")}
    message = feed.tick(URI, Samples(1.0, uuids, figures), uuids, 1.0)
    assert message["columns"] == ["cpu", "disk"]
    assert message["values"] == [[1, 2, 3], [42, 7, None]]


def test_a_long_message_is_deflated(a_list, monkeypatch):
    sent = []
    monkeypatch.setattr(a_list, "send", lambda *arguments: sent.append(arguments))
    a_list.reset([HERE], [dataclasses.replace(WEB, uuid=str(number)) for number in range(100)])
    say(a_list, kind="watching", view="a", version=0, rows=[], asked=[])
    ((message, buffers),) = sent
    assert message == {"kind": "packed"}
    assert len(json.loads(zlib.decompress(buffers[0]))["domains"]) == 100
    assert len(buffers[0]) < 4000


def test_a_column_that_is_chosen_sends_its_cells_and_is_measured(a_list, heard):
    look(a_list, heard, [WEB_KEY])
    assert a_list.groups == {"cpu"}
    say(
        a_list,
        kind="arrange",
        view="a",
        arrangement={"columns": {"vcpus": True, "disk": True, "memory": False}},
    )
    (arranged, patch) = heard.sent
    assert (arranged["kind"], arranged["view"]) == ("arranged", "a")
    assert patch["domains"] == [
        {"key": WEB_KEY, "cells": {"vcpus": 2}},
        {"key": DB_KEY, "cells": {"vcpus": 2}},
    ]
    assert a_list.groups == {"cpu", "disk"}
    assert len(heard.watched) == 2, "who measures is told"
    assert heard.arranged == [
        ListArrangement(columns={"vcpus": True, "disk": True, "memory": False})
    ]
    heard.sent.clear()
    a_list.patch(domains=[dataclasses.replace(WEB, memory=1, vcpus=4)])
    publisher.flush()
    assert heard.sent[0]["domains"] == [{"key": WEB_KEY, "cells": {"vcpus": 4}}]


def test_a_filter_asks_for_columns_that_are_not_shown(a_list, heard):
    version = look(a_list, heard)["version"]
    say(
        a_list,
        kind="watching",
        view="a",
        version=version,
        rows=[],
        asked=["tags", "nonsense"],
    )
    (patch,) = heard.sent
    assert [row["cells"] for row in patch["domains"]] == [{"tags": None}] * 2


def test_what_is_arranged_elsewhere_comes_here(a_list, heard):
    look(a_list, heard)
    a_list.arrange(ListArrangement(compact=True))
    publisher.flush()
    assert heard.sent[0]["arrangement"]["compact"] is True
    heard.sent.clear()
    a_list.arrange(ListArrangement(compact=True))
    publisher.flush()
    assert heard.sent == []


def test_a_thousand_rows_open_in_a_few_messages_and_ticks_are_small(a_list, monkeypatch):
    sizes = []

    def send(message, buffers=()):
        sizes.append(len(json.dumps(message)) + sum(len(buffer) for buffer in buffers))

    monkeypatch.setattr(a_list, "send", send)
    many = [
        dataclasses.replace(
            WEB,
            uuid=f"6695eb01-f6a4-8304-79aa-{number:012d}",
            name=f"machine-{number}",
            title="",
            memory=1024 * number,
            addresses=(f"10.0.{number // 250}.{number % 250}",),
        )
        for number in range(1000)
    ]
    a_list.reset([HERE], many)
    say(a_list, kind="watching", view="a", version=0, rows=[], asked=[])
    visible = [str(number) for number in range(2, 42)]
    say(a_list, kind="watching", view="a", version=3, rows=visible, asked=[])
    a_list.arrange(ListArrangement(sort="cpu", columns={"disk": True, "network": True}))
    publisher.flush()
    assert len(sizes) <= 5
    assert sum(sizes) <= 64 * 1024
    figures = np.arange(1000.0)
    columns = {record.uuid: place for place, record in enumerate(many)}

    def tick(at, changed):
        sizes.clear()
        cpu = (figures + np.where(figures < changed, at, 0)) % 100
        rates = dict.fromkeys(("disk_read", "disk_write", "network_in"), figures * 12345)
        measured = {"cpu_guest": cpu, "network_out": figures * 54321, **rates}
        a_list.samples(URI, Samples(at, columns, measured))
        publisher.flush()
        return list(sizes)

    tick(1.0, 0)
    assert tick(2.0, 0) == []
    (size,) = tick(3.0, 100)
    assert size <= 4096
    sizes.clear()
    a_list.patch(
        domains=[dataclasses.replace(each, state=DomainState.PAUSED) for each in many[:100]]
    )
    publisher.flush()
    (size,) = sizes
    assert size <= 4096


def test_samples_of_unknown_machines_are_dropped(a_list, heard):
    look(a_list, heard)
    a_list.samples(URI, samples(1.0, {"gone": 1.0}))
    publisher.flush()
    assert heard.sent == []


def test_it_knows_which_rows_are_looked_at(a_list, heard):
    look(a_list, heard, [URI, WEB_KEY, "nonsense"])
    assert a_list.watched == {HERE.record_key, WEB.record_key}
    assert heard.watched == [{HERE.record_key, WEB.record_key}]
    say(a_list, kind="watching", view="b", version=2, rows=[DB_KEY], asked=[])
    assert DB.record_key in heard.watched[-1]
    say(a_list, kind="watching", view="a", version=2, rows=[], asked=[])
    say(a_list, kind="watching", view="b", version=2, rows=[], asked=[])
    assert heard.watched[-1] == frozenset()


def test_a_view_that_falls_silent_is_forgotten(a_list, heard, monkeypatch):
    look(a_list, heard, [WEB_KEY])
    later = itertools.count(time.monotonic() + vm_list_views.LEASE + 1)
    monkeypatch.setattr(vm_list_views, "time", types.SimpleNamespace(monotonic=lambda: next(later)))
    a_list.samples(URI, samples(1.0, {WEB.uuid: 1.0}))
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
        {"kind": "action", "action": "open", "rows": [WEB_KEY, DB_KEY], "client": "w"},
        {"kind": "open", "row": "nonsense", "client": "w"},
        {"kind": "open", "row": 7, "client": "w"},
        {"kind": "watching", "view": "a", "version": "1", "rows": [], "asked": []},
        {"kind": "watching", "view": "a", "version": 1, "rows": []},
        {"kind": "selected", "row": 7},
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
    reads = {"text", "list", "tags", "number", "since", "flag", "changes"}
    for column in COLUMNS:
        assert (column.value is not None) == (column.kind in reads)
        assert bool(column.figures) == bool(column.group) == (column.kind == "graph")


@pytest.mark.parametrize(
    ("pending", "shown"),
    [
        (None, None),
        ((), []),
        ((Change("vcpu", "1", "2"),), ["1 change", "vcpu: 1 → 2"]),
        (
            tuple(Change(f"x{number}", None, "y") for number in range(10)),
            ["10 changes", *(f"x{number}: + y" for number in range(8)), "and 2 more"],
        ),
    ],
)
def test_pending_changes_are_counted_and_said(pending, shown):
    (column,) = [column for column in COLUMNS if column.kind == "changes"]
    assert column.value(dataclasses.replace(WEB, pending=pending)) == shown
