"""What one kernel does is seen by the others of the same user: facts only, and while it lives."""

from __future__ import annotations

import json
import os
import threading

import pytest
from a_manager import wait_for
from jupyter_client.manager import KernelManager

from qvirt_jupyter.hypervisor import Job, JobState, Subject, jobs, shared_tasks
from qvirt_jupyter.hypervisor.action_log import mask
from qvirt_jupyter.hypervisor.shared_tasks import OtherTasks, TaskWriter, folder
from qvirt_jupyter.widgets.tasks import Tasks

GRAPHICS = "<graphics type='vnc' passwd='hunter2'/>"


@pytest.fixture
def others():
    """What another kernel than any writer sees."""
    return OtherTasks(lambda: "")


@pytest.fixture
def a_writer():
    writer = TaskWriter("Labs/lab 1.ipynb")
    yield writer
    writer.close()


def seen(others, title):
    others.look()
    return next((task for task in others.recent if task.title == title), None)


def test_a_task_is_seen_from_its_beginning_to_its_end(a_writer, others):
    subject = Subject("domain", "web", "test:///default", "11111111-1111-4111-8111-111111111101")
    job = Job("Save web", subject, code="vm.save()")
    begun = threading.Event()
    threading.Thread(target=lambda: job.run(begun.wait), daemon=True).start()
    job.report(progress=0.25, phase="Memory")
    task = wait_for(
        lambda: (found := seen(others, "Save web")) and found.progress == 0.25 and found, 30
    )
    assert (task.state, task.phase, task.subject) == (JobState.RUNNING, "Memory", subject)
    assert (task.where, task.kernel) == ("Labs/lab 1.ipynb", a_writer.kernel)
    assert task.ended is None
    begun.set()
    assert wait_for(lambda: seen(others, "Save web").state is JobState.SUCCEEDED, 30)
    assert seen(others, "Save web").ended == job.ended


def test_only_its_user_may_read_it_and_no_secret_is_in_it(a_writer, others):
    def fail():
        raise RuntimeError(GRAPHICS)

    job = Job(f"Define {GRAPHICS}", code=f"conn.domains.define({GRAPHICS!r})")
    job.run(fail)
    assert wait_for(lambda: seen(others, mask(job.title)), 30)
    files = [file for file in folder().iterdir() if a_writer.kernel in file.name]
    assert len(files) == 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder().stat().st_mode & 0o777 == 0o700
    texts = "".join(file.read_text() for file in files)
    assert "hunter2" not in texts
    assert "conn.domains" not in texts


def test_nothing_is_written_before_there_is_something_and_nothing_is_left(others):
    writer = TaskWriter()
    assert not folder().exists()
    Job("Nothing").run(lambda: None)
    assert wait_for(lambda: seen(others, "Nothing"), 30)
    writer.close()
    assert not list(folder().iterdir())
    others.look()
    assert others.recent == ()


def test_its_own_tasks_are_not_those_of_others(a_writer):
    mine = OtherTasks(lambda: a_writer.kernel)
    Job("Mine").run(lambda: None)
    assert wait_for(lambda: list(folder().glob("*.json")) if folder().exists() else None, 30)
    mine.look()
    assert mine.recent == ()


def test_what_ended_long_ago_is_not_told_any_more(a_writer, others, monkeypatch):
    Job("Old").run(lambda: None)
    assert wait_for(lambda: seen(others, "Old"), 30)
    assert a_writer.kernel
    monkeypatch.setattr(shared_tasks, "REMEMBERED", -1.0)
    assert others.recent == ()


@pytest.mark.parametrize(
    "text",
    [
        "{ half a fi",
        "[]",
        json.dumps({"format": 99, "where": "", "tasks": []}),
        json.dumps({"format": 1, "where": "", "tasks": [{"id": "x"}]}),
        json.dumps({"format": 1, "where": "", "tasks": {}}),
    ],
)
def test_what_makes_no_sense_is_left_out(a_writer, others, text):
    Job("Sensible").run(lambda: None)
    assert wait_for(lambda: seen(others, "Sensible"), 30)
    (file,) = folder().glob("*.json")
    file.write_text(text)
    os.utime(file, (1, 1))
    others.look()
    assert others.recent == ()
    assert a_writer.kernel


def test_who_wants_to_know_is_told_and_nobody_looks_for_nobody(a_writer, others, monkeypatch):
    monkeypatch.setattr(shared_tasks, "LOOK", 0.05)
    told = []
    subscription = others.subscribe(lambda: told.append(others.recent))
    Job("News").run(lambda: None)
    assert wait_for(lambda: [one for tasks in told for one in tasks if one.title == "News"], 30)
    subscription.close()
    assert others._ended is None
    assert a_writer.kernel


def run(client, code):
    answer = client.execute(code, reply=True, timeout=120)["content"]
    assert answer["status"] == "ok", answer


@pytest.mark.timeout(1200)
def test_a_notebooks_kernel_and_this_one(a_driver_file, monkeypatch):
    """Two real kernels: the notebook's task stands in this one's list, until its kernel is gone."""
    monkeypatch.setattr(shared_tasks, "LOOK", 0.1)
    panel = Tasks()
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env={**os.environ, "JPY_SESSION_NAME": "Labs/lab 1.ipynb"})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        run(
            client,
            "import qvirt_jupyter, threading\n"
            f"conn = qvirt_jupyter.connect('test://{a_driver_file}')\n"
            "vm = conn.domains['running']\n"
            "vm.submit.suspend().result()\n"
            "from qvirt_jupyter.hypervisor import Job\n"
            "long = Job('Something long', vm.subject, cancel=lambda: None)\n"
            "end = threading.Event()\n"
            "threading.Thread(target=lambda: long.run(end.wait), daemon=True).start()\n",
        )

        def state(words):
            found = [task for task in panel.shown["tasks"] if words in task["what"]]
            return found[0] if found else None

        assert wait_for(lambda: (state("Something long") or {}).get("outcome") == "running", 60)
        task = state("Something long")
        assert task["id"] < 0
        assert task["origin"] == "in lab 1.ipynb"
        assert (task["canCancel"], task["code"]) == (False, "")
        assert {"name": "On", "value": "running"} in task["facts"]
        assert state("Pause")["outcome"] == "succeeded"
        # Cancelling what is not ours does nothing.
        panel._said({"type": "cancel", "id": task["id"]}, "window-1")
        run(client, "assert not long.cancel_wanted; end.set(); long.result()")
        assert wait_for(lambda: state("Something long")["outcome"] == "succeeded", 60)
        assert all(job.title != "Something long" for job in jobs.recent)
        # It is killed, so it takes nothing away itself.
        manager.shutdown_kernel(now=True)
        assert wait_for(lambda: state("Something long") is None, 60)
        assert not list(folder().glob("*.json"))
    finally:
        client.stop_channels()
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)
        panel.close()
