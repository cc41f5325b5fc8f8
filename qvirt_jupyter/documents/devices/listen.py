"""Where a display can be reached.

https://libvirt.org/formatdomain.html#graphical-framebuffers
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Path, Text
from qvirt_jupyter.documents.variant import Variant


class AddressListen(Element):
    """Listen on an address of the host."""

    tag = "listen"
    address = Field(
        "@address",
        Host(),
        label=_("Address"),
        help=_(
            "127.0.0.1 is for programs on the host only, 0.0.0.0 for all networks; "
            "empty is what the host is set up for."
        ),
    )

    @property
    def where(self) -> str:
        """The address, if one is said."""
        return self.address or ""


class NetworkListen(Element):
    """Listen on the host's address in a virtual network."""

    tag = "listen"
    network = Field("@network", Text(), label=_("Network"))
    address = Field(
        "@address",
        Host(),
        label=_("Address"),
        help=_("Said by libvirt of a running guest only."),
        advanced=True,
    )

    @property
    def where(self) -> str:
        """The network, or the address that the host has there while the guest runs."""
        return self.address or self.network or ""


class SocketListen(Element):
    """Listen on a unix socket."""

    tag = "listen"
    socket = Field(
        "@socket",
        Path(),
        label=_("Socket"),
        help=_("Empty lets libvirt choose a place."),
    )

    @property
    def where(self) -> str:
        """The path of the socket, if one is said."""
        return self.socket or str(_("a socket"))


class Listen(Element):
    """Where a display can be reached; ``none`` means only through libvirt itself."""

    tag = "listen"
    type = Field(
        "@type",
        Choice(
            *("address", "network", "socket", "none"),
            open=False,
            labels={
                "address": _("An address of the host"),
                "network": _("The host's address in a virtual network"),
                "socket": _("A unix socket"),
                "none": _("Only through libvirt"),
            },
        ),
        label=_("Listen type"),
        help=_("Through libvirt only those reach the display who may manage the guest."),
    )
    source = Variant(
        "@type", {"address": AddressListen, "network": NetworkListen, "socket": SocketListen}
    )

    @property
    def where(self) -> str:
        """The place in a word."""
        if self.type == "none":
            return str(_("through libvirt only"))
        source = self.source
        if isinstance(source, AddressListen | NetworkListen | SocketListen):
            return source.where
        return ""
