"""The addresses of a virtual network, and what it gives out of them.

https://libvirt.org/formatnetwork.html#addressing
"""

from __future__ import annotations

import ipaddress
from typing import Final, TypeAlias

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Host, Mac
from qvirt_jupyter.documents.devices.guest_addresses import GuestRoute
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text

Subnet: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_LEASE: Final = _("Lease")
_BOOT: Final = _("Network boot")


class Lease(Element):
    """How long a machine may keep an address before it asks again."""

    tag = "lease"
    expiry = Field(
        "@expiry",
        Integer(),
        label=_("Lease time"),
        help=_("0 means for ever; otherwise libvirt wants two minutes at least."),
        group=_LEASE,
        required=True,
        advanced=True,
    )
    unit = Field(
        "@unit",
        Choice(
            *("seconds", "minutes", "hours"),
            open=False,
            labels={"seconds": _("Seconds"), "minutes": _("Minutes"), "hours": _("Hours")},
        ),
        label=_("Unit of the lease time"),
        unset=_("Default (minutes)"),
        group=_LEASE,
        advanced=True,
    )


class DhcpRange(Element):
    """Addresses to give out."""

    tag = "range"
    start = Field("@start", Address(), label=_("First address"))
    end = Field("@end", Address(), label=_("Last address"))
    lease = Group("lease", Lease)


class DhcpHost(Element):
    """A machine that always gets the same address."""

    tag = "host"
    mac = Field("@mac", Mac(), label=_("MAC address"), help=_("IPv4 only."))
    id = Field(
        "@id",
        Text(),
        label=_("Client id"),
        help=_("How the machine calls itself in DHCP for IPv6 (DUID); a name does too."),
        advanced=True,
    )
    name = Field("@name", Host(), label=_("Name"))
    ip = Field("@ip", Address(), label=_("Address"))
    lease = Group("lease", Lease)


class Ip(Element):
    """The host's own address in the network, and what it gives out there."""

    tag = "ip"
    family = Field(
        "@family",
        Choice("ipv4", "ipv6", open=False, labels={"ipv4": "IPv4", "ipv6": "IPv6"}),
        label=_("Family"),
        unset="IPv4",
    )
    address = Field("@address", Address(), label=_("Address of the host"))
    netmask = Field("@netmask", Address(4), label=_("Netmask"))
    prefix = Field("@prefix", Integer(0, 128), label=_("Prefix length"), unit="bits")
    local_pointers = Field(
        "@localPtr",
        YesNo(),
        label=_("Keep questions for its addresses"),
        help=_("Asked for the name of an address of the network, the DNS server asks no other."),
        advanced=True,
    )
    tftp_root = Field("tftp/@root", Text(), label=_("TFTP folder"), essential=True, advanced=True)
    ranges = Many(DhcpRange, key="start", location="dhcp/range")
    hosts = Many(DhcpHost, key="mac", location="dhcp/host")
    boot_file = Field(
        "dhcp/bootp/@file",
        Text(),
        label=_("Boot file"),
        help=_("What guests load that boot from the network; a file below the TFTP folder."),
        group=_BOOT,
        required=True,
        advanced=True,
    )
    boot_server = Field(
        "dhcp/bootp/@server",
        Host(),
        label=_("Boot server"),
        unset=_("This host"),
        group=_BOOT,
        advanced=True,
    )

    @rule("netmask", touches=("prefix",))
    def netmask_replaces_prefix(self) -> None:
        """Clear the prefix: libvirt refuses both at once."""
        if self.netmask:
            self.prefix = None

    @rule("prefix", touches=("netmask",))
    def prefix_replaces_netmask(self) -> None:
        """Clear the netmask: libvirt refuses both at once."""
        if self.prefix is not None:
            self.netmask = None

    @property
    def version(self) -> int:
        """4 or 6."""
        return 6 if self.family == "ipv6" or ":" in (self.address or "") else 4

    @property
    def subnet(self) -> Subnet | None:
        """The addresses that it is about; None where they are not said in full."""
        return subnet_of(self.address, self.netmask, self.prefix)


class NetworkRoute(GuestRoute):
    """A way from the host by a machine of the network to other addresses.

    https://libvirt.org/formatnetwork.html#static-routes
    """

    @rule("netmask", touches=("prefix",))
    def netmask_replaces_prefix(self) -> None:
        """Clear the prefix: libvirt refuses both at once."""
        if self.netmask:
            self.prefix = None

    @rule("prefix", touches=("netmask",))
    def prefix_replaces_netmask(self) -> None:
        """Clear the netmask: libvirt refuses both at once."""
        if self.prefix is not None:
            self.netmask = None

    @property
    def subnet(self) -> Subnet | None:
        """The addresses that it leads to; None where they are not said in full."""
        return subnet_of(self.address, self.netmask, self.prefix)


def subnet_of(address: str | None, netmask: str | None, prefix: int | None) -> Subnet | None:
    """Return the addresses around one of them; None where they are not said in full.

    Without netmask and prefix those of the old classes count, as libvirt takes them
    (virSocketAddrGetIPPrefix in src/util/virsocketaddr.c).
    """
    if not address:
        return None
    first = ipaddress.ip_address(address)
    mask: str | int
    if netmask is not None:
        mask = netmask
    elif prefix is not None:
        mask = prefix
    elif isinstance(first, ipaddress.IPv6Address):
        mask = 64
    else:
        mask = next((bits for end, bits in _CLASSES if first.packed[0] < end), 24)
    try:
        return ipaddress.ip_network(f"{address}/{mask}", strict=False)
    except ValueError:
        return None


_CLASSES: Final = ((128, 8), (192, 16), (224, 24))
"""The first byte that is beyond each class, and the length of the class's prefix."""
