"""New volumes: what somebody wants of one, what goes without saying, and what is wrong with it."""

from __future__ import annotations

from qvirt_jupyter.provision.volumes.pool_facts import PoolFacts, pool_facts
from qvirt_jupyter.provision.volumes.request import VolumeRequest

__all__ = ["PoolFacts", "VolumeRequest", "pool_facts"]
