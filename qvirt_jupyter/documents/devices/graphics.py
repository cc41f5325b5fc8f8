"""Displays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.addresses import Host
from qvirt_jupyter.documents.devices.character import SPICE_TYPES
from qvirt_jupyter.documents.devices.device import Device, Devices
from qvirt_jupyter.documents.devices.displays import (
    AUTOMATIC,
    DbusDisplay,
    EglHeadless,
    PortDisplay,
    Rdp,
    RemoteDisplay,
    Sdl,
    Spice,
    Vnc,
    WindowDisplay,
)
from qvirt_jupyter.documents.devices.listen import AddressListen, Listen
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Choice
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

TYPE_LABELS: Mapping[str, Words] = {
    "vnc": "VNC",
    "spice": "SPICE",
    "rdp": "RDP",
    "sdl": "SDL",
    "desktop": _("Desktop window"),
    "egl-headless": "EGL headless",
    "dbus": "D-Bus",
}
"""What people call the types."""

_WITHOUT_PORT = ("none", "socket")
LOOPBACK = "127.0.0.1"
"""The address at which only the host itself reaches a display."""


class Graphics(Device):
    """A display.

    https://libvirt.org/formatdomain.html#graphical-framebuffers
    """

    tag = "graphics"
    collection = "graphics"
    key = "type"
    title = _("Display")
    told_apart_by = ("type",)
    order = ("@type", "@port", "@tlsPort", "@autoport", "listen")

    type = Field(
        "@type",
        Choice(*TYPE_LABELS, labels=TYPE_LABELS),
        label=_("Type"),
        help=_("The screen can be seen in a browser by VNC and by SPICE."),
        caps="graphics/type",
        unset="",
    )
    first_listen = Group("listen", Listen)
    source = Variant(
        "@type",
        {
            "vnc": Vnc,
            "spice": Spice,
            "rdp": Rdp,
            "sdl": Sdl,
            "desktop": WindowDisplay,
            "egl-headless": EglHeadless,
            "dbus": DbusDisplay,
        },
    )
    listen = Field(
        "@listen",
        Host(),
        label=_("Listen address"),
        # libvirt says it twice; older definitions say it here only.
        when=lambda display: bool(display.listen) and not display.listens,
    )
    listens = Many(Listen)

    # What a list says ---------------------------------------------------------------------------

    @property
    def display_name(self) -> str:
        """``VNC display``."""
        kind = TYPE_LABELS.get(self.type or "", self.type or "")
        return self._numbered(_("{type} display").format(type=kind) if kind else self.title)

    @property
    def summary(self) -> str:
        """Where it is reached, through which port, and whether a password is asked."""
        display = self.source
        first = self.listens[0] if self.listens else None
        parts = [first.where if first is not None else self.listen or ""]
        if isinstance(display, PortDisplay) and not (first and first.type in _WITHOUT_PORT):
            is_fixed = display.port not in (None, 0, AUTOMATIC)
            parts.append(
                str(_("port {port}").format(port=display.port) if is_fixed else _("automatic port"))
            )
        if isinstance(display, RemoteDisplay) and display.password:
            parts.append(str(_("password")))
        if getattr(display, "gl", None):
            parts.append("OpenGL")
        return " · ".join(filter(None, parts))

    @property
    def identity(self) -> tuple[str, str | None, int]:
        """The type; two of a type, which only old QEMU takes, by number."""
        return (self.tag, self.type, self._number(self._same_sort()))

    @property
    def goes_along(self) -> tuple[Device, ...]:
        """With the last SPICE display, all that ends in its viewer."""
        holder = self._holder
        if not isinstance(holder, Devices) or self.type != "spice" or len(self._same_sort()) > 1:
            return ()
        return tuple(each for each in holder.all if _needs_spice(each))

    # What belongs together ----------------------------------------------------------------------

    @rule("type", touches=("listen", "listens", "first_listen", "source"))
    def type_decides_about_listening(self) -> None:
        """Let nothing listen where there is no server, and say where a new one listens."""
        if not isinstance(self.source, PortDisplay):
            self.listen = None
            self.listens.clear()

    @rule("listen", touches=("listens", "first_listen"))
    def address_is_said_twice(self) -> None:
        """Keep the first ``<listen>`` equal to the attribute, as libvirt demands."""
        if not self.listens:
            return
        first = self.listens[0]
        if self.listen:
            first.type = "address"
        if isinstance(first.source, AddressListen):
            first.source.address = self.listen

    @rule("listens", "first_listen", touches=("listen", "source"))
    def listens_decide(self) -> None:
        """Keep the attribute equal to the first ``<listen>``; without address there is no port."""
        first = self.listens[0] if self.listens else None
        if self.listen is not None:
            listens_on = first.source if first else None
            self.listen = listens_on.address if isinstance(listens_on, AddressListen) else None
        display = self.source
        if first is None or not isinstance(display, PortDisplay):
            return
        if first.type in _WITHOUT_PORT:
            display.have_no_port()
        elif first.type is not None:
            display.be_automatic()

    # What is added ------------------------------------------------------------------------------

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get this very one: QEMU takes one of each type."""
        del host
        if domain.devices.graphics.get(self.type) is not None:
            return _("The guest has a display of this type already.")
        return ""

    @classmethod
    def suggested(
        cls,
        domain: Domain,
        host: DomainCapabilities | None,
        *,
        is_local: bool = True,
        preferred: str = "vnc",
    ) -> Self:
        """Return one that as few as possible reach: VNC, or else SPICE.

        Parameters
        ----------
        domain
            The definition of the guest.
        host
            What its host offers.
        is_local
            Whether the host is this one: then libvirt hands out connected sockets, and nothing
            listens. Elsewhere, a console is reached through a tunnel to the host's own address.
        preferred
            The type that is taken first, where the host has it and the guest has none yet.
        """
        offered = host.choices("graphics/type") if host is not None else None
        taken = domain.devices.graphics.keys()
        wanted = [
            kind
            for kind in (("spice", "vnc") if preferred == "spice" else ("vnc", "spice"))
            if kind not in taken and (offered is None or kind in offered)
        ]
        new = cls(type=wanted[0] if wanted else "vnc", listens=[Listen(type="none")])
        if not is_local:
            new.listen_on_loopback()
        return new

    def listen_on_loopback(self) -> None:
        """Listen on the host's own address alone, on an automatic port."""
        if not self.listens:
            self.listens.add(type="address")
        first = self.listens[0]
        first.type = "address"
        self.listen = LOOPBACK
        if isinstance(first.source, AddressListen):
            first.source.address = LOOPBACK


def _needs_spice(device: Device) -> bool:
    kind = getattr(device, "type", None)
    return kind == "spice" if device.tag == "audio" else kind in SPICE_TYPES
