"""What of a network can be changed while it is on: ``virNetworkUpdate``, as data.

https://libvirt.org/html/libvirt-libvirt-network.html#virNetworkUpdate
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.documents.diff import outline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from qvirt_jupyter.documents import Element, Ip, Network

_DELETE: Final = libvirt.VIR_NETWORK_UPDATE_COMMAND_DELETE
_MODIFY: Final = libvirt.VIR_NETWORK_UPDATE_COMMAND_MODIFY
_ADD: Final = libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST
_WHOLE: Final = -1
"""Where a section lies in no particular ``<ip>``."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a network that libvirt changes item by item.

    Parameters
    ----------
    number
        libvirt's number of it.
    items
        Returns the items of a network, or of one of its ``<ip>``.
    identity
        Returns what tells an item from its like; None where libvirt cannot match it.
    in_ip
        Whether each ``<ip>`` has its own.
    can_modify
        Whether an item can be changed; otherwise it goes and comes again.
    """

    number: int
    items: Callable[[Any], Iterable[Element]]
    identity: Callable[[Any], str | None]
    in_ip: bool = False
    can_modify: bool = False


# What src/conf/network_conf.c has functions for (virNetworkDefUpdateSection): all others, such as
# the bridge, the addresses and the forwarding, answer that they cannot be updated.
SECTIONS: Final = (
    Section(
        libvirt.VIR_NETWORK_SECTION_IP_DHCP_HOST,
        lambda ip: ip.hosts,
        lambda host: host.mac,
        in_ip=True,
        can_modify=True,
    ),
    # Without a MAC address libvirt finds none to modify.
    Section(
        libvirt.VIR_NETWORK_SECTION_IP_DHCP_HOST,
        lambda ip: ip.hosts,
        lambda host: None if host.mac else outline(host),
        in_ip=True,
    ),
    Section(
        libvirt.VIR_NETWORK_SECTION_IP_DHCP_RANGE,
        lambda ip: ip.ranges,
        outline,
        in_ip=True,
    ),
    Section(
        libvirt.VIR_NETWORK_SECTION_FORWARD_INTERFACE,
        lambda network: network.forward.devices,
        lambda device: device.name,
    ),
    Section(
        libvirt.VIR_NETWORK_SECTION_PORTGROUP,
        lambda network: network.port_groups,
        lambda group: group.name,
        can_modify=True,
    ),
    Section(
        libvirt.VIR_NETWORK_SECTION_DNS_HOST,
        lambda network: network.dns.hosts,
        lambda host: host.ip,
    ),
    Section(
        libvirt.VIR_NETWORK_SECTION_DNS_TXT,
        lambda network: network.dns.texts,
        lambda text: text.name,
    ),
    Section(libvirt.VIR_NETWORK_SECTION_DNS_SRV, lambda network: network.dns.services, outline),
)


@dataclass(frozen=True, slots=True)
class Update:
    """One call of ``virNetworkUpdate``.

    Parameters
    ----------
    command, section
        libvirt's numbers.
    parent
        The number of the ``<ip>`` in the running network; -1 for sections outside of them.
    xml
        The item.
    """

    command: int
    section: int
    parent: int
    xml: str

    def run(self, network: libvirt.virNetwork, flags: int) -> None:
        """Carry it out.

        Parameters
        ----------
        network
            libvirt's object.
        flags
            ``VIR_NETWORK_UPDATE_AFFECT_LIVE`` and the like.

        Raises
        ------
        libvirt.libvirtError
            libvirt refuses it.
        """
        network.update(self.command, self.section, self.parent, self.xml, flags)


def updates(before: Network, after: Network, running: Network) -> tuple[Update, ...]:
    """Return what carries the changes of an edit over to the running network.

    What goes comes first, so that what comes finds its address or name free.

    Parameters
    ----------
    before, after
        The definition that the edit began with, and what it made of it.
    running
        How the network runs: it may have other items than its definition.
    """
    found = [
        update
        for section in SECTIONS
        for parent, old, new, now in _places(section, before, after, running)
        for update in _of_items(section, parent, old, new, now)
    ]
    return tuple(sorted(found, key=lambda update: _ORDER.index(update.command)))


_ORDER: Final = (_DELETE, _MODIFY, _ADD)


def _places(
    section: Section, before: Network, after: Network, running: Network
) -> Iterator[tuple[int, Mapping[str, Element], Mapping[str, Element], Mapping[str, Element]]]:
    """Return the items of the three by their identities, each with the place in the running one."""
    if not section.in_ip:
        yield (
            _WHOLE,
            _items(section, before),
            _items(section, after),
            _items(section, running),
        )
        return
    for number, ip in enumerate(running.ips):
        # Other addresses of the host than before: the whole waits for the next start.
        was, will = _alike(before, ip), _alike(after, ip)
        if was is not None and will is not None:
            yield number, _items(section, was), _items(section, will), _items(section, ip)


def _alike(network: Network, ip: Ip) -> Ip | None:
    return network.ips.get(ip.address)


def _items(section: Section, owner: Network | Ip) -> dict[str, Element]:
    named = ((section.identity(item), item) for item in section.items(owner))
    return {name: item for name, item in named if name is not None}


def _of_items(
    section: Section,
    parent: int,
    old: Mapping[str, Element],
    new: Mapping[str, Element],
    now: Mapping[str, Element],
) -> Iterator[Update]:
    for name in dict.fromkeys([*old, *new]):
        was, will, runs = old.get(name), new.get(name), now.get(name)
        if (was is None) == (will is None) and _same(was, will):
            continue
        if will is None:
            if runs is not None:
                yield Update(_DELETE, section.number, parent, str(runs))
        elif runs is None:
            yield Update(_ADD, section.number, parent, str(will))
        elif not _same(runs, will):
            if section.can_modify:
                yield Update(_MODIFY, section.number, parent, str(will))
            else:
                yield Update(_DELETE, section.number, parent, str(runs))
                yield Update(_ADD, section.number, parent, str(will))


def _same(one: Element | None, other: Element | None) -> bool:
    return one is other or (one is not None and other is not None and not one.diff(other))
