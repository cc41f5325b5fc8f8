"""Deletes machines with the files that only they use: first a plan, then an honest result."""

from __future__ import annotations

from qvirt_jupyter.provision.deletion.disk_file import (
    delete_left_file,
    file_of_disk,
    unknown_file,
)
from qvirt_jupyter.provision.deletion.plan import DeletePlan, PlannedMachine
from qvirt_jupyter.provision.deletion.planned_file import FileKind, PlannedFile
from qvirt_jupyter.provision.deletion.request import DeleteRequest
from qvirt_jupyter.provision.deletion.results import (
    DeleteResult,
    DeleteResults,
    NotAllDeleted,
    Outcome,
)

__all__ = [
    "DeletePlan",
    "DeleteRequest",
    "DeleteResult",
    "DeleteResults",
    "FileKind",
    "NotAllDeleted",
    "Outcome",
    "PlannedFile",
    "PlannedMachine",
    "delete_left_file",
    "file_of_disk",
    "unknown_file",
]
