"""Earlier definitions of a machine on libvirt's test driver: listed, compared, brought back."""

from __future__ import annotations

import pytest
from a_manager import wait_for

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.editing.definition_history import KEPT
from qvirt_jupyter.widgets.xml.definition_history import DefinitionHistory


@pytest.fixture
def a_machine(a_connection):
    return a_connection.domains["running"]


@pytest.fixture
def a_history(a_machine):
    view = DefinitionHistory(a_machine)
    tell(view, type="ready")
    assert wait_for(lambda: view.shown and not view.shown["refused"])
    yield view
    view.close()


def tell(view, **content):
    view._handle_custom_msg({"client": "window-1", **content}, [])
    publisher.flush()


def entries(view):
    return view.shown["entries"]


def edit(machine, **values):
    with machine.edit() as definition:
        for name, value in values.items():
            setattr(definition, name, value)


def test_edits_are_listed_with_their_cause_as_they_are_made(a_history, a_machine):
    assert entries(a_history) == []
    edit(a_machine, vcpus=3)
    assert wait_for(lambda: len(entries(a_history)) == 1)
    edit(a_machine, title="another")
    assert wait_for(lambda: len(entries(a_history)) == 2)
    newest, oldest = entries(a_history)
    assert (newest["cause"], oldest["cause"]) == ("title", "vcpu")
    assert newest["time"] > oldest["time"]


def test_what_an_edit_changed_is_shown_and_what_has_changed_since(a_history, a_machine):
    edit(a_machine, vcpus=3)
    edit(a_machine, vcpus=4)
    _newest, oldest = wait_for(lambda: len(entries(a_history)) == 2 and entries(a_history))
    tell(a_history, type="choose", id=oldest["id"])
    assert wait_for(lambda: "'static'>2<" in a_history._difference["before"])
    assert "'static'>3<" in a_history._difference["after"]
    tell(a_history, type="against", what="now")
    assert wait_for(lambda: "'static'>4<" in a_history._difference["after"])
    # A password that is the same has the same mark in both.
    assert "hunter2" not in repr(a_history._difference)
    assert "••••" in a_history._difference["before"]


def test_a_definition_is_brought_back_and_that_is_undone(a_history, a_machine):
    before = a_machine.xml(inactive=True, secure=True)
    edit(a_machine, vcpus=3)
    (kept,) = wait_for(lambda: entries(a_history))
    tell(a_history, type="restore", id=kept["id"])
    assert wait_for(lambda: a_history.shown["outcome"].startswith("Restored"))
    assert a_machine.xml(inactive=True, secure=True) == before
    newest, _oldest = wait_for(lambda: len(entries(a_history)) == 2 and entries(a_history))
    tell(a_history, type="restore", id=newest["id"])
    assert wait_for(lambda: a_machine.document(inactive=True).vcpus == 3)
    assert wait_for(lambda: len(entries(a_history)) == 3)


def test_the_last_twenty_are_kept(a_history, a_machine):
    assert KEPT == 20
    for number in range(KEPT + 2):
        edit(a_machine, title=f"title {number}")
    assert wait_for(lambda: len(entries(a_history)) == KEPT)
    tell(a_history, type="choose", id=entries(a_history)[-1]["id"])
    assert wait_for(lambda: "<title>title 1</title>" in a_history._difference["before"])


def test_what_is_gone_is_said(a_history, a_machine):
    edit(a_machine, vcpus=3)
    (kept,) = wait_for(lambda: entries(a_history))
    a_machine.history[0].path.unlink()
    tell(a_history, type="restore", id=kept["id"])
    assert wait_for(lambda: "No earlier definition" in a_history.shown["problem"])
    assert not a_history.shown["busy"]
    assert a_machine.document(inactive=True).vcpus == 3
