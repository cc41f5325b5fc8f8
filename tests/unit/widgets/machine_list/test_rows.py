"""The kernel's half of the VM list: what is sent of its rows to whom, and what comes back."""

from __future__ import annotations

import dataclasses
import json
import zlib

import pytest
from a_vm_list import DB, DB_KEY, HERE, URI, WEB, WEB_KEY, look, samples, say

from qvirt_jupyter.documents import Change
from qvirt_jupyter.hypervisor import DomainState, RecordKey, publisher
from qvirt_jupyter.hypervisor.lifecycle import LIFECYCLE, Action
from qvirt_jupyter.widgets.machine_list.actions import DOMAIN_ACTIONS
from qvirt_jupyter.widgets.machine_list.columns import COLUMNS
from qvirt_jupyter.widgets.machine_list.list_arrangement import ListArrangement


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
