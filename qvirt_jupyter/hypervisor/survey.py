"""Reading the objects of a connection in bulk: a handful of calls, however many there are."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import libvirt

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger(__name__)
_DOMAIN_0: Final = ("Domain-0", "00000000-0000-0000-0000-000000000000")
# What a driver answers that does not know the call or a flag of it.
UNSUPPORTED: Final = frozenset(
    {
        libvirt.VIR_ERR_NO_SUPPORT,
        libvirt.VIR_ERR_OPERATION_UNSUPPORTED,
        libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED,
        libvirt.VIR_ERR_INVALID_ARG,
    }
)


class RawDomain(NamedTuple):
    """What the driver says of a machine, apart from its definition."""

    name: str
    id: int
    state: int
    reason: int
    persistent: bool
    autostart: bool
    managed_save: bool
    full_disks: tuple[str, ...] = ()


class RawNetwork(NamedTuple):
    """What the driver says of a network, apart from its definition."""

    name: str
    active: bool
    persistent: bool
    autostart: bool


class RawPool(NamedTuple):
    """What the driver says of a storage pool, apart from its definition; sizes in bytes."""

    name: str
    active: bool
    persistent: bool
    autostart: bool
    capacity: int
    allocation: int
    available: int


class RawSecret(NamedTuple):
    """What the driver says of a secret, apart from its definition and never its value."""

    usage_type: str
    usage_id: str


def domains(connection: libvirt.virConnect) -> dict[str, tuple[libvirt.virDomain, RawDomain]]:
    """Return all machines by UUID, with four calls.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectGetAllDomainStats gives all
    machines with their states; the other calls give the few that have a property.
    """
    states = _states(connection)

    def having(flag: int) -> frozenset[str]:
        listed = _supported(lambda: connection.listAllDomains(flag), default=())
        return frozenset(domain.UUIDString() for domain in listed)

    autostart = having(libvirt.VIR_CONNECT_LIST_DOMAINS_AUTOSTART)
    saved = having(libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE)
    transient = having(libvirt.VIR_CONNECT_LIST_DOMAINS_TRANSIENT)
    result = {}
    for domain, state, reason in states:
        uuid = domain.UUIDString()
        if not is_hypervisor(domain):
            result[uuid] = (
                domain,
                RawDomain(
                    name=domain.name(),
                    id=domain.ID(),
                    state=state,
                    reason=reason,
                    persistent=uuid not in transient,
                    autostart=uuid in autostart,
                    managed_save=uuid in saved,
                    full_disks=_full_disks(domain, state, reason),
                ),
            )
    return result


def is_hypervisor(found: libvirt.virDomain) -> bool:
    """Whether it is the hypervisor itself, which Xen lists as a machine (CON-23)."""
    return (found.name(), found.UUIDString()) == _DOMAIN_0


def domain(found: libvirt.virDomain) -> RawDomain | None:
    """Return what the driver says of one machine; None for one that is never shown.

    Raises
    ------
    libvirt.libvirtError
        It is gone, or the connection is.
    """
    if is_hypervisor(found):
        return None
    state = found.state(0)
    return RawDomain(
        name=found.name(),
        id=found.ID(),
        state=state[0],
        reason=state[1],
        persistent=bool(_supported(found.isPersistent, default=True)),
        autostart=bool(_supported(found.autostart, default=False)),
        managed_save=bool(_supported(lambda: found.hasManagedSaveImage(0), default=False)),
        full_disks=_full_disks(found, *state[:2]),
    )


def _full_disks(found: libvirt.virDomain, state: int, reason: int) -> tuple[str, ...]:
    """Return the disks for which a machine is paused because no space was left for them.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetDiskErrors is asked only where
    the state says that a disk is to blame.
    """
    if (state, reason) != (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_IOERROR):
        return ()
    try:
        errors = found.diskErrors(0)
    except libvirt.libvirtError as error:
        # It was resumed or ended just now, of which there is an event; or the driver cannot say.
        _LOG.debug("No disk errors of %s: %s", found.name(), error)
        return ()
    no_space = libvirt.VIR_DOMAIN_DISK_ERROR_NO_SPACE
    return tuple(sorted(disk for disk, kind in errors.items() if kind == no_space))


def networks(connection: libvirt.virConnect) -> dict[str, tuple[libvirt.virNetwork, RawNetwork]]:
    """Return all networks by UUID, with four calls."""
    listed = {network.UUIDString(): network for network in connection.listAllNetworks(0)}
    active, persistent, autostart = (
        frozenset(network.UUIDString() for network in connection.listAllNetworks(flag))
        for flag in (
            libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE,
            libvirt.VIR_CONNECT_LIST_NETWORKS_PERSISTENT,
            libvirt.VIR_CONNECT_LIST_NETWORKS_AUTOSTART,
        )
    )
    return {
        uuid: (
            network,
            RawNetwork(network.name(), uuid in active, uuid in persistent, uuid in autostart),
        )
        for uuid, network in listed.items()
    }


def pools(
    connection: libvirt.virConnect,
) -> dict[str, tuple[libvirt.virStoragePool, RawPool]]:
    """Return all storage pools by UUID, with four calls and one for each active pool's sizes."""
    listed = {pool.UUIDString(): pool for pool in connection.listAllStoragePools(0)}
    active, persistent, autostart = (
        frozenset(pool.UUIDString() for pool in connection.listAllStoragePools(flag))
        for flag in (
            libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE,
            libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT,
            libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_AUTOSTART,
        )
    )
    result = {}
    for uuid, pool in listed.items():
        sizes = (0, 0, 0)
        if uuid in active:
            try:
                sizes = tuple(pool.info()[1:4])
            except libvirt.libvirtError as error:
                _LOG.debug("No sizes of the pool %s: %s", pool.name(), error)
        result[uuid] = (
            pool,
            RawPool(pool.name(), uuid in active, uuid in persistent, uuid in autostart, *sizes),
        )
    return result


class RawDevice(NamedTuple):
    """What the driver says of a device of the host, apart from its description."""

    name: str
    active: bool


def devices(
    connection: libvirt.virConnect,
) -> dict[str, tuple[libvirt.virNodeDevice, RawDevice]]:
    """Return all devices of the host by name, with two calls."""
    # listDevices fails on the test driver of libvirt 9.0; listing objects works everywhere.
    flag = getattr(libvirt, "VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE", 0)
    inactive: frozenset[str] = frozenset()
    if flag:
        # Only mediated devices can be defined and not be there; not every driver knows them.
        off = _supported(lambda: connection.listAllDevices(flag), default=())
        inactive = frozenset(found.name() for found in off)
    return {
        found.name(): (found, RawDevice(found.name(), found.name() not in inactive))
        for found in connection.listAllDevices(0)
    }


def device(found: libvirt.virNodeDevice) -> RawDevice:
    """Return what the driver says of one device of the host."""
    active = _supported(found.isActive, default=True) if hasattr(found, "isActive") else True
    return RawDevice(found.name(), bool(active))


# https://libvirt.org/html/libvirt-libvirt-secret.html#virSecretUsageType
USAGE_TYPES: Final = ("", "volume", "ceph", "iscsi", "tls", "vtpm")
"""What secrets are for, by libvirt's numbers."""


def secrets(connection: libvirt.virConnect) -> dict[str, tuple[libvirt.virSecret, RawSecret]]:
    """Return all secrets by UUID, with one call."""
    return {found.UUIDString(): (found, secret(found)) for found in connection.listAllSecrets(0)}


def secret(found: libvirt.virSecret) -> RawSecret:
    """Return what the driver says of one secret; libvirt's object has it already."""
    number = found.usageType()
    usage_type = USAGE_TYPES[number] if number < len(USAGE_TYPES) else str(number)
    return RawSecret(usage_type, found.usageID() or "")


def _states(connection: libvirt.virConnect) -> list[tuple[libvirt.virDomain, int, int]]:
    """Return all machines with state and reason; one by one where there is no call for all."""
    answers = _supported(lambda: connection.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE, 0))
    if answers is not None:
        return [
            (found, values["state.state"], values.get("state.reason", 0))
            for found, values in answers
            if "state.state" in values
        ]
    states = []
    for found in connection.listAllDomains(0):
        try:
            states.append((found, *found.state(0)))
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                raise
            _LOG.debug("%s went away while all were listed", found.name())
    return states


def _supported(function: Callable[[], Any], default: Any = None) -> Any:  # noqa: ANN401 - passed on
    """Call the function; where the driver does not know it, return the default."""
    try:
        return function()
    except libvirt.libvirtError as error:
        if error.get_error_code() not in UNSUPPORTED:
            raise
        return default
