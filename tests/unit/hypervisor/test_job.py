"""Jobs: progress, cancel, result, error, awaitable, and a bar in a notebook."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from IPython.testing.globalipapp import get_ipython

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.errors import (
    OperationCancelled,
    OperationFailed,
    Subject,
)
from qvirt_jupyter.hypervisor.job import Job, current_job, jobs
from qvirt_jupyter.hypervisor.job_state import JobState

WEB = Subject("domain", "web", "test:///default")


def begin(job, function, progress=None):
    thread = threading.Thread(target=job.run, args=(function, progress))
    thread.start()
    return thread


def test_a_job_that_succeeds():
    job = Job("Start web", WEB, 'connect().domains["web"].start()')
    assert (job.state, job.done(), job.started) == (JobState.QUEUED, False, None)
    job.run(lambda: 42)
    assert job.result() == 42
    assert (job.state, job.progress, job.error) == (JobState.SUCCEEDED, 1.0, None)
    assert job.started <= job.ended
    assert "Done" in repr(job)


def test_a_job_that_fails_raises_where_its_result_is_wanted():
    job = Job("Start web", WEB)
    error = OperationFailed("No.", subject=WEB)
    job.run(lambda: (_ for _ in ()).throw(error))
    assert (job.state, job.error) == (JobState.FAILED, error)
    with pytest.raises(OperationFailed, match="web: No"):
        job.result()
    assert "No." in repr(job)


def test_waiting_has_an_end():
    with pytest.raises(TimeoutError):
        Job("Never", WEB).result(0.01)


def test_what_a_job_does_can_report_and_others_are_told():
    job = Job("Copy", WEB)
    seen = []
    told = threading.Event()
    go = threading.Event()

    def work():
        assert current_job() is job
        current_job().report(progress=0.25, phase="Reading")
        told.wait(30)
        go.wait(30)

    def tell(changed):
        seen.append((changed.progress, changed.phase))
        told.set()

    job.on_change(tell)
    thread = begin(job, work)
    assert told.wait(30)
    publisher.flush()
    assert seen[-1] == (0.25, "Reading")
    assert "25%" in repr(job)
    go.set()
    thread.join(30)
    assert current_job() is None
    assert job.phase == ""


def test_a_job_waits_for_somebody_until_it_says_something_else_or_ends():
    job = Job("Upload", WEB)

    def work():
        job.report(phase="Choose the file again", waiting=True)
        assert job.waiting
        job.report(progress=0.5)
        assert not job.waiting
        job.report(waiting=True)

    job.run(work)
    assert (job.state, job.waiting) == (JobState.SUCCEEDED, False)


def test_progress_is_asked_for_while_it_runs():
    job = Job("Save", WEB)
    asked = threading.Event()

    def progress():
        asked.set()
        return 2.0, "Writing memory"

    def work():
        assert asked.wait(30)
        time.sleep(0.1)

    thread = begin(job, work, progress)
    assert asked.wait(30)
    time.sleep(0.05)
    assert job.progress == 1.0
    thread.join(30)


def test_a_waiting_job_is_cancelled_at_once():
    job = Job("Start", WEB)
    assert job.can_cancel
    assert job.cancel()
    assert job.state is JobState.CANCELLED
    job.run(lambda: pytest.fail("it must not run"))
    with pytest.raises(OperationCancelled):
        job.result()
    assert not job.cancel()


def test_a_running_job_without_a_way_to_stop_says_so():
    job = Job("Start", WEB)
    gate = threading.Event()
    thread = begin(job, lambda: gate.wait(30))
    while job.state is JobState.QUEUED:
        time.sleep(0.01)
    assert not job.can_cancel
    assert not job.cancel()
    gate.set()
    thread.join(30)
    assert job.state is JobState.SUCCEEDED


def test_a_running_job_is_stopped_by_its_own_way():
    stop = threading.Event()
    job = Job("Save", WEB, cancel=stop.set)

    def work():
        assert stop.wait(30)
        raise OperationFailed("aborted")

    thread = begin(job, work)
    while job.state is JobState.QUEUED:
        time.sleep(0.01)
    assert job.cancel()
    assert job.cancel_wanted
    thread.join(30)
    assert job.state is JobState.CANCELLED


def test_work_in_steps_looks_whether_it_shall_stop():
    job = Job("Copy", WEB, cancel=lambda: None)
    reached = threading.Event()

    def work():
        reached.set()
        while True:
            current_job().check_cancelled()
            time.sleep(0.01)

    thread = begin(job, work)
    assert reached.wait(30)
    job.cancel()
    thread.join(30)
    assert job.state is JobState.CANCELLED


def test_a_stop_that_fails_lets_the_job_go_on_and_be_asked_again():
    def refuse():
        raise OperationFailed("Not now.")

    job = Job("Save", WEB, cancel=refuse)
    gate = threading.Event()
    thread = begin(job, lambda: gate.wait(30))
    while job.state is JobState.QUEUED:
        time.sleep(0.01)
    assert job.cancel()
    end = time.monotonic() + 30
    while not job.phase and time.monotonic() < end:
        time.sleep(0.01)
    assert job.phase == "Could not be stopped: Not now."
    assert job.can_cancel
    gate.set()
    thread.join(30)
    assert job.state is JobState.SUCCEEDED


def test_a_job_can_be_awaited_while_the_loop_goes_on():
    job = Job("Start", WEB)
    failing = Job("Stop", WEB)

    async def main():
        beats = []

        async def beat():
            while True:
                beats.append(1)
                await asyncio.sleep(0.01)

        heart = asyncio.create_task(beat())
        threading.Timer(0.2, job.run, (lambda: "up",)).start()
        threading.Timer(0.2, failing.run, (lambda: 1 / 0,)).start()
        result = await job
        with pytest.raises(ZeroDivisionError):
            await failing
        heart.cancel()
        return result, len(beats)

    result, beats = asyncio.run(main())
    assert result == "up"
    assert beats > 5


def test_giving_up_waiting_does_not_stop_the_job():
    job = Job("Start", WEB)

    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(job, 0.05)

    asyncio.run(main())
    assert job.state is JobState.QUEUED
    job.run(lambda: "up")
    assert job.result() == "up"


def test_the_registry_has_the_newest_first_and_tells():
    seen = []
    publisher.flush()
    with jobs.subscribe(lambda job: seen.append((job.id, job.state))):
        job = Job("Start", WEB)
        publisher.flush()
        job.run(lambda: None)
        publisher.flush()
    assert jobs.recent[0] is job
    assert seen[0] == (job.id, JobState.QUEUED)
    assert seen[-1] == (job.id, JobState.SUCCEEDED)


def test_its_html_is_escaped_and_accessible():
    job = Job("Start <script>", WEB)
    html = job._repr_html_()
    assert "<script>" not in html
    assert "Start &lt;script&gt;" in html
    assert 'role="progressbar"' in html
    assert "aria-valuenow" not in html
    job.report(progress=0.5)
    assert 'aria-valuenow="50"' in job._repr_html_()


def test_in_a_notebook_what_is_shown_is_brought_up_to_date(monkeypatch):
    get_ipython()
    published = []
    monkeypatch.setattr(
        "IPython.core.display_functions.publish_display_data",
        lambda **message: published.append(message),
    )
    job = Job("Start", WEB)
    job._ipython_display_()
    assert set(published[0]["data"]) == {"text/plain", "text/html"}
    job.run(lambda: None)
    publisher.flush()
    assert published[-1]["update"]
    assert published[-1]["transient"] == published[0]["transient"]
    assert "Done" in published[-1]["data"]["text/plain"]
    count = len(published)
    job._observers.call(job)
    assert len(published) == count
