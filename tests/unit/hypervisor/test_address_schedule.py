"""Whom to ask for addresses, and when."""

from __future__ import annotations

import pytest

from qvirt_jupyter.hypervisor.networks.address_schedule import BOOT, Patience, Schedule

PATIENCE = Patience(booting=0.0, unknown=30.0, known=60.0, at_most=20)
RUN = ("u", 1)


@pytest.fixture
def a_schedule():
    return Schedule(PATIENCE)


def test_a_machine_that_boots_is_asked_every_round(a_schedule):
    assert a_schedule.due({RUN: False}, 0) == [RUN]
    assert a_schedule.due({RUN: False}, 3) == [RUN]
    assert a_schedule.due({RUN: False}, BOOT - 1) == [RUN]
    assert a_schedule.due({RUN: False}, BOOT + 1) == []
    assert a_schedule.due({RUN: False}, BOOT - 1 + PATIENCE.unknown) == [RUN]


def test_a_known_address_is_asked_for_now_and_then(a_schedule):
    assert a_schedule.due({RUN: True}, 0) == [RUN]
    assert a_schedule.due({RUN: True}, PATIENCE.known - 1) == []
    assert a_schedule.due({RUN: True}, PATIENCE.known) == [RUN]


def test_a_machine_that_is_not_there_any_more_is_not_asked(a_schedule):
    a_schedule.due({RUN: False}, 0)
    assert a_schedule.due({}, 3) == []


def test_a_restarted_machine_boots_again(a_schedule):
    again = ("u", 2)
    a_schedule.due({RUN: False}, 0)
    a_schedule.due({RUN: False}, BOOT + 1)
    assert a_schedule.due({again: False}, BOOT + 2) == [again]
    assert a_schedule.due({again: False}, BOOT + 5) == [again]


def test_no_machine_starves(a_schedule):
    runs = dict.fromkeys([(f"u{number}", 1) for number in range(PATIENCE.at_most * 2)], False)
    first = a_schedule.due(runs, 0)
    second = a_schedule.due(runs, 3)
    assert len(first) == len(second) == PATIENCE.at_most
    assert not set(first) & set(second)


def test_one_answer_may_be_for_many(a_schedule):
    other = ("other", 1)
    a_schedule.due({RUN: True}, 0)
    assert a_schedule.due({RUN: True, other: True}, 50) == [other]
    a_schedule.note([RUN, other, ("gone", 1)], 50)
    assert a_schedule.due({RUN: True, other: True}, PATIENCE.known) == []
