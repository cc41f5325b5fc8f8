"""Controllers: what other devices are plugged into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.attachment import plugged_into
from qvirt_jupyter.documents.devices.controller_options import (
    ControllerDriver,
    NvmeOptions,
    PortsAndVectors,
    UsbOptions,
    XenbusOptions,
)
from qvirt_jupyter.documents.devices.device import Device, Devices
from qvirt_jupyter.documents.devices.pci_controller import PciOptions
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Choice, Integer
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Self

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

USB_2 = "ich9-ehci1"
USB_3 = "qemu-xhci"

COMPANIONS = {"ich9-uhci1": 0, "ich9-uhci2": 2, "ich9-uhci3": 4}
"""The controllers for slow devices that stand beside USB 2, each with its first port there."""

SUPPLIED = frozenset({"pcie-root-port", "pci-bridge", "dmi-to-pci-bridge", "pcie-to-pci-bridge"})
"""PCI controllers that libvirt adds by itself where a device needs a slot."""

ROOTS = frozenset({"pci-root", "pcie-root"})
"""The PCI controllers that belong to the machine."""

_X86 = ("x86_64", "i686")

TITLES = {
    "usb": _("USB controller"),
    "scsi": _("SCSI controller"),
    "sata": _("SATA controller"),
    "ide": _("IDE controller"),
    "fdc": _("Floppy controller"),
    "nvme": _("NVMe controller"),
    "virtio-serial": _("VirtIO serial controller"),
    "ccid": _("Smart card reader"),
    "pci": _("PCI controller"),
    "xenbus": _("Xen bus"),
    "isa": _("ISA controller"),
}

DEFAULT_MODELS = {"scsi": "virtio-scsi", "usb": USB_3}
"""What a new controller of a type is; of the others there is one model only."""


_XHCI_TO_UHCI = (USB_3, "nec-xhci", USB_2, "ehci", *COMPANIONS, "piix3-uhci", "piix4-uhci")
MODELS = {
    "usb": (*_XHCI_TO_UHCI, "vt82c686b-uhci", "pci-ohci", "qusb1", "qusb2", "none"),
    "scsi": (
        *("virtio-scsi", "virtio-transitional", "virtio-non-transitional", "auto", "lsilogic"),
        *("lsisas1068", "lsisas1078", "buslogic", "vmpvscsi", "ibmvscsi", "ncr53c90", "dc390"),
        "am53c974",
    ),
    "ide": ("piix3", "piix4", "ich6"),
    "virtio-serial": ("virtio", "virtio-transitional", "virtio-non-transitional"),
    "pci": (
        *("pci-root", "pcie-root", "pci-bridge", "dmi-to-pci-bridge", "pcie-to-pci-bridge"),
        *("pcie-root-port", "pcie-switch-upstream-port", "pcie-switch-downstream-port"),
        *("pci-expander-bus", "pcie-expander-bus"),
    ),
}
"""The models of each type; of the others there is one only."""


class Controller(ControllerDriver, Device):
    """A controller that other devices are plugged into.

    https://libvirt.org/formatdomain.html#controllers
    """

    tag = "controller"
    collection = "controllers"
    title = _("Controller")
    order = ("serial", "master", "model", "target", "driver", "pcihole64")

    type = Field("@type", Choice(*TITLES, labels=TITLES), label=_("Type"), unset="")
    index = Field(
        "@index",
        Integer(),
        label=_("Number"),
        help=_("Counts from 0 among the controllers of its type; empty lets libvirt choose."),
        advanced=True,
    )
    model = Field(
        "@model",
        Choice(
            *dict.fromkeys(model for models in MODELS.values() for model in models),
            labels={
                USB_3: _("USB 3"),
                USB_2: _("USB 2"),
                "none": _("No USB at all"),
                "virtio-scsi": _("VirtIO SCSI"),
            },
        ),
        label=_("Model"),
    )
    options = Variant(
        "@type",
        {
            "usb": UsbOptions,
            "virtio-serial": PortsAndVectors,
            "pci": PciOptions,
            "nvme": NvmeOptions,
            "xenbus": XenbusOptions,
        },
    )

    @property
    def display_name(self) -> str:
        """What a list calls it: ``SCSI controller 1``."""
        kind = TITLES.get(self.type or "", self.type or self.title)
        shown = self._tree.worked_out(("shown", self.type), self._shown)
        if self not in shown:
            shown = tuple(each for each in self._siblings() if each == self or not each.is_noise)
        return f"{kind} {self._number(shown)}"

    @property
    def summary(self) -> str:
        """Its model."""
        choice = type(self).model.type
        return choice.label(self.model) if self.model and isinstance(choice, Choice) else ""

    @property
    def is_noise(self) -> bool:
        """Whether libvirt added it for the sake of another device."""
        return self.model in SUPPLIED or self.model in COMPANIONS

    @property
    def identity(self) -> Hashable:
        """Its type and its number."""
        if self.index is None:
            return (self.tag, self.type, None, self._number(self._siblings()))
        return (self.tag, self.type, self.index, self.model if self.model in COMPANIONS else None)

    @property
    def is_virtio(self) -> bool:
        """Whether it speaks virtio to the guest."""
        return (self.model or "").startswith("virtio") or self.type == "virtio-serial"

    @property
    def why_kept(self) -> Words:
        """Why it stays: it belongs to the machine, or something is plugged into it."""
        guest = self.guest
        if self.type == "pci":
            return _("The machine is built on its PCI controllers; libvirt adds and removes them.")
        if self.type == "usb" and guest is not None and guest.os.arch in (None, *_X86):
            return _(
                "A machine of this kind always has a USB controller; choose another model instead."
            )
        plugged = plugged_into(self)
        if not plugged:
            return ""
        names = ", ".join(each.display_name for each in plugged)
        return _("These devices are plugged into it: {names}. Remove them first.").format(
            names=names
        )

    @property
    def goes_along(self) -> tuple[Device, ...]:
        """The companions of a USB 2 controller."""
        return self._companions() if self.type == "usb" else ()

    @classmethod
    def suggested(
        cls,
        domain: Domain,
        host: DomainCapabilities | None,
        type: str = "scsi",  # noqa: A002 - as the field is called
    ) -> Self:
        """Return a controller of the default model with the next number of its type."""
        del host
        return cls(type=type, model=DEFAULT_MODELS.get(type), index=next_index(domain, type))

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say that a guest has one USB controller at most."""
        del host
        others = domain.devices.of(Controller)
        if self.type == "usb" and any(
            each.type == "usb" and each.model != "none" for each in others
        ):
            return _(
                "The guest has a USB controller already, and one serves all its devices. "
                "Change the model of that one instead."
            )
        if self.index is not None and any(
            (each.type, each.index) == (self.type, self.index) and each.model != "none"
            for each in others
        ):
            return _(
                "The guest has a controller of this type with the number {number} already. "
                "Choose another number, or leave it empty."
            ).format(number=self.index)
        return ""

    def replaces(self, domain: Domain) -> tuple[Device, ...]:
        """Return the controller that says that the guest has no USB, which it has from now on."""
        return tuple(
            each
            for each in domain.devices.of(Controller)
            if self.type == "usb" and each.type == "usb" and each.model == "none"
        )

    def brings(self, domain: Domain, host: DomainCapabilities | None) -> tuple[Device, ...]:
        """Return the companions of a USB 2 controller."""
        del domain, host
        index = self.index or 0
        return companions(index) if self.type == "usb" and self.model == USB_2 else ()

    @rule("type", touches=("model", "index", "address"))
    def type_has_models_of_its_own(self) -> None:
        """Take the default model of the type, and let libvirt number it."""
        self.model = DEFAULT_MODELS.get(self.type or "")
        self.index = None
        if self.address:
            del self.address

    @rule("model", touches=("options", "address"))
    def model_replaces_the_set(self) -> None:
        """Drop the address and the ports; of USB, the companions go and come with the model."""
        if self.address:
            del self.address
        if self.type != "usb":
            return
        if isinstance(self.options, UsbOptions):
            self.options.ports = self.options.first_port = None
        holder = self._holder
        if not isinstance(holder, Devices) or self.model in COMPANIONS:
            return
        items = holder.of(Controller)
        for old in self._companions():
            items.remove(old)
        if self.model == USB_2:
            place = items.index(self) + 1
            for number, companion in enumerate(companions(self.index or 0)):
                items.insert(place + number, companion)

    def _companions(self) -> tuple[Controller, ...]:
        return tuple(
            each
            for each in self._siblings()
            if isinstance(each, Controller)
            and each.model in COMPANIONS
            and (each.index or 0) == (self.index or 0)
            and each != self
        )

    def _shown(self) -> tuple[Device, ...]:
        return tuple(each for each in self._siblings() if not each.is_noise)

    def _siblings(self) -> tuple[Device, ...]:
        return self._alike(_type)


def _type(controller: Controller) -> Hashable:
    return controller.type


def companions(index: int) -> tuple[Controller, ...]:
    """Return the controllers for slow devices that stand beside a USB 2 controller.

    Parameters
    ----------
    index
        The number of that controller.
    """
    return tuple(
        Controller(type="usb", model=model, index=index, options=UsbOptions(first_port=port))
        for model, port in COMPANIONS.items()
    )


def next_index(domain: Domain, kind: str) -> int:
    """Return the number of the next controller of a type."""
    taken = [
        each.index or 0
        for each in domain.devices.of(Controller)
        if each.type == kind and each.model != "none"
    ]
    return max(taken, default=-1) + 1


def missing_controller(domain: Domain, kind: str) -> tuple[Controller, ...]:
    """Return the controller that a guest lacks for devices of a bus; none where it has one.

    Parameters
    ----------
    domain
        The definition of the guest.
    kind
        The type of the controller: ``scsi``, ``usb``, ``nvme``, ``ccid``.
    """
    if any(each.type == kind and each.model != "none" for each in domain.devices.of(Controller)):
        return ()
    return (Controller(type=kind, model=DEFAULT_MODELS.get(kind), index=0),)
