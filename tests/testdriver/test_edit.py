"""Edits of a definition as transactions: what is written, what is kept, and the way back."""

from __future__ import annotations

import stat

import pytest
from a_rich_machine import define_rich

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import (
    EditConflict,
    InvalidDefinition,
    NotFound,
    WrongState,
    action_log,
    publisher,
)
from qvirt_jupyter.hypervisor.editing import live_strategies


def test_edit_writes_what_the_block_changed(a_connection):
    machine = a_connection.domains["running"]
    edit = machine.edit()
    with edit as definition:
        definition.vcpus = 3
        definition.title = "edited"
    assert set(edit.result.changes.paths) == {"title", "vcpu"}
    assert edit.result.waits_for_start
    assert machine.document(inactive=True).vcpus == 3
    # The password that only a SECURE definition has is still there.
    assert 'passwd="hunter2"' in machine.xml(secure=True).replace("'", '"')


def test_a_value_that_libvirt_does_not_know_is_answered_by_those_that_there_are(a_connection):
    machine = define_rich(a_connection)
    before = machine.xml(inactive=True)
    with (
        pytest.raises(InvalidDefinition, match="one of none, writethrough, writeback") as caught,
        machine.edit() as definition,
    ):
        definition.devices.disks["vda"].cache = "nonsense"
    assert "'nonsense'" in caught.value.reason
    assert machine.xml(inactive=True) == before


def test_an_edit_keeps_the_old_definition_for_its_owner_only(a_connection):
    machine = a_connection.domains["running"]
    before = machine.xml(inactive=True, secure=True)
    with machine.edit() as definition:
        definition.vcpus = 3
    (kept,) = machine.history
    assert documents.parse(kept.xml) == documents.parse(before) or kept.xml == before
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.path.parent.stat().st_mode) == 0o700


def test_an_edit_that_changes_nothing_writes_nothing(a_connection):
    machine = a_connection.domains["running"]
    edit = machine.edit()
    with edit:
        pass
    assert not edit.result.changes
    assert machine.history == ()


def test_an_edit_whose_block_raises_writes_nothing(a_connection):
    machine = a_connection.domains["running"]

    def edit_and_fail():
        with machine.edit() as definition:
            definition.vcpus = 3
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        edit_and_fail()
    assert machine.document(inactive=True).vcpus == 2


def test_an_edit_notices_somebody_elses(a_connection):
    machine = a_connection.domains["running"]

    def edit_while_somebody_else_does():
        with machine.edit() as definition:
            definition.vcpus = 3
            machine.set_title("from elsewhere")

    with pytest.raises(EditConflict) as caught:
        edit_while_somebody_else_does()
    assert caught.value.mine.paths == ("vcpu",)
    assert caught.value.theirs.paths == ("title",)
    assert machine.document(inactive=True).vcpus == 2


def test_a_whole_definition_is_written_over_the_one_that_it_was_made_of(a_connection):
    machine = a_connection.domains["running"]
    base = machine.document(inactive=True, secure=True)
    mine = str(base).replace("'static'>2</vcpu>", "'static'>3</vcpu>")
    result = machine.edit(base, live=False).replace(mine)
    assert result.changes.paths == ("vcpu",)
    assert machine.document(inactive=True).vcpus == 3
    # What it was made of is not stored any more.
    with pytest.raises(EditConflict) as caught:
        machine.edit(base, live=False).replace(str(base).replace("line one", "line 1"))
    assert caught.value.theirs.paths == ("vcpu",)
    assert machine.document(inactive=True).vcpus == 3


@pytest.mark.parametrize("field", ["name", "uuid"])
def test_an_edit_keeps_name_and_uuid(a_connection, field):
    machine = a_connection.domains["running"]
    with pytest.raises(InvalidDefinition, match="keeps the name"), machine.edit() as definition:
        setattr(definition, field, "11111111-1111-4111-8111-1111111111ff")
    assert len(a_connection.domains) == 10


def test_an_edit_is_undone_and_so_is_the_undoing(a_connection):
    machine = a_connection.domains["shutoff"]
    before = machine.xml(inactive=True, secure=True)
    with machine.edit() as definition:
        definition.vcpus = 3
        definition.title = "edited"
    machine.rename("another")
    result = machine.undo_edit()
    assert set(result.changes.paths) == {"title", "vcpu"}
    # All is as it was, but for the name, which no edit gave it.
    assert machine.name == "another"
    now = machine.xml(inactive=True, secure=True)
    assert now.replace("<name>another<", "<name>shutoff<") == before
    assert machine.undo_edit(machine.history[0]).changes
    assert machine.document(inactive=True).vcpus == 3
    publisher.flush()
    assert action_log.entries[-1].what == "Undo an edit of another"


def test_what_was_never_edited_has_nothing_to_undo(a_connection):
    machine = a_connection.domains["shutoff"]
    with pytest.raises(NotFound, match="No earlier definition"):
        machine.undo_edit()
    with machine.edit() as definition:
        definition.vcpus = 3
    (kept,) = machine.history
    kept.path.unlink()
    with pytest.raises(NotFound, match="made here"):
        machine.undo_edit(kept)
    assert machine.document(inactive=True).vcpus == 3


def test_an_edit_keeps_passwords_that_only_a_secure_definition_has(a_connection):
    """The definition to write is read with INACTIVE and SECURE, what is shown without (CON-28)."""
    machine = a_connection.domains["running"]
    assert "hunter2" not in machine.xml() + machine.xml(inactive=True)
    with machine.edit() as definition:
        definition.description = "edited"
    machine.undo_edit()
    machine.destroy()
    machine.rename("another")
    assert "hunter2" in machine.xml(inactive=True, secure=True)


def test_what_a_machine_refuses_because_it_stops_waits_for_nothing(a_connection, monkeypatch):
    machine = a_connection.domains["running"]

    def stop(target, _step):
        target.domain.destroy()
        target.domain.resume()

    monkeypatch.setattr(
        live_strategies, "STRATEGIES", dict.fromkeys(live_strategies.STRATEGIES, stop)
    )
    edit = machine.edit()
    with edit as definition:
        definition.title = "too late"
    assert [effect.when for effect in edit.result.effects] == ["now"]
    assert not edit.result.waits_for_start
    assert machine.document(inactive=True).title == "too late"


def test_a_transient_machine_takes_over_what_it_can_and_says_what_it_never_does(a_connection):
    machine = a_connection.domains["transient"]
    edit = machine.edit()

    def change(definition):
        definition.title = "now"
        definition.vcpus = (definition.vcpus or 1) + 4

    wanted = machine.document(inactive=True)
    change(wanted)
    foreseen = {effect.path: effect.when for effect in machine.foresee(wanted)}
    with edit as definition:
        change(definition)
    assert foreseen == {effect.path: effect.when for effect in edit.result.effects}
    assert foreseen["title"] == "now"
    assert foreseen["vcpu"] == "never"
    (never,) = [effect for effect in edit.result.impossible if effect.path == "vcpu"]
    assert "greatest number" in never.reason
    assert not edit.result.waits_for_start
    assert edit.result.previous is None
    assert machine.document().title == "now"
    # Its definition counts from a start that it never has.
    with pytest.raises(WrongState, match="transient"):
        machine.edit(live=False)
    with pytest.raises(WrongState, match="transient"):
        machine.undo_edit()
