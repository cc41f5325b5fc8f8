"""A job as a dialog shows it: how far, how fast, how long still, and what it did so far."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import OperationCancelled, QvirtError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.widgets._clone_messages import ProgressState


def progress_state(job: Job[Any], left: Iterable[str] = ()) -> ProgressState:
    """Return what is shown of a job; of one with parts, what they say together.

    Parameters
    ----------
    job
        The job.
    left
        What is known of it besides: what could not be taken back.
    """
    parts = job.parts or (job,)
    running = next((part for part in parts if not part.done()), job)
    shares = [1.0 if part.done() else (part.progress or 0.0) for part in parts]
    lines = sorted(line for part in parts for line in part.log)
    return {
        "title": job.title,
        "state": job.state.value,
        "share": None if job.progress is None and not any(shares) else sum(shares) / len(shares),
        "phase": running.phase,
        "transfer": str(running.transfer) if running.transfer is not None else "",
        "log": [
            f"{time.strftime('%H:%M:%S', time.localtime(when))} {what}" for when, what in lines
        ],
        "error": "\n".join(dict.fromkeys((*_errors(job), *left))),
        "can_cancel": job.can_cancel,
    }


def leaving_text(job: Job[Any] | None) -> LazyString | str:
    """Say what becomes of a job where the tab is closed; empty where none is under way."""
    if job is None or job.done():
        return ""
    return _(
        "{job} is under way. Without this tab it goes on; the list of tasks shows it and can "
        "cancel it."
    ).format(job=job.title)


def _errors(job: Job[Any]) -> Iterator[str]:
    for part in job.parts or (job,):
        error = part.error
        if error is None:
            continue
        if isinstance(error, OperationCancelled):
            # Who wanted it so needs to know one thing only.
            is_left = bool(getattr(error, "__notes__", ()))
            yield str(
                _("It was stopped.") if is_left else _("It was stopped, and nothing is left.")
            )
        else:
            yield str(error)
        if isinstance(error, QvirtError) and error.details and not error.reason:
            yield error.details
        # What could not be taken back.
        yield from getattr(error, "__notes__", ())
