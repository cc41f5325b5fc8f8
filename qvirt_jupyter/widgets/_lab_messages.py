"""What a kernel and a window of JupyterLab tell each other; ``frontend/src/labMessages.ts`` checks.

They are messages of one comm for each window, which the window opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._panel_messages import TaskState


class StatusMessage(TypedDict):
    """How many there are; for the status bar."""

    kind: Literal["status"]
    hosts: int
    running: int
    tasks: int


class TaskMessage(TypedDict):
    """A task of which the window wants to know, as it is now."""

    kind: Literal["task"]
    task: TaskState


class LabSettings(TypedDict):
    """What is set in JupyterLab and heeded here; nothing of it is kept."""

    notifications: str
    longTask: float
