"""Network cards."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Mac
from qvirt_jupyter.documents.devices.bandwidth import Bandwidth
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.filter_parameter import FilterParameter
from qvirt_jupyter.documents.devices.guest_addresses import GuestAddress, GuestRoute
from qvirt_jupyter.documents.devices.interface_driver import InterfaceDriver
from qvirt_jupyter.documents.devices.interface_links import (
    BridgeLink,
    DatagramLink,
    DirectLink,
    EthernetLink,
    HostdevLink,
    InternalLink,
    NetworkLink,
    SocketLink,
    UserLink,
    VdpaLink,
    VhostUserLink,
)
from qvirt_jupyter.documents.devices.interface_segment import VirtualPort, Vlan
from qvirt_jupyter.documents.devices.rom import BootRom
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Text
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from typing import Self

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

PREFIX = "52:54:00"
"""The first half of the addresses of QEMU's network cards."""

_TYPES = {
    "network": _("Virtual network"),
    "bridge": _("Bridge of the host"),
    "direct": _("Network device of the host (macvtap)"),
    "user": _("User mode"),
    "ethernet": _("Tap device"),
    "vdpa": _("vDPA device"),
    "hostdev": _("Network card of the host"),
    "vhostuser": _("vhost-user socket"),
    "udp": _("UDP packets"),
    "mcast": _("Multicast"),
    "server": _("TCP, as server"),
    "client": _("TCP, as client"),
    "internal": _("Network of the hypervisor"),
    "null": _("Nothing"),
}
_COPIED = ("network", "bridge", "user")
"""The types that a second card of a guest takes over from the first one."""

_KINDS = {
    "network": _("network"),
    "bridge": _("bridge"),
    "direct": _("macvtap"),
    "hostdev": _("host card"),
    "user": _("user mode"),
    "ethernet": _("tap device"),
    "mcast": _("multicast"),
    "internal": _("network of the hypervisor"),
    "null": _("nothing"),
}
"""What a list calls a type, where the form's words are too long for it."""

_SAFETY = _("Safety")
_TEAMING = _("Failover")


class Interface(InterfaceDriver, Device):
    """A network card.

    https://libvirt.org/formatdomain.html#network-interfaces
    """

    tag = "interface"
    collection = "interfaces"
    key = "mac"
    title = _("Network card")
    # The order in which libvirt writes them (src/conf/domain_conf.c, virDomainNetDefFormat).
    order = (
        *("mac", "source", "virtualport", "vlan", "bandwidth", "port", "ip", "route"),
        *("portForward", "script", "downscript", "backenddomain", "target", "guest", "model"),
        *("driver", "backend", "filterref", "tune", "link", "mtu", "coalesce", "teaming"),
    )

    type = Field(
        "@type",
        Choice(*_TYPES, labels=_TYPES),
        label=_("Connected to"),
        live="update",
        unset="",
    )
    trusts_filters = Field(
        "@trustGuestRxFilters",
        YesNo(),
        label=_("Believe the guest's own addresses"),
        help=_("The host then takes over the addresses that the guest gives to its card."),
        group=_SAFETY,
        advanced=True,
        live="update",
    )
    mac = Field("mac/@address", Mac(), label=_("MAC address"), required=True)
    mac_type = Field(
        "mac/@type",
        Choice("static", "generated", open=False),
        label=_("Who chose the MAC address"),
        advanced=True,
    )
    mac_check = Field(
        "mac/@check",
        YesNo(),
        label=_("Check the MAC address"),
        help=_("VMware only."),
        advanced=True,
    )
    source = Variant(
        "@type",
        {
            "network": NetworkLink,
            "bridge": BridgeLink,
            "direct": DirectLink,
            "user": UserLink,
            "ethernet": EthernetLink,
            "vdpa": VdpaLink,
            "hostdev": HostdevLink,
            "vhostuser": VhostUserLink,
            "internal": InternalLink,
            "server": SocketLink,
            "client": SocketLink,
            "mcast": SocketLink,
            "udp": DatagramLink,
        },
    )
    virtual_port = Group("virtualport", VirtualPort)
    vlan = Group("vlan", Vlan)
    bandwidth = Group("bandwidth", Bandwidth)
    isolated = Field(
        "port/@isolated",
        YesNo(),
        label=_("Kept apart from other guests"),
        help=_("Packets between guests that are both kept apart are dropped on the bridge."),
        group=_SAFETY,
        essential=True,
        advanced=True,
    )
    addresses = Many(GuestAddress, key="address")
    routes = Many(GuestRoute)
    target = Field(
        "target/@dev", Text(), label=_("Device on the host"), required=True, advanced=True
    )
    guest_device = Field(
        "guest/@dev", Text(), label=_("Device in the guest"), essential=True, advanced=True
    )
    guest_actual = Field(
        "guest/@actual",
        Text(),
        label=_("Device in the guest now"),
        essential=True,
        advanced=True,
    )
    model = Field(
        "model/@type",
        Choice("virtio", "e1000e", "e1000", "rtl8139", "igb", "vmxnet3", "netfront"),
        label=_("Model"),
        help=_("'virtio' is the fastest; the others are for guests that do not know it."),
        essential=True,
        among=lambda card: _fitting_models(card.guest),
        unfit=lambda card: _why_no_other_model(card.guest),
    )
    filter = Field(
        "filterref/@filter",
        Text(),
        label=_("Network filter"),
        group=_SAFETY,
        required=True,
        advanced=True,
        live="update",
    )
    filter_parameters = Many(FilterParameter, location="filterref/parameter")
    link_state = Field(
        "link/@state",
        Choice("up", "down", open=False, labels={"up": _("Up"), "down": _("Down")}),
        label=_("Link state"),
        help=_("Down is like an unplugged cable."),
        unset=_("Default (up)"),
        essential=True,
        live="link",
    )
    mtu = Field(
        "mtu/@size", Integer(68, 65535), label=_("MTU"), unit="bytes", essential=True, advanced=True
    )
    teaming = Field(
        "teaming/@type",
        Choice("persistent", "transient", open=False),
        label=_("Part in a failover pair"),
        help=_("The transient card is taken away for a migration; the persistent one takes over."),
        group=_TEAMING,
        required=True,
        advanced=True,
    )
    teaming_partner = Field(
        "teaming/@persistent",
        Text(),
        label=_("Alias of the persistent card"),
        group=_TEAMING,
        advanced=True,
    )
    rom = Group("rom", BootRom)
    acpi_index = Field(
        "acpi/@index",
        Integer(1, 16383),
        label=_("ACPI index"),
        help=_("Some guests name the card by it, whatever its PCI slot is."),
        essential=True,
        advanced=True,
    )

    # What it is ---------------------------------------------------------------------------------

    @property
    def is_virtio(self) -> bool:
        """Whether it speaks virtio to the guest."""
        return (self.model or "").startswith("virtio")

    @property
    def where(self) -> str:
        """What it is connected to, in a few words."""
        source = self.source
        if isinstance(source, NetworkLink):
            name = source.network
        elif isinstance(source, BridgeLink):
            name = source.bridge
        elif isinstance(source, DirectLink | VdpaLink):
            name = source.device
        elif isinstance(source, VhostUserLink):
            name = source.path
        elif isinstance(source, HostdevLink):
            name = source.address.text
        elif isinstance(source, SocketLink):
            name = f"{source.address or ''}:{source.port}" if source.port else ""
        else:
            name = ""
        kind = _KINDS.get(self.type or "") or _TYPES.get(self.type or "") or self.type or ""
        return " ".join(filter(None, (str(kind), name)))

    @property
    def display_name(self) -> str:
        """What a list calls it, by the last three bytes of its address: ``NIC 12:34:56``."""
        if self.mac is None:
            return str(_("NIC {number}").format(number=self._number(self._siblings())))
        return str(_("NIC {tail}").format(tail=self.mac[-8:]))

    @property
    def summary(self) -> str:
        """What it is connected to, and its model."""
        return " · ".join(filter(None, (self.where, self.model)))

    @property
    def identity(self) -> Hashable:
        """Its MAC address, or its number where libvirt has given it none yet."""
        if self.mac is None:
            return (self.tag, None, self._number(self._siblings()))
        return (self.tag, self.mac)

    # What is added ------------------------------------------------------------------------------

    @classmethod
    def suggested(
        cls,
        domain: Domain,
        host: DomainCapabilities | None,
        type: str | None = None,  # noqa: A002 - as the field is called
    ) -> Self:
        """Return a card with a random MAC address, connected and modelled as the first one is.

        Parameters
        ----------
        domain
            The definition of the guest.
        host
            What its host offers.
        type
            What it is connected to; by default as the first card, or a virtual network.
        """
        del host
        cards = domain.devices.of(Interface)
        first = cards[0] if cards else None
        if type is None:
            type = first.type if first is not None and first.type in _COPIED else "network"  # noqa: A001
        new = cls(type=type, mac=random_mac([each.mac for each in cards]))
        like = first.source if first is not None and first.type == type else None
        if isinstance(new.source, NetworkLink):
            new.source.network = like.network if isinstance(like, NetworkLink) else "default"
        elif isinstance(new.source, BridgeLink) and isinstance(like, BridgeLink):
            new.source.bridge = like.bridge
        elif isinstance(new.source, UserLink) and isinstance(like, UserLink):
            new.source.backend = like.backend
        elif isinstance(new.source, DirectLink):
            new.source.mode = "bridge"
        new.model = first.model if first is not None else _fitting_models(domain)[0]
        return new

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say that another card has its MAC address."""
        del host
        if self.mac is not None and any(
            each.mac == self.mac for each in domain.devices.of(Interface)
        ):
            return _(
                "Another network card of the guest has the MAC address {mac}. "
                "Change it, or leave it empty and libvirt chooses one."
            ).format(mac=self.mac)
        return ""

    # What belongs together ----------------------------------------------------------------------

    @rule("model", touches=("address",))
    def model_drops_the_address(self) -> None:
        """Drop the address: another model may sit on another bus."""
        if self.address:
            del self.address

    @rule("teaming_partner", touches=("teaming",))
    def transient_part_needs_a_partner(self) -> None:
        """Leave a failover pair whose other half is not said any more."""
        if self.teaming_partner is None and self.teaming == "transient":
            self.teaming = None

    @rule("type", touches=("source", "target"))
    def source_says_its_kind(self) -> None:
        """Say what libvirt wants to read of links that there is only one kind of."""
        if isinstance(self.source, VhostUserLink):
            self.source.type = "unix"
        elif isinstance(self.source, HostdevLink):
            self.source.address.type = "pci"


def random_mac(taken: Iterable[str | None], prefix: str = PREFIX) -> str:
    """Return an address of QEMU's range, or of another, that is not taken.

    Parameters
    ----------
    taken
        The addresses of the other cards.
    prefix
        The three bytes that it begins with.
    """
    known = set(taken)
    while True:
        mac = ":".join((prefix, *(f"{byte:02x}" for byte in secrets.token_bytes(3))))
        if mac not in known:
            return mac


def _why_no_other_model(guest: Domain | None) -> Words:
    """Say which value of the machine the other models do not go with."""
    if guest is None:
        return ""
    if guest.type == "xen":
        return _("The hypervisor Xen does not have it.")
    return _("It does not go with the machine type {machine} on {arch}.").format(
        machine=guest.os.machine or _("by default"), arch=guest.os.arch or _("this host")
    )


def _fitting_models(guest: Domain | None) -> tuple[str, ...]:
    """Return the models that go with a machine, the best first; none at all for no machine."""
    if guest is None:
        return ()
    if guest.type == "xen":
        return ("netfront", "e1000", "rtl8139")
    machine = guest.os.machine or ""
    if "q35" in machine:
        return ("virtio", "e1000e", "igb")
    if guest.os.arch in ("x86_64", "i686") and (machine == "" or machine.startswith("pc")):
        return ("virtio", "e1000", "rtl8139")
    return ("virtio",)
