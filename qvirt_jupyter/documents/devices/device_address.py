"""Where the guest finds a device.

https://libvirt.org/formatdomain.html#device-addresses
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Hexadecimal, Integer, Text

if TYPE_CHECKING:
    from collections.abc import Callable

_ADDRESS = _("Address in the guest")


def _of_type(*types: str) -> Callable[[DeviceAddress], bool]:
    return lambda address: address.type in types


class DeviceAddress(Element):
    """Where the guest finds a device.

    https://libvirt.org/formatdomain.html#device-addresses
    """

    tag = "address"
    type = Field(
        "@type",
        Choice("pci", "drive", "virtio-serial", "ccid", "usb", "spapr-vio", "virtio-mmio", "isa"),
        label=_("Address type"),
        group=_ADDRESS,
        advanced=True,
    )
    controller = Field(
        "@controller",
        Integer(),
        label=_("Controller"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("drive", "virtio-serial", "ccid"),
    )
    domain = Field(
        "@domain",
        Hexadecimal(4),
        label=_("PCI domain"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("pci"),
    )
    bus = Field(
        "@bus",
        Integer(),
        label=_("Bus number"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("pci", "drive", "virtio-serial", "usb"),
    )
    slot = Field(
        "@slot",
        Hexadecimal(2),
        label=_("PCI slot"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("pci", "ccid"),
    )
    function = Field(
        "@function",
        Hexadecimal(1),
        label=_("PCI function"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("pci"),
    )
    multifunction = Field(
        "@multifunction",
        OnOff(),
        label=_("Several functions"),
        help=_("Whether other devices are functions of the same slot."),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("pci"),
    )
    target = Field(
        "@target",
        Integer(),
        label=_("SCSI target"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("drive"),
    )
    unit = Field(
        "@unit",
        Integer(),
        label=_("Unit"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("drive"),
    )
    port = Field(
        "@port",
        Text(),
        label=_("Port of the controller"),
        group=_ADDRESS,
        advanced=True,
        when=_of_type("virtio-serial", "usb"),
    )
