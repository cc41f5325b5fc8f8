"""The kinds of objects in an inventory, as data: how each is listed, read and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.hypervisor import definition, survey
from qvirt_jupyter.hypervisor.host.secret_record import SecretRecord
from qvirt_jupyter.hypervisor.records import (
    DomainRecord,
    DomainState,
    NetworkRecord,
    NodeDeviceRecord,
    Record,
    StoragePoolRecord,
)
from qvirt_jupyter.hypervisor.state_reasons import no_space_text, reason_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.documents import Change
    from qvirt_jupyter.hypervisor.editing.unplugs import Unplug
    from qvirt_jupyter.hypervisor.storage.room import TightDisk


@dataclass(frozen=True, slots=True)
class Observed:
    """What is seen of a machine from outside of the driver's answers.

    Parameters
    ----------
    addresses
        IP addresses.
    started_at
        Seconds since the epoch, or None.
    xml_version
        Counts the definitions that were read.
    pending
        What waits for its next start; None where nobody asked.
    unplugs
        Devices that the guest was asked to let go of.
    tight_disks
        Its disks in pools that are nearly full.
    """

    addresses: tuple[str, ...] = ()
    started_at: float | None = None
    xml_version: int = 0
    pending: tuple[Change, ...] | None = None
    unplugs: tuple[Unplug, ...] = ()
    tight_disks: tuple[TightDisk, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """How one kind is read.

    Parameters
    ----------
    name
        As in :class:`RecordKey`.
    survey
        Returns all objects of a connection with their raw values, by UUID or name.
    lookup
        Returns libvirt's object for a UUID or name.
    read
        Returns the raw values of one object; None for one that is never shown.
    parse
        Reads a definition.
    unread
        Stands for a definition that has not been read.
    build
        Makes the record of URI, key, raw values, definition and what was observed.
    gone
        libvirt's error code for an object that does not exist.
    """

    name: str
    survey: Callable[[libvirt.virConnect], Mapping[str, tuple[Any, Any]]]
    lookup: Callable[[libvirt.virConnect, str], Any]
    read: Callable[[Any], Any]
    parse: Callable[[str], Any]
    unread: Any
    build: Callable[[str, str, Any, Any, Observed], Record]
    gone: int


def _domain_record(
    uri: str,
    uuid: str,
    raw: survey.RawDomain,
    read: definition.DomainDefinition,
    observed: Observed,
) -> DomainRecord:
    state = DomainState.from_libvirt(raw.state, managed_save=raw.managed_save)
    active = state.is_active
    return DomainRecord(
        uri=uri,
        uuid=uuid,
        name=raw.name,
        id=raw.id,
        state=state,
        reason=no_space_text(raw.full_disks) or reason_text(raw.state, raw.reason),
        title=read.title,
        description=read.description,
        vcpus=read.vcpus,
        memory=read.memory,
        max_memory=read.max_memory,
        persistent=raw.persistent,
        autostart=raw.autostart,
        managed_save=raw.managed_save,
        tags=read.tags,
        group=read.group,
        addresses=observed.addresses if active else (),
        os_id=read.os_id,
        displays=read.displays,
        started_at=observed.started_at if active else None,
        xml_version=observed.xml_version,
        pending=observed.pending if active and raw.persistent else (),
        unplugs=observed.unplugs if active else (),
        is_template=read.is_template,
        is_installing=read.is_installing and active,
        full_disks=raw.full_disks,
        tight_disks=observed.tight_disks,
    )


def _network_record(
    uri: str,
    uuid: str,
    raw: survey.RawNetwork,
    read: definition.NetworkDefinition,
    _observed: Observed,
) -> NetworkRecord:
    return NetworkRecord(uri, uuid, *raw, *read)


def _pool_record(
    uri: str,
    uuid: str,
    raw: survey.RawPool,
    read: definition.PoolDefinition,
    _observed: Observed,
) -> StoragePoolRecord:
    return StoragePoolRecord(
        uri, uuid, *raw[:4], read.type, read.path, *raw[4:], source=read.source
    )


def _device_record(
    uri: str,
    name: str,
    raw: survey.RawDevice,
    read: definition.DeviceDefinition,
    _observed: Observed,
) -> NodeDeviceRecord:
    return NodeDeviceRecord(uri, name, *read, active=raw.active)


def _secret_record(
    uri: str,
    uuid: str,
    raw: survey.RawSecret,
    read: definition.SecretDefinition,
    observed: Observed,
) -> SecretRecord:
    return SecretRecord(
        uri,
        uuid,
        raw.usage_type,
        raw.usage_id,
        ephemeral=read.ephemeral,
        private=read.private,
        description=read.description,
        version=observed.xml_version,
    )


def _read_network(network: libvirt.virNetwork) -> survey.RawNetwork:
    return survey.RawNetwork(
        network.name(),
        bool(network.isActive()),
        bool(network.isPersistent()),
        bool(network.autostart()),
    )


def _read_pool(pool: libvirt.virStoragePool) -> survey.RawPool:
    active = bool(pool.isActive())
    sizes = pool.info()[1:4] if active else (0, 0, 0)
    return survey.RawPool(
        pool.name(), active, bool(pool.isPersistent()), bool(pool.autostart()), *sizes
    )


DOMAIN: Final = ObjectKind(
    "domain",
    survey.domains,
    lambda connection, uuid: connection.lookupByUUIDString(uuid),
    survey.domain,
    definition.domain_definition,
    definition.DomainDefinition(),
    _domain_record,
    libvirt.VIR_ERR_NO_DOMAIN,
)
NETWORK: Final = ObjectKind(
    "network",
    survey.networks,
    lambda connection, uuid: connection.networkLookupByUUIDString(uuid),
    _read_network,
    definition.network_definition,
    definition.NetworkDefinition(),
    _network_record,
    libvirt.VIR_ERR_NO_NETWORK,
)
POOL: Final = ObjectKind(
    "pool",
    survey.pools,
    lambda connection, uuid: connection.storagePoolLookupByUUIDString(uuid),
    _read_pool,
    definition.pool_definition,
    definition.PoolDefinition(),
    _pool_record,
    libvirt.VIR_ERR_NO_STORAGE_POOL,
)
NODE_DEVICE: Final = ObjectKind(
    "node_device",
    survey.devices,
    lambda connection, name: connection.nodeDeviceLookupByName(name),
    survey.device,
    definition.device_definition,
    definition.DeviceDefinition(),
    _device_record,
    libvirt.VIR_ERR_NO_NODE_DEVICE,
)
SECRET: Final = ObjectKind(
    "secret",
    survey.secrets,
    lambda connection, uuid: connection.secretLookupByUUIDString(uuid),
    survey.secret,
    definition.secret_definition,
    definition.SecretDefinition(),
    _secret_record,
    libvirt.VIR_ERR_NO_SECRET,
)
KINDS: Final = {kind.name: kind for kind in (DOMAIN, NETWORK, POOL, NODE_DEVICE, SECRET)}
