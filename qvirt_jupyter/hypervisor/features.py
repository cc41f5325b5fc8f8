"""What an open connection can do; where it cannot, the reason, so that a button can say it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.survey import UNSUPPORTED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.uri import ConnectionUri


@dataclass(frozen=True, slots=True)
class Features:
    """What a connection can do.

    Parameters
    ----------
    write
        Change anything at all; False on a read-only connection.
    events
        Changes show by themselves; otherwise the list is polled.
    streams
        Serial consoles, screenshots as a stream, transfers of volumes.
    screenshots
        Pictures of a screen.
    agent
        Talk to the guest agent.
    domain_capabilities
        Say what a machine may have.
    open_graphics_fd
        Hand a connected socket of a display to a local process.
    storage, networks, node_devices, secrets
        These objects exist.
    managed_save
        Keep a machine's memory on disk.
    bulk_statistics
        One call gives the figures of all machines.
    reasons
        For each that is False, why.
    """

    write: bool = False
    events: bool = False
    streams: bool = False
    screenshots: bool = False
    agent: bool = False
    domain_capabilities: bool = False
    open_graphics_fd: bool = False
    storage: bool = False
    networks: bool = False
    node_devices: bool = False
    secrets: bool = False
    managed_save: bool = False
    bulk_statistics: bool = False
    reasons: Mapping[str, str] = field(default_factory=dict)

    def reason(self, name: str) -> str:
        """Return why a feature is missing; empty where it is there."""
        return "" if getattr(self, name) else self.reasons.get(name, "")


# Drivers by what they implement (https://libvirt.org/hvsupport.html).
_STREAMS: Final = frozenset({"qemu", "lxc", "xen", "bhyve", "ch", "vz"})
_SCREENSHOTS: Final = frozenset({"qemu", "test", "vbox", "esx", "vpx"})
_MANAGED_SAVE: Final = frozenset({"qemu", "test", "xen", "vz"})
_BULK: Final = frozenset({"qemu", "vz"})

_DRIVER: Final = _("The driver of this connection cannot do it.")
_READ_ONLY: Final = _("The connection is read-only.")
_REMOTE: Final = _("It needs a connection to this machine by a local socket.")
_CLOSED: Final = _("Not connected.")

UNKNOWN: Final = Features(
    reasons=MappingProxyType(
        {name.name: str(_CLOSED) for name in dataclasses.fields(Features) if name.name != "reasons"}
    )
)
"""The features of a connection that is not open."""


def probe(
    connection: libvirt.virConnect,
    uri: ConnectionUri,
    *,
    read_only: bool,
    unsupported: Collection[str] = (),
    polled: Collection[str] = (),
) -> Features:
    """Find out what an open connection can do.

    Parameters
    ----------
    connection
        What libvirt opened.
    uri
        Its URI.
    read_only
        It was opened read-only.
    unsupported, polled
        Kinds of objects that could not be listed, or have no events.
    """
    local = not uri.is_remote and uri.transport in {"", "unix"}
    driver = uri.driver
    rows: tuple[tuple[str, bool, LazyString], ...] = (
        ("write", not read_only, _READ_ONLY),
        ("events", "domain" not in polled, _DRIVER),
        ("streams", driver in _STREAMS, _DRIVER),
        ("streams", not read_only, _READ_ONLY),
        ("screenshots", driver in _SCREENSHOTS, _DRIVER),
        ("screenshots", not read_only, _READ_ONLY),
        ("agent", driver == "qemu", _DRIVER),
        ("agent", not read_only, _READ_ONLY),
        ("domain_capabilities", _has_domain_capabilities(connection), _DRIVER),
        ("open_graphics_fd", driver == "qemu", _DRIVER),
        ("open_graphics_fd", not read_only, _READ_ONLY),
        ("open_graphics_fd", local, _REMOTE),
        ("storage", "pool" not in unsupported, _DRIVER),
        ("networks", "network" not in unsupported, _DRIVER),
        ("node_devices", "node_device" not in unsupported, _DRIVER),
        ("secrets", "secret" not in unsupported, _DRIVER),
        ("managed_save", driver in _MANAGED_SAVE, _DRIVER),
        ("managed_save", not read_only, _READ_ONLY),
        ("bulk_statistics", driver in _BULK, _DRIVER),
    )
    values: dict[str, bool] = {}
    reasons: dict[str, str] = {}
    for name, there, reason in rows:
        values[name] = values.get(name, True) and there
        if not there:
            reasons.setdefault(name, str(reason))
    return Features(**values, reasons=MappingProxyType(reasons))


def _has_domain_capabilities(connection: libvirt.virConnect) -> bool:
    try:
        connection.getDomainCapabilities(None, None, None, None, 0)
    except libvirt.libvirtError as error:
        # Other refusals mean that the call is known, but not for this host's own architecture.
        code: int = error.get_error_code()
        return code not in UNSUPPORTED
    return True
