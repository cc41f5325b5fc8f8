"""Serial ports."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.character import CharacterDevice
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Integer


class Serial(CharacterDevice):
    """A serial port.

    https://libvirt.org/formatdomain.html#serial-port
    """

    tag = "serial"
    collection = "serials"

    target_type = Field(
        "target/@type",
        Choice("isa-serial", "usb-serial", "pci-serial", "spapr-vio-serial", "system-serial"),
        label=_("Target type"),
    )
    port = Field("target/@port", Integer(), label=_("Port"), advanced=True)
    model = Field(
        "target/model/@name",
        Choice("isa-serial", "usb-serial", "pci-serial", "16550a"),
        label=_("Model"),
        essential=True,
        advanced=True,
    )
