"""What each new network is asked for: its mode, its addresses, its domain."""

from __future__ import annotations

import dataclasses
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Host
from qvirt_jupyter.documents.declaration import option
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Choice, Text
from qvirt_jupyter.provision.networks import MODES, HostNetworks, NetworkRequest, default_range
from qvirt_jupyter.provision.networks.request import OWN_BRIDGE, Mode
from qvirt_jupyter.provision.networks.subnets import suggest_ipv6_subnet
from qvirt_jupyter.widgets.networks.lines import lines_of, static_host, static_host6, words_of

if TYPE_CHECKING:
    from qvirt_jupyter import documents

_IPV4, _IPV6 = _("IPv4"), _("IPv6")
NAMES = _("Names")


def has_own_bridge(basics: NetworkBasics) -> bool:
    """Whether libvirt makes a bridge for it and gives out addresses."""
    return basics.mode in OWN_BRIDGE


def gives4(basics: NetworkBasics) -> bool:
    """Whether it gives out IPv4 addresses."""
    return has_own_bridge(basics) and bool(basics.ipv4) and basics.dhcp4


def has_ipv6_too(basics: NetworkBasics) -> bool:
    """Whether it has IPv6 addresses."""
    return has_own_bridge(basics) and basics.has_ipv6


def _gives6(basics: NetworkBasics) -> bool:
    return has_ipv6_too(basics) and basics.dhcp6


@dataclass(frozen=True, kw_only=True)
class NetworkBasics:
    """What is seen without unfolding anything; lists are written as people write them.

    The names are those of :class:`~qvirt_jupyter.provision.networks.NetworkRequest` where a value
    of it is typed as it is.
    """

    seen: HostNetworks
    name: str = option(Text(), label=_("Name"))
    mode: Mode = option(  # noqa: RUF009 - it declares a field
        Choice(*MODES, open=False, labels=MODES), label=_("Mode"), default="nat"
    )
    device: str | None = option(
        Text(),
        label=_("Forward to"),
        default=None,
        help=_("The only device of the host that traffic goes out by; empty means any."),
        when=lambda basics: basics.mode in ("nat", "route"),
    )
    bridge: str | None = option(
        Text(max_length=15),
        label=_("Bridge of the host"),
        default=None,
        when=lambda basics: basics.mode in ("bridge", "openvswitch"),
    )
    devices: str = option(
        Text(),
        label=_("Network devices"),
        default="",
        help=_("Those that the guests share, with commas between them."),
        when=lambda basics: basics.mode == "macvtap",
    )
    macvtap_mode: str = option(
        Choice("bridge", "private", "vepa", "passthrough", open=False),
        label=_("Sharing"),
        default="bridge",
        when=lambda basics: basics.mode == "macvtap",
    )
    physical_function: str = option(
        Choice(),
        label=_("Network card"),
        default="",
        caps="physical_functions",
        when=lambda basics: basics.mode == "sriov",
    )
    ipv4: str = option(
        Text(),
        label=_("Network"),
        default="",
        group=_IPV4,
        help=_("The host gets the first address. Empty for none."),
        when=has_own_bridge,
    )
    dhcp4: bool = option(
        Flag(),
        label=_("Give out addresses (DHCP)"),
        default=True,
        group=_IPV4,
        when=lambda basics: has_own_bridge(basics) and bool(basics.ipv4),
    )
    range4_start: str = option(
        Address(4), label=_("First address"), default="", group=_IPV4, when=gives4
    )
    range4_end: str = option(
        Address(4), label=_("Last address"), default="", group=_IPV4, when=gives4
    )
    hosts: str = option(
        Text(multiline=True),
        label=_("Static hosts"),
        default="",
        group=_IPV4,
        help=_("One a line: MAC address, address and, where it has one, name."),
        when=gives4,
    )
    has_ipv6: bool = option(
        Flag(), label=_("IPv6 too"), default=False, group=_IPV6, when=has_own_bridge
    )
    ipv6: str = option(Text(), label=_("Network"), default="", group=_IPV6, when=has_ipv6_too)
    dhcp6: bool = option(
        Flag(), label=_("Give out addresses (DHCP)"), default=True, group=_IPV6, when=has_ipv6_too
    )
    range6_start: str = option(
        Address(6), label=_("First address"), default="", group=_IPV6, when=_gives6
    )
    range6_end: str = option(
        Address(6), label=_("Last address"), default="", group=_IPV6, when=_gives6
    )
    hosts6: str = option(
        Text(multiline=True),
        label=_("Static hosts"),
        default="",
        group=_IPV6,
        help=_("One a line: the name or the DUID of the machine, and its address."),
        when=_gives6,
    )
    domain: str | None = option(
        Host(),
        label=_("DNS domain"),
        default=None,
        group=NAMES,
        help=_("The name of the network where nothing is said."),
        when=has_own_bridge,
    )
    autostart: bool = option(Flag(), label=_("Start with the host"), default=True)

    @classmethod
    def begin(cls, seen: HostNetworks) -> Self:
        """Return what stands in the dialog at first: a free name, free addresses.

        Parameters
        ----------
        seen
            A look at the host.

        Raises
        ------
        OperationFailed
            All private addresses are taken.
        """
        wanted = NetworkRequest().completed(seen)
        draft = cls(seen=seen, name=wanted.name, ipv4=wanted.ipv4)
        return draft.coupled("ipv4")

    def coupled(self, name: str) -> Self:
        """Return it after a value was typed: another network has another range (NET-09)."""
        said: dict[str, Any] = {}
        if name == "has_ipv6" and self.has_ipv6 and not self.ipv6:
            return dataclasses.replace(self, ipv6=suggest_ipv6_subnet(self.seen)).coupled("ipv6")
        if name in ("ipv4", "ipv6"):
            digit = name[-1]
            first, last = _range(getattr(self, name))
            said = {f"range{digit}_start": first, f"range{digit}_end": last}
        if name == "mode" and self.mode == "sriov" and not self.physical_function:
            cards = [card.interface for card in self.seen.physical_functions]
            said = {"physical_function": cards[0]} if cards else {}
        return dataclasses.replace(self, **said) if said else self

    @property
    def request(self) -> NetworkRequest:
        """The request.

        Raises
        ------
        ValueError
            A line of a list cannot be read; the text says which.
        """
        own = self.mode in OWN_BRIDGE
        return NetworkRequest(
            name=self.name,
            mode=self.mode,
            device=(self.device or "") if self.mode in ("nat", "route") else "",
            bridge=(self.bridge or "") if self.mode in ("bridge", "openvswitch") else "",
            devices=words_of(self.devices) if self.mode == "macvtap" else (),
            macvtap_mode=self.macvtap_mode,
            physical_function=self.physical_function if self.mode == "sriov" else "",
            ipv4=self.ipv4 if own else "",
            dhcp4=self.dhcp4,
            ranges4=_span(self.range4_start, self.range4_end) if gives4(self) else (),
            ipv6=self.ipv6 if has_ipv6_too(self) else "",
            dhcp6=self.dhcp6,
            ranges6=_span(self.range6_start, self.range6_end) if _gives6(self) else (),
            hosts=self._hosts(),
            domain=self.domain,
            autostart=self.autostart,
        )

    def _hosts(self) -> tuple[documents.DhcpHost, ...]:
        hosts = map(static_host, lines_of(self.hosts)) if gives4(self) else ()
        hosts6 = map(static_host6, lines_of(self.hosts6)) if _gives6(self) else ()
        return (*hosts, *hosts6)


def _range(text: str) -> tuple[str, str]:
    try:
        return default_range(ipaddress.ip_network(text, strict=False)) or ("", "")
    except ValueError:
        return "", ""


def _span(first: str, last: str) -> tuple[tuple[str, str], ...]:
    return ((first, last),) if first or last else ()
