"""Channels between guest and host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Address, Port
from qvirt_jupyter.documents.devices.backends import ClipboardBackend, SpicePortBackend, UnixBackend
from qvirt_jupyter.documents.devices.character import CharacterDevice
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Choice

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

AGENT = "org.qemu.guest_agent.0"
"""The channel of the QEMU guest agent."""

SPICE_AGENT = "com.redhat.spice.0"
"""The channel of the SPICE agent, which QEMU itself can serve for VNC (qemu-vdagent)."""

_WEBDAV = "org.spice-space.webdav.0"
_GUESTFS = "org.libguestfs.channel.0"

SERVICES: Mapping[str, tuple[str, Words]] = {
    SPICE_AGENT: ("spicevmc", _("SPICE agent")),
    AGENT: ("unix", _("QEMU guest agent")),
    _GUESTFS: ("unix", "libguestfs"),
    _WEBDAV: ("spiceport", _("SPICE folder sharing")),
}
"""The services that are known by the name of their channel: the type they need, and their name."""

_MAY_SERVE = {SPICE_AGENT: ("spicevmc", "qemu-vdagent"), _WEBDAV: ("spiceport",)}
"""What else than any socket may serve a channel."""


class Channel(CharacterDevice):
    """A private channel to the guest.

    https://libvirt.org/formatdomain.html#channel
    """

    tag = "channel"
    collection = "channels"
    key = "name"
    title = _("Channel")

    target_type = Field(
        "target/@type",
        Choice("virtio", "guestfwd", "xen", labels={"virtio": "VirtIO"}),
        label=_("Target type"),
        advanced=True,
    )
    name = Field(
        "target/@name",
        Choice(*SERVICES, labels={name: label for name, (_type, label) in SERVICES.items()}),
        label=_("Name"),
        help=_("By this name, the service inside the guest finds its channel."),
        when=lambda channel: channel.target_type != "guestfwd",
        unset=_("No name"),
    )
    state = Field(
        "target/@state",
        Choice("connected", "disconnected"),
        label=_("State"),
        help=_("Said by libvirt of a running guest only."),
        advanced=True,
    )
    forward_address = Field(
        "target/@address",
        Address(4),
        label=_("Address in the guest's network"),
        advanced=True,
        when=lambda channel: channel.target_type == "guestfwd",
    )
    forward_port = Field(
        "target/@port",
        Port(),
        label=_("Port in the guest's network"),
        advanced=True,
        when=lambda channel: channel.target_type == "guestfwd",
    )

    @property
    def display_name(self) -> str:
        """``Channel: QEMU guest agent``; without name, a number."""
        if not self.name:
            return super().display_name
        _type, label = SERVICES.get(self.name, ("", self.name))
        return str(_("Channel: {service}").format(service=label))

    @property
    def summary(self) -> str:
        """The type, where its bytes go, and whether somebody in the guest listens."""
        said = {
            "connected": _("connected in the guest"),
            "disconnected": _("nothing listens in the guest"),
        }.get(self.state or "", "")
        return " · ".join(filter(None, (super().summary, str(said))))

    @property
    def identity(self) -> Hashable:
        """The type and the name."""
        if not self.name:
            return (self.tag, self.type, self._number(self._siblings()))
        return (self.tag, self.type, self.name)

    @rule("name", touches=("type", "source", "target_type"))
    def service_decides_the_type(self) -> None:
        """Serve a known service in the way that it needs, unless it is served so already."""
        name = self.name
        if name is None or name not in SERVICES:
            return
        kind, _label = SERVICES[name]
        if self.type not in _MAY_SERVE.get(name, (kind,)):
            self.type = kind
        if self.target_type is None:
            self.target_type = "virtio"
        self.type_has_its_defaults()

    @rule("type", touches=("source",))
    def type_has_its_defaults(self) -> None:
        """Name the port of SPICE as its channel, and let copy and paste work."""
        super().type_has_its_defaults()
        self._fill_in()

    def _fill_in(self) -> None:
        source = self.source
        if isinstance(source, SpicePortBackend) and source.channel is None:
            source.channel = self.name
        if isinstance(source, ClipboardBackend) and source.clipboard is None:
            source.clipboard = True

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get this very one: names tell channels apart."""
        if self.name and self.name in domain.devices.channels:
            return _("The guest has a channel of this name already.")
        # libvirt chooses the place of a channel's socket.
        return "" if isinstance(self.source, UnixBackend) else super().refused(domain, host)

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return the first service that the guest has no channel of and can use."""
        del host
        has_spice = any(display.type == "spice" for display in domain.devices.graphics)
        taken = domain.devices.channels.keys()
        wanted = [SPICE_AGENT, AGENT] if has_spice else [AGENT, SPICE_AGENT]
        free = [name for name in wanted if name not in taken]
        channel = cls(name=free[0]) if free else cls(type="unix", target_type="virtio")
        if channel.name == SPICE_AGENT and not has_spice:
            channel.type = "qemu-vdagent"
        return channel
