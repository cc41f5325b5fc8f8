"""What is wrong with the machines that are always to get the same address."""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.networks.addressing import own_address
from qvirt_jupyter.provision.networks.problem import NetworkProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter import documents
    from qvirt_jupyter.documents.network_ip import Subnet
    from qvirt_jupyter.provision.networks.host_networks import HostNetworks
    from qvirt_jupyter.provision.networks.request import NetworkRequest

_FIELD = "hosts"


def of(request: NetworkRequest, _host: HostNetworks) -> Iterator[NetworkProblem]:
    """Return what is wrong with the static hosts.

    Parameters
    ----------
    request
        What is asked for.
    """
    if not request.has_own_bridge:
        return
    homes = dict(_homes(request))
    for host in request.hosts:
        yield from _one(host, homes)
    for what, times in Counter(
        (key, 6 if ":" in (host.ip or "") else 4)
        for host in request.hosts
        for key in {host.mac, host.ip, host.id, (host.name or "").lower()}
        if key
    ).items():
        if times > 1:
            yield NetworkProblem(
                _FIELD, _("Two static hosts have {what}: keep one.").format(what=what[0])
            )


def _homes(request: NetworkRequest) -> Iterator[tuple[Subnet, str]]:
    for text, gives_out in ((request.ipv4, request.dhcp4), (request.ipv6, request.dhcp6)):
        if text and gives_out:
            try:
                yield own_address(text)
            except ValueError:
                # That is said at the addresses.
                continue


def _one(host: documents.DhcpHost, homes: dict[Subnet, str]) -> Iterator[NetworkProblem]:
    if not host.ip:
        yield NetworkProblem(_FIELD, _("A static host has an address."))
        return
    address = ipaddress.ip_address(host.ip)
    home = next((each for each in homes if address in each), None)
    if home is None:
        yield NetworkProblem(
            _FIELD,
            _("{address} is none of the addresses that DHCP gives out from.").format(
                address=address
            ),
        )
    elif host.ip == homes[home] or (
        address.version == 4  # noqa: PLR2004 - IPv4
        and address in (home.network_address, home.broadcast_address)
    ):
        yield NetworkProblem(_FIELD, _("{address} is not for guests.").format(address=address))
    if address.version == 4 and not (host.mac or host.name):  # noqa: PLR2004 - IPv4
        yield NetworkProblem(
            _FIELD, _("{address} needs a MAC address or a name.").format(address=address)
        )
    if address.version == 6 and (host.mac or not (host.id or host.name)):  # noqa: PLR2004 - IPv6
        # https://libvirt.org/formatnetwork.html#addressing: IPv6 knows no MAC addresses.
        yield NetworkProblem(
            _FIELD,
            _("{address} needs a client id or a name, and no MAC address.").format(address=address),
        )
