"""Live libvirt objects: connections, inventory, statistics, jobs.

The public names of this floor; see ``docs/`` for how they work together.
"""

from __future__ import annotations

from qvirt_jupyter.hypervisor.action_log import LoggedAction, action_log
from qvirt_jupyter.hypervisor.actions import Submit, action, perform
from qvirt_jupyter.hypervisor.addresses import Address
from qvirt_jupyter.hypervisor.calls_under_way import SlowCall
from qvirt_jupyter.hypervisor.connecting import connect, connection_to, connections
from qvirt_jupyter.hypervisor.connection import Connection
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.hypervisor.credentials import CredentialRequest, Credentials
from qvirt_jupyter.hypervisor.definition_history import KeptDefinition
from qvirt_jupyter.hypervisor.device_doubts import Doubt, doubts_about
from qvirt_jupyter.hypervisor.displays import Display
from qvirt_jupyter.hypervisor.domain import Domain
from qvirt_jupyter.hypervisor.domain_collection import Domains
from qvirt_jupyter.hypervisor.domain_stats import DomainStats
from qvirt_jupyter.hypervisor.edit import Edit
from qvirt_jupyter.hypervisor.effects import WHEN, EditResult, Effect
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
from qvirt_jupyter.hypervisor.features import Features
from qvirt_jupyter.hypervisor.guest_agent import InterfaceStatistics, agent_interface_statistics
from qvirt_jupyter.hypervisor.host import Versions
from qvirt_jupyter.hypervisor.inventory import Batch, Inventory, Snapshot
from qvirt_jupyter.hypervisor.job import Job, current_job, jobs
from qvirt_jupyter.hypervisor.job_state import JobState
from qvirt_jupyter.hypervisor.lifecycle import LIFECYCLE, Action, Refusal, allowed, allowed_actions
from qvirt_jupyter.hypervisor.network import Network, Networks
from qvirt_jupyter.hypervisor.new_disk import NewDisk
from qvirt_jupyter.hypervisor.node_device import NodeDevice, NodeDevices
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
from qvirt_jupyter.hypervisor.sample import HostSample, Sample
from qvirt_jupyter.hypervisor.sample_history import History
from qvirt_jupyter.hypervisor.schema_faults import SchemaFault, explain_invalid
from qvirt_jupyter.hypervisor.screenshot import Screenshot
from qvirt_jupyter.hypervisor.stats import Stats, StatsBatch
from qvirt_jupyter.hypervisor.storage_pool import Space, StoragePool, StoragePools
from qvirt_jupyter.hypervisor.storage_volume import StorageVolume
from qvirt_jupyter.hypervisor.storage_volume_collection import StorageVolumes
from qvirt_jupyter.hypervisor.together import together
from qvirt_jupyter.hypervisor.transfer import PartOf, Reporter, Transfer
from qvirt_jupyter.hypervisor.unplugs import Unplug
from qvirt_jupyter.hypervisor.uri import DRIVERS, ConnectionUri, default_uri

__all__ = [
    "DRIVERS",
    "LIFECYCLE",
    "WHEN",
    "AccessDenied",
    "Action",
    "Address",
    "AlreadyExists",
    "Batch",
    "Connection",
    "ConnectionFailed",
    "ConnectionLost",
    "ConnectionState",
    "ConnectionUri",
    "CredentialRequest",
    "Credentials",
    "Display",
    "DisplayRecord",
    "Domain",
    "DomainRecord",
    "DomainState",
    "DomainStats",
    "Domains",
    "Doubt",
    "Edit",
    "EditConflict",
    "EditResult",
    "Effect",
    "Features",
    "History",
    "HostRecord",
    "HostSample",
    "InUse",
    "InterfaceStatistics",
    "InvalidDefinition",
    "Inventory",
    "Job",
    "JobState",
    "KeptDefinition",
    "LoggedAction",
    "Network",
    "NetworkRecord",
    "Networks",
    "NewDisk",
    "NodeDevice",
    "NodeDeviceRecord",
    "NodeDevices",
    "NotFound",
    "OperationCancelled",
    "OperationFailed",
    "PartOf",
    "QvirtError",
    "Record",
    "RecordKey",
    "Refusal",
    "Reporter",
    "RestoreFailed",
    "Sample",
    "SchemaFault",
    "Screenshot",
    "SlowCall",
    "Snapshot",
    "Space",
    "Stats",
    "StatsBatch",
    "StoragePool",
    "StoragePoolRecord",
    "StoragePools",
    "StorageVolume",
    "StorageVolumeRecord",
    "StorageVolumes",
    "Subject",
    "Submit",
    "Subscription",
    "Transfer",
    "Unplug",
    "Unsupported",
    "Versions",
    "WrongState",
    "action",
    "action_log",
    "agent_interface_statistics",
    "allowed",
    "allowed_actions",
    "connect",
    "connection_to",
    "connections",
    "current_job",
    "default_uri",
    "doubts_about",
    "explain_invalid",
    "jobs",
    "perform",
    "together",
]
