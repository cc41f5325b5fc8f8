"""What a kernel tells a window of JupyterLab: counts, and the tasks of which it wants to know."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import pytest

import qvirt_jupyter
from qvirt_jupyter.hypervisor import Job, JobState, OperationCancelled, publisher, together
from qvirt_jupyter.widgets import _lab_messages, lab_window
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.lab_window import WINDOWS

FRONTEND = Path(qvirt_jupyter.__file__).parent.parent / "frontend"


class Comm:
    """A wire to a window, in place of a kernel's."""

    def __init__(self):
        self.messages, self.is_closed, self.hear, self.end = [], False, None, None

    def on_msg(self, callback):
        self.hear = callback

    def on_close(self, callback):
        self.end = callback

    def send(self, message):
        assert not self.is_closed
        self.messages.append(message)

    def close(self):
        self.is_closed = True


class Window:
    """Plays the browser's part."""

    def __init__(self, client="one", **settings):
        self.comm = Comm()
        data = {"client": client, "settings": {"notifications": "long", "longTask": 60, **settings}}
        lab_window._open(self.comm, {"content": {"data": data}})

    def say(self, **data):
        self.comm.hear({"content": {"data": data}})

    def waits_for(self, right, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in self.comm.messages:
                if right(message):
                    return message
            time.sleep(0.01)
        return pytest.fail(f"it did not come; there were {self.comm.messages}")

    def waits_for_counts(self, **counts):
        """Wait for these counts, and forget what came before them."""
        found = self.waits_for(lambda message: counts.items() <= message.items())
        del self.comm.messages[: self.comm.messages.index(found) + 1]

    def waits_for_task(self, job, outcome):
        def right(message):
            task = message.get("task", {})
            return (task.get("id"), task.get("outcome")) == (job.id, outcome)

        return self.waits_for(right)["task"]

    def knows(self, job):
        return any(message.get("task", {}).get("id") == job.id for message in self.comm.messages)


@pytest.fixture
def open_window():
    """A function that opens a window; all are gone at the end."""
    yield Window
    for window in lab_window._windows.values():
        window.close()
    lab_window._windows.clear()


@pytest.fixture
def a_task():
    """A task under way, with the event that lets it end."""
    go_on = threading.Event()
    job = Job("Save web", code="web.managed_save()", cancel=go_on.set)

    def work():
        go_on.wait(20)
        job.check_cancelled()

    thread = threading.Thread(target=lambda: job.run(work))
    thread.start()
    yield job, go_on
    go_on.set()
    thread.join(20)


def fail(title="Start web", error=None):
    job = Job(title)

    def work():
        raise error or ValueError("There is no disk.\nMore of it.")

    job.run(work)
    return job


def test_the_counts_follow_hosts_machines_and_tasks(open_window, a_connection, a_task):
    window = open_window()
    domains = a_connection.domains
    running = sum(domain.record.is_active for domain in domains)
    window.waits_for_counts(hosts=1, running=running, tasks=1)
    next(domain for domain in domains if not domain.record.is_active).start()
    window.waits_for_counts(running=running + 1)
    a_task[1].set()
    window.waits_for_counts(tasks=0)
    a_connection.close()
    window.waits_for_counts(hosts=0, running=0)
    a_connection.open().result(20)
    window.waits_for_counts(hosts=1, running=running)


def test_a_failure_is_told_with_its_reason_and_a_short_success_is_not(open_window):
    window = open_window()
    good = Job("Start db")
    good.run(lambda: None)
    job = fail()
    task = window.waits_for_task(job, "failed")
    assert task["error"].startswith("There is no disk.")
    assert task["outcomeLabel"] == "Failed"
    assert not window.knows(good)


def test_what_is_done_to_several_machines_is_told_as_one(open_window):
    window = open_window()
    good, bad = Job("Start db"), Job("Start web")
    whole = together("Start 2 machines", [good, bad])
    good.run(lambda: None)
    bad.run(lambda: 1 / 0)
    task = window.waits_for_task(whole, "failed")
    assert [part["outcome"] for part in task["parts"]] == ["succeeded", "failed"]
    assert not window.knows(bad)


def test_who_does_not_want_to_sign_in_has_not_failed(open_window):
    error = PermissionError("no password")
    error.cancelled = True
    window = open_window()
    job, other = fail(error=error), fail()
    window.waits_for_task(other, "failed")
    assert not window.knows(job)


def test_a_window_that_comes_late_is_told_of_what_goes_on(open_window, a_task):
    job, _go_on = a_task
    # Its begin was told to those who were there.
    assert publisher.flush()
    window = open_window(longTask=0.2)
    assert window.waits_for_task(job, "running")


def test_a_long_task_is_told_until_its_end(open_window, a_task):
    job, go_on = a_task
    window = open_window(longTask=0.2)
    assert window.waits_for_task(job, "running")["canCancel"]
    go_on.set()
    window.waits_for_task(job, "succeeded")


def test_what_a_task_waits_for_is_told(open_window, a_task):
    job, _go_on = a_task
    job.report(phase="Choose the file again", waiting=True)
    task = open_window(longTask=0.2).waits_for_task(job, "running")
    assert (task["waiting"], task["phase"]) == (True, "Choose the file again")


def test_a_task_that_ends_in_the_moment_it_is_told_of_is_told_to_its_end(open_window, a_task):
    job, go_on = a_task
    window = open_window(longTask=1)
    tell = window.comm.send

    def tell_slowly(message):
        tell(message)
        if message.get("task", {}).get("outcome") == "running":
            go_on.set()
            end = time.monotonic() + 20
            while not job.done() and time.monotonic() < end:
                time.sleep(0.01)

    window.comm.send = tell_slowly
    window.waits_for_task(job, "running")
    # Else its notification would turn for ever.
    window.waits_for_task(job, "succeeded")


def test_a_window_may_cancel_a_task_and_nothing_else(open_window, a_task):
    job, _go_on = a_task
    window = open_window(longTask=0.2)
    window.waits_for_task(job, "running")
    for data in ({"kind": "cancel", "task": "all"}, {"kind": "run", "task": job.id}, {}):
        window.say(**data)
    assert job.state is JobState.RUNNING
    window.say(kind="cancel", task=job.id)
    window.waits_for_task(job, "cancelled")
    with pytest.raises(OperationCancelled):
        job.result(30)


@pytest.mark.parametrize("wanted", ["failed", "none"])
def test_what_is_not_wanted_is_not_told(open_window, a_task, wanted):
    job, _go_on = a_task
    window, other = (
        open_window(notifications=wanted, longTask=0.1),
        open_window("two", longTask=0.1),
    )
    other.waits_for_task(job, "running")
    failed = fail()
    other.waits_for_task(failed, "failed")
    assert not window.knows(job)
    assert window.knows(failed) is (wanted == "failed")


def test_settings_hold_from_when_they_are_changed_and_nonsense_means_the_defaults(open_window):
    window, other = open_window(notifications="none"), open_window("two")
    other.waits_for_task(fail(), "failed")
    window.say(kind="settings", settings={"notifications": "failed", "longTask": 5})
    window.waits_for_task(fail(), "failed")
    window.say(kind="settings", settings="loud")
    window.waits_for_task(fail(), "failed")


def test_a_window_that_was_loaded_again_is_told_once(open_window):
    before, now = open_window(), open_window()
    assert before.comm.is_closed
    job = fail()
    now.waits_for_task(job, "failed")
    assert not before.knows(job)


def test_windows_that_vanish_are_forgotten(open_window):
    windows = [open_window(str(number)) for number in range(WINDOWS + 2)]
    assert [window.comm.is_closed for window in windows] == [True] * 2 + [False] * WINDOWS
    windows[-1].comm.end({})
    assert windows[-1].comm.is_closed
    assert "9" not in lab_window._windows


def test_the_last_window_takes_the_counting_along(open_window):
    window = open_window()
    window.waits_for_counts(hosts=0)
    window.comm.end({})
    assert len(fleet._changed) == 0


def test_both_sides_name_the_same_fields_and_the_same_target():
    text = (FRONTEND / "src/labMessages.ts").read_text("utf-8")
    for name in ("StatusMessage", "TaskMessage"):
        body = re.search(rf"interface {name} {{(.*?)\n}}", text, re.DOTALL)[1]
        fields = set(re.findall(r"^  (\w+):", body, re.MULTILINE))
        assert fields == set(getattr(_lab_messages, name).__annotations__), name
    task = re.search(r"interface Task {(.*?)\n}", text, re.DOTALL)[1]
    from qvirt_jupyter.widgets._panel_messages import TaskState  # noqa: PLC0415 - looked at as a whole

    assert set(re.findall(r"^  (\w+):", task, re.MULTILINE)) <= set(TaskState.__annotations__)
    comm = (FRONTEND / "src/windowComm.ts").read_text("utf-8")
    assert f"WINDOW_TARGET = '{lab_window.TARGET}'" in comm
