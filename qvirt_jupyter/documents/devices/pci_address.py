"""Where a PCI device of the host is.

https://libvirt.org/formatdomain.html#usb-pci-scsi-devices
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Hexadecimal

_GROUP = _("Address on the host")


class PciAddress(Element):
    """The address of a PCI device of the host: ``0000:01:00.0``."""

    tag = "address"
    domain = Field("@domain", Hexadecimal(4), label=_("PCI domain"), group=_GROUP, advanced=True)
    bus = Field("@bus", Hexadecimal(2, maximum=255), label=_("PCI bus"), group=_GROUP)
    slot = Field("@slot", Hexadecimal(2, maximum=31), label=_("PCI slot"), group=_GROUP)
    function = Field("@function", Hexadecimal(1, maximum=7), label=_("PCI function"), group=_GROUP)

    @property
    def text(self) -> str:
        """The address as people write it; empty where there is none."""
        if self.bus is None and self.slot is None:
            return ""
        slot = f"{self.slot or 0:02x}.{self.function or 0:x}"
        return f"{self.domain or 0:04x}:{self.bus or 0:02x}:{slot}"
