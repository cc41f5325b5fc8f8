"""A wait names what it waits for, ends in time, and fails with what was seen last and why."""

from __future__ import annotations

import math
import os
import signal
import threading

import pytest
from an_interrupt import interrupts_heeded

from qvirt_jupyter.hypervisor import event_loop, pool
from qvirt_jupyter.hypervisor.errors import (
    InvalidDefinition,
    OperationCancelled,
    OperationFailed,
    Subject,
    TimedOut,
)
from qvirt_jupyter.hypervisor.guest.waiting import NotYet, Wait
from qvirt_jupyter.hypervisor.job import Job
from qvirt_jupyter.hypervisor.job_state import JobState

WEB = Subject("domain", "web", "test:///default")
NO_LEASE = NotYet("no DHCP lease yet", "Look whether the network runs.")


class Looks:
    """Answers one after the other, the last one for ever."""

    def __init__(self, *answers):
        self.answers = answers
        self.count = 0
        self.looked = threading.Event()

    def __call__(self):
        self.count += 1
        self.looked.set()
        answer = self.answers[min(self.count, len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_what_is_there_is_not_waited_for():
    look = Looks("192.0.2.7")
    assert Wait(60, WEB).until(look, "an address") == "192.0.2.7"
    assert look.count == 1


def test_what_is_there_is_found_without_any_time():
    assert Wait(0, WEB).until(Looks("192.0.2.7"), "an address") == "192.0.2.7"


def test_nothing_that_was_found_is_no_answer_to_wait_on():
    assert Wait(60).until(Looks(None), "the end") is None


def test_it_looks_until_it_is_there():
    look = Looks(NO_LEASE, NO_LEASE, "192.0.2.7")
    assert Wait(60, WEB).until(look, "an address", pause=0.01) == "192.0.2.7"
    assert look.count == 3


def test_it_fails_with_what_was_seen_last_and_why():
    look = Looks(NotYet("the link of its card is down"), NO_LEASE)
    with pytest.raises(TimedOut) as raised:
        Wait(0.05, WEB).until(look, "an address", pause=0.01)
    error = raised.value
    assert str(error) == (
        "web: Waited 0.05 s for an address, in vain: no DHCP lease yet. "
        "Look whether the network runs."
    )
    assert (error.waited_for, error.last_seen, error.seconds) == (
        "an address",
        "no DHCP lease yet",
        0.05,
    )
    assert error.subject == WEB
    assert isinstance(error, OperationFailed)


def test_there_is_a_look_when_the_time_is_over():
    # The pause is longer than the time: it is there by the second look.
    look = Looks(NO_LEASE, "192.0.2.7")
    assert Wait(0.05, WEB).until(look, "an address", pause=60) == "192.0.2.7"


def test_several_things_share_one_time():
    wait = Wait(0.05, WEB)
    with pytest.raises(TimedOut, match="an address"):
        wait.until(Looks(NO_LEASE), "an address", pause=0.01)
    look = Looks(NotYet("nothing listens"))
    with pytest.raises(TimedOut, match="port 22"):
        wait.until(look, "port 22", pause=60)
    assert look.count == 1


def test_what_makes_waiting_senseless_ends_it():
    look = Looks(NO_LEASE, OperationFailed("It is off.", subject=WEB))
    with pytest.raises(OperationFailed, match="It is off"):
        Wait(60, WEB).until(look, "an address", pause=0.01)


def test_whoever_knows_better_wakes_it():
    wake = threading.Event()
    look = Looks(NO_LEASE, "login:")
    found = []
    thread = threading.Thread(
        target=lambda: found.append(Wait(math.inf, wake=wake).until(look, "x", pause=math.inf))
    )
    thread.start()
    look.looked.wait(30)
    wake.set()
    thread.join(30)
    assert found == ["login:"]


def test_what_comes_during_a_look_is_not_missed():
    wake = threading.Event()

    def look():
        if look.first:
            look.first = False
            wake.set()
            return NO_LEASE
        return "login:"

    look.first = True
    assert Wait(math.inf, wake=wake).until(look, "x", pause=math.inf) == "login:"


def test_the_job_shows_what_is_seen_and_cancels_the_wait():
    look = Looks(NO_LEASE)
    job = Job("Wait for web", WEB, cancel=lambda: None)
    thread = threading.Thread(
        target=job.run, args=(lambda: Wait(math.inf, WEB).until(look, "an address", pause=3600),)
    )
    thread.start()
    shown = threading.Event()
    with job.on_change(lambda job: "lease" in job.phase and shown.set()):
        assert "lease" in job.phase or shown.wait(30)
    assert job.phase == "Waiting for an address: no DHCP lease yet"
    assert job.cancel()
    thread.join(30)
    assert job.state is JobState.CANCELLED
    with pytest.raises(OperationCancelled):
        job.result(30)


def test_the_keyboard_interrupts_it():
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    with interrupts_heeded():
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            Wait(math.inf).until(Looks(NO_LEASE), "an address", pause=3600)
    timer.join()


@pytest.mark.parametrize("seconds", [-1, math.nan])
def test_a_time_that_is_none_is_refused(seconds):
    with pytest.raises(InvalidDefinition, match="0 seconds or more"):
        Wait(seconds)


def test_the_event_thread_must_not_wait(monkeypatch):
    monkeypatch.setattr(event_loop, "is_event_thread", lambda: True)
    assert pool.event_loop is event_loop
    look = Looks("there")
    with pytest.raises(RuntimeError, match="event thread"):
        Wait(1).until(look, "x")
    assert look.count == 0
