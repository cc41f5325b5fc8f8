"""Live libvirt objects: connections, inventory, statistics, jobs.

The public names of this floor; see ``docs/`` for how they work together.
"""

from __future__ import annotations

from qvirt_jupyter.hypervisor.action_log import LoggedAction, Submit, action, action_log, perform
from qvirt_jupyter.hypervisor.errors import (
    AccessDenied,
    AlreadyExists,
    ConnectionFailed,
    ConnectionLost,
    EditConflict,
    InUse,
    InvalidDefinition,
    NotFound,
    OperationCancelled,
    OperationFailed,
    QvirtError,
    RestoreFailed,
    Subject,
    Unsupported,
    WrongState,
)
from qvirt_jupyter.hypervisor.job import Job, JobState, current_job, jobs
from qvirt_jupyter.hypervisor.publisher import Subscription
from qvirt_jupyter.hypervisor.records import (
    DisplayRecord,
    DomainRecord,
    DomainState,
    HostRecord,
    NetworkRecord,
    NodeDeviceRecord,
    Record,
    RecordKey,
    StoragePoolRecord,
    StorageVolumeRecord,
)

__all__ = [
    "AccessDenied",
    "AlreadyExists",
    "ConnectionFailed",
    "ConnectionLost",
    "DisplayRecord",
    "DomainRecord",
    "DomainState",
    "EditConflict",
    "HostRecord",
    "InUse",
    "InvalidDefinition",
    "Job",
    "JobState",
    "LoggedAction",
    "NetworkRecord",
    "NodeDeviceRecord",
    "NotFound",
    "OperationCancelled",
    "OperationFailed",
    "QvirtError",
    "Record",
    "RecordKey",
    "RestoreFailed",
    "StoragePoolRecord",
    "StorageVolumeRecord",
    "Subject",
    "Submit",
    "Subscription",
    "Unsupported",
    "WrongState",
    "action",
    "action_log",
    "current_job",
    "jobs",
    "perform",
]
