"""The definition that a network which is asked for becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter.documents.addresses import Host
from qvirt_jupyter.provision.networks.addressing import own_address
from qvirt_jupyter.provision.networks.service_problems import BOOT
from qvirt_jupyter.provision.networks.subnets import default_range

if TYPE_CHECKING:
    from qvirt_jupyter.provision.networks.request import NetworkRequest

# What libvirt calls the modes: https://libvirt.org/formatnetwork.html#connectivity
_FORWARD: Final = {
    "nat": "nat",
    "route": "route",
    "open": "open",
    "bridge": "bridge",
    "openvswitch": "bridge",
    "sriov": "hostdev",
}


def definition(request: NetworkRequest) -> documents.Network:
    """Return the definition of a request that has a name and addresses.

    Parameters
    ----------
    request
        What is asked for.

    Raises
    ------
    ValueError
        A value cannot be written.
    """
    network = documents.Network(name=request.name)
    if request.mode == "macvtap":
        network.forward.mode = request.macvtap_mode
    elif request.mode != "isolated":
        network.forward.mode = _FORWARD[request.mode]
    if request.has_bridge and request.bridge:
        network.bridge.name = request.bridge
    _forward(request, network)
    if request.has_own_bridge:
        _addresses(request, network)
        _names(request, network)
        network.mtu = request.mtu
        network.isolated = True if request.keep_apart else None
        network.routes.extend(route.copy() for route in request.routes)
    if request.bandwidth:
        network.bandwidth = request.bandwidth
    network.port_groups.extend(group.copy() for group in request.port_groups)
    for number in request.vlans:
        tag = network.vlan.tags.add(id=number)
        if number == request.native_vlan:
            tag.native_mode = "untagged"
    if len(request.vlans) > 1:
        network.vlan.trunk = True
    return network


def _forward(request: NetworkRequest, network: documents.Network) -> None:
    forward = network.forward
    if request.mode in ("nat", "route") and request.device:
        forward.device = request.device
    if request.mode == "nat":
        if request.nat_addresses:
            forward.nat.start, forward.nat.end = request.nat_addresses
        if request.nat_ports:
            forward.nat.first_port, forward.nat.last_port = request.nat_ports
        if request.nat_ipv6:
            forward.nat.ipv6 = True
    if request.mode == "macvtap":
        for name in request.devices:
            forward.devices.add(name=name)
    if request.mode == "sriov":
        forward.managed = True
        forward.physical_function = request.physical_function
    if request.mode == "openvswitch":
        network.virtual_port.type = "openvswitch"


def _addresses(request: NetworkRequest, network: documents.Network) -> None:
    for text, gives_out, ranges in (
        (request.ipv4, request.dhcp4, request.ranges4),
        (request.ipv6, request.dhcp6, request.ranges6),
    ):
        if not text:
            continue
        subnet, address = own_address(text)
        family = None if subnet.version == 4 else "ipv6"  # noqa: PLR2004 - IPv4
        ip = documents.Ip(family=family, address=address, prefix=subnet.prefixlen)
        if gives_out:
            usual = default_range(subnet)
            for start, end in ranges or ((usual,) if usual else ()):
                ip.ranges.add(start=start, end=end)
            ip.hosts.extend(host.copy() for host in request.hosts if _version(host) == ip.version)
        if getattr(request, f"pointers{ip.version}"):
            ip.local_pointers = True
        if ip.version == 4:  # noqa: PLR2004 - IPv4
            for name in BOOT:
                setattr(ip, name, getattr(request, name) or None)
        network.ips.append(ip)


def _version(host: documents.DhcpHost) -> int:
    return 6 if ":" in (host.ip or "") else 4


def _names(request: NetworkRequest, network: documents.Network) -> None:
    network.domain = domain_of(request)
    if request.domain_is_local and network.domain:
        network.domain_is_local = True
    if not request.dns:
        network.dns.enabled = False
    dns = network.dns
    dns.forwarders.extend(each.copy() for each in request.forwarders)
    dns.texts.extend(each.copy() for each in request.dns_texts)
    dns.services.extend(each.copy() for each in request.dns_services)
    dns.hosts.extend(each.copy() for each in request.dns_hosts)


def domain_of(request: NetworkRequest) -> str | None:
    """Return the domain of the guests: what is said, or the name of the network if it can be one.

    Parameters
    ----------
    request
        What is asked for.
    """
    if request.domain is not None:
        return request.domain or None
    try:
        Host().check(request.name)
    except ValueError:
        return None
    return request.name
