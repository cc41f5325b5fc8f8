"""What the machine of a guest decides for its devices.

https://libvirt.org/pci-hotplug.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter.documents.domain import Domain

_X86 = ("x86_64", "i686")
# Of these architectures, the machine "virt" has PCI Express.
_VIRT = ("aarch64", "armv7l", "riscv64", "loongarch64")

NO_USB = _("The guest has no USB: its USB controller is of the model “none”.")
"""Why it cannot have what comes by USB."""


def is_x86(domain: Domain) -> bool:
    """Tell whether a guest is a PC; libvirt's own default where the definition says nothing."""
    return domain.os.arch in (None, *_X86)


def is_q35(domain: Domain) -> bool:
    """Tell whether a guest is a PC with PCI Express."""
    return is_x86(domain) and "q35" in (domain.os.machine or "")


def has_pcie(domain: Domain) -> bool:
    """Tell whether the machine of a guest has PCI Express."""
    is_virt = domain.os.arch in _VIRT and (domain.os.machine or "virt").startswith("virt")
    return is_q35(domain) or is_virt


def has_usb(domain: Domain) -> bool:
    """Tell whether a guest has USB, or gets it with its first device: libvirt adds a controller."""
    return not any(
        device.tag == "controller"
        and getattr(device, "type", None) == "usb"
        and getattr(device, "model", None) == "none"
        for device in domain.devices.all
    )
