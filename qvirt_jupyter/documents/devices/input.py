"""Keyboards, mice and tablets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.machine import NO_USB, has_usb
from qvirt_jupyter.documents.devices.virtio_options import MODELS, VirtioOptions
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Path
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

TYPE_LABELS: Mapping[str, Words] = {
    "tablet": _("Tablet"),
    "mouse": _("Mouse"),
    "keyboard": _("Keyboard"),
    "passthrough": _("Input device of the host"),
    "evdev": _("Events of the host"),
}
"""What people call the types, after the bus."""

BUS_LABELS: Mapping[str, Words] = {
    "usb": "USB",
    "virtio": "VirtIO",
    "ps2": "PS/2",
    "xen": "Xen",
    "none": _("No bus"),
}
"""What people call the buses."""

_WHICH = ("tablet", "mouse", "keyboard")
# What is offered first, and what a guest without USB has of it.
_WANTED = (
    ("tablet", "usb"),
    ("keyboard", "usb"),
    ("mouse", "usb"),
    ("tablet", "virtio"),
    ("keyboard", "virtio"),
)


class PassedThrough(Element):
    """An input device that the guest has for itself."""

    tag = "source"
    device = Field("source/@evdev", Path(), label=_("Device"), help=_("Such as /dev/input/event3."))


class Grabbed(Element):
    """An input device that guest and host have in turn."""

    tag = "source"
    device = Field("source/@dev", Path(), label=_("Device"), help=_("Such as /dev/input/event3."))
    grab = Field(
        "source/@grab",
        Choice("all"),
        label=_("Grab"),
        help=_("With “all”, the keys that change between guest and host count for all devices."),
        advanced=True,
    )
    grab_toggle = Field(
        "source/@grabToggle",
        Choice(
            *("ctrl-ctrl", "alt-alt", "shift-shift", "meta-meta", "scrolllock"),
            "ctrl-scrolllock",
        ),
        label=_("Keys to change between guest and host"),
        advanced=True,
    )
    repeat = Field("source/@repeat", OnOff(), label=_("Keys repeat"), advanced=True)


class Input(VirtioOptions, Device):
    """A keyboard, a mouse or a tablet.

    https://libvirt.org/formatdomain.html#input-devices
    """

    tag = "input"
    collection = "inputs"
    title = _("Input")
    told_apart_by = ("type", "bus")
    needs_full_virtualization = True
    order = ("driver", "source")

    type = Field(
        "@type",
        Choice(*TYPE_LABELS, labels=TYPE_LABELS),
        label=_("Type"),
        help=_(
            "A tablet says where its pen is, so the pointer of the guest is where that of the "
            "viewer is. A mouse says how far it moved, and the viewer must catch the pointer."
        ),
        unset="",
    )
    bus = Field("@bus", Choice(*BUS_LABELS, labels=BUS_LABELS), label=_("Bus"))
    model = Field(
        "@model",
        Choice(*MODELS),
        label=_("Model"),
        advanced=True,
        when=lambda device: device.bus == "virtio",
    )
    source = Variant("@type", {"passthrough": PassedThrough, "evdev": Grabbed})

    @property
    def display_name(self) -> str:
        """``USB tablet``."""
        kind = str(TYPE_LABELS.get(self.type or "", self.type or ""))
        bus = BUS_LABELS.get(self.bus or "", self.bus or "") if self.type in _WHICH else ""
        # Behind its bus it is in the middle of a name.
        name = f"{bus} {kind[:1].lower()}{kind[1:]}" if bus else kind[:1].upper() + kind[1:]
        return self._numbered(name or self.title)

    @property
    def summary(self) -> str:
        """Whether it points to a place or moves from one, or the device of the host."""
        source = self.source
        if isinstance(source, PassedThrough | Grabbed):
            return source.device or ""
        modes = {"tablet": _("absolute movement"), "mouse": _("relative movement")}
        return str(modes.get(self.type or "", ""))

    @property
    def why_kept(self) -> Words:
        """Those of the machine itself stay: libvirt would add them again."""
        if self.bus == "ps2":
            return _("It is part of the machine: PCs have a PS/2 keyboard and mouse.")
        if self.bus == "xen":
            return _("It is part of the machine: Xen gives it to guests with a display.")
        return ""

    @rule("type", touches=("bus", "model"))
    def type_has_its_bus(self) -> None:
        """Say the bus that the host's devices come on."""
        if self.type == "passthrough":
            self.bus = "virtio"
        elif self.type == "evdev":
            self.bus = self.model = None

    @rule("bus", touches=("model", "address"))
    def bus_drops_the_address(self) -> None:
        """Drop the address, which was the old bus's, and the model of VirtIO."""
        if self.bus != "virtio":
            self.model = None
        if self.address:
            del self.address

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get this very one: without USB, nothing comes by USB."""
        del host
        if self.bus == "usb" and not has_usb(domain):
            return NO_USB
        return ""

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return the first that the guest lacks of those that pointers and keys work best with."""
        del host
        there = {(each.type, each.bus) for each in domain.devices.of(cls)}
        wanted = [(kind, bus) for kind, bus in _WANTED if bus != "usb" or has_usb(domain)]
        kind, bus = next((pair for pair in wanted if pair not in there), wanted[0])
        return cls(type=kind, bus=bus)
