"""Which fields of a request a form shows, and what they are called there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice
from qvirt_jupyter.provision.pools.pool_type import POOL_TYPES, PoolType

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.provision.pools.request import PoolRequest

Preparation = Literal["keep", "new", "erase"]

PREPARATIONS: Final = Choice(
    "keep",
    "new",
    "erase",
    open=False,
    labels={
        "keep": _("Use what is on it"),
        "new": _("Make it new, if the device is empty"),
        "erase": _("Make it new, and erase the device"),
    },
)


def has(name: str) -> Callable[[PoolRequest], bool]:
    """Return what says whether the kind of a request has a field."""
    return lambda request: request.type in POOL_TYPES and name in request.kind.fields


def is_fibre(request: PoolRequest) -> bool:
    """Tell whether a request is for a vHBA."""
    return request.type == "scsi" and request.adapter_type == "fc_host"


def is_scsi(request: PoolRequest) -> bool:
    """Tell whether a request is for an adapter that the host has."""
    return request.type == "scsi" and request.adapter_type != "fc_host"


def changed_by(kind: PoolType, name: str) -> dict[str, Any]:
    """Return what a kind changes of the declaration of a field."""
    changed: dict[str, Any] = {}
    if name in kind.labels:
        changed["label"] = kind.labels[name]
    elif name == "device" and kind.several:
        changed["label"] = _("Devices")
    if name == "format":
        changed["type"] = Choice(*kind.formats)
    return changed
