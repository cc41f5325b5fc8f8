"""Waiting for something that a guest does in its own time, with a diagnosis where it does not.

All waits for guests go through :class:`Wait`: those for an agent, an address or a port, for what a
serial console prints, for what a screen shows. Who waits says how to look; what each look saw
instead is kept, so that a wait that ends in vain can say why.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import pool
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, TimedOut
from qvirt_jupyter.hypervisor.job import current_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.errors import Subject

_Found = TypeVar("_Found")
PAUSE: Final = 0.5
"""Seconds between two looks, where nothing wakes the wait."""
_GROWTH: Final = 1.5
_STEP: Final = 0.2
"""Seconds after which a wait notices at the latest that its job was cancelled."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """What a look saw instead of what is waited for.

    Parameters
    ----------
    seen
        What is the case and why, in words that go on after a colon: "no DHCP lease yet".
    next_step
        What a person can do about it; a whole sentence, or empty.
    """

    seen: str | LazyString
    next_step: str | LazyString = ""


class Wait:
    """The time that somebody has for one thing, or for several in turn.

    Parameters
    ----------
    timeout
        Seconds for all of them together, by the monotonic clock; ``math.inf`` waits for ever.
    subject
        The object concerned, for errors.
    wake
        Set by whoever knows that there is something new to see: then the next look is at once.
        It belongs to this wait alone, which clears it. Without it there is a look every so often.

    Raises
    ------
    InvalidDefinition
        The time is negative, or no number.
    """

    def __init__(
        self,
        timeout: float,
        subject: Subject | None = None,
        *,
        wake: threading.Event | None = None,
    ) -> None:
        # "not >=" refuses NaN too.
        if not timeout >= 0:
            raise InvalidDefinition(
                _("It cannot be waited for {timeout} seconds.").format(timeout=timeout),
                subject=subject,
                next_step=_("Give a timeout of 0 seconds or more; math.inf waits for ever."),
            )
        self.timeout = timeout
        self._subject = subject
        self._wake = wake if wake is not None else threading.Event()
        self._began = time.monotonic()

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self._began + self.timeout - time.monotonic())

    def until(
        self,
        look: Callable[[], _Found | NotYet],
        what: str | LazyString,
        *,
        pause: float = PAUSE,
        longest: float | None = None,
    ) -> _Found:
        """Look until it is there, and return what the look found.

        There is a look at least, also where no time is left, and one more when the time is over.
        The job that runs on this thread shows what is waited for and seen.

        Parameters
        ----------
        look
            Returns what it found, or :class:`NotYet`; raises where waiting on makes no sense. It
            may take its time, but should take no more than :attr:`left`.
        what
            What is waited for, in words that go on after "for": "an address".
        pause
            Seconds between two looks.
        longest
            Seconds to which the pause grows, for what may take a moment or an hour.

        Raises
        ------
        TimedOut
            It was not there in time; the error says what was seen instead.
        OperationCancelled
            Somebody cancelled the job that waits.
        RuntimeError
            Called on libvirt's event thread, which must not wait.
        """
        pool.refuse_on_event_thread()
        job = current_job()
        while True:
            # Before the look: what comes while it looks must not be lost.
            self._wake.clear()
            is_last = self.left <= 0
            found = look()
            if not isinstance(found, NotYet):
                return found
            if job is not None:
                job.check_cancelled()
                job.report(phase=_("Waiting for {what}: {seen}").format(what=what, seen=found.seen))
            if is_last:
                raise self._timed_out(what, found)
            self._sleep(min(pause, self.left))
            if longest is not None:
                pause = min(longest, pause * _GROWTH)

    def _sleep(self, seconds: float) -> None:
        job = current_job()
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._wake.wait(min(left, _STEP)):
            if job is not None:
                job.check_cancelled()

    def _timed_out(self, what: str | LazyString, seen: NotYet) -> TimedOut:
        return TimedOut(
            _("Waited {seconds} s for {what}, in vain: {seen}.").format(
                seconds=f"{self.timeout:g}", what=what, seen=seen.seen
            ),
            subject=self._subject,
            next_step=seen.next_step,
            waited_for=what,
            last_seen=seen.seen,
            seconds=self.timeout,
        )
