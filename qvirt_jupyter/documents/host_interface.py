"""Network interfaces of the host, with their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Mac
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import Flag, OnOff, YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from qvirt_jupyter.documents.location import Node

TYPES = Choice(
    *("ethernet", "bridge", "bond", "vlan"),
    labels={
        "ethernet": _("network card"),
        "bridge": _("bridge"),
        "bond": _("bond of several cards"),
        "vlan": _("VLAN"),
    },
)
_STATES = Choice(
    "up", "down", "unknown", "notpresent", "lowerlayerdown", "testing", "dormant", open=False
)


class InterfaceAddress(Element):
    """An address of the interface."""

    tag = "ip"
    address = Field("@address", Address(), label=_("Address"))
    prefix = Field("@prefix", Integer(0, 128), label=_("Prefix length"), unit="bits")


class Protocol(Element):
    """How the interface gets its addresses of one family."""

    tag = "protocol"
    family = Field("@family", Choice("ipv4", "ipv6", open=False), label=_("Family"))
    autoconf = Field("autoconf", Flag(), label=_("Addresses from routers"))
    dhcp = Field("dhcp", Flag(), label=_("Addresses from DHCP"))
    peer_dns = Field("dhcp/@peerdns", YesNo(), label=_("Name servers from DHCP"))
    addresses = Many(InterfaceAddress, key="address")
    gateway = Field("route/@gateway", Address(), label=_("Gateway"), essential=True)


class InterfacePart(Element):
    """A network interface that another one is made of."""

    tag = "interface"
    type = Field("@type", TYPES, label=_("Type"))
    name = Field("@name", Text(), label=_("Name"))
    mac = Field("mac/@address", Mac(), label=_("MAC address"), essential=True)
    link_speed = Field("link/@speed", Integer(), label=_("Speed"), unit="Mbit/s")
    link_state = Field("link/@state", _STATES, label=_("Link state"))


class HostBridge(Element):
    """A bridge."""

    tag = "interface"
    spanning_tree = Field("bridge/@stp", OnOff(), label=_("Spanning tree"))
    delay = Field(
        "bridge/@delay",
        Text(pattern=r"[0-9]+(\.[0-9]+)?", expected=_("a number of seconds")),
        label=_("Forward delay"),
        unit="s",
    )
    parts = Many(InterfacePart, key="name", location="bridge/interface")


class HostBond(Element):
    """Several network cards that act as one."""

    tag = "interface"
    mode = Field(
        "bond/@mode",
        Choice(
            *("balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad"),
            *("balance-tlb", "balance-alb"),
        ),
        label=_("Mode"),
    )
    check_interval = Field(
        "bond/miimon/@freq", Integer(), label=_("Links are looked at every"), unit="ms"
    )
    up_delay = Field("bond/miimon/@updelay", Integer(), label=_("Wait before up"), unit="ms")
    down_delay = Field("bond/miimon/@downdelay", Integer(), label=_("Wait before down"), unit="ms")
    carrier = Field(
        "bond/miimon/@carrier", Choice("ioctl", "netif", open=False), label=_("How links are seen")
    )
    arp_interval = Field(
        "bond/arpmon/@interval", Integer(), label=_("ARP is asked every"), unit="ms"
    )
    arp_target = Field("bond/arpmon/@target", Address(4), label=_("Who is asked by ARP"))
    arp_validation = Field(
        "bond/arpmon/@validate",
        Choice("none", "active", "backup", "all", open=False),
        label=_("Which answers are checked"),
    )
    parts = Many(InterfacePart, key="name", location="bond/interface")


class HostVlan(Element):
    """A VLAN on a network card."""

    tag = "interface"
    number = Field("vlan/@tag", Integer(0, 4095), label=_("VLAN number"))
    device = Field("vlan/interface/@name", Text(), label=_("Network device"), essential=True)


class HostInterface(Document):
    """A network interface of the host.

    https://gitlab.com/libvirt/libvirt/-/blob/master/src/conf/schemas/interface.rng

    A document of this kind and a domain's network card both start with ``<interface>``. It is one
    of the host where it has a name, a start mode, a protocol, or parts (bridge, bond, VLAN number);
    a network card of a domain has none of these.
    """

    tag = "interface"
    order = ("start", "mtu", "mac", "link", "protocol", "bridge", "bond", "vlan")

    type = Field("@type", TYPES, label=_("Type"))
    name = Field("@name", Text(), label=_("Name"))
    start_mode = Field(
        "start/@mode",
        Choice(
            *("onboot", "none", "hotplug"),
            open=False,
            labels={
                "onboot": _("when the host starts"),
                "none": _("by hand"),
                "hotplug": _("when it is plugged in"),
            },
        ),
        label=_("Started"),
        essential=True,
    )
    mtu = Field("mtu/@size", Integer(68, 65535), label=_("MTU"), unit="bytes", essential=True)
    mac = Field("mac/@address", Mac(), label=_("MAC address"), essential=True)
    link_speed = Field("link/@speed", Integer(), label=_("Speed"), unit="Mbit/s")
    link_state = Field("link/@state", _STATES, label=_("Link state"))
    protocols = Many(Protocol, key="family")
    source = Variant("@type", {"bridge": HostBridge, "bond": HostBond, "vlan": HostVlan})

    @classmethod
    def _is_root(cls, root: Node) -> bool:
        vlan = root.find("vlan")
        return (
            root.get("name") is not None
            or any(root.find(tag) is not None for tag in ("start", "protocol", "bridge", "bond"))
            or (vlan is not None and vlan.get("tag") is not None)
        )
