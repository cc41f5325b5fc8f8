"""What is asked of libvirt about one network when somebody looks at it, and its words."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import Unsupported
from qvirt_jupyter.widgets.network_map.segments import MODES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import Network
    from qvirt_jupyter.hypervisor.networks.dhcp_leases import DhcpLease
    from qvirt_jupyter.hypervisor.networks.network_users import NetworkUser

_REACH = {
    "nat": _("reaches the outside by the host's addresses (NAT)"),
    "route": _("is routed to the outside"),
    "open": _("is routed to the outside, without firewall rules of libvirt"),
    "bridge": _("is in the network of the host's bridge {bridge}"),
    "private": _("shares devices of the host (macvtap, private)"),
    "vepa": _("shares devices of the host (macvtap, VEPA)"),
    "passthrough": _("takes devices of the host (macvtap, passthrough)"),
    "hostdev": _("gives virtual functions of a network card to its machines (SR-IOV)"),
}


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """A look at a network.

    Parameters
    ----------
    definition
        What is in force now.
    leases
        What its DHCP server has given out.
    no_leases
        Why nobody can say that; empty where it can be said.
    users
        The network cards that are on it.
    """

    definition: documents.Network
    leases: tuple[DhcpLease, ...]
    no_leases: LazyString | str
    users: tuple[NetworkUser, ...]


def look_at(network: Network) -> NetworkFacts:
    """Ask libvirt about a network; in the pool of its connection.

    Raises
    ------
    QvirtError
        It is gone, or the connection is lost.
    """
    no_leases: LazyString | str = ""
    leases: tuple[DhcpLease, ...] = ()
    try:
        leases = network.leases()
    except Unsupported as error:
        no_leases = error.reason
    return NetworkFacts(network.document(), leases, no_leases, network.users())


def forwarding(definition: documents.Network) -> str:
    """Return in words how a network reaches the outside (NET-02)."""
    forward = definition.forward
    mode = definition.mode
    if not mode:
        return str(_("isolated: its machines reach each other and the host only"))
    reach = _REACH.get(mode, MODES.get(mode, _("{mode}").format(mode=mode)))
    if mode == "bridge" and not definition.bridge.name:
        reach = _("shares devices of the host (macvtap, bridged)")
    text = str(reach.format(bridge=definition.bridge.name or ""))
    devices = [str(each.name) for each in forward.devices] or [forward.device or ""]
    if any(devices):
        return str(_("{text}, by {devices}").format(text=text, devices=", ".join(devices)))
    return text


def facts_html(definition: documents.Network, autostart: str, state: str) -> str:
    """Return what a network is, as names and values of HTML (NET-02).

    Parameters
    ----------
    definition
        What is in force.
    autostart, state
        What the inventory says of it, in words.
    """
    rows = "".join(
        f"<dt>{html.escape(str(name))}</dt><dd>{html.escape(value)}</dd>"
        for name, value in (
            (_("State"), state),
            (_("Starts with the host"), autostart),
            (_("Forwarding"), forwarding(definition)),
            *_facts(definition),
        )
        if value
    )
    return f'<dl class="qvirt-facts">{rows}</dl>'


def _facts(definition: documents.Network) -> Iterator[tuple[LazyString, str]]:
    yield _("Bridge"), definition.bridge.name or ""
    yield _("DNS domain"), definition.domain or ""
    for ip in definition.ips:
        label = _("IPv6") if ip.version == 6 else _("IPv4")  # noqa: PLR2004 - its number
        host = _("{subnet}, the host is {address}").format(subnet=ip.subnet, address=ip.address)
        yield label, str(host)
        spans = [
            str(_("{first} to {last}").format(first=each.start, last=each.end))
            for each in ip.ranges
        ]
        yield _("Given out (DHCP)"), ", ".join(spans)
    yield _("MTU"), str(definition.mtu or "")
    yield _("Port groups"), ", ".join(str(group.name) for group in definition.port_groups)
    yield _("UUID"), str(definition.uuid or "")
