"""Displays."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text
from qvirt_jupyter.documents.variant import Unknown, Variant

AUTOMATIC = -1
"""The port that lets libvirt choose one."""


class AddressListen(Element):
    """Listen on an address of the host."""

    tag = "listen"
    address = Field("@address", Host(), label=_("Address"))


class NetworkListen(Element):
    """Listen on the host's address in a virtual network."""

    tag = "listen"
    network = Field("@network", Text(), label=_("Network"))
    address = Field("@address", Host(), label=_("Address"), advanced=True)


class SocketListen(Element):
    """Listen on a unix socket."""

    tag = "listen"
    socket = Field("@socket", Path(), label=_("Socket"))


class Listen(Element):
    """Where a display can be reached; ``none`` means only through libvirt itself."""

    tag = "listen"
    type = Field(
        "@type", Choice("address", "network", "socket", "none", open=False), label=_("Listen type")
    )
    source = Variant(
        "@type", {"address": AddressListen, "network": NetworkListen, "socket": SocketListen}
    )


class RemoteDisplay(Element):
    """What VNC and SPICE share."""

    port = Field("@port", Integer(AUTOMATIC, 65535), label=_("Port"), help=_("-1 is automatic."))
    auto_port = Field("@autoport", YesNo(), label=_("Automatic port"))
    password = Field("@passwd", Text(secret=True), label=_("Password"))
    password_until = Field("@passwdValidTo", Text(), label=_("Password valid until"), advanced=True)
    connected = Field(
        "@connected",
        Choice("keep", "disconnect", "fail"),
        label=_("When the password changes"),
        advanced=True,
    )
    keymap = Field("@keymap", Text(), label=_("Keyboard layout"), advanced=True)

    @rule("auto_port", touches=("port",))
    def automatic_port_replaces_a_fixed_one(self) -> None:
        """Let libvirt choose: a port that it chose before, or a fixed one, goes."""
        if self.auto_port:
            self.port = AUTOMATIC
        elif self.port == AUTOMATIC:
            self.port = None

    @rule("port", touches=("auto_port",))
    def fixed_port_is_not_automatic(self) -> None:
        """Say no more that the port is automatic where it is fixed, and the other way round."""
        if self.auto_port is not None and self.port is not None:
            self.auto_port = self.port == AUTOMATIC


class Vnc(RemoteDisplay):
    """A VNC server."""

    tag = "graphics"
    websocket = Field(
        "@websocket", Integer(AUTOMATIC, 65535), label=_("WebSocket port"), advanced=True
    )
    share_policy = Field(
        "@sharePolicy",
        Choice("allow-exclusive", "force-shared", "ignore"),
        label=_("Sharing"),
        advanced=True,
    )


class Spice(RemoteDisplay):
    """A SPICE server."""

    tag = "graphics"
    tls_port = Field("@tlsPort", Integer(AUTOMATIC, 65535), label=_("TLS port"))
    image_compression = Field(
        "image/@compression",
        Choice("auto_glz", "auto_lz", "quic", "glz", "lz", "off"),
        label=_("Image compression"),
        essential=True,
        advanced=True,
    )
    gl = Field("gl/@enable", YesNo(), label=_("OpenGL"), essential=True)
    render_node = Field("gl/@rendernode", Path(), label=_("Render node"), advanced=True)


class Graphics(Device):
    """A display.

    https://libvirt.org/formatdomain.html#graphical-framebuffers
    """

    tag = "graphics"
    collection = "graphics"
    key = "type"
    order = ("@type", "@port", "@tlsPort", "@autoport", "listen")

    type = Field(
        "@type",
        Choice("vnc", "spice", "rdp", "sdl", "desktop", "egl-headless", "dbus"),
        label=_("Type"),
        caps="graphics/type",
    )
    source = Variant("@type", {"vnc": Vnc, "spice": Spice})
    listen = Field("@listen", Host(), label=_("Listen address"))
    listens = Many(Listen)

    @rule("listen", touches=("listens",))
    def address_is_said_twice(self) -> None:
        """Keep the first ``<listen>`` equal to the attribute, as libvirt demands."""
        if not self.listens:
            return
        first = self.listens[0]
        if self.listen:
            first.type = "address"
        if isinstance(first.source, AddressListen):
            first.source.address = self.listen

    @rule("listens", touches=("listen", "source"))
    def listens_decide(self) -> None:
        """Keep the attribute equal to the first ``<listen>``; without address there is no port."""
        first = self.listens[0] if self.listens else None
        if self.listen is not None:
            listens_on = first.source if first else None
            self.listen = listens_on.address if isinstance(listens_on, AddressListen) else None
        display = self.source
        if (
            first is not None
            and first.type in ("none", "socket")
            and not isinstance(display, Unknown)
        ):
            display.port = display.auto_port = None
            if isinstance(display, Spice):
                display.tls_port = None
            if isinstance(display, Vnc):
                display.websocket = None
