"""What a new pool has where nobody said anything: STOR-08 of the parity list."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter.hypervisor.storage.default_pool import NAME, image_folder
from qvirt_jupyter.provision.pools.pool_type import POOL_TYPES

if TYPE_CHECKING:
    from collections.abc import Collection

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.pools.request import PoolRequest

_SOMEWHERE: Final = "/var/lib/libvirt/images"
_BASE: Final = "pool"


def completed(request: PoolRequest, connection: Connection) -> PoolRequest:
    """Return a request with a default for all that was left empty; nothing is asked."""
    kind = POOL_TYPES.get(request.type)
    if kind is None:
        return request
    given: dict[str, Any] = {
        name: value for name, value in kind.defaults.items() if not getattr(request, name)
    }
    if request.format and not (kind.formats or "format" in kind.defaults):
        # What another kind had.
        given["format"] = ""
    if request.type == "disk" and request.preparation != "keep" and not request.format:
        given["format"] = "gpt"
    if not request.name:
        pools = connection.inventory.snapshot().storage_pools
        given["name"] = free_name({pool.name for pool in pools})
    if not request.target and kind.target:
        given["target"] = kind.target.format(
            images=images_of(connection),
            name=given.get("name", request.name),
            source_name=given.get("source_name", request.source_name),
        )
    return dataclasses.replace(request, **given)


def free_name(taken: Collection[str]) -> str:
    """Return ``pool``, or the first of ``pool-1``, ``pool-2``, ... that no pool has."""
    names = itertools.chain((_BASE,), (f"{_BASE}-{number}" for number in itertools.count(1)))
    return next(name for name in names if name not in taken)


def images_of(connection: Connection) -> str:
    """Return the folder beneath which new folders are made: that of the default pool.

    Parameters
    ----------
    connection
        Where; it is not asked.
    """
    pools = connection.inventory.snapshot().storage_pools
    own = next((pool.path for pool in pools if pool.name == NAME and pool.type == "dir"), "")
    return own or image_folder(connection.parts) or _SOMEWHERE
