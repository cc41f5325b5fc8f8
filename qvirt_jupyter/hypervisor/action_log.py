"""The log of all actions: what, on whom, when, how long, with which outcome, and as which code.

Everything that changes something goes through :mod:`~qvirt_jupyter.hypervisor.actions`. The task
list, "Copy as code" and the recording of clicks read the log.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.job import Job
    from qvirt_jupyter.hypervisor.job_state import JobState

REMEMBERED: Final = 1000
"""How many entries the log keeps."""
MASK: Final = "********"
# Passwords of displays, and values of secrets, in XML that somebody hands to define().
_XML_SECRETS: Final = (
    re.compile(r"""(\bpasswd\s*=\s*)(\\?['"]).*?\2""", re.DOTALL),
    re.compile(r"""(<(?:password|passphrase)\b[^>]*>)()[^<]*"""),
)


@dataclass(frozen=True, slots=True)
class LoggedAction:
    """One entry of the log.

    Parameters
    ----------
    id
        The number of its job.
    what
        The title: "Start web".
    subject
        The object concerned.
    started
        In seconds since the epoch.
    duration
        In seconds; None while it runs.
    outcome
        The state of the job.
    error
        Why it failed, or empty.
    code
        The equivalent Python call, secrets masked.
    """

    id: int
    what: str
    subject: Subject | None
    started: float
    duration: float | None
    outcome: JobState
    error: str
    code: str


class ActionLog:
    """The actions of this process, the oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[int, LoggedAction] = OrderedDict()
        self._subscribers: Subscribers[[LoggedAction]] = Subscribers()

    @property
    def entries(self) -> tuple[LoggedAction, ...]:
        """All that is remembered, the oldest first."""
        with self._lock:
            return tuple(self._entries.values())

    def subscribe(self, callback: Callable[[LoggedAction], object]) -> Subscription:
        """Call the callback on the publisher thread for each new entry and when it ends."""
        return self._subscribers.add(callback)

    def record(self, job: Job[Any]) -> None:
        """Enter the job, or bring its entry up to date."""
        started = job.started if job.started is not None else job.created
        entry = LoggedAction(
            id=job.id,
            what=job.title,
            subject=job.subject,
            started=started,
            duration=(job.ended or time.time()) - started if job.done() else None,
            outcome=job.state,
            error=mask("" if job.error is None else str(job.error)),
            code=job.code,
        )
        with self._lock:
            self._entries[job.id] = entry
            while len(self._entries) > REMEMBERED:
                self._entries.popitem(last=False)
        publisher.post(("action", job.id), lambda: self._subscribers.call(entry))

    def __len__(self) -> int:
        return len(self._entries)


action_log: Final = ActionLog()


def mask(text: str) -> str:
    """Replace the passwords in a text that may contain libvirt XML."""
    for pattern in _XML_SECRETS:
        text = pattern.sub(rf"\1\2{MASK}\2", text)
    return text
