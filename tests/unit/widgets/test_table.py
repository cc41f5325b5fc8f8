"""The kernel's half of a table: what is sent to whom, and what comes back."""

from __future__ import annotations

import json
import zlib

import pytest

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.table import Action, Cell, Column, RecordTable, Row

COLUMNS = (Column("name", "Name"), Column("size", "Size", align="end", width=90))


def a_row(name: str, size: int = 1, **more):
    return Row(name, {"name": name, "size": Cell(f"{size} GiB", sort=size)}, **more)


class Heard:
    """What a table sent, and what it asked of its owner."""

    def __init__(self):
        self.sent = []
        self.acted = []
        self.activated = []
        self.selected = []
        self.reason = ""

    def send(self, message, buffers=None):
        """Stand for the way to the browser, which unpacks what is packed."""
        self.sent.append(message if buffers is None else json.loads(zlib.decompress(buffers[0])))

    def offers(self, ids):
        reason = self.reason or ("" if ids else "Select a row.")
        return [Action("delete", "Delete", reason, key="Delete", danger=True)]


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def a_table(heard, monkeypatch, tmp_path):
    (tmp_path / "assets.json").write_text('{"table": {"file": "table.js"}}', "utf-8")
    monkeypatch.setattr("qvirt_jupyter.widgets._assets.STATIC_FOLDER", tmp_path)
    table = RecordTable(
        COLUMNS,
        label="Volumes",
        empty="There is no volume.",
        on_activate=lambda *arguments: heard.activated.append(arguments),
        on_select=heard.selected.append,
        on_action=lambda *arguments: heard.acted.append(arguments),
        actions=heard.offers,
    )
    monkeypatch.setattr(table, "send", heard.send)
    table.update([a_row("a"), a_row("b"), a_row("c")])
    yield table
    table.close()
    table.layout.close()
    publisher.flush()


def say(table, **message):
    table._handle_custom_msg(message, [])
    publisher.flush()


def look(table, heard):
    """A browser comes, gets everything, and says that it has it."""
    say(table, kind="watching", view="v", version=0, visible=True)
    (reset,) = heard.sent
    heard.sent.clear()
    return reset


def patch_of(table, heard, rows):
    table.update(rows)
    publisher.flush()
    patches = [message for message in heard.sent if message["kind"] == "patch"]
    heard.sent.clear()
    return patches


def test_a_browser_that_comes_gets_everything(a_table, heard):
    assert heard.sent == []
    reset = look(a_table, heard)
    assert [row["key"] for row in reset["rows"]] == ["a", "b", "c"]
    assert reset["rows"][0]["cells"] == ["a", {"text": "1 GiB", "sort": 1}]
    assert [column["kind"] for column in reset["columns"]] == ["wide", "number"]
    assert reset["empty"] == "There is no volume."


def test_only_what_changed_is_sent(a_table, heard):
    look(a_table, heard)
    (patch,) = patch_of(a_table, heard, [a_row("a"), a_row("b", 2), a_row("d"), a_row("e")])
    assert [row["key"] for row in patch["changed"]] == ["b"]
    assert [(new["after"], new["row"]["key"]) for new in patch["added"]] == [("b", "d"), ("d", "e")]
    assert patch["removed"] == ["c"]
    assert patch["order"] is None
    same = [a_row("a"), a_row("b", 2), a_row("d"), a_row("e")]
    assert patch_of(a_table, heard, same) == []


def test_rows_in_another_order_are_said_once(a_table, heard):
    look(a_table, heard)
    (patch,) = patch_of(a_table, heard, [a_row("c"), a_row("a"), a_row("b")])
    assert patch["order"] == ["c", "a", "b"]
    assert patch["changed"] == patch["added"] == patch["removed"] == []


def test_versions_follow_each_other(a_table, heard):
    version = look(a_table, heard)["version"]
    first = patch_of(a_table, heard, [a_row("a")])
    second = patch_of(a_table, heard, [])
    assert [patch["version"] for patch in (*first, *second)] == [version + 1, version + 2]


def test_nobody_is_told_who_does_not_look(a_table, heard):
    look(a_table, heard)
    say(a_table, kind="watching", view="v", version=1, visible=False)
    assert patch_of(a_table, heard, [a_row("z")]) == []
    say(a_table, kind="watching", view="v", version=1, visible=True)
    (reset,) = heard.sent
    assert [row["key"] for row in reset["rows"]] == ["z"]


def kinds(heard):
    """Return what was sent since it was asked last."""
    found = [message["kind"] for message in heard.sent]
    heard.sent.clear()
    return found


def test_a_view_that_speaks_while_a_patch_is_on_its_way_is_not_sent_everything(
    a_table, heard, monkeypatch
):
    version = look(a_table, heard)["version"]
    patch_of(a_table, heard, [a_row("a")])
    patch_of(a_table, heard, [])
    say(a_table, kind="watching", view="v", version=version, visible=True)
    say(a_table, kind="watching", view="v", version=version + 1, visible=True)
    assert kinds(heard) == []
    # It missed one, or is of another age.
    for wrong in (0, version - 1, version + 3):
        say(a_table, kind="watching", view="v", version=wrong, visible=True)
        assert kinds(heard) == ["reset"]
    # What did not arrive in all that time will not.
    monkeypatch.setattr("qvirt_jupyter.widgets.table._FLIGHT", -1.0)
    say(a_table, kind="watching", view="v", version=version + 1, visible=True)
    assert kinds(heard) == ["reset"]


def test_a_patch_that_nobody_was_told_of_is_on_no_way(a_table, heard):
    version = look(a_table, heard)["version"]
    say(a_table, kind="watching", view="v", version=version, visible=False)
    assert patch_of(a_table, heard, [a_row("a")]) == []
    say(a_table, kind="watching", view="other", version=0, visible=True)
    assert kinds(heard) == ["reset"]
    assert len(patch_of(a_table, heard, [])) == 1
    say(a_table, kind="watching", view="v", version=version, visible=True)
    assert kinds(heard) == ["reset"]


def test_what_can_be_done_follows_what_is_selected(a_table, heard):
    look(a_table, heard)
    say(a_table, kind="selected", view="v", request=1, rows=[])
    say(a_table, kind="selected", view="v", request=2, rows=["b", "nobody", 7])
    without, with_row = heard.sent
    assert without["actions"][0]["reason"] == "Select a row."
    assert with_row["request"] == 2
    assert with_row["actions"][0]["reason"] == ""
    assert heard.selected == [(), ("b",)]


def test_what_can_be_done_is_said_again_after_an_update(a_table, heard):
    look(a_table, heard)
    say(a_table, kind="selected", view="v", request=1, rows=["b"])
    heard.sent.clear()
    heard.reason = "It is in use."
    a_table.update([a_row("b")])
    publisher.flush()
    assert [message["kind"] for message in heard.sent] == ["patch", "actions"]
    assert heard.sent[1]["actions"][0]["reason"] == "It is in use."


def test_only_what_is_possible_is_done(a_table, heard):
    say(a_table, kind="action", action="delete", rows=["a", "gone"], client="tab")
    say(a_table, kind="action", action="format", rows=["a"], client="tab")
    say(a_table, kind="action", action="delete", rows=["gone"], client="tab")
    heard.reason = "It is in use."
    say(a_table, kind="action", action="delete", rows=["a"], client="tab")
    assert heard.acted == [("delete", ("a",), "tab")]


def test_a_double_click_is_told(a_table, heard):
    say(a_table, kind="activate", rows=["a"], client="tab")
    say(a_table, kind="activate", rows=["gone"], client="tab")
    assert heard.activated == [(("a",), "tab")]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"kind": "selected"},
        {"kind": "selected", "view": 1, "request": "x", "rows": None},
        {"kind": "watching", "view": "v", "version": "new", "visible": True},
        {"kind": "action", "action": ["delete"], "rows": ["a"], "client": "tab"},
    ],
)
def test_messages_that_make_no_sense_do_nothing(a_table, heard, message):
    say(a_table, **message)
    assert (heard.sent, heard.acted, heard.selected) == ([], [], [])


def test_a_row_is_selected_from_here(a_table, heard):
    look(a_table, heard)
    a_table.select("c")
    publisher.flush()
    assert heard.sent == [{"kind": "select", "rows": ["c"]}]


def test_a_view_out_of_sight_hears_what_is_to_be_selected(a_table, heard):
    a_table.update([a_row("a"), a_row("new")])
    a_table.select("new")
    publisher.flush()
    # Its rows come when somebody looks.
    assert heard.sent == [{"kind": "select", "rows": ["new"]}]
    heard.sent.clear()
    assert [row["key"] for row in look(a_table, heard)["rows"]] == ["a", "new"]


def test_levels_and_signs_are_sent_where_they_say_something():
    row = Row("x", {"name": Cell("x", bar=0.5, tone="warning", icon="host")}, dimmed=True, level=2)
    assert row.data(COLUMNS) == {
        "key": "x",
        "cells": [{"text": "x", "bar": 0.5, "tone": "warning", "icon": "host"}, ""],
        "dimmed": True,
        "level": 2,
    }
