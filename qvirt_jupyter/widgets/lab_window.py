"""The windows of JupyterLab that show panels of this kernel: their status bar and notifications.

A window opens one comm once it shows a panel (``frontend/src/windowComm.ts``). What is set in
JupyterLab comes with it and is not kept: JupyterLab's settings are the one place where it lives.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from comm import get_comm_manager

from qvirt_jupyter.hypervisor import JobState, jobs, publisher
from qvirt_jupyter.widgets.fleet_status import FleetCounter, FleetStatus
from qvirt_jupyter.widgets.tasks import task_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comm.base_comm import BaseComm

    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.widgets._lab_messages import LabSettings, StatusMessage, TaskMessage

TARGET: Final = "qvirt_jupyter:window"
"""The comm target, the same name as in ``frontend/src/windowComm.ts``."""
WINDOWS: Final = 8
"""How many windows are told at once: one that vanished without a word is forgotten by then."""

_DEFAULTS: Final[LabSettings] = {"notifications": "long", "longTask": 10.0}


class LabWindow:
    """One window: it is told the counts for its status bar and the tasks of which it wants to know.

    It wants to know of those that fail and, with ``notifications`` set to ``"long"``, of those that
    take longer than ``longTask`` seconds, until they end. ``"failed"`` leaves the long ones out,
    ``"none"`` all.

    Parameters
    ----------
    comm
        The wire to it.
    settings
        As they came from it.
    """

    def __init__(self, comm: BaseComm, settings: object) -> None:
        self._comm = comm
        self._settings = _read(settings)
        self._told: set[int] = set()
        self._timers: dict[int, threading.Timer] = {}
        self._is_closed = False
        comm.on_msg(self._receive)
        self._counter = FleetCounter(self._tell_status)
        self._jobs = jobs.subscribe(self._on_job)
        for job in jobs.recent:
            # One that has begun and says nothing more is told, too: the window was loaded anew.
            if not job.done():
                publisher.post(("lab-window", id(self), job.id), partial(self._on_job, job))

    def close(self) -> None:
        """Tell it no more; tasks go on."""
        self._is_closed = True
        self._counter.close()
        self._jobs.close()
        for timer in tuple(self._timers.values()):
            timer.cancel()
        self._comm.close()

    # -- what it is told: on the publisher thread ---------------------------------------------

    def _tell_status(self, status: FleetStatus) -> None:
        message: StatusMessage = {
            "kind": "status",
            "hosts": status.hosts,
            "running": status.running,
            "tasks": status.tasks,
        }
        self._tell(message)

    def _on_job(self, job: Job[Any]) -> None:
        if job.whole is not None:
            # It is told as a part of that one.
            return
        # Asked once: a job that ends while it is told of comes here again, to tell its end.
        is_over = job.done()
        if job.id in self._told or self._is_news(job):
            self._told.add(job.id)
            message: TaskMessage = {"kind": "task", "task": task_state(job)}
            self._tell(message)
        elif not is_over and job.id not in self._timers:
            self._look_again(job)
        if is_over:
            self._told.discard(job.id)
            timer = self._timers.pop(job.id, None)
            if timer is not None:
                timer.cancel()

    def _is_news(self, job: Job[Any]) -> bool:
        wanted = self._settings["notifications"]
        if job.done():
            # Not to sign in is no failure either.
            given_up = getattr(job.error, "cancelled", False)
            return wanted != "none" and job.state is JobState.FAILED and not given_up
        return wanted == "long" and self._left(job) <= 0

    def _left(self, job: Job[Any]) -> float:
        """Return in how many seconds a job will be a long one."""
        return job.created + self._settings["longTask"] - time.time()

    def _look_again(self, job: Job[Any]) -> None:
        def look() -> None:
            self._timers.pop(job.id, None)
            if not self._is_closed and not job.done():
                self._on_job(job)

        timer = threading.Timer(
            max(0.0, self._left(job)),
            lambda: publisher.post(("lab-window", id(self), job.id), look),
        )
        timer.daemon = True
        self._timers[job.id] = timer
        timer.start()

    def _tell(self, message: Mapping[str, Any]) -> None:
        if not self._is_closed:
            self._comm.send(dict(message))

    # -- what it says; it is not to be trusted ------------------------------------------------

    def _receive(self, message: dict[str, Any]) -> None:
        match message["content"]["data"]:
            case {"kind": "cancel", "task": int(number)}:
                for job in jobs.recent:
                    if job.id == number:
                        job.cancel()
            case {"kind": "settings", "settings": settings}:
                self._settings = _read(settings)


def _read(settings: object) -> LabSettings:
    match settings:
        case {
            "notifications": "long" | "failed" | "none" as wanted,
            "longTask": int() | float() as s,
        }:
            return {"notifications": wanted, "longTask": float(s)}
    return _DEFAULTS


_windows: OrderedDict[str, LabWindow] = OrderedDict()


def listen() -> None:
    """Let windows of JupyterLab open their comms to this kernel."""
    get_comm_manager().register_target(TARGET, _open)


def _open(comm: BaseComm, message: dict[str, Any]) -> None:
    data = message["content"]["data"]
    client = str(data.get("client", ""))
    # The window was loaded again, and could not say goodbye.
    before = _windows.pop(client, None)
    if before is not None:
        before.close()
    window = _windows[client] = LabWindow(comm, data.get("settings"))

    def end(_message: object) -> None:
        window.close()
        if _windows.get(client) is window:
            del _windows[client]

    comm.on_close(end)
    while len(_windows) > WINDOWS:
        _windows.popitem(last=False)[1].close()
