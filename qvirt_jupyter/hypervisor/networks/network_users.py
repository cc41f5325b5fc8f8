"""Who is on a network: machines with their cards, and the ports that libvirt has given out.

https://libvirt.org/formatnetworkport.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter.documents import Domain, NetworkLink
from qvirt_jupyter.documents.parsing import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from qvirt_jupyter.documents import Interface


@dataclass(frozen=True, slots=True)
class NetworkUser:
    """A network card of a machine that is on a network.

    Parameters
    ----------
    uuid, name
        The machine.
    active
        Whether the machine runs with this card; False for one that counts from its next start.
    mac
        The address of the card.
    model
        Its model, or empty.
    target
        The device on the host, such as ``vnet0``; empty where there is none now.
    link
        Whether its cable is plugged in.
    port_group
        The port group that it chooses, or empty.
    """

    uuid: str
    name: str
    active: bool
    mac: str
    model: str
    target: str
    link: bool
    port_group: str


@dataclass(frozen=True, slots=True)
class NetworkPort:
    """A port that libvirt has given to a card for as long as its machine runs.

    Parameters
    ----------
    uuid
        Of the port.
    owner, owner_uuid
        The machine.
    mac
        The address of the card.
    group
        Its port group, or empty.
    plug
        How it is connected: ``"bridge"``, ``"direct"``, ``"hostdev-pci"`` or ``"network"``.
    device
        The bridge or the network device of the host, or empty.
    """

    uuid: str
    owner: str
    owner_uuid: str
    mac: str
    group: str
    plug: str
    device: str


def users_of(connection: libvirt.virConnect, network: str) -> tuple[NetworkUser, ...]:
    """Return the cards on a network, of machines that run and of those that are off.

    Parameters
    ----------
    connection
        What libvirt opened.
    network
        The name.

    Raises
    ------
    libvirt.libvirtError
        The machines cannot be listed.
    """
    found: list[NetworkUser] = []
    for machine in connection.listAllDomains(0):
        try:
            found += _cards(machine, network)
        except libvirt.libvirtError as error:
            # It went while the list was read.
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                raise
    return tuple(sorted(found, key=lambda user: (user.name.casefold(), user.mac)))


def _cards(machine: libvirt.virDomain, network: str) -> Iterator[NetworkUser]:
    runs = bool(machine.isActive())
    seen = set()
    flags = [0, libvirt.VIR_DOMAIN_XML_INACTIVE] if runs else [0]
    for flag in flags:
        definition = Domain.parse(machine.XMLDesc(flag))
        for card in definition.devices.interfaces:
            if not _is_on(card, network) or card.mac in seen:
                continue
            seen.add(card.mac)
            yield NetworkUser(
                machine.UUIDString(),
                machine.name(),
                runs and flag == 0,
                card.mac or "",
                card.model or "",
                (card.target or "") if runs and flag == 0 else "",
                card.link_state != "down",
                _port_group(card),
            )


def _is_on(card: Interface, network: str) -> bool:
    source = card.source
    return isinstance(source, NetworkLink) and source.network == network


def _port_group(card: Interface) -> str:
    source = card.source
    return (source.port_group or "") if isinstance(source, NetworkLink) else ""


def ports_of(network: libvirt.virNetwork) -> tuple[NetworkPort, ...]:
    """Return the ports of a network.

    Parameters
    ----------
    network
        libvirt's object.

    Raises
    ------
    libvirt.libvirtError
        The driver has none.
    """
    return tuple(_port(port.XMLDesc(0)) for port in network.listAllPorts(0))


def _port(text: str) -> NetworkPort:
    root = parse_xml(text)
    plug = root.find("plug")
    return NetworkPort(
        uuid=root.findtext("uuid") or "",
        owner=root.findtext("owner/name") or "",
        owner_uuid=root.findtext("owner/uuid") or "",
        mac=_attribute(root.find("mac"), "address"),
        group=root.findtext("group") or "",
        plug="" if plug is None else plug.get("type", ""),
        device=_attribute(plug, "bridge") or _attribute(plug, "dev"),
    )


def _attribute(element: _Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "")
