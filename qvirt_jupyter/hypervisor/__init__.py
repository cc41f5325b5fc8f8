"""Live libvirt objects: connections, inventory, statistics, jobs.

The public names of this floor; see ``docs/`` for how they work together.
"""

from __future__ import annotations

from qvirt_jupyter.hypervisor.action_log import LoggedAction, action_log
from qvirt_jupyter.hypervisor.actions import Submit, action, perform
from qvirt_jupyter.hypervisor.calls_under_way import SlowCall
from qvirt_jupyter.hypervisor.connecting import connect, connection_to, connections
from qvirt_jupyter.hypervisor.connection import Connection
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.hypervisor.domain import Domain
from qvirt_jupyter.hypervisor.domain_collection import Domains
from qvirt_jupyter.hypervisor.editing.definition_history import KeptDefinition
from qvirt_jupyter.hypervisor.editing.device_doubts import Doubt, doubts_about
from qvirt_jupyter.hypervisor.editing.edit import Edit
from qvirt_jupyter.hypervisor.editing.effects import WHEN, EditResult, Effect
from qvirt_jupyter.hypervisor.editing.new_disk import NewDisk
from qvirt_jupyter.hypervisor.editing.schema_faults import SchemaFault, explain_invalid
from qvirt_jupyter.hypervisor.editing.unplugs import Unplug
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
    TimedOut,
    Unsupported,
    WrongState,
)
from qvirt_jupyter.hypervisor.features import Features
from qvirt_jupyter.hypervisor.guest.agent import Agent
from qvirt_jupyter.hypervisor.guest.agent_abilities import AgentAbilities
from qvirt_jupyter.hypervisor.guest.agent_answers import (
    InterfaceStatistics,
    agent_interface_statistics,
)
from qvirt_jupyter.hypervisor.guest.agent_files import WrittenFile
from qvirt_jupyter.hypervisor.guest.command_result import CommandResult
from qvirt_jupyter.hypervisor.guest.freezing import Freezing
from qvirt_jupyter.hypervisor.guest.info import (
    GuestFileSystem,
    GuestInfo,
    GuestInterface,
    GuestUser,
)
from qvirt_jupyter.hypervisor.guest.ready import GuestReady
from qvirt_jupyter.hypervisor.guest.shell_result import ShellResult
from qvirt_jupyter.hypervisor.host.details import HostDetails, host_details
from qvirt_jupyter.hypervisor.host.host import Versions
from qvirt_jupyter.hypervisor.host.node_device import DeviceCondition, NodeDevice, NodeDevices
from qvirt_jupyter.hypervisor.host.pages import HostPages
from qvirt_jupyter.hypervisor.host.record import HostRecord
from qvirt_jupyter.hypervisor.host.secret import Secret, SecretCondition, Secrets
from qvirt_jupyter.hypervisor.host.secret_record import SecretRecord
from qvirt_jupyter.hypervisor.host.secret_users import SecretUser
from qvirt_jupyter.hypervisor.host.usb_devices import HostUsbDevice, UsbDevices
from qvirt_jupyter.hypervisor.inventory import Batch, Inventory, Snapshot
from qvirt_jupyter.hypervisor.job import Job, current_job, jobs
from qvirt_jupyter.hypervisor.job_state import JobState
from qvirt_jupyter.hypervisor.lifecycle import LIFECYCLE, Action, Refusal, allowed, allowed_actions
from qvirt_jupyter.hypervisor.networks.addresses import Address
from qvirt_jupyter.hypervisor.networks.dhcp_leases import DhcpLease, DhcpLeases
from qvirt_jupyter.hypervisor.networks.interface import Interface, Interfaces
from qvirt_jupyter.hypervisor.networks.network import Network, Networks
from qvirt_jupyter.hypervisor.networks.network_edit import NetworkEdit
from qvirt_jupyter.hypervisor.networks.network_users import NetworkPort, NetworkUser
from qvirt_jupyter.hypervisor.networks.nw_filter import FilterUser, NWFilter, NWFilters
from qvirt_jupyter.hypervisor.opening.credentials import CredentialRequest, Credentials
from qvirt_jupyter.hypervisor.publisher import Subscription
from qvirt_jupyter.hypervisor.record_key import RecordKey
from qvirt_jupyter.hypervisor.records import (
    DisplayRecord,
    DomainRecord,
    DomainState,
    NetworkRecord,
    NodeDeviceRecord,
    Record,
    StoragePoolRecord,
    StorageVolumeRecord,
)
from qvirt_jupyter.hypervisor.screen.console_choices import ConsoleChoice
from qvirt_jupyter.hypervisor.screen.display_change import DisplayChange
from qvirt_jupyter.hypervisor.screen.displays import Display
from qvirt_jupyter.hypervisor.screen.errors import NotShown, ScreenGone
from qvirt_jupyter.hypervisor.screen.keyboard_layouts import (
    KeyboardLayout,
    KeyStroke,
    layout,
    layout_labels,
    layout_names,
)
from qvirt_jupyter.hypervisor.screen.mouse import Mouse
from qvirt_jupyter.hypervisor.screen.picture_search import Place
from qvirt_jupyter.hypervisor.screen.recorder import ScreenRecorder
from qvirt_jupyter.hypervisor.screen.screen import Screen
from qvirt_jupyter.hypervisor.screen.screenshot import Screenshot
from qvirt_jupyter.hypervisor.screen.viewer_file import ViewerFile
from qvirt_jupyter.hypervisor.serial.line import SerialLine
from qvirt_jupyter.hypervisor.serial.match import SerialMatch
from qvirt_jupyter.hypervisor.serial.ports import SerialPort
from qvirt_jupyter.hypervisor.serial.serials import Serials
from qvirt_jupyter.hypervisor.serial.state import SerialState
from qvirt_jupyter.hypervisor.statistics.domain_stats import DomainStats
from qvirt_jupyter.hypervisor.statistics.sample import HostSample, Sample
from qvirt_jupyter.hypervisor.statistics.sample_history import History
from qvirt_jupyter.hypervisor.statistics.stats import Stats, StatsBatch
from qvirt_jupyter.hypervisor.storage.storage_pool import Space, StoragePool
from qvirt_jupyter.hypervisor.storage.storage_pool_collection import StoragePools
from qvirt_jupyter.hypervisor.storage.storage_volume import StorageVolume
from qvirt_jupyter.hypervisor.storage.storage_volume_collection import StorageVolumes
from qvirt_jupyter.hypervisor.storage.volume_survey import SurveyedVolume, VolumeSurvey
from qvirt_jupyter.hypervisor.storage.volume_wiping import wipe_algorithms
from qvirt_jupyter.hypervisor.together import together
from qvirt_jupyter.hypervisor.transfer import PartOf, Reporter, Transfer
from qvirt_jupyter.hypervisor.uri import DRIVERS, ConnectionUri, default_uri

__all__ = [
    "DRIVERS",
    "LIFECYCLE",
    "WHEN",
    "AccessDenied",
    "Action",
    "Address",
    "Agent",
    "AgentAbilities",
    "AlreadyExists",
    "Batch",
    "CommandResult",
    "Connection",
    "ConnectionFailed",
    "ConnectionLost",
    "ConnectionState",
    "ConnectionUri",
    "ConsoleChoice",
    "CredentialRequest",
    "Credentials",
    "DeviceCondition",
    "DhcpLease",
    "DhcpLeases",
    "Display",
    "DisplayChange",
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
    "FilterUser",
    "Freezing",
    "GuestFileSystem",
    "GuestInfo",
    "GuestInterface",
    "GuestReady",
    "GuestUser",
    "History",
    "HostDetails",
    "HostPages",
    "HostRecord",
    "HostSample",
    "HostUsbDevice",
    "InUse",
    "Interface",
    "InterfaceStatistics",
    "Interfaces",
    "InvalidDefinition",
    "Inventory",
    "Job",
    "JobState",
    "KeptDefinition",
    "KeyStroke",
    "KeyboardLayout",
    "LoggedAction",
    "Mouse",
    "NWFilter",
    "NWFilters",
    "Network",
    "NetworkEdit",
    "NetworkPort",
    "NetworkRecord",
    "NetworkUser",
    "Networks",
    "NewDisk",
    "NodeDevice",
    "NodeDeviceRecord",
    "NodeDevices",
    "NotFound",
    "NotShown",
    "OperationCancelled",
    "OperationFailed",
    "PartOf",
    "Place",
    "QvirtError",
    "Record",
    "RecordKey",
    "Refusal",
    "Reporter",
    "RestoreFailed",
    "Sample",
    "SchemaFault",
    "Screen",
    "ScreenGone",
    "ScreenRecorder",
    "Screenshot",
    "Secret",
    "SecretCondition",
    "SecretRecord",
    "SecretUser",
    "Secrets",
    "SerialLine",
    "SerialMatch",
    "SerialPort",
    "SerialState",
    "Serials",
    "ShellResult",
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
    "SurveyedVolume",
    "TimedOut",
    "Transfer",
    "Unplug",
    "Unsupported",
    "UsbDevices",
    "Versions",
    "ViewerFile",
    "VolumeSurvey",
    "WrittenFile",
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
    "host_details",
    "jobs",
    "layout",
    "layout_labels",
    "layout_names",
    "perform",
    "together",
    "wipe_algorithms",
]
