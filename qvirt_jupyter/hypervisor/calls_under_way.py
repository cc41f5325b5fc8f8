"""Calls that libvirt has not answered yet: who is inside of a connection, and what takes long.

A call that hangs is named after a while, so that nobody wonders why nothing happens. libvirt's own
keepalive is not used: when it fails while several calls wait, libvirt 9.0 ends the first of them
only and then crashes the process at the next sign of life.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import sys
import threading
import time
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt
import libvirt_qemu

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.job import Job, current_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qvirt_jupyter.hypervisor.errors import Subject

_LOG = logging.getLogger(__name__)
THREAD_NAME: Final = "qvirt-calls"
PATIENCE: Final = 10.0
"""Seconds after which a call is named, and again each time that so many more have gone by."""
LOOK: Final = 0.5
"""Seconds between two looks at the calls that are under way."""
_MENDED: Final = 10_001_000
LOSES_WAKE_UPS: Final = libvirt.getVersion() < _MENDED
"""Whether this libvirt may send a call only when an earlier one has been answered: its client
could miss that there is something to send (mended in 10.1.0, "rpc: fix race in waking up client
event loop"). While a call takes long, one that follows has it look again."""
_BINDINGS: Final = frozenset({libvirt.__file__, libvirt_qemu.__file__})


@dataclass(frozen=True, slots=True)
class SlowCall:
    """A call that has had no answer for long.

    Parameters
    ----------
    what
        The function of libvirt: ``"virDomain.suspend"``.
    subject
        The object that it concerns.
    action
        The action that it is a part of, or empty: ``"Pause web"``.
    seconds
        For how long it has waited.
    """

    what: str
    subject: Subject
    action: str
    seconds: float


@dataclass(eq=False, slots=True)
class _Call:
    thread: int
    subject: Subject | None
    job: Job[Any] | None
    began: float
    is_nudge: bool
    times_told: int = 0


class CallsUnderWay:
    """The calls inside of one open connection.

    Parameters
    ----------
    changed
        Called when a call has become slow, stays so, or is answered after all.
    nudge
        Makes some call of its own that is answered at once, on this thread.
    subject
        Returns what a call concerns that does not say it: the connection.
    """

    def __init__(
        self,
        changed: Callable[[], object],
        nudge: Callable[[], object],
        subject: Callable[[], Subject],
    ) -> None:
        self._changed = changed
        self._nudge = nudge
        self._subject = subject
        self._lock = threading.Lock()
        self._calls: dict[int, _Call] = {}
        self._numbers = itertools.count()

    @property
    def number(self) -> int:
        """How many there are; closing the connection under them would free it there."""
        return len(self._calls)

    @property
    def slow(self) -> tuple[SlowCall, ...]:
        """Those that have waited for long, the longest first."""
        now = time.monotonic()
        return tuple(
            SlowCall(
                _function_of(call.thread),
                self._subject_of(call),
                "" if call.job is None else call.job.title,
                now - call.began,
            )
            for call in self._older_than(PATIENCE, now)
        )

    def _older_than(self, seconds: float, now: float) -> list[_Call]:
        with self._lock:
            return [
                call
                for call in self._calls.values()
                if now - call.began >= seconds and not call.is_nudge
            ]

    def _subject_of(self, call: _Call) -> Subject:
        # Asked for seldom, and calls are many: it is not made before.
        return self._subject() if call.subject is None else call.subject

    def enter(
        self, subject: Subject | None = None, *, is_nudge: bool = False
    ) -> contextlib.AbstractContextManager[None]:
        """Count a call of this thread at once, until the context that is returned is left.

        Parameters
        ----------
        subject
            What it concerns; None means the connection itself.
        is_nudge
            It was made only for the sake of others, and is never named.
        """
        thread, now = threading.get_ident(), time.monotonic()
        call = _Call(thread, subject, current_job(), now, is_nudge)
        number = next(self._numbers)
        with self._lock:
            self._calls[number] = call
        _watch.add(self)
        return self._until_left(number, call)

    @contextlib.contextmanager
    def _until_left(self, number: int, call: _Call) -> Iterator[None]:
        try:
            yield
        finally:
            with self._lock:
                del self._calls[number]
            if call.times_told:
                self._changed()

    def look(self) -> None:
        """Name those that wait for long."""
        now = time.monotonic()
        if LOSES_WAKE_UPS and self._older_than(LOOK, now):
            self._nudge_once()
        is_news = False
        for call in self._older_than(PATIENCE, now):
            seconds = now - call.began
            function = _function_of(call.thread)
            if seconds >= PATIENCE * (call.times_told + 1):
                call.times_told += 1
                is_news = True
                if call.job is not None:
                    # Which function it is helps nobody who waits; the log and details have it.
                    phase = _("No answer from the host for {seconds} s")
                    call.job.report(phase=phase.format(seconds=int(seconds)))
                subject = self._subject_of(call)
                _LOG.warning("%s: no answer to %s for %.0f s", subject, function, seconds)
        if is_news:
            self._changed()

    def _nudge_once(self) -> None:
        """Nudge, unless an earlier nudge has no answer: then the service itself hangs."""
        with self._lock:
            if any(call.is_nudge for call in self._calls.values()):
                return
        threading.Thread(target=self._nudge, name="qvirt-nudge", daemon=True).start()


class _Watch:
    """The thread that looks at the calls of all connections while there are any."""

    def __init__(self) -> None:
        self._busy: weakref.WeakSet[CallsUnderWay] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, calls: CallsUnderWay) -> None:
        with self._lock:
            self._busy.add(calls)
            self._wanted.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while self._wanted.wait():
            time.sleep(LOOK)
            with self._lock:
                looked_at = tuple(self._busy)
                idle = [calls for calls in looked_at if not calls.number]
                self._busy.difference_update(idle)
                if not self._busy:
                    self._wanted.clear()
            for calls in looked_at:
                calls.look()


_watch: Final = _Watch()


def _function_of(thread: int) -> str:
    """Return the name of libvirt's function in which a thread is."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 - documented, for debugging as here
    while frame is not None:
        if frame.f_code.co_filename in _BINDINGS:
            return frame.f_code.co_qualname
        frame = frame.f_back
    return "libvirt"
