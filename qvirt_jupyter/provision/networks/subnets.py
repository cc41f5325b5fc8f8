"""Addresses that nobody has: suggested for a new network."""

from __future__ import annotations

import ipaddress
import itertools
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import OperationFailed
from qvirt_jupyter.provision.networks.host_networks import HostNetworks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qvirt_jupyter.documents.network_ip import Subnet
    from qvirt_jupyter.hypervisor.connection import Connection

FIRST: Final = 100
"""NET-09 of the parity list: 192.168.100.0/24 comes first."""


def suggest_subnet(host: Connection | HostNetworks) -> str:
    """Return an IPv4 subnet that no network of the host has, nor the host itself.

    192.168.100.0/24 where it is free, else the next one.

    Parameters
    ----------
    host
        An open connection, or a look at its host.

    Raises
    ------
    OperationFailed
        All private addresses are taken.
    QvirtError
        The connection is lost.
    """
    return str(_free(host, _candidates()))


def suggest_ipv6_subnet(host: Connection | HostNetworks) -> str:
    """Return an IPv6 subnet of the private ones (RFC 4193) that nobody has: fd00:100::/64.

    The parameters and errors are those of :func:`suggest_subnet`.
    """
    return str(_free(host, _candidates_6()))


def default_range(subnet: Subnet) -> tuple[str, str] | None:
    """Return the addresses that are given out where nobody chose others.

    Of IPv4 the upper half but for the last address, which is for all machines. Of IPv6 the second
    256 addresses. None where there is no room.

    Parameters
    ----------
    subnet
        The addresses of the network.
    """
    first, count = subnet.network_address, subnet.num_addresses
    if isinstance(subnet, ipaddress.IPv6Network):
        start, end = (256, 511) if count >= _SMALL else (count // 2, count - 1)
    else:
        start = count // 2
        end = min(count - 2, start + LARGEST_RANGE - 1)
    if start < 2 or end < start:  # noqa: PLR2004 - the network itself, and the host
        return None
    return str(first + start), str(first + end)


_SMALL: Final = 512
LARGEST_RANGE: Final = 65535
"""How many addresses libvirt gives out at most (virSocketAddrGetRange in virsocketaddr.c)."""


def overlapping(
    wanted: Subnet, taken: Iterable[tuple[Subnet, str, bool]]
) -> Iterator[tuple[Subnet, str, bool]]:
    """Return those of what is taken that have addresses of the wanted ones."""
    for subnet, owner, is_used in taken:
        if subnet.version == wanted.version and subnet.overlaps(wanted):
            yield subnet, owner, is_used


def _free(host: Connection | HostNetworks, candidates: Iterable[Subnet]) -> Subnet:
    seen = host if isinstance(host, HostNetworks) else HostNetworks.of(host)
    taken = list(seen.taken_subnets())
    for candidate in candidates:
        if not any(overlapping(candidate, taken)):
            return candidate
    raise OperationFailed(
        _("All private subnets are taken."),
        next_step=_("Remove a network that nobody needs, or choose addresses yourself."),
    )


def _candidates() -> Iterator[Subnet]:
    """Return RFC 1918's subnets of 256 addresses, those that people expect first."""
    for third in itertools.chain(range(FIRST, 255), range(1, FIRST)):
        yield ipaddress.ip_network(f"192.168.{third}.0/24")
    for second, third in itertools.product(range(16, 32), range(256)):
        yield ipaddress.ip_network(f"172.{second}.{third}.0/24")
    for second, third in itertools.product(range(256), range(256)):
        yield ipaddress.ip_network(f"10.{second}.{third}.0/24")


def _candidates_6() -> Iterator[Subnet]:
    for number in range(FIRST, 10_000):
        yield ipaddress.ip_network(f"fd00:{number}::/64")
