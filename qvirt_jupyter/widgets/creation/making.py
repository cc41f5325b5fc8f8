"""A machine that is being made: how far it is, how fast it goes, what was done, why it failed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import JobState, QvirtError, publisher
from qvirt_jupyter.hypervisor.action_log import mask
from qvirt_jupyter.widgets import quantities

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.widgets._creation_messages import RunState


class Making:
    """One attempt; always on the publisher thread.

    Parameters
    ----------
    job
        What makes the machine.
    on_change
        Called when there is something new to show.
    on_end
        Called once, when it has ended in any way.
    """

    def __init__(
        self, job: Job[Any], on_change: Callable[[], object], on_end: Callable[[Job[Any]], object]
    ) -> None:
        self.job = job
        self._on_change, self._on_end = on_change, on_end
        self._has_ended = False
        self._subscription = job.on_change(self._look)
        # It may have ended before anybody listened.
        publisher.post(None, lambda: self._look(job))

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return not self._has_ended

    @property
    def has_failed(self) -> bool:
        """Whether it ended without a machine."""
        return self._has_ended and self.job.error is not None

    def cancel(self) -> None:
        """Ask it to stop; what was made so far is taken away again."""
        if self.job.cancel():
            self._on_change()

    def close(self) -> None:
        """Follow it no more; it goes on."""
        self._subscription.close()

    def state(self) -> RunState:
        """Return what it shows."""
        job, error = self.job, self.job.error if self._has_ended else None
        transfer = job.transfer if self.is_running else None
        left = transfer.seconds_left if transfer is not None else None
        waits = job.cancel_wanted and self.is_running
        return {
            "phase": str(_("Cancelling…")) if waits else job.phase or str(job.state.label),
            "progress": job.progress,
            "rate": quantities.rate(transfer.rate) if transfer and transfer.rate else "",
            "left": str(_("about {time} left").format(time=quantities.span(left)))
            if left is not None
            else "",
            "started": job.started or job.created,
            "log": list(self._log()),
            "running": self.is_running,
            "cancellable": self.is_running and job.can_cancel,
            "problem": why(error) if error is not None else "",
            "details": _details(error) if error is not None else "",
        }

    def _log(self) -> list[str]:
        job = self.job
        lines = [_line(job.created, job.title), *(_line(*entry) for entry in job.log)]
        if job.ended is not None:
            lines.append(_line(job.ended, str(job.state.label)))
        # What could not be taken back, and what else is to be known.
        return [*lines, *(mask(note) for note in getattr(job.error, "__notes__", ()))]

    def _look(self, job: Job[Any]) -> None:
        if self._has_ended:
            return
        if job.done():
            self._has_ended = True
            self._subscription.close()
            self._on_end(job)
        self._on_change()


def why(error: BaseException) -> str:
    """Return in a sentence why a machine could not be made, and what to do."""
    if isinstance(error, QvirtError):
        words = " ".join(part for part in (error.reason, error.next_step) if part)
    elif isinstance(error, ValueError | OSError):
        words = str(error)
    else:
        words = str(_("Something unexpected happened. Its text is in the details."))
    return mask(words)


def was_cancelled(job: Job[Any]) -> bool:
    """Whether somebody stopped it."""
    return job.state is JobState.CANCELLED


def _line(when: float, words: str) -> str:
    return f"{time.strftime('%H:%M:%S', time.localtime(when))}  {mask(words)}"


def _details(error: BaseException) -> str:
    text = error.details if isinstance(error, QvirtError) else ""
    return mask(text or f"{type(error).__name__}: {error}")
