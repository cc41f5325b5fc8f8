"""Which guests of one architecture a host can run.

https://libvirt.org/formatcaps.html#guest-capabilities
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Items, Many
from qvirt_jupyter.documents.switches import Flag, OnOff, YesNo
from qvirt_jupyter.documents.values import Integer, Path, Text


class Machine(Element):
    """A board that the emulator can play."""

    tag = "machine"
    canonical = Field(
        "@canonical",
        Text(),
        label=_("Stands for"),
        help=_("The name is another one for this machine, which libvirt writes."),
    )
    most_cpus = Field("@maxCpus", Integer(), label=_("Most virtual CPUs"))
    deprecated = Field("@deprecated", YesNo(), label=_("About to be dropped"))
    name = Field(".", Text(), label=_("Machine"))


class Hypervisor(Element):
    """A hypervisor that can run the guests."""

    tag = "domain"
    type = Field("@type", Text(), label=_("Hypervisor"))
    emulator = Field("emulator", Path(), label=_("Emulator"))
    machines = Many(Machine, key="name")


class Guest(Element):
    """Which guests of one architecture a host can run."""

    tag = "guest"
    os_type = Field("os_type", Text(), label=_("Guest type"))
    arch = Field("arch/@name", Text(), label=_("Architecture"))
    word_size = Field("arch/wordsize", Integer(), label=_("Word size"), unit="bits")
    emulator = Field("arch/emulator", Path(), label=_("Emulator"))
    loader = Field("arch/loader", Path(), label=_("Firmware image"))
    machines = Many(Machine, key="name", location="arch/machine")
    hypervisors = Many(Hypervisor, key="type", location="arch/domain")
    pae = Field("features/pae", Flag(), label=_("PAE"))
    without_pae = Field("features/nonpae", Flag(), label=_("PAE can be off"))
    acpi = Field("features/acpi/@default", OnOff(), label=_("ACPI"))
    acpi_toggle = Field("features/acpi/@toggle", YesNo(), label=_("ACPI can be switched"))
    apic = Field("features/apic/@default", OnOff(), label=_("APIC"))
    apic_toggle = Field("features/apic/@toggle", YesNo(), label=_("APIC can be switched"))
    cpu_selection = Field("features/cpuselection", Flag(), label=_("CPU models"))
    device_boot = Field("features/deviceboot", Flag(), label=_("Boot order of devices"))
    disk_snapshot = Field("features/disksnapshot/@default", OnOff(), label=_("Disk snapshots"))
    hap = Field("features/hap/@default", OnOff(), label=_("Page tables by the hardware"))

    @property
    def types(self) -> tuple[str, ...]:
        """The hypervisors that can run it, the fastest first."""
        found = [str(each.type) for each in self.hypervisors]
        return tuple(sorted(found, key=lambda name: name == "qemu"))

    def machines_of(self, type: str | None = None) -> Items[Machine]:  # noqa: A002 - as the attribute is called
        """Return the machines of a hypervisor; most hosts say the same of all of them."""
        hypervisor = self.hypervisors.get(type)
        own = hypervisor.machines if hypervisor is not None else None
        return own or self.machines
