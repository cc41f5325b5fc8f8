"""The boot ROM of a PCI device.

https://libvirt.org/formatdomain.html#usb-pci-scsi-devices
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import OnOff, YesNo
from qvirt_jupyter.documents.values import Path


class BootRom(Element):
    """The ROM from which the firmware can boot by a device."""

    tag = "rom"
    enabled = Field(
        "@enabled", YesNo(), label=_("The device has a ROM"), group=_("Boot ROM"), advanced=True
    )
    bar = Field(
        "@bar",
        OnOff(),
        label=_("The guest sees the ROM"),
        help=_("Off hides it, which helps with devices whose ROM the firmware cannot run."),
        group=_("Boot ROM"),
        advanced=True,
    )
    file = Field("@file", Path(), label=_("File"), group=_("Boot ROM"), advanced=True)
