"""Devices of the host that a guest gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.controller import missing_controller
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.hostdev_sources import (
    HostSource,
    MediatedSource,
    MiscSource,
    NetSource,
    PciSource,
    ScsiHostSource,
    ScsiSource,
    StorageSource,
    UsbSource,
)
from qvirt_jupyter.documents.devices.rom import BootRom
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import Flag, YesNo
from qvirt_jupyter.documents.values import Choice, Integer
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Self

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

_TYPES: dict[str, Words] = {
    "usb": _("USB device"),
    "pci": _("PCI device"),
    "mdev": _("Mediated device"),
    "scsi": _("SCSI unit"),
    "scsi_host": _("SCSI target"),
    "storage": _("Block device of the host"),
    "misc": _("Character device of the host"),
    "net": _("Network device of the host"),
}
_OF_CONTAINERS = ("storage", "misc", "net")


def _is_pci(device: Hostdev) -> bool:
    return device.type == "pci"


class Hostdev(Device):
    """A device of the host.

    https://libvirt.org/formatdomain.html#host-device-assignment
    """

    tag = "hostdev"
    collection = "hostdevs"
    title = _("Host device")
    order = ("driver", "source", "teaming", "ip", "route", "readonly", "shareable")

    mode = Field(
        "@mode",
        Choice("subsystem", "capabilities", open=False),
        label=_("Mode"),
        advanced=True,
    )
    type = Field("@type", Choice(*_TYPES, labels=_TYPES), label=_("Type"), unset="")
    managed = Field(
        "@managed",
        YesNo(),
        label=_("Taken from the host when the guest starts"),
        unset=_("Default (off)"),
        help=_("And given back when it stops; otherwise somebody must do both."),
        when=lambda device: device.type in ("pci", "usb"),
    )
    source = Variant(
        "@type",
        {
            "usb": UsbSource,
            "pci": PciSource,
            "scsi": ScsiSource,
            "scsi_host": ScsiHostSource,
            "mdev": MediatedSource,
            "storage": StorageSource,
            "misc": MiscSource,
            "net": NetSource,
        },
    )
    read_only = Field(
        "readonly",
        Flag(),
        label=_("Read-only"),
        when=lambda device: device.type == "scsi",
    )
    shareable = Field(
        "shareable",
        Flag(),
        label=_("Shareable"),
        help=_("Several guests may use it at once; they must know how to."),
        when=lambda device: device.type == "scsi",
    )
    rom = Group("rom", BootRom)
    acpi_index = Field(
        "acpi/@index",
        Integer(1, 16383),
        label=_("ACPI index"),
        essential=True,
        advanced=True,
        when=_is_pci,
    )

    # What it is ---------------------------------------------------------------------------------

    @property
    def where(self) -> str:
        """Where the device is on the host, or what identifies it there."""
        source = self.source
        return source.where if isinstance(source, HostSource) else ""

    @property
    def display_name(self) -> str:
        """What a list calls it: ``PCI device 0000:01:00.0``."""
        kind = _TYPES.get(self.type or "", self.title)
        return f"{kind} {self.where or self._number(self._siblings())}"

    @property
    def identity(self) -> Hashable:
        """What identifies it on the host; of a USB device that is its maker and its product.

        Where that is plugged in, libvirt finds out and says it of a running guest only, so the
        second one of its kind is told from the first by its number.
        """
        return (self.tag, self.mode or "subsystem", self.type, *self._mark())

    def _mark(self) -> tuple[Hashable, ...]:
        source = self.source
        if not isinstance(source, UsbSource) or source.vendor is None:
            return (self.where,)
        kind = (source.vendor, source.product)
        twins = tuple(
            each
            for each in self._siblings()
            if isinstance(each, Hostdev)
            and isinstance(each.source, UsbSource)
            and (each.source.vendor, each.source.product) == kind
        )
        return (*kind, self._number(twins))

    # What is added ------------------------------------------------------------------------------

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say that the host offers none of its devices."""
        if host is not None and host.choices("hostdev/subsysType") == ():
            return _("This host gives none of its devices to guests.")
        return super().unavailable(domain, host)

    @classmethod
    def suggested(
        cls,
        domain: Domain,
        host: DomainCapabilities | None,
        type: str = "usb",  # noqa: A002 - as the field is called
    ) -> Self:
        """Return one of a type, for which a device of the host must still be chosen."""
        del host
        new = cls(type=type)
        if new.managed and domain.type == "xen":
            # On Xen, somebody makes the device ready for guests before.
            new.managed = False
        return new

    def refused(self, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say that no device is chosen, or that the guest has it already."""
        del host
        if self.type == "pci" and domain.type == "lxc":
            return _("A container cannot be given a PCI device.")
        if not self.where:
            return _("Choose a device of the host.")
        there = {(each.type, each.where) for each in domain.devices.of(Hostdev)}
        if (self.type, self.where) in there:
            return _("The guest has {device} already.").format(device=self.display_name)
        return ""

    def brings(self, domain: Domain, host: DomainCapabilities | None) -> tuple[Device, ...]:
        """Return the controller of its bus where the guest has none."""
        del host
        return missing_controller(domain, self.type) if self.type in ("usb", "scsi") else ()

    # What belongs together ----------------------------------------------------------------------

    @rule("type", touches=("mode", "managed", "source", "address", "rom"))
    def type_has_its_way(self) -> None:
        """Say how libvirt gives such a device to a guest."""
        self.mode = "capabilities" if self.type in _OF_CONTAINERS else "subsystem"
        self.managed = True if self.type == "pci" else None
        if isinstance(self.source, MediatedSource):
            self.source.model = "vfio-pci"
        elif isinstance(self.source, ScsiHostSource):
            self.source.protocol = "vhost"
        if self.type != "pci" and self.rom:
            del self.rom
        if self.address:
            del self.address
