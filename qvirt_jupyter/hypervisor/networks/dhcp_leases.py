"""What the DHCP servers of libvirt's networks have given out: one question for each network.

https://libvirt.org/html/libvirt-libvirt-network.html#virNetworkGetDHCPLeases
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.networks.addresses import leads_to_a_guest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_LOG = logging.getLogger(__name__)
Leases: TypeAlias = "Mapping[tuple[str, str], tuple[str, ...]]"
"""Addresses by the name of a network and a hardware address in lower case."""
_IPV4_FIRST: Final = {libvirt.VIR_IP_ADDR_TYPE_IPV4: 0, libvirt.VIR_IP_ADDR_TYPE_IPV6: 1}


@dataclass(frozen=True, slots=True)
class DhcpLease:
    """An address that the DHCP server of a network has given out.

    Parameters
    ----------
    mac
        The hardware address of the card, in lower case; empty where only a client id is known.
    address, prefix
        The address, and how many bits of it are the network's.
    name
        What the guest calls itself; empty where it does not say.
    expires
        When it ends, in seconds since the epoch; None for one that lasts for ever.
    client_id
        How the guest names itself in DHCP (its DUID for IPv6), or empty.
    """

    mac: str
    address: str
    prefix: int
    name: str
    expires: float | None
    client_id: str


class DhcpLeases(tuple[DhcpLease, ...]):
    """The leases of a network; a table where it is the last value of a cell."""

    __slots__ = ()

    def __repr__(self) -> str:
        return html.text_table(_HEADINGS, self._rows())

    def _repr_html_(self) -> str:
        return html.table(_("Leases"), _HEADINGS, self._rows())

    def _rows(self) -> list[tuple[object, ...]]:
        return [
            (lease.address, lease.mac, lease.name, _until(lease.expires), lease.client_id)
            for lease in self
        ]


_HEADINGS: Final = (_("Address"), _("MAC address"), _("Name"), _("Until"), _("Client id"))


def _until(expires: float | None) -> str:
    if expires is None:
        return str(_("for ever"))
    return dt.datetime.fromtimestamp(expires).astimezone().isoformat(" ", "seconds")


def leases_of(network: libvirt.virNetwork) -> DhcpLeases:
    """Return what the server of one network has given out, by address.

    Parameters
    ----------
    network
        libvirt's object.

    Raises
    ------
    libvirt.libvirtError
        The driver cannot say it, or the network is off.
    """
    found = [_lease(raw) for raw in network.DHCPLeases()]
    return DhcpLeases(sorted(found, key=lambda lease: _sortable(lease.address)))


def _lease(raw: Mapping[str, Any]) -> DhcpLease:
    return DhcpLease(
        mac=(raw["mac"] or "").lower(),
        address=raw["ipaddr"],
        prefix=int(raw["prefix"]),
        name=raw["hostname"] or "",
        # libvirt answers 0 for a lease without end.
        expires=float(raw["expirytime"]) or None,
        client_id=raw["clientid"] or "",
    )


def _sortable(address: str) -> tuple[int, int]:
    known = ipaddress.ip_address(address)
    return known.version, int(known)


def read_leases(connection: libvirt.virConnect, names: Collection[str]) -> Leases | None:
    """Return what was given out on some networks; None where the driver cannot say it.

    One call lists the networks that are on, and one more for each that is wanted asks it.

    Parameters
    ----------
    connection
        What libvirt opened.
    names
        Names of networks; those that are off have no server.

    Raises
    ------
    libvirt.libvirtError
        The networks cannot be listed.
    """
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for network in connection.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE):
        name = network.name()
        if name not in names:
            continue
        try:
            leases = network.DHCPLeases()
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
                return None
            # It was switched off just now, or has no server: the others may know something.
            _LOG.debug("No leases of the network %s: %s", name, error)
            continue
        found.update(((name, mac), known) for mac, known in _by_mac(leases).items())
    return found


def _by_mac(leases: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Read libvirt-python's answer, IPv4 first; a lease for IPv6 may have no hardware address."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for lease in sorted(leases, key=lambda lease: _IPV4_FIRST.get(lease["type"], 2)):
        try:
            address = ipaddress.ip_address(lease["ipaddr"])
        except ValueError:
            continue
        if lease["mac"] and leads_to_a_guest(address):
            found[lease["mac"].lower()][str(address)] = None
    return {mac: tuple(addresses) for mac, addresses in found.items()}
