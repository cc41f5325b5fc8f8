"""How a virtual network reaches the outside.

https://libvirt.org/formatnetwork.html#connectivity
"""

from __future__ import annotations

from typing import Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Port
from qvirt_jupyter.documents.devices.interface_links import TypedPciAddress
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text

MODES: Final = {
    "nat": _("NAT"),
    "route": _("Routed"),
    "open": _("Open (no firewall rules)"),
    "bridge": _("Bridge of the host, or shared devices"),
    "private": _("Shared devices, guests apart"),
    "vepa": _("Shared devices by a VEPA switch"),
    "passthrough": _("A device for each guest"),
    "hostdev": _("SR-IOV pool"),
}
"""What people call the modes; without a mode a ``<forward>`` is NAT."""

WITH_OWN_BRIDGE: Final = ("nat", "route", "open")
"""The modes, besides the isolated networks, for which libvirt makes a bridge with addresses."""

_NAT: Final = _("Address translation")


class ForwardDevice(Element):
    """A network device of the host that traffic goes out by."""

    tag = "interface"
    name = Field("@dev", Text(), label=_("Network device"))
    connections = Field("@connections", Integer(), label=_("Cards on it"), advanced=True)


class ForwardAddress(TypedPciAddress):
    """A virtual function of a network card, for one guest at a time."""

    connections = Field("@connections", Integer(), label=_("Cards on it"), advanced=True)


class Nat(Element):
    """Which addresses and ports of the host stand for those of the guests."""

    tag = "nat"
    ipv6 = Field("@ipv6", YesNo(), label=_("IPv6 too"), group=_NAT, advanced=True)
    start = Field("address/@start", Address(4), label=_("First address"), group=_NAT, advanced=True)
    end = Field("address/@end", Address(4), label=_("Last address"), group=_NAT, advanced=True)
    first_port = Field("port/@start", Port(), label=_("First port"), group=_NAT, advanced=True)
    last_port = Field("port/@end", Port(), label=_("Last port"), group=_NAT, advanced=True)


class Forward(Element):
    """How the network reaches the outside; a network without it is isolated."""

    tag = "forward"
    # The order in which libvirt writes them (src/conf/network_conf.c, virNetworkDefFormatBuf).
    order = ("@dev", "@mode", "@managed", "driver", "nat", "pf", "interface", "address")

    mode = Field("@mode", Choice(*MODES, labels=MODES), label=_("Forwarding"), unset=MODES["nat"])
    device = Field("@dev", Text(), label=_("Outgoing device"), unset=_("Any device"))
    managed = Field(
        "@managed",
        YesNo(),
        label=_("Taken from the host when a guest starts"),
        advanced=True,
    )
    driver = Field(
        "driver/@name", Choice("vfio", "kvm"), label=_("Driver"), essential=True, advanced=True
    )
    nat = Group("nat", Nat)
    physical_function = Field(
        "pf/@dev",
        Text(),
        label=_("Physical function"),
        help=_("The network card whose virtual functions the guests get."),
        essential=True,
    )
    devices = Many(ForwardDevice, key="name")
    addresses = Many(ForwardAddress)

    @rule("device", touches=("devices",))
    def first_of_the_devices_follows(self) -> None:
        """Keep the one that is named twice the same: libvirt refuses two."""
        if self.device is None:
            self.devices.clear()
        elif self.devices:
            self.devices[0].name = self.device

    @rule("devices", touches=("device",))
    def device_follows_the_first(self) -> None:
        """Keep the one that is named twice the same: libvirt refuses two."""
        if self.device is not None:
            self.device = self.devices[0].name if self.devices else None

    @rule("mode", touches=("nat", "device", "physical_function", "addresses", "driver", "managed"))
    def mode_drops_what_it_does_not_know(self) -> None:
        """Drop what libvirt refuses in the new mode."""
        if self.mode not in (None, "nat") and self.nat:
            del self.nat
        if self.mode == "open":
            self.device = None
            self.devices.clear()
        if self.mode != "hostdev":
            self.physical_function = None
            self.addresses.clear()
            self.driver = None
            self.managed = None
