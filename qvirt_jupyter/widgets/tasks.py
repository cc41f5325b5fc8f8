"""The task list: what was done, on whom, when, how long and with which outcome."""

from __future__ import annotations

import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import QvirtError, publisher
from qvirt_jupyter.hypervisor.action_log import mask
from qvirt_jupyter.hypervisor.job import jobs
from qvirt_jupyter.hypervisor.shared_tasks import SharedTask, other_tasks
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor import Job, Subject
    from qvirt_jupyter.widgets._panel_messages import TasksState, TaskState

SHOWN = 30
"""How many tasks the list shows."""


class Tasks(PanelPart):
    """The newest jobs of this process, with cancel, details and "Copy as code".

    What the user's other kernels do stands between them. That can be seen, but not cancelled.

    Parameters
    ----------
    concerns
        Which subjects to show; all where it is not given.
    """

    _part: ClassVar[str] = "tasks"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "tasks": _("Tasks"),
        "none": _("nothing was done yet"),
        "cancel": _("Cancel"),
        "copy": _("Copy as code"),
        "copied": _("Copied."),
        "details": _("Details"),
    }

    def __init__(self, concerns: Callable[[Subject | None], bool] | None = None) -> None:
        super().__init__()
        self._concerns = concerns
        # Others number their tasks too: theirs have numbers below zero here.
        self._numbers: dict[tuple[str, int], int] = {}
        self._subscriptions = (
            jobs.subscribe(self._on_job),
            other_tasks.subscribe(self._update),
        )
        self._update()

    def close(self) -> None:
        """Take the list away; the jobs go on."""
        for subscription in self._subscriptions:
            subscription.close()
        super().close()

    def _mine(self) -> list[Job[Any]]:
        if self._concerns is None:
            # What is done to several machines is one task, with its parts inside.
            return [job for job in jobs.recent if job.whole is None]
        return [job for job in jobs.recent if self._concerns(job.subject)]

    def _on_job(self, job: Job[Any]) -> None:
        if self._concerns is None or self._concerns(job.subject):
            # One message for however many jobs change in a moment.
            publisher.post(("tasks", id(self)), self._update)

    def _update(self) -> None:
        mine = [(job.created, task_state(job)) for job in self._mine()[:SHOWN]]
        theirs = [(task.created, self._state_of(task)) for task in self._theirs()[:SHOWN]]
        both = sorted([*mine, *theirs], key=lambda entry: -entry[0])
        state: TasksState = {"tasks": [task for _created, task in both[:SHOWN]]}
        self.show(state)

    def _theirs(self) -> list[SharedTask]:
        concerns = self._concerns
        return [task for task in other_tasks.recent if concerns is None or concerns(task.subject)]

    def _state_of(self, task: SharedTask) -> TaskState:
        number = self._numbers.setdefault((task.kernel, task.id), -1 - len(self._numbers))
        return other_task_state(task, number)

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - any may cancel
        match content:
            case {"type": "cancel", "id": int(number)}:
                for job in self._mine():
                    if job.id == number:
                        job.cancel()


def _facts(job: Job[Any] | SharedTask) -> list[tuple[LazyString, str]]:
    """Return what the line of a task has no room for."""
    facts = [(_("Asked for"), _moment(job.created))]
    if job.started is not None:
        facts.append((_("Started"), _moment(job.started)))
    if job.ended is not None:
        facts.append((_("Ended"), _moment(job.ended)))
    if job.subject is not None:
        facts.append((_("On"), job.subject.name))
        if job.subject.uri:
            facts.append((_("Connection"), job.subject.uri))
    return facts


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def task_state(job: Job[Any]) -> TaskState:
    """Return a job as browsers are told of it, secrets masked."""
    started = job.started if job.started is not None else job.created
    return {
        "id": job.id,
        "what": job.title,
        "origin": "",
        "when": time.strftime("%H:%M:%S", time.localtime(started)),
        "started": started,
        "duration": None if job.ended is None else job.ended - started,
        "facts": [{"name": str(name), "value": value} for name, value in _facts(job)],
        "outcome": job.state.value,
        "outcomeLabel": str(job.state.label),
        "phase": " · ".join(filter(None, (job.phase, str(job.transfer or "")))),
        "progress": job.progress,
        "waiting": job.waiting,
        # The parts say themselves why they failed.
        "error": "" if job.parts else _why(job),
        "code": job.code,
        "canCancel": job.can_cancel,
        "parts": [
            {
                "what": part.title,
                "outcome": part.state.value,
                "outcomeLabel": str(part.state.label),
                "error": _why(part),
            }
            for part in job.parts
        ],
    }


def other_task_state(task: SharedTask, number: int) -> TaskState:
    """Return a task of another kernel as browsers are told of it.

    Parameters
    ----------
    task
        The task.
    number
        What it is called here.
    """
    started = task.started if task.started is not None else task.created
    notebook = PurePosixPath(task.where).name
    return {
        "id": number,
        "what": task.title,
        "origin": str(
            _("in {notebook}").format(notebook=notebook)
            if notebook.endswith(".ipynb")
            else _("in another tab")
        ),
        "when": time.strftime("%H:%M:%S", time.localtime(started)),
        "started": started,
        "duration": None if task.ended is None else task.ended - started,
        "facts": [{"name": str(name), "value": value} for name, value in _facts(task)],
        "outcome": task.state.value,
        "outcomeLabel": str(task.state.label),
        "phase": task.phase,
        "progress": task.progress,
        # Those who can do something about it, and why it failed, are where it was begun.
        "waiting": False,
        "error": "",
        "code": "",
        "canCancel": False,
        "parts": [],
    }


def _why(job: Job[Any]) -> str:
    """Return why a job failed, for people; empty where it did not."""
    if job.error is None:
        return ""
    error = str(job.error)
    if isinstance(job.error, QvirtError) and job.error.details:
        error += f"\n{job.error.details}"
    return mask(error)
