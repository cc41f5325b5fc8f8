"""The map of a host's networks: what is connected to what, and how much goes through."""

from __future__ import annotations

from qvirt_jupyter.widgets.network_map.panel import Topology, topology

__all__ = ["Topology", "topology"]
