"""New storage pools of every kind that libvirt has: a request, its problems, its sources."""

from __future__ import annotations

from qvirt_jupyter.provision.pools.discovery import FoundSource
from qvirt_jupyter.provision.pools.offer import OfferedType, pool_types
from qvirt_jupyter.provision.pools.pool_type import POOL_TYPES, PoolType
from qvirt_jupyter.provision.pools.request import PoolRequest

__all__ = [
    "POOL_TYPES",
    "FoundSource",
    "OfferedType",
    "PoolRequest",
    "PoolType",
    "pool_types",
]
