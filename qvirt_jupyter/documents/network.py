"""Virtual networks."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host, Mac
from qvirt_jupyter.documents.devices.bandwidth import Bandwidth
from qvirt_jupyter.documents.devices.interface_segment import VirtualPort, Vlan
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.location import NAMESPACES
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.network_dns import Dns
from qvirt_jupyter.documents.network_forward import WITH_OWN_BRIDGE, Forward
from qvirt_jupyter.documents.network_ip import Ip, NetworkRoute
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff, YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text, Uuid

_NAME = Text(pattern=r"[^/\n]+", expected=_("a name without slash"))
_DNSMASQ = f"{{{NAMESPACES['dnsmasq']}}}"


class Bridge(Element):
    """The bridge on the host."""

    tag = "bridge"
    name = Field("@name", Text(max_length=15), label=_("Bridge"), unset=_("libvirt names it"))
    zone = Field("@zone", Text(), label=_("Firewall zone"), advanced=True)
    spanning_tree = Field("@stp", OnOff(), label=_("Spanning tree"), advanced=True)
    delay = Field("@delay", Integer(), label=_("Forward delay"), unit="s", advanced=True)
    mac_table = Field(
        "@macTableManager",
        Choice("kernel", "libvirt", open=False),
        label=_("Who keeps the bridge's table"),
        help=_("libvirt's own table needs no flooding, but knows its own guests only."),
        advanced=True,
    )


class PortGroup(Element):
    """A set of rules that cards of the network may choose by its name.

    https://libvirt.org/formatnetwork.html#portgroups
    """

    tag = "portgroup"
    order = ("@name", "@default", "@trustGuestRxFilters", "vlan", "virtualport", "bandwidth")
    name = Field("@name", Text(), label=_("Name"))
    is_default = Field("@default", YesNo(), label=_("For cards that choose none"))
    trusts_filters = Field(
        "@trustGuestRxFilters",
        YesNo(),
        label=_("Believe the guests' own addresses"),
        advanced=True,
    )
    vlan = Group("vlan", Vlan)
    virtual_port = Group("virtualport", VirtualPort)
    bandwidth = Group("bandwidth", Bandwidth)


class DnsmasqOption(Element):
    """A line of dnsmasq's configuration that libvirt hands on as it is.

    https://libvirt.org/formatnetwork.html#network-namespaces
    """

    tag = f"{_DNSMASQ}option"
    value = Field("@value", Text(), label=_("Option of dnsmasq"), advanced=True)


class Network(Document):
    """A virtual network.

    https://libvirt.org/formatnetwork.html
    """

    tag = "network"
    # The order in which libvirt writes them (src/conf/network_conf.c, virNetworkDefFormatBuf).
    order = (
        *("name", "uuid", "title", "description", "metadata", "forward", "bridge", "mtu", "mac"),
        *("domain", "dns", "vlan", "bandwidth", "port", "ip", "route", "virtualport", "portgroup"),
        f"{_DNSMASQ}options",
    )

    connections = Field("@connections", Integer(), label=_("Cards on it"), advanced=True)
    ipv6_between_guests = Field(
        "@ipv6",
        YesNo(),
        label=_("IPv6 between guests"),
        help=_("Guests reach each other by IPv6 although the host has no such address there."),
        advanced=True,
    )
    trusts_filters = Field(
        "@trustGuestRxFilters",
        YesNo(),
        label=_("Believe the guests' own addresses"),
        advanced=True,
    )
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
    domain = Field("domain/@name", Host(), label=_("DNS domain"), required=True)
    domain_is_local = Field(
        "domain/@localOnly",
        YesNo(),
        label=_("Do not ask others about the domain"),
        when=lambda network: network.domain is not None,
    )
    dns = Group("dns", Dns)
    vlan = Group("vlan", Vlan)
    bandwidth = Group("bandwidth", Bandwidth)
    isolated = Field(
        "port/@isolated",
        YesNo(),
        label=_("Guests kept apart from each other"),
        essential=True,
        advanced=True,
    )
    ips = Many(Ip, key="address")
    routes = Many(NetworkRoute)
    virtual_port = Group("virtualport", VirtualPort)
    port_groups = Many(PortGroup, key="name")
    dnsmasq_options = Many(DnsmasqOption, location="dnsmasq:options/dnsmasq:option", essential=True)

    @property
    def mode(self) -> str:
        """How it reaches the outside, as :data:`MODES` has it; empty where it is isolated."""
        return (self.forward.mode or "nat") if self.forward else ""

    @property
    def has_own_bridge(self) -> bool:
        """Whether libvirt makes a bridge for it, with addresses, DHCP and DNS."""
        return self.mode in ("", *WITH_OWN_BRIDGE)

    @rule(
        "forward.mode",
        touches=("ips", "dns", "domain", "domain_is_local", "mac", "mtu", "routes", "bridge"),
    )
    def host_has_no_address_on_what_is_not_its_own(self) -> None:
        """Drop what libvirt does for bridges of its own only: it refuses it for others."""
        if self.has_own_bridge:
            return
        self.ips.clear()
        self.routes.clear()
        self.domain = self.mac = self.mtu = None
        if self.dns:
            del self.dns
        bridge = self.bridge
        bridge.spanning_tree = bridge.delay = bridge.zone = None
        if self.mode != "bridge" and bridge:
            del self.bridge

    @rule("bridge.name", touches=("forward",))
    def bridge_of_the_host_needs_no_device(self) -> None:
        """Drop the shared devices: a network is on a bridge of the host or on devices."""
        if self.mode == "bridge" and self.bridge.name:
            self.forward.device = None
            self.forward.devices.clear()

    @rule("forward.device", "forward.devices", touches=("bridge",))
    def shared_device_needs_no_bridge(self) -> None:
        """Drop the bridge of the host: a network is on a bridge of the host or on devices."""
        if self.mode == "bridge" and (self.forward.devices or self.forward.device) and self.bridge:
            del self.bridge
