"""What the DHCP servers of libvirt's networks have given out: one question for each network.

https://libvirt.org/html/libvirt-libvirt-network.html#virNetworkGetDHCPLeases
"""

from __future__ import annotations

import ipaddress
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import libvirt

from qvirt_jupyter.hypervisor.addresses import leads_to_a_guest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_LOG = logging.getLogger(__name__)
Leases: TypeAlias = "Mapping[tuple[str, str], tuple[str, ...]]"
"""Addresses by the name of a network and a hardware address in lower case."""
_IPV4_FIRST: Final = {libvirt.VIR_IP_ADDR_TYPE_IPV4: 0, libvirt.VIR_IP_ADDR_TYPE_IPV6: 1}


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
