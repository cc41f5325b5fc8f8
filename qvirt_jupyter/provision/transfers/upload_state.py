"""Where an upload is."""

from __future__ import annotations

from enum import Enum


class UploadState(Enum):
    """Where an upload is."""

    STARTING = "starting"
    """Its volume is being made."""
    RUNNING = "running"
    """Chunks come."""
    INTERRUPTED = "interrupted"
    """None came for a while: the browser was closed, or its connection dropped."""
    DONE = "done"
    """The volume is whole."""
    FAILED = "failed"
    """The host refused; nothing of it stays."""
    REMOVED = "removed"
    """Somebody gave it up; nothing of it stays."""

    @property
    def is_over(self) -> bool:
        """Whether no chunk is taken any more."""
        return self in {UploadState.DONE, UploadState.FAILED, UploadState.REMOVED}
