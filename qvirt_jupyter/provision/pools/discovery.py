"""Places that a pool could come from: what servers export, and what the host has."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.node_device import StorageDevice
from qvirt_jupyter.hypervisor import InvalidDefinition, OperationFailed, Subject
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.survey import UNSUPPORTED
from qvirt_jupyter.provision.pools.building import hosts_in
from qvirt_jupyter.provision.pools.reasons import explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.pools.request import PoolRequest

_SCSI_HOST: Final = "scsi_host"
# Targets are the same for both. Asked for those of iscsi-direct, libvirt 9.0 crashes as soon as a
# server has two of them.
_ASKED: Final[Mapping[str, str]] = {"iscsi-direct": "iscsi"}


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A place that a pool could come from.

    Parameters
    ----------
    label
        The place in one line.
    values
        The fields of a request that it says.
    note
        What else is known of it: its size, or which pool has it already.
    used_by
        The pool that comes from there already, or empty.
    """

    label: str
    values: Mapping[str, Any] = field(default_factory=dict)
    note: LazyString | str = ""
    used_by: str = ""

    def fill(self, request: PoolRequest) -> PoolRequest:
        """Return a request that takes it over."""
        return dataclasses.replace(request, **self.values)


def sources(request: PoolRequest, connection: Connection) -> tuple[FoundSource, ...]:
    """Look for places; see :meth:`PoolRequest.sources`."""
    kind = request.kind
    if kind.finds == "adapters":
        return tuple(_adapters(connection))
    if kind.finds == "server" or (kind.finds == "host" and request.preparation == "keep"):
        return _asked(request, connection)
    if "device" in kind.fields:
        return tuple(_devices(request, connection))
    return ()


def _asked(request: PoolRequest, connection: Connection) -> tuple[FoundSource, ...]:
    where = documents.PoolSource()
    if request.kind.finds == "server":
        if not request.host:
            raise InvalidDefinition(
                _("Nobody knows which server to ask."),
                subject=Subject("pool", request.name, connection.uri),
                next_step=_("Name the server first."),
            )
        for name, port in hosts_in(request.host):
            where.hosts.add(name=name, port=port)
    asked = _ASKED.get(request.type, request.type)
    try:
        found = connection.storage_pools.find_sources(asked, where)
    except OperationFailed as error:
        raise explained(error, request, connection) from error
    pools = connection.inventory.snapshot().storage_pools
    users = {(pool.type, pool.source): pool.name for pool in pools}
    return tuple(_of_answer(request, source, users) for source in found)


def _of_answer(
    request: PoolRequest, source: documents.PoolSource, users: Mapping[tuple[str, str], str]
) -> FoundSource:
    devices = ", ".join(str(device.path) for device in source.devices)
    values: dict[str, Any] = {
        "source_name": source.name,
        "folder": source.folder,
        "format": source.format if "format" in request.kind.fields else None,
    }
    if "target_iqn" in request.kind.fields:
        values["target_iqn"] = devices
    used_by = users.get((request.type, source.words), "")
    note: LazyString | str = devices if source.name and devices else ""
    if used_by:
        note = _("The pool {name} comes from there already.").format(name=used_by)
    return FoundSource(
        label=source.name or source.folder or devices,
        values={name: value for name, value in values.items() if value},
        note=note,
        used_by=used_by,
    )


def _adapters(connection: Connection) -> Iterator[FoundSource]:
    """Yield the SCSI adapters of the host: libvirt itself looks for no such sources."""
    for device in _node_devices(connection, libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_SCSI_HOST):
        if device.name and device.type == _SCSI_HOST:
            yield FoundSource(
                label=device.name,
                values={"adapter_type": _SCSI_HOST, "adapter": device.name},
                note=device.parent or "",
            )


def _devices(request: PoolRequest, connection: Connection) -> Iterator[FoundSource]:
    """Yield the disks of the host, for a new file system, partition table or volume group."""
    pools = connection.inventory.snapshot().storage_pools
    users = {pool.source: pool.name for pool in pools if pool.type == request.type}
    for device in _node_devices(connection, libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_STORAGE):
        disk = device.capability
        if not isinstance(disk, StorageDevice) or not disk.block or disk.drive_type == "cdrom":
            continue
        used_by = users.get(disk.block, "")
        size = bytes_text(disk.size) if disk.size else ""
        facts = ", ".join(filter(None, (size, disk.vendor, disk.model)))
        yield FoundSource(
            label=disk.block,
            values={"device": disk.block},
            note=_("The pool {name} comes from there already.").format(name=used_by)
            if used_by
            else facts,
            used_by=used_by,
        )


def _node_devices(connection: Connection, flag: int) -> tuple[documents.NodeDevice, ...]:
    def ask(raw: libvirt.virConnect) -> list[str]:
        try:
            return [device.XMLDesc(0) for device in raw.listAllDevices(flag)]
        except libvirt.libvirtError as error:
            if error.get_error_code() in UNSUPPORTED:
                return []
            raise

    texts = connection.call(ask, subject=connection.subject)
    return tuple(documents.NodeDevice.parse(text) for text in texts)
