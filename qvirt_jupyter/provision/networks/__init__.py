"""Makes virtual networks: what is asked for, what is wrong with it, and what is free."""

from __future__ import annotations

from qvirt_jupyter.provision.networks.host_networks import HostNetworks, PhysicalFunction
from qvirt_jupyter.provision.networks.problem import NetworkProblem
from qvirt_jupyter.provision.networks.request import MODES, NetworkRequest
from qvirt_jupyter.provision.networks.subnets import (
    default_range,
    suggest_ipv6_subnet,
    suggest_subnet,
)

__all__ = [
    "MODES",
    "HostNetworks",
    "NetworkProblem",
    "NetworkRequest",
    "PhysicalFunction",
    "default_range",
    "suggest_ipv6_subnet",
    "suggest_subnet",
]
