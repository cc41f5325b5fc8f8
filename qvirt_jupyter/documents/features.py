"""Features of the guest's machine."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import Flag, OnOff
from qvirt_jupyter.documents.values import Choice


class Features(Element):
    """Switches of the machine.

    https://libvirt.org/formatdomain.html#hypervisor-features
    """

    tag = "features"
    pae = Field("pae", Flag(), label=_("PAE"), advanced=True)
    acpi = Field("acpi", Flag(), label=_("ACPI"))
    apic = Field("apic", Flag(), label=_("APIC"))
    vm_port = Field("vmport/@state", OnOff(), label=_("VMware port"), advanced=True, essential=True)
    smm = Field("smm/@state", OnOff(), label=_("System management mode"), advanced=True)
    io_apic = Field(
        "ioapic/@driver",
        Choice("qemu", "kvm", open=False),
        label=_("I/O APIC"),
        advanced=True,
        essential=True,
    )
