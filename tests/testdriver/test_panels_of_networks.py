"""The networks of a host's tab on libvirt's test driver: list, details, what is done, refusals."""

from __future__ import annotations

import pytest
from a_manager import wait_for
from a_networks_section import (
    act,
    cell,
    dialog,
    names,
    opened,
    question,
    reasons,
    row_of,
    rows,
    section,
    select,
    select_again,
)

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets import shell
from qvirt_jupyter.widgets.questions import Answer


@pytest.fixture
def a_panel(a_connection):
    with opened(a_connection) as panel:
        yield panel


def test_networks_are_listed_with_state_mode_bridge_and_addresses(a_panel):
    row = row_of(a_panel, "default")
    shown = {name: cell(row, name) for name in ("state", "mode", "subnets", "bridge", "machines")}
    assert shown == {
        "state": "on",
        "mode": "NAT",
        "subnets": "10.7.0.0/24",
        "bridge": "tbr0",
        "machines": "1",
    }
    assert cell(row_of(a_panel, "<alone>"), "mode") == "isolated"


def test_a_network_is_stopped_after_a_question_and_started(a_panel, a_connection):
    assert reasons(a_panel, "default")["start"] == "It is on already."
    assert reasons(a_panel, "default")["delete"] == "It is on: stop it first."
    act(a_panel, "stop", "default")
    key, asked = question(a_panel)
    assert "The <running> one" in asked.text
    a_panel._context.questions.answer(key, None)
    assert a_connection.networks["default"].is_active
    act(a_panel, "stop", "default")
    key, _asked = question(a_panel)
    a_panel._context.questions.answer(key, Answer())
    assert wait_for(lambda: row_of(a_panel, "default").dimmed)
    assert reasons(a_panel, "default")["stop"] == "It is off already."
    act(a_panel, "start", "default")
    assert wait_for(lambda: cell(row_of(a_panel, "default"), "state") == "on")


def test_autostart_is_set_and_taken_back(a_panel):
    for wanted in ("yes", "no"):
        act(a_panel, "autostart", "<alone>")
        assert wait_for(lambda w=wanted: cell(row_of(a_panel, "<alone>"), "autostart") == w)


def test_a_network_that_is_off_is_renamed_and_deleted(a_panel, a_connection):
    a_connection.networks["<alone>"].stop()
    assert wait_for(lambda: not reasons(a_panel, "<alone>")["rename"])
    act(a_panel, "rename", "<alone>")
    form = dialog(a_panel)
    form.edit("name", "lonely")
    assert form.submit()
    assert wait_for(lambda: "lonely" in names(a_panel))
    act(a_panel, "delete", "lonely")
    key, asked = question(a_panel)
    assert asked.danger
    a_panel._context.questions.answer(key, Answer())
    assert wait_for(lambda: "lonely" not in names(a_panel))


def test_the_selected_one_says_what_it_is_and_who_is_on_it(a_panel):
    details = select(a_panel, "default")
    for words in (
        "reaches the outside by the host&#x27;s addresses (NAT)",
        "10.7.0.0/24, the host is 10.7.0.1",
        "10.7.0.100 to 10.7.0.200",
        "tbr0",
    ):
        assert words in details.facts.value
    assert wait_for(lambda: rows(details.members))
    (row,) = rows(details.members).values()
    assert cell(row, "machine") == "running"
    assert cell(row, "mac") == "52:54:00:00:00:01"
    assert "isolated" in select_again(a_panel, "<alone>")


def test_a_machine_is_opened_in_the_window_that_asked(a_panel, monkeypatch):
    opened = []
    monkeypatch.setattr(shell, "_send", opened.append)
    details = select(a_panel, "default")
    assert wait_for(lambda: rows(details.members))
    details.members._receive(
        {"kind": "activate", "rows": ["52:54:00:00:00:01"], "client": "window-1"}
    )
    assert [(each["kind"], each["client"]) for each in opened] == [("vm", "window-1")]


def test_the_xml_of_the_selected_one_is_edited(a_panel, a_connection):
    details = select(a_panel, "default")
    details._xml_place.selected_index = 0
    assert wait_for(lambda: details.xml is not None)
    assert not section(a_panel).is_dirty
    assert details.xml._source.key == f"network {a_connection.networks['default'].uuid}"


def test_without_a_connection_nothing_can_be_done_and_the_table_says_why(a_panel, a_connection):
    section(a_panel).table._act("create", (), "window-1")
    dialog(a_panel)
    a_connection.close()
    assert wait_for(lambda: not section(a_panel).dialog.children)
    (create, *_others) = section(a_panel)._offer(())
    assert str(create.reason).startswith("Not connected")
    publisher.flush()
