"""Make new guests: the tiny guest, and whether this machine is ready for it."""

from __future__ import annotations

from qvirt_jupyter.provision.cloning import ClonePlan, CloneRequest, DiskClone
from qvirt_jupyter.provision.cloud import (
    CloudImage,
    CloudNetwork,
    CloudSeed,
    InvalidSeed,
    SeedProblem,
    detect_image,
    own_ssh_keys,
)
from qvirt_jupyter.provision.deletion import DeletePlan, DeleteRequest, DeleteResults
from qvirt_jupyter.provision.demo_host import demo_host
from qvirt_jupyter.provision.guest import (
    ContainerApplication,
    ContainerSystem,
    Creation,
    DiskRequest,
    GuestRequest,
    HostLink,
    ImportDisk,
    InstallFromMedia,
    InstallFromNetwork,
    InstallFromTree,
    InstallMethod,
    NoInstall,
)
from qvirt_jupyter.provision.guest_definition import forwarded_ports
from qvirt_jupyter.provision.host_packages import PackagesMissing
from qvirt_jupyter.provision.host_readiness import HostReadiness, host_readiness
from qvirt_jupyter.provision.kvm import KvmReport, KvmState, kvm_report, kvm_works
from qvirt_jupyter.provision.networks import (
    HostNetworks,
    NetworkProblem,
    NetworkRequest,
    PhysicalFunction,
    suggest_ipv6_subnet,
    suggest_subnet,
)
from qvirt_jupyter.provision.osinfo import detect_media, osinfo
from qvirt_jupyter.provision.pools import (
    POOL_TYPES,
    FoundSource,
    OfferedType,
    PoolRequest,
    PoolType,
    pool_types,
)
from qvirt_jupyter.provision.readiness import Readiness, ReadinessRow, readiness
from qvirt_jupyter.provision.secret_request import SecretRequest
from qvirt_jupyter.provision.tiny_guest import TinyGuest, tiny_guest
from qvirt_jupyter.provision.trees import DetectedTree, detect_tree
from qvirt_jupyter.provision.volumes import VolumeRequest

__all__ = [
    "POOL_TYPES",
    "ClonePlan",
    "CloneRequest",
    "CloudImage",
    "CloudNetwork",
    "CloudSeed",
    "ContainerApplication",
    "ContainerSystem",
    "Creation",
    "DeletePlan",
    "DeleteRequest",
    "DeleteResults",
    "DetectedTree",
    "DiskClone",
    "DiskRequest",
    "FoundSource",
    "GuestRequest",
    "HostLink",
    "HostNetworks",
    "HostReadiness",
    "ImportDisk",
    "InstallFromMedia",
    "InstallFromNetwork",
    "InstallFromTree",
    "InstallMethod",
    "InvalidSeed",
    "KvmReport",
    "KvmState",
    "NetworkProblem",
    "NetworkRequest",
    "NoInstall",
    "OfferedType",
    "PackagesMissing",
    "PhysicalFunction",
    "PoolRequest",
    "PoolType",
    "Readiness",
    "ReadinessRow",
    "SecretRequest",
    "SeedProblem",
    "TinyGuest",
    "VolumeRequest",
    "demo_host",
    "detect_image",
    "detect_media",
    "detect_tree",
    "forwarded_ports",
    "host_readiness",
    "kvm_report",
    "kvm_works",
    "osinfo",
    "own_ssh_keys",
    "pool_types",
    "readiness",
    "suggest_ipv6_subnet",
    "suggest_subnet",
    "tiny_guest",
]
