"""The table of state x action, cell by cell, against a table written by hand from the parity rows."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor.lifecycle import (
    LIFECYCLE,
    NEEDS_DEFINITION,
    Action,
    allowed,
    allowed_actions,
)
from qvirt_jupyter.hypervisor.records import DomainState

STATES = {
    "R": DomainState.RUNNING,
    "P": DomainState.PAUSED,
    "D": DomainState.SHUTTING_DOWN,
    "O": DomainState.SHUTOFF,
    "S": DomainState.SAVED,
    "C": DomainState.CRASHED,
    "Z": DomainState.SUSPENDED,
}
EXPECTED = {
    Action.START: "OS",
    Action.START_PAUSED: "OS",
    Action.SHUTDOWN: "RPCZ",
    Action.REBOOT: "RPCZ",
    Action.RESET: "RPCZ",
    Action.DESTROY: "RPDCZ",
    Action.SUSPEND: "R",
    Action.RESUME: "PZ",
    Action.SAVE: "RP",
    Action.MANAGED_SAVE: "RP",
    Action.RESTORE: "S",
    Action.DROP_SAVED_STATE: "S",
    Action.RENAME: "O",
    Action.SET_TEMPLATE: "O",
    Action.UNDEFINE: "OS",
    Action.SET_AUTOSTART: "RPDOSCZ",
    Action.SET_TITLE: "RPDOSCZ",
    Action.SET_DESCRIPTION: "RPDOSCZ",
    Action.SET_TAGS: "RPDOSCZ",
    Action.SET_GROUP: "RPDOSCZ",
}
CELLS = [(action, letter) for action in Action for letter in STATES]


def test_the_expectation_covers_every_action_and_state():
    assert set(EXPECTED) == set(Action)
    assert set(STATES.values()) == set(DomainState)


@pytest.mark.parametrize(
    ("action", "letter"), CELLS, ids=lambda value: getattr(value, "value", value)
)
def test_cell(action, letter):
    refusal = allowed(STATES[letter], action)
    if letter in EXPECTED[action]:
        assert refusal is None
    else:
        # A refusal is two sentences: what is the matter, and what to do.
        assert str(refusal.reason).endswith(".")
        assert str(refusal.next_step).endswith(".")
        assert str(refusal) == f"{refusal.reason} {refusal.next_step}"


@pytest.mark.parametrize("action", Action, ids=lambda action: action.value)
@pytest.mark.parametrize("state", DomainState, ids=lambda state: state.name)
def test_a_transient_machine_refuses_what_needs_a_definition(action, state):
    refusal = allowed(state, action, persistent=False)
    if action in NEEDS_DEFINITION:
        assert "transient" in str(refusal)
    else:
        assert refusal is LIFECYCLE[action][state]


@pytest.mark.parametrize("state", DomainState, ids=lambda state: state.name)
def test_a_template_is_not_started_in_any_state(state):
    for action in (Action.START, Action.START_PAUSED, Action.RESTORE):
        refusal = allowed(state, action, template=True)
        assert refusal is not None
        if LIFECYCLE[action][state] is None:
            assert "template" in str(refusal)
    assert allowed(DomainState.SHUTOFF, Action.RENAME, template=True) is None


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        LIFECYCLE[Action.START][DomainState.RUNNING] = None


def test_a_selection_allows_what_each_of_its_machines_allows():
    both = allowed_actions([DomainState.RUNNING, DomainState.SHUTOFF])
    assert Action.SET_TITLE in both
    assert Action.START not in both
    assert Action.DESTROY not in both
    assert Action.DESTROY in allowed_actions([DomainState.RUNNING, DomainState.PAUSED])


def test_every_action_has_a_label():
    assert all(str(action.label) for action in Action)
