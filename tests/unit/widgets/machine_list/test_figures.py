"""The figures and graphs of the VM list: only what differs, only of rows that somebody looks at."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import time
import types

import numpy as np
from a_vm_list import DB, DB_KEY, HERE, URI, WEB, WEB_KEY, a_history, look, samples, say

from qvirt_jupyter.hypervisor import DomainState, publisher
from qvirt_jupyter.hypervisor.statistics.sample import Samples
from qvirt_jupyter.widgets.machine_list import views as vm_list_views
from qvirt_jupyter.widgets.machine_list import vm_list
from qvirt_jupyter.widgets.machine_list.columns import COLUMNS
from qvirt_jupyter.widgets.machine_list.list_arrangement import ListArrangement
from qvirt_jupyter.widgets.machine_list.samples import POINTS, SampleFeed


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
