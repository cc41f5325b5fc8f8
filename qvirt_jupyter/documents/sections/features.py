"""Features of the guest's machine."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.sections.hyperv import Hyperv
from qvirt_jupyter.documents.sections.paravirtual import Kvm, Xen
from qvirt_jupyter.documents.switches import Flag, OnOff
from qvirt_jupyter.documents.values import Choice, Size

_X86 = _("PC")
_POWER = _("POWER")
_ARM = _("ARM")

_REPAIR = Choice("broken", "workaround", "fixed", open=False)


class Features(Element):
    """Switches of the machine.

    https://libvirt.org/formatdomain.html#hypervisor-features
    """

    tag = "features"
    # virDomainDefFeaturesFormat of src/conf/domain_conf.c: in the order of virDomainFeature.
    order = (
        *("acpi", "apic", "pae", "hap", "viridian", "privnet", "hyperv", "kvm", "pvspinlock"),
        *("capabilities", "pmu", "vmport", "gic", "smm", "ioapic", "hpt", "vmcoreinfo", "htm"),
        *("nested-hv", "msrs", "ccf-assist", "xen", "cfpc", "sbbc", "ibs", "tcg"),
        *("async-teardown", "ras", "ps2", "aia"),
    )

    acpi = Field(
        "acpi",
        Flag(),
        label=_("ACPI"),
        help=_("Lets the host ask the guest to shut down; nearly all guests need it."),
    )
    apic = Field(
        "apic",
        Flag(),
        label=_("APIC"),
        help=_("The interrupt controller of PCs with several processors."),
    )
    apic_eoi = Field(
        "apic/@eoi",
        OnOff(),
        label=_("Faster end of interrupts"),
        group=_X86,
        advanced=True,
    )
    pae = Field(
        "pae",
        Flag(),
        label=_("PAE"),
        help=_("Lets 32-bit guests use more than 4 GiB."),
        group=_X86,
        advanced=True,
    )
    hap = Field(
        "hap/@state",
        OnOff(),
        label=_("Page tables by the hardware"),
        group=_X86,
        advanced=True,
        essential=True,
    )
    viridian = Field(
        "viridian",
        Flag(),
        label=_("Viridian"),
        help=_("Hyper-V's interfaces on Xen."),
        advanced=True,
    )
    private_network = Field(
        "privnet",
        Flag(),
        label=_("Network of its own"),
        help=_("A container never uses the host's network devices."),
        advanced=True,
    )
    hyperv = Group("hyperv", Hyperv)
    kvm = Group("kvm", Kvm)
    paravirtual_spin_locks = Field(
        "pvspinlock/@state",
        OnOff(),
        label=_("Paravirtual spin locks"),
        group=_X86,
        advanced=True,
    )
    capabilities = Field(
        "capabilities/@policy",
        Choice("default", "allow", "deny", open=False),
        label=_("Privileges of a container"),
        advanced=True,
        essential=True,
    )
    pmu = Field(
        "pmu/@state",
        OnOff(),
        label=_("Performance counters"),
        help=_("Lets the guest measure with the processor's counters."),
        advanced=True,
    )
    vm_port = Field(
        "vmport/@state",
        OnOff(),
        label=_("VMware port"),
        help=_("An interface of VMware that confuses the mouse of some guests."),
        group=_X86,
        advanced=True,
        essential=True,
    )
    gic = Field(
        "gic/@version",
        Choice("host", "2", "3", open=False),
        label=_("Interrupt controller"),
        group=_ARM,
        advanced=True,
        caps="gic/version",
    )
    smm = Field(
        "smm/@state",
        OnOff(),
        label=_("System management mode"),
        help=_("Secure boot needs it."),
        group=_X86,
        advanced=True,
    )
    smm_memory = Field(
        "smm/tseg",
        Size("MiB"),
        label=_("Memory of system management mode"),
        group=_X86,
        advanced=True,
        when=lambda features: bool(features.smm),
    )
    io_apic = Field(
        "ioapic/@driver",
        Choice("qemu", "kvm", open=False),
        label=_("I/O APIC"),
        help=_("Interrupts of devices that are handed through with an IOMMU need qemu."),
        group=_X86,
        advanced=True,
        essential=True,
    )
    page_table_resizing = Field(
        "hpt/@resizing",
        Choice("enabled", "disabled", "required", open=False),
        label=_("Page table that grows"),
        group=_POWER,
        advanced=True,
    )
    largest_page = Field(
        "hpt/maxpagesize", Size(), label=_("Largest page"), group=_POWER, advanced=True
    )
    core_info = Field(
        "vmcoreinfo/@state",
        OnOff(),
        label=_("Details in memory dumps"),
        help=_("The guest's kernel says where it is, so that dumps can be read."),
        advanced=True,
        caps="vmcoreinfo",
    )
    transactional_memory = Field(
        "htm/@state",
        OnOff(),
        label=_("Transactional memory"),
        group=_POWER,
        advanced=True,
        essential=True,
    )
    nested_hv = Field(
        "nested-hv/@state",
        OnOff(),
        label=_("Guests inside the guest"),
        group=_POWER,
        advanced=True,
        essential=True,
    )
    unknown_msrs = Field(
        "msrs/@unknown",
        Choice(
            *("ignore", "fault"),
            open=False,
            labels={"ignore": _("Are ignored"), "fault": _("Are a fault")},
        ),
        label=_("Registers that KVM does not know"),
        group=_X86,
        advanced=True,
        essential=True,
    )
    count_cache_flush = Field(
        "ccf-assist/@state",
        OnOff(),
        label=_("Count cache flush by hardware"),
        group=_POWER,
        advanced=True,
        essential=True,
    )
    xen = Group("xen", Xen)
    cache_flush = Field(
        "cfpc/@value",
        _REPAIR,
        label=_("Cache flush on privilege change"),
        group=_POWER,
        advanced=True,
        essential=True,
    )
    bounds_barrier = Field(
        "sbbc/@value",
        _REPAIR,
        label=_("Barrier at bounds checks"),
        group=_POWER,
        advanced=True,
        essential=True,
    )
    indirect_branches = Field(
        "ibs/@value",
        Choice("broken", "workaround", "fixed-ibs", "fixed-ccd", "fixed-na", open=False),
        label=_("Indirect branch speculation"),
        group=_POWER,
        advanced=True,
        essential=True,
    )
    translation_cache = Field(
        "tcg/tb-cache",
        Size(),
        label=_("Cache of translated code"),
        help=_("Used by emulation without KVM."),
        advanced=True,
    )
    async_teardown = Field(
        "async-teardown/@enabled",
        Choice("yes", "no", open=False),
        label=_("Memory is given back later"),
        help=_("A large guest that stops leaves its memory to another process to free."),
        advanced=True,
        essential=True,
        caps="async-teardown",
    )
    ras = Field(
        "ras/@state",
        OnOff(),
        label=_("Errors of memory reach the guest"),
        group=_ARM,
        advanced=True,
        essential=True,
    )
    ps2 = Field(
        "ps2/@state",
        OnOff(),
        label=_("PS/2 controller"),
        group=_X86,
        advanced=True,
        essential=True,
        caps="ps2",
    )
    interrupt_architecture = Field(
        "aia/@value",
        Choice("none", "aplic", "aplic-imsic"),
        label=_("Interrupt architecture"),
        group=_("RISC-V"),
        advanced=True,
        essential=True,
    )

    @rule("smm", touches=("smm_memory",))
    def without_smm_there_is_no_memory_for_it(self) -> None:
        """Clear the size: libvirt refuses it where the mode is off."""
        if not self.smm:
            self.smm_memory = None
