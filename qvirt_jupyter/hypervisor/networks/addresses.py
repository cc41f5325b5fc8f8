"""Where a guest can be reached: its IP addresses, from whoever knows them.

Three sources know something, in this order: the agent in the guest, the DHCP leases of libvirt's
networks, the host's ARP table. The first with an answer wins; one that fails does not hide the
next. https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainInterfaceAddresses
"""

from __future__ import annotations

import ipaddress
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import libvirt

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor.errors import QvirtError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from lxml.etree import _Element

_LOG = logging.getLogger(__name__)

Source: TypeAlias = Literal["agent", "lease", "arp"]
SOURCES: Final[Mapping[Source, int]] = {
    "agent": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
    "lease": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
    "arp": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP,
}
_TEST_DRIVER: Final = "TEST"
_FAMILIES: Final = {
    libvirt.VIR_IP_ADDR_TYPE_IPV4: "ipv4",
    libvirt.VIR_IP_ADDR_TYPE_IPV6: "ipv6",
}


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address of a guest.

    Parameters
    ----------
    interface
        The guest's name of the interface where the agent says it, else the host's.
    mac
        The interface's hardware address, in lower case; may be empty.
    family
        ``"ipv4"`` or ``"ipv6"``.
    address
        The address alone.
    prefix
        Length of the network's prefix in bits.
    source
        Who says so.
    """

    interface: str
    mac: str
    family: str
    address: str
    prefix: int
    source: Source

    def __str__(self) -> str:
        return self.address


def macs_of(definition: _Element) -> frozenset[str]:
    """Return the hardware addresses of a parsed ``<domain>``, in lower case."""
    return frozenset(
        mac.get("address", "").lower() for mac in definition.iterfind("devices/interface/mac")
    )


def first_answer(
    ask: Callable[[Source], Any], sources: Collection[Source], macs: Collection[str]
) -> tuple[Address, ...]:
    """Ask one source after the other until one knows an address.

    Parameters
    ----------
    ask
        Returns what :func:`ask` does for a source.
    sources
        In the order to ask.
    macs
        Hardware addresses of the machine's own interfaces; theirs come first.
    """
    for source in sources:
        try:
            found = addresses_of(ask(source), source, macs)
        except QvirtError as error:
            # Not knowing is the common case (no agent, no lease): the next source may know.
            _LOG.debug("No addresses by %s: %s", source, error)
            continue
        if found:
            return found
    return ()


def ask(domain: libvirt.virDomain, source: Source) -> Mapping[str, Mapping[str, Any]]:
    """Ask libvirt for what one source knows of a running machine.

    Parameters
    ----------
    domain
        libvirt's machine.
    source
        Who is asked.

    Raises
    ------
    libvirt.libvirtError
        The source does not know, or cannot be asked.
    """
    if _would_crash(domain):
        return {}
    answer: Mapping[str, Mapping[str, Any]] | None = domain.interfaceAddresses(SOURCES[source], 0)
    return answer or {}


def _would_crash(domain: libvirt.virDomain) -> bool:
    """Whether the question ends this very process.

    libvirt's test driver, which lives in it, makes up an address out of the first ``<ip>`` of a
    card's network without looking whether there is one: testDomainInterfaceAddressFromNet in
    https://gitlab.com/libvirt/libvirt/-/blob/v9.0.0/src/test/test_driver.c
    """
    connection = domain.connect()
    if connection.getType() != _TEST_DRIVER:
        return False
    cards = parse_xml(domain.XMLDesc(0)).iterfind("devices/interface[@type='network']/source")
    networks = (connection.networkLookupByName(card.get("network", "")) for card in cards)
    return any(parse_xml(network.XMLDesc(0)).find("ip") is None for network in networks)


def addresses_of(
    interfaces: Mapping[str, Mapping[str, Any]] | None, source: Source, macs: Collection[str]
) -> tuple[Address, ...]:
    """Read libvirt-python's answer; those that lead nowhere are left out."""
    found = [
        address
        for name, interface in (interfaces or {}).items()
        for address in _of_interface(name, interface, source)
    ]
    # Containers and bridges in the guest have addresses too, but those are not ways in.
    found.sort(key=lambda address: (address.mac not in macs, address.family))
    return tuple(found)


def leads_to_a_guest(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it can be used from outside as it is.

    Loopback addresses are the guest's own affair, and a link-local IPv6 address cannot be used
    without saying on which of the host's interfaces.
    """
    is_local = isinstance(address, ipaddress.IPv6Address) and address.is_link_local
    return not (address.is_loopback or is_local)


def _of_interface(name: str, interface: Mapping[str, Any], source: Source) -> list[Address]:
    found = []
    for entry in interface.get("addrs") or ():
        try:
            address = ipaddress.ip_address(entry["addr"])
        except ValueError:
            continue
        family = _FAMILIES.get(entry["type"], f"ipv{address.version}")
        if not leads_to_a_guest(address):
            continue
        found.append(
            Address(
                interface=name,
                mac=(interface.get("hwaddr") or "").lower(),
                family=family,
                address=str(address),
                prefix=int(entry["prefix"]),
                source=source,
            )
        )
    return found
