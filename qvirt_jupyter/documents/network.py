"""Virtual networks."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Host, Mac
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff, YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text, Uuid

_NAME = Text(pattern=r"[^/\n]+", expected=_("a name without slash"))


class ForwardDevice(Element):
    """A network device of the host that traffic goes out by."""

    tag = "interface"
    name = Field("@dev", Text(), label=_("Network device"))


class Forward(Element):
    """How the network reaches the outside; a network without it is isolated."""

    tag = "forward"
    mode = Field(
        "@mode",
        Choice("nat", "route", "open", "bridge", "private", "vepa", "passthrough", "hostdev"),
        label=_("Forwarding"),
    )
    device = Field("@dev", Text(), label=_("Outgoing device"))
    devices = Many(ForwardDevice, key="name")


class Bridge(Element):
    """The bridge on the host."""

    tag = "bridge"
    name = Field("@name", Text(max_length=15), label=_("Bridge"))
    spanning_tree = Field("@stp", OnOff(), label=_("Spanning tree"), advanced=True)
    delay = Field("@delay", Integer(), label=_("Forward delay"), unit="s", advanced=True)
    zone = Field("@zone", Text(), label=_("Firewall zone"), advanced=True)


class DhcpRange(Element):
    """Addresses to give out."""

    tag = "range"
    start = Field("@start", Address(), label=_("First address"))
    end = Field("@end", Address(), label=_("Last address"))


class DhcpHost(Element):
    """A machine that always gets the same address."""

    tag = "host"
    mac = Field("@mac", Mac(), label=_("MAC address"))
    id = Field("@id", Text(), label=_("Client id"), advanced=True)
    name = Field("@name", Host(), label=_("Name"))
    ip = Field("@ip", Address(), label=_("Address"))


class Ip(Element):
    """The host's own address in the network, and what it gives out there."""

    tag = "ip"
    family = Field("@family", Choice("ipv4", "ipv6", open=False), label=_("Family"))
    address = Field("@address", Address(), label=_("Address of the host"))
    netmask = Field("@netmask", Address(4), label=_("Netmask"))
    prefix = Field("@prefix", Integer(0, 128), label=_("Prefix length"), unit="bits")
    tftp_root = Field("tftp/@root", Text(), label=_("TFTP folder"), essential=True, advanced=True)
    ranges = Many(DhcpRange, key="start", location="dhcp/range")
    hosts = Many(DhcpHost, key="mac", location="dhcp/host")

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


class Network(Document):
    """A virtual network.

    https://libvirt.org/formatnetwork.html
    """

    tag = "network"
    ipv6_between_guests = Field("@ipv6", YesNo(), label=_("IPv6 between guests"), advanced=True)
    name = Field("name", _NAME, label=_("Name"))
    uuid = Field("uuid", Uuid(), label=_("UUID"))
    title = Field("title", Text(), label=_("Title"))
    description = Field("description", Text(multiline=True), label=_("Description"))
    forward = Group("forward", Forward)
    bridge = Group("bridge", Bridge)
    mtu = Field("mtu/@size", Integer(68, 65535), label=_("MTU"), unit="bytes", essential=True)
    mac = Field(
        "mac/@address", Mac(), label=_("MAC address of the host"), essential=True, advanced=True
    )
    domain = Field("domain/@name", Host(), label=_("DNS domain"), essential=True)
    domain_is_local = Field(
        "domain/@localOnly",
        YesNo(),
        label=_("Do not ask others about the domain"),
        when=lambda network: network.domain is not None,
    )
    ips = Many(Ip, key="address")
