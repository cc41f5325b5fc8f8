"""Why nobody knows an address of a guest, card by card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.guest.condition import AgentCondition
from qvirt_jupyter.hypervisor.guest.waiting import NotYet

if TYPE_CHECKING:
    from lxml.etree import _Element

    from qvirt_jupyter.hypervisor.guest.condition import GuestSight

_ONLY_THE_AGENT: Final = _("Only the guest's agent could tell: install qemu-guest-agent in it.")
_LEASES: Final = frozenset({"", "nat", "route", "open"})
"""Kinds of networks, by ``<forward mode>``, on which libvirt itself gives the addresses."""


def why_no_address(connection: libvirt.virConnect, sight: GuestSight) -> NotYet:
    """Return why no source knows an address of a running machine.

    Parameters
    ----------
    connection
        What libvirt opened; it is asked about the networks.
    sight
        The machine as it was just now.

    Raises
    ------
    libvirt.libvirtError
        libvirt does not answer.
    """
    cards = sight.definition.findall("devices/interface")
    found = [_why_not(connection, card) for card in cards]
    if not found:
        found = [
            NotYet(
                _("the machine has no network card"),
                _("Add one: vm.attach(qvirt_jupyter.documents.Interface(…))."),
            )
        ]
    seen = [str(reason.seen) for reason in found]
    if sight.agent is AgentCondition.SILENT:
        seen.append(str(_("the agent knows no address yet")))
    else:
        seen.append(str(sight.agent.not_yet.seen))
    # Several cards of a kind say the same.
    words = list(dict.fromkeys(seen))
    return NotYet("; ".join(words), found[0].next_step)


def _why_not(connection: libvirt.virConnect, card: _Element) -> NotYet:
    mac = card.find("mac")
    address = mac.get("address", "") if mac is not None else ""
    link = card.find("link")
    if link is not None and link.get("state") == "down":
        return NotYet(
            _("the link of its card {mac} is down").format(mac=address),
            _(
                "Plug it in: with vm.edit() as d: d.devices.interfaces['{mac}'].link_state = 'up'."
            ).format(mac=address),
        )
    kind, source = card.get("type", ""), card.find("source")
    if kind == "network" and source is not None:
        return _on_network(connection, source.get("network", ""), address)
    if kind == "user":
        return NotYet(
            _("its card {mac} has user networking, of which nobody here knows").format(mac=address),
            _ONLY_THE_AGENT,
        )
    place = next(iter(source.attrib.values()), kind) if source is not None else kind
    return NotYet(
        _("nobody on the host knows who has which address on {place}").format(place=place),
        _ONLY_THE_AGENT,
    )


def _on_network(connection: libvirt.virConnect, name: str, mac: str) -> NotYet:
    try:
        network = connection.networkLookupByName(name)
        is_active, definition = bool(network.isActive()), parse_xml(network.XMLDesc(0))
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_NETWORK:
            raise
        return NotYet(
            _("the network '{name}' does not exist any more").format(name=name),
            _("Put the card on another network."),
        )
    if not is_active:
        return NotYet(
            _("the network '{name}' is off").format(name=name),
            _("Start it: vm.connection.networks['{name}'].start().").format(name=name),
        )
    forward = definition.find("forward")
    mode = forward.get("mode", "nat") if forward is not None else ""
    if mode not in _LEASES:
        return NotYet(
            _("nobody on the host knows who has which address on network '{name}'").format(
                name=name
            ),
            _ONLY_THE_AGENT,
        )
    if definition.find("ip/dhcp") is None:
        return NotYet(
            _("the network '{name}' gives no addresses (it has no DHCP)").format(name=name),
            _("Give the network a DHCP range, or the guest a static address and an agent."),
        )
    return NotYet(
        _("no DHCP lease for its card {mac} on network '{name}' yet").format(mac=mac, name=name),
        _("Let the guest boot to its end; then look whether it asks for an address on that card."),
    )
