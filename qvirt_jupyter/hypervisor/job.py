"""Jobs: what takes a while, with progress, cancel, result and error."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import deque
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import job_display, pool, publisher
from qvirt_jupyter.hypervisor.errors import OperationCancelled, QvirtError, Subject
from qvirt_jupyter.hypervisor.job_state import JobState
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.transfer import Transfer

_Result = TypeVar("_Result")
_numbers = itertools.count(1)
REMEMBERED: Final = 200
"""How many jobs the registry keeps."""
_CURRENT = threading.local()


class Job(Generic[_Result]):
    """Something that runs in the background.

    Parameters
    ----------
    title
        What it does, for people: "Start web".
    subject
        The object concerned.
    code
        The equivalent Python call, secrets masked.
    cancel
        What stops it; None where it cannot be stopped once it runs.
    """

    def __init__(
        self,
        title: str | LazyString,
        subject: Subject | None = None,
        code: str = "",
        cancel: Callable[[], object] | None = None,
    ) -> None:
        self.id: int = next(_numbers)
        self._title = title
        self.subject = subject
        self.code = code
        # What it consists of, and what it is a part of: see together().
        self.parts: tuple[Job[Any], ...] = ()
        self.whole: Job[Any] | None = None
        self.created: float = time.time()
        self._lock = threading.Lock()
        self._state = JobState.QUEUED
        self._phase: str | LazyString = ""
        self._progress: float | None = None
        self._transfer: Transfer | None = None
        self._waiting = False
        self._log: deque[tuple[float, str]] = deque(maxlen=REMEMBERED)
        self._started: float | None = None
        self._ended: float | None = None
        self._error: BaseException | None = None
        self._cancel = cancel
        self._cancel_wanted = threading.Event()
        self._future: Future[_Result] = Future()
        self._observers: Subscribers[[Job[Any]]] = Subscribers()
        jobs.add(self)

    @property
    def title(self) -> str:
        """What it does."""
        return str(self._title)

    @property
    def state(self) -> JobState:
        """Where it is."""
        return self._state

    @property
    def phase(self) -> str:
        """What it does just now, or empty."""
        return str(self._phase)

    @property
    def progress(self) -> float | None:
        """From 0 to 1; None where it is not known."""
        return self._progress

    @property
    def transfer(self) -> Transfer | None:
        """How many bytes it has moved and how fast; None where it moves none just now."""
        return self._transfer

    @property
    def waiting(self) -> bool:
        """Whether it goes on only once somebody has done what its phase says."""
        return self._waiting

    @property
    def log(self) -> tuple[tuple[float, str], ...]:
        """Its phases so far: when each began, in seconds since the epoch, and what it was."""
        return tuple(self._log)

    @property
    def started(self) -> float | None:
        """When it began, in seconds since the epoch."""
        return self._started

    @property
    def ended(self) -> float | None:
        """When it ended, in seconds since the epoch."""
        return self._ended

    @property
    def error(self) -> BaseException | None:
        """Why it failed; None unless it did."""
        return self._error

    @property
    def can_cancel(self) -> bool:
        """Whether :meth:`cancel` would have an effect now."""
        if self._cancel_wanted.is_set():
            return False
        return self._state is JobState.QUEUED or (
            self._state is JobState.RUNNING and self._cancel is not None
        )

    @property
    def cancel_wanted(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._cancel_wanted.is_set()

    def done(self) -> bool:
        """Whether it has ended in any way."""
        return self._state.is_final

    def result(self, timeout: float | None = None) -> _Result:
        """Wait for the end and return what the call returned.

        Parameters
        ----------
        timeout
            Seconds to wait at most; None waits for ever.

        Raises
        ------
        QvirtError
            The job failed, or was cancelled (:class:`OperationCancelled`).
        TimeoutError
            It goes on, but the time is up.
        RuntimeError
            Called on libvirt's event thread.
        """
        pool.refuse_on_event_thread()
        try:
            return self._future.result(timeout)
        except CancelledError:
            raise self._cancelled() from None

    def cancel(self) -> bool:
        """Ask it to stop; return whether it could be asked.

        A job that runs ends when libvirt has given up what it did, not at once.
        """
        with self._lock:
            if not self.can_cancel:
                return False
            self._cancel_wanted.set()
            queued = self._state is JobState.QUEUED
        if queued and self._finish(JobState.CANCELLED, self._cancelled(), only_queued=True):
            return True
        if self._cancel is not None:
            # Telling libvirt to stop is a call of its own, which may block: not on our caller.
            threading.Thread(
                target=self._call_cancel, args=(self._cancel,), name="qvirt-cancel", daemon=True
            ).start()
        return True

    def on_change(self, callback: Callable[[Job[Any]], object]) -> Subscription:
        """Call the callback on the publisher thread after each change.

        Parameters
        ----------
        callback
            It gets the job.
        """
        return self._observers.add(callback)

    def report(
        self,
        *,
        progress: float | None = None,
        phase: str | LazyString | None = None,
        transfer: Transfer | None = None,
        waiting: bool = False,
    ) -> None:
        """Say how far it is; called by what the job does.

        Parameters
        ----------
        progress
            From 0 to 1.
        phase
            What it does just now.
        transfer
            The bytes that it moves; left out, it moves none any more.
        waiting
            Whether somebody must do what the phase says; left out, it goes on by itself.
        """
        if self.done():
            return
        if phase is not None and str(phase) != str(self._phase):
            self._log.append((time.time(), str(phase)))
        if phase is not None:
            self._phase = phase
        self._transfer, self._waiting = transfer, waiting
        if progress is not None:
            self._progress = min(1.0, max(0.0, progress))
        self._changed()

    def check_cancelled(self) -> None:
        """Raise if somebody asked the job to stop; for work in steps.

        Raises
        ------
        OperationCancelled
            Somebody did.
        """
        if self._cancel_wanted.is_set():
            raise self._cancelled()

    def run(
        self,
        function: Callable[[], _Result],
        progress: Callable[[], tuple[float | None, str | LazyString] | None] | None = None,
    ) -> None:
        """Do it, on this thread; the outcome goes into the job and nothing is raised.

        Parameters
        ----------
        function
            What is to be done.
        progress
            Asked twice a second on a thread of its own: how far, and which phase.
        """
        with self._lock:
            if self._state is not JobState.QUEUED:
                return
            self._state = JobState.RUNNING
            self._started = time.time()
        self._changed()
        if progress is not None:
            threading.Thread(
                target=self._poll, args=(progress,), name="qvirt-progress", daemon=True
            ).start()
        before = current_job()
        _CURRENT.job = self
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 - result() raises it where it is waited for
            stopped = isinstance(error, OperationCancelled) or self._cancel_wanted.is_set()
            self._finish(JobState.CANCELLED if stopped else JobState.FAILED, error)
        else:
            self._finish(JobState.SUCCEEDED, None, result)
        finally:
            _CURRENT.job = before

    def fail(self, error: BaseException) -> bool:
        """End it as failed from outside; return whether it had not ended yet.

        Parameters
        ----------
        error
            Why. What the job still does is not stopped, but its outcome counts no more.
        """
        return self._finish(JobState.FAILED, error)

    def _poll(self, progress: Callable[[], tuple[float | None, str | LazyString] | None]) -> None:
        ended = threading.Event()
        self._future.add_done_callback(lambda _future: ended.set())
        while not ended.wait(0.5):
            try:
                answer = progress()
            except QvirtError:
                # The job is not known to libvirt yet, or already over.
                continue
            if answer is not None:
                self.report(progress=answer[0], phase=answer[1])

    def _call_cancel(self, cancel: Callable[[], object]) -> None:
        try:
            cancel()
        except QvirtError as error:
            # It goes on: say so, and let it be asked again.
            self._cancel_wanted.clear()
            self.report(phase=_("Could not be stopped: {reason}").format(reason=error.reason))

    def _cancelled(self) -> OperationCancelled:
        return OperationCancelled(_("It was cancelled."), subject=self.subject)

    def _finish(
        self,
        state: JobState,
        error: BaseException | None,
        result: _Result | None = None,
        *,
        only_queued: bool = False,
    ) -> bool:
        with self._lock:
            if self._state.is_final or (only_queued and self._state is not JobState.QUEUED):
                return False
            self._state = state
            self._ended = time.time()
            if state is JobState.SUCCEEDED:
                self._progress = 1.0
            self._phase, self._transfer, self._waiting = "", None, False
            self._error = error
        if error is not None:
            self._future.set_exception(error)
        else:
            self._future.set_result(result)  # type: ignore[arg-type]
        self._changed()
        return True

    def _changed(self) -> None:
        publisher.post(("job", self.id), self._tell)

    def _tell(self) -> None:
        self._observers.call(self)
        jobs.tell(self)

    def __await__(self) -> Generator[Any, None, _Result]:
        # A shield: giving up waiting for a job is not the wish to stop it.
        return asyncio.shield(asyncio.wrap_future(self._future)).__await__()

    def __repr__(self) -> str:
        return f"<Job {self.id} {self.title!r}: {job_display.summary(self)}>"

    def _repr_html_(self) -> str:
        return job_display.html(self)

    def _ipython_display_(self) -> None:
        job_display.show(self)


class Jobs:
    """The jobs of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: deque[Job[Any]] = deque(maxlen=REMEMBERED)
        self._subscribers: Subscribers[[Job[Any]]] = Subscribers()

    @property
    def recent(self) -> tuple[Job[Any], ...]:
        """The last jobs, the newest first."""
        with self._lock:
            return tuple(reversed(self._jobs))

    def subscribe(self, callback: Callable[[Job[Any]], object]) -> Subscription:
        """Call the callback on the publisher thread for each new job and each change of one."""
        return self._subscribers.add(callback)

    def add(self, job: Job[Any]) -> None:
        """Remember a new job."""
        with self._lock:
            self._jobs.append(job)
        publisher.post(("job", job.id), lambda: self.tell(job))

    def tell(self, job: Job[Any]) -> None:
        """Tell the subscribers; on the publisher thread."""
        self._subscribers.call(job)

    def __iter__(self) -> Iterator[Job[Any]]:
        yield from self.recent

    def __len__(self) -> int:
        return len(self._jobs)


jobs: Final = Jobs()


def current_job() -> Job[Any] | None:
    """Return the job that runs on this thread, so that what it does can report and check."""
    job: Job[Any] | None = getattr(_CURRENT, "job", None)
    return job
