"""What controllers of the PCI bus have for themselves.

https://libvirt.org/formatdomain.html#controllers
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Hexadecimal, Integer, Size, Text

_TARGET = _("Place on the PCI bus")
_BYTE = Integer(0, 255)


class PciOptions(Element):
    """What a PCI bridge, root or port has for itself."""

    name = Field(
        "model/@name",
        Text(),
        label=_("Device of the emulator"),
        help=_("Which of the emulator's devices plays this part, such as pcie-root-port."),
        essential=True,
        advanced=True,
    )
    chassis_number = Field(
        "target/@chassisNr", _BYTE, label=_("Chassis of the bridge"), group=_TARGET, advanced=True
    )
    chassis = Field(
        "target/@chassis", _BYTE, label=_("Chassis of the port"), group=_TARGET, advanced=True
    )
    port = Field(
        "target/@port",
        Hexadecimal(1, maximum=255),
        label=_("Port"),
        group=_TARGET,
        advanced=True,
    )
    bus_number = Field(
        "target/@busNr",
        _BYTE,
        label=_("Number of the expander's bus"),
        group=_TARGET,
        advanced=True,
    )
    target_index = Field(
        "target/@index", _BYTE, label=_("Index of the host bridge"), group=_TARGET, advanced=True
    )
    hotplug = Field(
        "target/@hotplug",
        OnOff(),
        label=_("Hotplug"),
        help=_("Whether devices can be plugged in here while the guest runs."),
        group=_TARGET,
        advanced=True,
    )
    memory_reserve = Field(
        "target/@memReserve",
        Integer(),
        label=_("Reserved memory"),
        help=_("Address space that is kept for devices that are plugged in later."),
        group=_TARGET,
        unit="KiB",
        advanced=True,
    )
    numa_node = Field("target/node", Integer(), label=_("NUMA cell"), group=_TARGET, advanced=True)
    hole = Field(
        "pcihole64",
        Size(),
        label=_("64-bit PCI hole"),
        help=_("How much address space above 4 GiB PCI devices may take together."),
        group=_TARGET,
        advanced=True,
    )
