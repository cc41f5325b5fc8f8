"""The states of a job."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString


class JobState(enum.Enum):
    """Where a job is."""

    QUEUED = "queued"
    """It waits for a thread."""
    RUNNING = "running"
    """It is being done."""
    SUCCEEDED = "succeeded"
    """It is done."""
    FAILED = "failed"
    """It raised an error."""
    CANCELLED = "cancelled"
    """The user stopped it."""

    @property
    def label(self) -> LazyString:
        """The state in one word."""
        return _LABELS[self]

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self in _FINAL


_FINAL = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})
_LABELS = {
    JobState.QUEUED: _("Waiting"),
    JobState.RUNNING: _("Running"),
    JobState.SUCCEEDED: _("Done"),
    JobState.FAILED: _("Failed"),
    JobState.CANCELLED: _("Cancelled"),
}
