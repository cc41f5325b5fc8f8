"""What the kernels of one user do, so that each can show it: the facts of tasks, never secrets.

Each kernel writes a file of its own in Jupyter's runtime folder, which only its user may read, and
holds a lock as long as it lives: a file without a lock is that of a kernel that is gone. The facts
are who, what, whom, when, how far and with which outcome; no code, no error texts, no results.
"""

from __future__ import annotations

import atexit
import fcntl
import json
import logging
import os
import secrets
import sys
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._private_files import jupyter_folder, private_folder, write_private
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.action_log import mask
from qvirt_jupyter.hypervisor.errors import Subject
from qvirt_jupyter.hypervisor.job import jobs
from qvirt_jupyter.hypervisor.job_state import JobState
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qvirt_jupyter.hypervisor.job import Job

_LOG = logging.getLogger(__name__)
FORMAT: Final = 1
GATHER: Final = 0.3
"""Seconds between two writes at least: progress comes often."""
LOOK: Final = 1.0
"""Seconds between two looks at what the others do, while somebody wants to know."""
AT_MOST: Final = 30
"""Tasks of one kernel that others are told of."""
REMEMBERED: Final = 600.0
"""Seconds for which others see how a task ended."""
_LARGEST: Final = 256 * 1024
_STATES: Final = {state.value: state for state in JobState}


@dataclass(frozen=True, slots=True)
class SharedTask:
    """A task of another kernel.

    Parameters
    ----------
    kernel
        Names the kernel; the same for all of its tasks.
    where
        The path of its notebook; empty where it is not known.
    id
        Its number there.
    title, phase, progress
        As those of a :class:`Job`.
    state
        Where it is.
    created, started, ended
        In seconds since the epoch; None where it has not come to that.
    subject
        The object concerned.
    """

    kernel: str
    where: str
    id: int
    title: str
    phase: str
    progress: float | None
    state: JobState
    created: float
    started: float | None
    ended: float | None
    subject: Subject | None


def folder() -> Path:
    """Return the folder that the kernels of a user share; it need not exist yet."""
    return jupyter_folder("runtime") / "tasks"


def is_kernel() -> bool:
    """Whether this process is a Jupyter kernel; scripts keep their tasks to themselves."""
    interactive = sys.modules.get("IPython")
    shell = None if interactive is None else interactive.get_ipython()
    return getattr(shell, "kernel", None) is not None


class TaskWriter:
    """Writes what this process does, from its first task on.

    Parameters
    ----------
    where
        The path of its notebook, or empty.
    """

    def __init__(self, where: str = "") -> None:
        self.kernel = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._where = where
        self._lock_file: int | None = None
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._subscription = jobs.subscribe(self._on_job)

    def close(self) -> None:
        """Write no more, and take the file away."""
        self._subscription.close()
        self._ended.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(5.0)
        if self._lock_file is not None:
            _remove(folder(), self.kernel)
            os.close(self._lock_file)
            self._lock_file = None

    def _on_job(self, _job: Job[Any]) -> None:
        # On the publisher thread, which must not wait for a disk.
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="qvirt-tasks", daemon=True)
            self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wake.wait()
            self._wake.clear()
            try:
                self._write()
            except OSError as error:
                # The others see nothing of it, which is no reason to disturb anybody.
                _LOG.info("Other kernels are not told of tasks: %s", error)
            self._ended.wait(GATHER)

    def _write(self) -> None:
        if self._ended.is_set():
            return
        place = private_folder(folder())
        if self._lock_file is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._lock_file = os.open(place / f"{self.kernel}.lock", flags, 0o600)
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)
        mine = [_facts(job) for job in jobs.recent if job.whole is None][:AT_MOST]
        text = json.dumps({"format": FORMAT, "where": self._where, "tasks": mine})
        write_private(place / f"{self.kernel}.json", text)


class OtherTasks:
    """The tasks of the other kernels, looked at while somebody wants to know.

    Parameters
    ----------
    own
        Returns what names this process's own file, or an empty text.
    """

    def __init__(self, own: Callable[[], str]) -> None:
        self._own = own
        self._lock = threading.Lock()
        self._subscribers: Subscribers[[]] = Subscribers()
        self._ended: threading.Event | None = None
        # By kernel: what tells one version of its file from another, and what is in it.
        self._read: dict[str, tuple[tuple[int, int], tuple[SharedTask, ...]]] = {}

    @property
    def recent(self) -> tuple[SharedTask, ...]:
        """What was seen last, the newest first."""
        since = time.time() - REMEMBERED
        return tuple(
            sorted(
                (
                    task
                    for _version, tasks in tuple(self._read.values())
                    for task in tasks
                    if task.ended is None or task.ended > since
                ),
                key=lambda task: -task.created,
            )
        )

    def subscribe(self, callback: Callable[[], object]) -> Subscription:
        """Call the callback on the publisher thread when the others do something."""
        subscription = self._subscribers.add(callback, self._end_if_alone)
        with self._lock:
            if self._ended is None:
                self._ended = threading.Event()
                threading.Thread(
                    target=self._run, args=(self._ended,), name="qvirt-other-tasks", daemon=True
                ).start()
        return subscription

    def _end_if_alone(self) -> None:
        with self._lock:
            if not len(self._subscribers) and self._ended is not None:
                self._ended.set()
                self._ended = None

    def _run(self, ended: threading.Event) -> None:
        while not ended.is_set():
            if self.look():
                publisher.post(("other-tasks", id(self)), self._subscribers.call)
            ended.wait(LOOK)

    def look(self) -> bool:
        """Read what the others wrote; return whether it is other than before."""
        place = folder()
        try:
            found = {
                entry.name.removesuffix(".json"): entry.stat()
                for entry in os.scandir(place)
                if entry.name.endswith(".json") and not entry.name.startswith(".")
            }
        except OSError:
            # Nobody has done anything yet.
            found = {}
        before = self._read
        now = {}
        for kernel, status in found.items():
            if kernel == self._own() or not _is_alive(place, kernel):
                continue
            version = (status.st_ino, status.st_mtime_ns)
            known = before.get(kernel)
            if known is None or known[0] != version:
                known = (version, _tasks(place, kernel))
            now[kernel] = known
        self._read = now
        return now != before


def _is_alive(place: Path, kernel: str) -> bool:
    """Whether the kernel holds its lock; what it left behind is swept away."""
    try:
        lock = os.open(place / f"{kernel}.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        lock = None
    try:
        if lock is not None:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        if lock is not None:
            os.close(lock)
    # Its name is never used again, so this is nobody else's.
    _remove(place, kernel)
    return False


def _remove(place: Path, kernel: str) -> None:
    for ending in ("json", "lock"):
        (place / f"{kernel}.{ending}").unlink(missing_ok=True)


def _facts(job: Job[Any]) -> dict[str, Any]:
    """Return what others may know of a job."""
    return {
        "id": job.id,
        "title": mask(job.title),
        "phase": mask(job.phase),
        "progress": job.progress,
        "state": job.state.value,
        "created": job.created,
        "started": job.started,
        "ended": job.ended,
        "subject": None if job.subject is None else asdict(job.subject),
    }


def _tasks(place: Path, kernel: str) -> tuple[SharedTask, ...]:
    """Read a kernel's file; one of another version, or half a one, says nothing."""
    try:
        with (place / f"{kernel}.json").open(encoding="utf-8") as file:
            document = json.loads(file.read(_LARGEST))
        if document["format"] != FORMAT:
            return ()
        where = str(document["where"])
        return tuple(_task(kernel, where, facts) for facts in document["tasks"][:AT_MOST])
    except (OSError, ValueError, TypeError, KeyError) as error:
        _LOG.debug("The tasks of %s cannot be read: %s", kernel, error)
        return ()


def _task(kernel: str, where: str, facts: dict[str, Any]) -> SharedTask:
    subject = facts["subject"]
    return SharedTask(
        kernel=kernel,
        where=where,
        id=int(facts["id"]),
        title=str(facts["title"]),
        phase=str(facts["phase"]),
        progress=_number(facts["progress"]),
        state=_STATES[facts["state"]],
        created=float(facts["created"]),
        started=_number(facts["started"]),
        ended=_number(facts["ended"]),
        subject=None if subject is None else Subject(**subject),
    )


def _number(value: Any) -> float | None:  # noqa: ANN401 - JSON
    return None if value is None else float(value)


_writers: list[TaskWriter] = []
other_tasks: Final = OtherTasks(lambda: _writers[0].kernel if _writers else "")
"""What the other kernels of the user do."""


def share() -> None:
    """Tell the other kernels of the user from now on what this one does, if it is one."""
    if not _writers and is_kernel():
        # Jupyter's server says in this way which notebook a kernel is for.
        _writers.append(TaskWriter(os.environ.get("JPY_SESSION_NAME", "")))
        atexit.register(_writers[0].close)
