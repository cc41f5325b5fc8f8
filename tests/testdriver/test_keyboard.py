"""Typing into machines of the test driver, which takes keys and has nobody who reads them."""

from __future__ import annotations

import threading

import pytest

from qvirt_jupyter.hypervisor import (
    ConnectionLost,
    InvalidDefinition,
    JobState,
    OperationCancelled,
    OperationFailed,
    WrongState,
    action_log,
)

TYPED = "a secret that is long enough to be stopped on its way" * 4


@pytest.fixture
def a_machine(a_connection):
    return a_connection.domains["running"]


def test_a_text_is_typed(a_machine):
    a_machine.type("root\n", pause=0)
    a_machine.keys("ctrl-alt-f2", "enter", hold=0.001)


def test_what_is_typed_is_not_in_the_log(a_machine):
    job = a_machine.submit.type("Tr0ub4dor", pause=0)
    job.result(30)
    assert "Tr0ub4dor" not in "".join(entry.code + entry.what for entry in action_log.entries)
    assert job.title == "Type into running"


@pytest.mark.parametrize(
    ("state", "words"),
    [("shutoff", "does not run"), ("saved", "does not run"), ("paused", "hears neither keys")],
)
def test_a_machine_that_hears_nothing(a_connection, state, words):
    machine = a_connection.domains[state]
    with pytest.raises(WrongState, match=words):
        machine.type("x")
    with pytest.raises(WrongState, match=words):
        machine.keys("x")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda vm: vm.type("naïve"), "'ï' .latin small letter i with diaeresis"),
        (lambda vm: vm.type("x", layout="xx"), "There is no keyboard layout 'xx'"),
        (lambda vm: vm.type("x", pause=-1), "A pause of -1 seconds"),
        (lambda vm: vm.keys("ctrl-x", "ctrl-alt-dle"), "There is no key 'dle'"),
        (lambda vm: vm.keys("x", hold=0), "cannot be held for 0 seconds"),
        (lambda vm: vm.type(b"x"), "b'x' cannot be typed. Give a text"),
        (lambda vm: vm.keys(), "No key combination was named. Name them"),
        (lambda vm: vm.keys(["ctrl", "c"]), "A key combination is a text. Name them"),
    ],
)
def test_what_cannot_be_typed_is_refused_before_anything_is(a_machine, monkeypatch, call, words):
    pressed = []
    monkeypatch.setattr(type(a_machine), "_press", lambda *stroke: pressed.append(stroke))
    with pytest.raises(InvalidDefinition, match=words) as caught:
        call(a_machine)
    assert caught.value.subject == a_machine.subject
    assert not pressed


@pytest.fixture
def somebody_who_types(a_machine, monkeypatch):
    """A text that takes its time, and of which some keys were pressed."""
    begun, press = threading.Event(), type(a_machine)._press

    def tell(machine, *stroke):
        press(machine, *stroke)
        begun.set()

    monkeypatch.setattr(type(a_machine), "_press", tell)
    job = a_machine.submit.type(TYPED, pause=0.5)
    assert begun.wait(30)
    yield job
    job.cancel()


def test_typing_can_be_stopped(somebody_who_types):
    job = somebody_who_types
    assert job.cancel()
    with pytest.raises(OperationCancelled):
        job.result(30)
    assert job.state is JobState.CANCELLED
    assert job.progress < 1


def test_two_texts_are_not_mixed_up(a_machine, monkeypatch):
    pressed = []
    monkeypatch.setattr(
        type(a_machine), "_press", lambda _machine, stroke, _hold: pressed.append(stroke.code)
    )
    jobs = [a_machine.submit.type(letter * 20, pause=0.001) for letter in "ab"]
    for job in jobs:
        job.result(30)
    assert pressed in (["KeyA"] * 20 + ["KeyB"] * 20, ["KeyB"] * 20 + ["KeyA"] * 20)


def test_who_waits_to_type_can_be_stopped(a_machine, somebody_who_types):
    second = a_machine.submit.type("x")
    assert second.cancel()
    with pytest.raises(OperationCancelled):
        second.result(30)
    assert not somebody_who_types.done()


def test_a_machine_that_ends_on_the_way(a_machine, monkeypatch):
    press, pressed = type(a_machine)._press, []

    def end_at_the_third(machine, *stroke):
        pressed.append(stroke)
        if len(pressed) == 3:
            machine.connection.call(lambda c: c.lookupByUUIDString(machine.uuid).destroy())
        press(machine, *stroke)

    monkeypatch.setattr(type(a_machine), "_press", end_at_the_third)
    with pytest.raises(OperationFailed, match="It took 2 of 5 key strokes") as caught:
        a_machine.type("abcde", pause=0)
    assert not isinstance(caught.value, ConnectionLost)
