"""Whom to ask for addresses, and when."""

from __future__ import annotations

import dataclasses

import pytest

from qvirt_jupyter.hypervisor import DomainRecord, DomainState
from qvirt_jupyter.hypervisor.address_feed import AT_MOST, EAGER, KNOWN, UNKNOWN, Schedule

RECORD = DomainRecord(
    uri="test:///default",
    uuid="u",
    name="n",
    id=1,
    state=DomainState.RUNNING,
    reason="",
    title="",
    description="",
    vcpus=1,
    memory=1,
    max_memory=1,
    persistent=True,
    autostart=False,
    managed_save=False,
    tags=(),
    group="",
    addresses=(),
    os_id="",
    displays=(),
    started_at=None,
    xml_version=1,
)


def like(**changes):
    return dataclasses.replace(RECORD, **changes)


@pytest.fixture
def a_schedule():
    return Schedule()


def test_a_machine_that_boots_is_asked_every_round(a_schedule):
    assert a_schedule.due([RECORD], 0) == ["u"]
    assert a_schedule.due([RECORD], 3) == ["u"]
    assert a_schedule.due([RECORD], EAGER - 1) == ["u"]
    assert a_schedule.due([RECORD], EAGER + 1) == []
    assert a_schedule.due([RECORD], EAGER - 1 + UNKNOWN) == ["u"]


def test_a_known_address_is_asked_for_now_and_then(a_schedule):
    known = like(addresses=("10.0.0.1",))
    assert a_schedule.due([known], 0) == ["u"]
    assert a_schedule.due([known], KNOWN - 1) == []
    assert a_schedule.due([known], KNOWN) == ["u"]


def test_a_machine_that_is_off_is_not_asked(a_schedule):
    assert a_schedule.due([like(state=DomainState.SHUTOFF, id=-1)], 0) == []


def test_a_restarted_machine_boots_again(a_schedule):
    a_schedule.due([RECORD], 0)
    a_schedule.due([RECORD], EAGER + 1)
    assert a_schedule.due([like(id=2)], EAGER + 2) == ["u"]
    assert a_schedule.due([like(id=2)], EAGER + 5) == ["u"]


def test_no_machine_starves(a_schedule):
    records = [like(uuid=f"u{number}") for number in range(AT_MOST * 2)]
    first = a_schedule.due(records, 0)
    second = a_schedule.due(records, 3)
    assert len(first) == len(second) == AT_MOST
    assert not set(first) & set(second)
