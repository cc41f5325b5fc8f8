"""What is wrong with the addresses of a network that is asked for."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.networks.addressing import own_address
from qvirt_jupyter.provision.networks.problem import NetworkProblem
from qvirt_jupyter.provision.networks.subnets import LARGEST_RANGE, default_range, overlapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.documents.network_ip import Subnet
    from qvirt_jupyter.provision.networks.host_networks import HostNetworks
    from qvirt_jupyter.provision.networks.request import NetworkRequest

_LONGEST: Final = {4: 30, 6: 126}
"""The longest prefixes that leave room for the host and a guest."""
_ADVERTISED: Final = 64
_FIELDS: Final = (
    (4, "ipv4", "dhcp4", "ranges4", "192.168.100.0/24"),
    (6, "ipv6", "dhcp6", "ranges6", "fd00:100::/64"),
)


def of(request: NetworkRequest, host: HostNetworks) -> Iterator[NetworkProblem]:
    """Return what is wrong with the subnets and their ranges.

    Parameters
    ----------
    request
        What is asked for.
    host
        What there is already.
    """
    if not request.has_own_bridge:
        return
    subnets = []
    for version, field, dhcp, ranges, example in _FIELDS:
        text = getattr(request, field)
        if not text:
            if request.mode != "isolated" and field == "ipv4" and not request.ipv6:
                yield NetworkProblem(
                    "ipv4", _("A way to the outside needs addresses: say some, or isolate it.")
                )
            continue
        try:
            subnet, address = own_address(text)
        except ValueError:
            yield NetworkProblem(
                field, _("These are no addresses such as {example}.").format(example=example)
            )
            continue
        if subnet.version != version:
            yield NetworkProblem(
                field, _("These are addresses of IPv{version}.").format(version=subnet.version)
            )
            continue
        subnets.append(subnet)
        yield from _subnet(field, subnet, address, host)
        if getattr(request, dhcp) and subnet.prefixlen <= _LONGEST[version]:
            yield from of_ranges(ranges, field, subnet, address, getattr(request, ranges))
    yield from _routes(request, subnets)


def _subnet(
    field: str, subnet: Subnet, address: str, host: HostNetworks
) -> Iterator[NetworkProblem]:
    if subnet.prefixlen > _LONGEST[subnet.version]:
        yield NetworkProblem(
            field,
            _("There is no room for guests: the prefix is at most {length} bits long.").format(
                length=_LONGEST[subnet.version]
            ),
        )
        return
    if subnet.is_multicast or subnet.is_loopback or subnet.is_link_local or subnet.is_unspecified:
        yield NetworkProblem(
            field, _("These addresses have a meaning of their own. Choose private ones.")
        )
        return
    if subnet.version == 4 and address == str(subnet.broadcast_address):  # noqa: PLR2004 - IPv4
        yield NetworkProblem(field, _("The last address is for all machines, not for the host."))
    for taken, owner, is_used in overlapping(subnet, host.taken_subnets()):
        text = (
            _("{owner} has {taken}, which overlaps. Choose addresses that nobody has.")
            if is_used
            else _("The network {owner} is off and has {taken}: both cannot be on at once.")
        )
        yield NetworkProblem(field, text.format(owner=owner, taken=taken), is_warning=not is_used)
    if not subnet.is_private:
        yield NetworkProblem(
            field,
            _("These are public addresses: guests do not reach their real owners."),
            is_warning=True,
        )


def of_ranges(
    field: str, of_subnet: str, subnet: Subnet, address: str, ranges: tuple[tuple[str, str], ...]
) -> Iterator[NetworkProblem]:
    """Return what is wrong with the addresses that are given out.

    Parameters
    ----------
    field, of_subnet
        Where it is said: of the ranges, and of the subnet that they are in.
    subnet
        The subnet.
    address
        The host's own address in it.
    ranges
        Pairs of the first and the last.
    """
    if not ranges and default_range(subnet) is None:
        yield NetworkProblem(
            of_subnet, _("There is no room for DHCP: take a shorter prefix, or switch DHCP off.")
        )
    if subnet.version == 6 and subnet.prefixlen != _ADVERTISED:  # noqa: PLR2004 - IPv6
        yield NetworkProblem(
            of_subnet,
            _("Most guests expect a prefix of 64 bits where addresses are given out."),
            is_warning=True,
        )
    spans: list[tuple[int, int]] = []
    for start, end in ranges:
        wrong = list(of_span(field, start, end, version=subnet.version))
        yield from wrong
        if wrong:
            continue
        first, last = ipaddress.ip_address(start), ipaddress.ip_address(end)
        if first not in subnet or last not in subnet:
            yield NetworkProblem(
                field,
                _("{start} to {end} are not all among {subnet}.").format(
                    start=start, end=end, subnet=subnet
                ),
            )
            continue
        if int(last) - int(first) >= LARGEST_RANGE:
            yield NetworkProblem(
                field,
                _("libvirt gives out at most {count} addresses.").format(count=LARGEST_RANGE),
            )
        if subnet.version == 4 and {first, last} & {  # noqa: PLR2004 - IPv4
            subnet.network_address,
            subnet.broadcast_address,
        }:
            yield NetworkProblem(
                field, _("The first and the last address of the network belong to no machine.")
            )
        if int(first) <= int(ipaddress.ip_address(address)) <= int(last):
            yield NetworkProblem(
                field,
                _("{address} is the host's own: leave it out.").format(address=address),
            )
        if any(int(first) <= other_last and other <= int(last) for other, other_last in spans):
            yield NetworkProblem(field, _("Two ranges have the same addresses."))
        spans.append((int(first), int(last)))


def of_span(field: str, start: str, end: str, *, version: int) -> Iterator[NetworkProblem]:
    """Return what is wrong with a first and a last address.

    Parameters
    ----------
    field
        Where it is said.
    start, end
        The addresses.
    version
        4 or 6.
    """
    try:
        first, last = ipaddress.ip_address(start), ipaddress.ip_address(end)
    except ValueError:
        yield NetworkProblem(
            field, _("{start} to {end} are no addresses.").format(start=start, end=end)
        )
        return
    if {first.version, last.version} != {version}:
        yield NetworkProblem(field, _("These are addresses of another family."))
    elif int(first) > int(last):
        yield NetworkProblem(field, _("{start} comes after {end}.").format(start=start, end=end))


def _routes(request: NetworkRequest, subnets: list[Subnet]) -> Iterator[NetworkProblem]:
    for route in request.routes:
        if route.subnet is None or route.gateway is None:
            yield NetworkProblem("routes", _("A route has addresses and a gateway."))
            continue
        gateway = ipaddress.ip_address(route.gateway)
        if not any(gateway in subnet for subnet in subnets if subnet.version == gateway.version):
            yield NetworkProblem(
                "routes",
                _("The gateway {gateway} is no address of the network.").format(gateway=gateway),
            )
        if any(overlapping(route.subnet, ((subnet, "", True) for subnet in subnets))):
            yield NetworkProblem(
                "routes",
                _("{subnet} are addresses of the network itself.").format(subnet=route.subnet),
            )
