"""Lossless libvirt XML, one declaration per field.

A document is read by :func:`parse` or by ``Domain.parse``; its attributes are the fields of the
XML, and ``str()`` gives the XML back, with nothing changed but what was set.
"""

from __future__ import annotations

from qvirt_jupyter.documents.addresses import Address, Host, Mac, Port
from qvirt_jupyter.documents.capabilities import Capabilities
from qvirt_jupyter.documents.cpu_models import CpuModel
from qvirt_jupyter.documents.declaration import Declared, declarations, mistyped, option
from qvirt_jupyter.documents.devices.audio import Audio
from qvirt_jupyter.documents.devices.bandwidth import Bandwidth, Inbound, Outbound
from qvirt_jupyter.documents.devices.channel import AGENT, Channel
from qvirt_jupyter.documents.devices.console import Console
from qvirt_jupyter.documents.devices.controller import Controller
from qvirt_jupyter.documents.devices.crypto import Crypto
from qvirt_jupyter.documents.devices.device import Device, Devices
from qvirt_jupyter.documents.devices.disk import Disk
from qvirt_jupyter.documents.devices.disk_sources import (
    BlockSource,
    FileSource,
    FolderSource,
    VolumeSource,
)
from qvirt_jupyter.documents.devices.displays import Spice, Vnc
from qvirt_jupyter.documents.devices.filesystem import Filesystem
from qvirt_jupyter.documents.devices.graphics import Graphics
from qvirt_jupyter.documents.devices.host_devices import hostdev_of, why_not_given
from qvirt_jupyter.documents.devices.hostdev import Hostdev
from qvirt_jupyter.documents.devices.hub import Hub
from qvirt_jupyter.documents.devices.input import Input
from qvirt_jupyter.documents.devices.interface import Interface
from qvirt_jupyter.documents.devices.interface_links import (
    BridgeLink,
    DirectLink,
    NetworkLink,
    UserLink,
)
from qvirt_jupyter.documents.devices.interface_segment import Vlan, VlanTag
from qvirt_jupyter.documents.devices.iommu import Iommu
from qvirt_jupyter.documents.devices.lease import Lease
from qvirt_jupyter.documents.devices.listen import Listen
from qvirt_jupyter.documents.devices.memballoon import MemBalloon
from qvirt_jupyter.documents.devices.memory import Memory
from qvirt_jupyter.documents.devices.network_sources import NetworkSource
from qvirt_jupyter.documents.devices.nvram import Nvram
from qvirt_jupyter.documents.devices.panic import Panic
from qvirt_jupyter.documents.devices.parallel import Parallel
from qvirt_jupyter.documents.devices.pstore import Pstore
from qvirt_jupyter.documents.devices.redirdev import Redirdev
from qvirt_jupyter.documents.devices.redirfilter import Redirfilter
from qvirt_jupyter.documents.devices.rng import Rng
from qvirt_jupyter.documents.devices.serial import Serial
from qvirt_jupyter.documents.devices.shmem import Shmem
from qvirt_jupyter.documents.devices.smartcard import Smartcard
from qvirt_jupyter.documents.devices.sound import Sound
from qvirt_jupyter.documents.devices.tpm import Tpm
from qvirt_jupyter.documents.devices.video import Video
from qvirt_jupyter.documents.devices.vsock import Vsock
from qvirt_jupyter.documents.devices.watchdog import Watchdog
from qvirt_jupyter.documents.diff import Change, Diff, outline
from qvirt_jupyter.documents.document import Document, parse
from qvirt_jupyter.documents.domain import Domain
from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities
from qvirt_jupyter.documents.domain_checkpoint import DomainCheckpoint
from qvirt_jupyter.documents.domain_snapshot import DomainSnapshot
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.host_interface import HostInterface
from qvirt_jupyter.documents.many import Items, Many
from qvirt_jupyter.documents.network import Network, PortGroup
from qvirt_jupyter.documents.network_dns import DnsForwarder, DnsHost, DnsService, DnsText, HostName
from qvirt_jupyter.documents.network_forward import ForwardDevice
from qvirt_jupyter.documents.network_ip import DhcpHost, DhcpRange, Ip, NetworkRoute
from qvirt_jupyter.documents.node_device import NodeDevice
from qvirt_jupyter.documents.nw_filter import NWFilter
from qvirt_jupyter.documents.objections import Objection, objections
from qvirt_jupyter.documents.parsing import InvalidDocument, parse_xml
from qvirt_jupyter.documents.path_labels import label_of
from qvirt_jupyter.documents.pool_capabilities import PoolCapabilities
from qvirt_jupyter.documents.pool_source import PoolSource, PoolSources
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.secret import Secret
from qvirt_jupyter.documents.sections.metadata import (
    DOMAIN_METADATA_PREFIX,
    DOMAIN_METADATA_URI,
    INSTALLATION_METADATA_URI,
    metadata_element,
)
from qvirt_jupyter.documents.storage_pool import StoragePool
from qvirt_jupyter.documents.storage_volume import StorageVolume
from qvirt_jupyter.documents.switches import Flag, OnOff, YesNo
from qvirt_jupyter.documents.transfer import patch, transfer
from qvirt_jupyter.documents.values import (
    Choice,
    Hexadecimal,
    Integer,
    Path,
    Size,
    Text,
    Uuid,
    ValueType,
)
from qvirt_jupyter.documents.variant import Unknown, Variant

__all__ = [
    "AGENT",
    "DOMAIN_METADATA_PREFIX",
    "DOMAIN_METADATA_URI",
    "INSTALLATION_METADATA_URI",
    "Address",
    "Audio",
    "Bandwidth",
    "BlockSource",
    "BridgeLink",
    "Capabilities",
    "Change",
    "Channel",
    "Choice",
    "Console",
    "Controller",
    "CpuModel",
    "Crypto",
    "Declared",
    "Device",
    "Devices",
    "DhcpHost",
    "DhcpRange",
    "Diff",
    "DirectLink",
    "Disk",
    "DnsForwarder",
    "DnsHost",
    "DnsService",
    "DnsText",
    "Document",
    "Domain",
    "DomainCapabilities",
    "DomainCheckpoint",
    "DomainSnapshot",
    "Element",
    "Field",
    "FileSource",
    "Filesystem",
    "Flag",
    "FolderSource",
    "ForwardDevice",
    "Graphics",
    "Group",
    "Hexadecimal",
    "Host",
    "HostInterface",
    "HostName",
    "Hostdev",
    "Hub",
    "Inbound",
    "Input",
    "Integer",
    "Interface",
    "InvalidDocument",
    "Iommu",
    "Ip",
    "Items",
    "Lease",
    "Listen",
    "Mac",
    "Many",
    "MemBalloon",
    "Memory",
    "NWFilter",
    "Network",
    "NetworkLink",
    "NetworkRoute",
    "NetworkSource",
    "NodeDevice",
    "Nvram",
    "Objection",
    "OnOff",
    "Outbound",
    "Panic",
    "Parallel",
    "Path",
    "PoolCapabilities",
    "PoolSource",
    "PoolSources",
    "Port",
    "PortGroup",
    "Pstore",
    "Redirdev",
    "Redirfilter",
    "Rng",
    "Secret",
    "Serial",
    "Shmem",
    "Size",
    "Smartcard",
    "Sound",
    "Spice",
    "StoragePool",
    "StorageVolume",
    "Text",
    "Tpm",
    "Unknown",
    "UserLink",
    "Uuid",
    "ValueType",
    "Variant",
    "Video",
    "Vlan",
    "VlanTag",
    "Vnc",
    "VolumeSource",
    "Vsock",
    "Watchdog",
    "YesNo",
    "declarations",
    "hostdev_of",
    "label_of",
    "metadata_element",
    "mistyped",
    "objections",
    "option",
    "outline",
    "parse",
    "parse_xml",
    "patch",
    "rule",
    "transfer",
    "why_not_given",
]
