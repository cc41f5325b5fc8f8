"""What there is on a host already: networks, bridges, devices, and the addresses in use."""

from __future__ import annotations

import contextlib
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.host.links import HostLinks, read_links, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import libvirt

    from qvirt_jupyter.documents.network_ip import Subnet
    from qvirt_jupyter.hypervisor.connection import Connection

_ROUTES: Final = Path("/proc/net/route")
_ROUTES_6: Final = Path("/proc/net/ipv6_route")


@dataclass(frozen=True, slots=True)
class PhysicalFunction:
    """A network card that has virtual functions to give away.

    Parameters
    ----------
    name
        libvirt's name of the PCI device.
    interface
        The network device, such as ``eth3``.
    functions
        How many virtual functions it has now.
    product
        The card in words, or empty.
    """

    name: str
    interface: str
    functions: int
    product: str


@dataclass(frozen=True, slots=True)
class HostNetworks:
    """A look at what a host has, by which a new network is judged.

    Parameters
    ----------
    networks
        The definitions of all virtual networks, those that are off too.
    active
        The names of those that are on.
    links
        Bridges and devices of the host.
    interfaces
        The names of all network devices that the host shows, those of libvirt's own networks too.
    subnets
        What the host reaches by its own devices: each with the device.
    physical_functions
        Network cards with virtual functions.
    is_here
        Whether it is this machine, whose folders can be looked at.
    """

    networks: tuple[documents.Network, ...] = ()
    active: frozenset[str] = frozenset()
    links: HostLinks = field(default_factory=HostLinks)
    interfaces: frozenset[str] = frozenset()
    subnets: Mapping[Subnet, str] = field(default_factory=dict)
    physical_functions: tuple[PhysicalFunction, ...] = ()
    is_here: bool = False

    @classmethod
    def of(cls, connection: Connection) -> HostNetworks:
        """Look at the host of an open connection.

        The routes of a host are seen only where it is this machine; of another one only the
        addresses that libvirt shows of its interfaces. There libvirt itself refuses to start a
        network whose addresses have a route.

        Raises
        ------
        QvirtError
            The connection is lost.
        """
        is_here = connection.parts.is_here

        def look(raw: libvirt.virConnect) -> HostNetworks:
            found = raw.listAllNetworks(0)
            networks = tuple(
                documents.Network.parse(text)
                for text in texts_of(lambda: found, lambda one: one.XMLDesc(0))
            )
            interfaces = [
                documents.HostInterface.parse(text)
                for text in texts_of(
                    lambda: raw.listAllInterfaces(0), lambda one: str(one.XMLDesc(0))
                )
            ]
            bridges = {str(each.bridge.name) for each in networks if each.bridge.name}
            subnets = dict(_addresses(interfaces))
            if is_here:
                subnets |= dict(_routes())
            return cls(
                networks=networks,
                active=frozenset(each.name() for each in found if each.isActive()),
                links=read_links(raw),
                interfaces=frozenset(str(each.name) for each in interfaces if each.name),
                # Those of libvirt's own networks are theirs.
                subnets={net: name for net, name in subnets.items() if name not in bridges},
                physical_functions=tuple(_physical_functions(raw)),
                is_here=is_here,
            )

        return connection.call(look, subject=connection.subject)

    @property
    def names(self) -> frozenset[str]:
        """The names of the networks."""
        return frozenset(str(network.name) for network in self.networks)

    def bridge_owner(self, bridge: str) -> str:
        """Return the network that made a bridge, or will; empty where there is none."""
        return next(
            (
                str(network.name)
                for network in self.networks
                if network.has_own_bridge and network.bridge.name == bridge
            ),
            "",
        )

    def taken_subnets(self) -> Iterator[tuple[Subnet, str, bool]]:
        """Return what is taken: the addresses, by what, and whether that is in use now."""
        for reached, device in self.subnets.items():
            yield reached, device, True
        for network in self.networks:
            name = str(network.name)
            spans = [ip.subnet for ip in network.ips] + [way.subnet for way in network.routes]
            yield from ((span, name, name in self.active) for span in spans if span is not None)


def _addresses(interfaces: list[documents.HostInterface]) -> Iterator[tuple[Subnet, str]]:
    for interface in interfaces:
        for protocol in interface.protocols:
            for address in protocol.addresses:
                if address.address and address.prefix is not None:
                    text = f"{address.address}/{address.prefix}"
                    yield ipaddress.ip_network(text, strict=False), str(interface.name)


def _routes() -> Iterator[tuple[Subnet, str]]:
    """Read the kernel's routes but for those to everywhere and to the machine itself.

    https://www.kernel.org/doc/html/latest/filesystems/proc.html#networking-info-in-proc-net
    """
    with contextlib.suppress(OSError):
        for line in _ROUTES.read_text("ascii").splitlines()[1:]:
            device, destination, *_others, mask, _mtu, _window, _irtt = line.split()
            if mask != "00000000":
                # In the byte order of the machine, which is that of all that libvirt runs on here.
                pair = (bytes.fromhex(each)[::-1] for each in (destination, mask))
                address, netmask = (ipaddress.IPv4Address(each) for each in pair)
                yield ipaddress.ip_network(f"{address}/{netmask}", strict=False), device
    with contextlib.suppress(OSError):
        for line in _ROUTES_6.read_text("ascii").splitlines():
            destination, length, *_others, device = line.split()
            net = ipaddress.ip_network((bytes.fromhex(destination), int(length, 16)), strict=False)
            means_itself = net.is_link_local or net.is_multicast or device == "lo"
            if 0 < net.prefixlen < net.max_prefixlen and not means_itself:
                yield net, device


def _physical_functions(connection: libvirt.virConnect) -> Iterator[PhysicalFunction]:
    """Find the network cards whose PCI device has virtual functions.

    https://libvirt.org/formatnode.html: ``<capability type='virt_functions'>``.
    """
    texts = texts_of(lambda: connection.listAllDevices(0), lambda one: one.XMLDesc(0))
    devices = [parse_xml(text) for text in texts]
    cards = {
        device.findtext("parent"): device.findtext("capability/interface") or ""
        for device in devices
        if device.find("capability[@type='net']") is not None
    }
    for device in devices:
        functions = device.find("capability/capability[@type='virt_functions']")
        name = device.findtext("name") or ""
        if functions is not None and name in cards:
            yield PhysicalFunction(
                name,
                cards[name],
                len(functions.findall("address")),
                device.findtext("capability/product") or "",
            )
