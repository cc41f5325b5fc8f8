"""Jobs that are one task: each has its own end, and the whole knows them all."""

from __future__ import annotations

import threading

import pytest

from qvirt_jupyter.hypervisor import Job, JobState, OperationCancelled, OperationFailed, together


def a_job(name, work=lambda: None):
    job = Job(f"Start {name}", code=f"{name}.start()")
    threading.Thread(target=lambda: job.run(work), daemon=True).start()
    return job


def fail(reason):
    def work():
        raise OperationFailed(reason)

    return work


def test_the_results_come_in_order():
    parts = [a_job("web", lambda: 1), a_job("db", lambda: 2)]
    whole = together("Start 2", parts)
    assert whole.result(30) == (1, 2)
    assert whole.parts == tuple(parts)
    assert {part.whole for part in parts} == {whole}
    assert whole.code == "web.start()\ndb.start()"


def test_what_fails_is_named_and_the_others_are_done():
    goes_on = threading.Event()
    parts = [a_job("web", fail("No memory.")), a_job("db", goes_on.wait)]
    whole = together("Start 2", parts)
    goes_on.set()
    with pytest.raises(OperationFailed, match="1 of 2 failed") as failed:
        whole.result(30)
    assert "No memory." in failed.value.details
    assert [part.state for part in parts] == [JobState.FAILED, JobState.SUCCEEDED]


def test_cancelling_the_whole_cancels_what_waits():
    waiting = [Job("Start web"), Job("Start db")]
    whole = together("Start 2", waiting)
    assert whole.cancel()
    with pytest.raises(OperationCancelled):
        whole.result(30)
    assert [part.state for part in waiting] == [JobState.CANCELLED] * 2
