"""Domains: the definition of a virtual machine."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import devices as _devices  # noqa: F401 - enters the device classes
from qvirt_jupyter.documents.cpu_sets import CpuSet
from qvirt_jupyter.documents.devices.device import Devices
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.sections.block_tune import BlockTune
from qvirt_jupyter.documents.sections.boot_order import BootOrder
from qvirt_jupyter.documents.sections.chipset import Chipset
from qvirt_jupyter.documents.sections.clock import Clock
from qvirt_jupyter.documents.sections.cpu import Cpu
from qvirt_jupyter.documents.sections.cpu_tune import CpuTune
from qvirt_jupyter.documents.sections.emulator_options import (
    DEPRECATION,
    EmulatorCapabilities,
    EmulatorOptions,
)
from qvirt_jupyter.documents.sections.features import Features
from qvirt_jupyter.documents.sections.identity_map import IdentityMap
from qvirt_jupyter.documents.sections.key_wrap import Cipher
from qvirt_jupyter.documents.sections.launch_security import LaunchSecurity
from qvirt_jupyter.documents.sections.memory_backing import MemoryBacking
from qvirt_jupyter.documents.sections.memory_tune import MemoryTune
from qvirt_jupyter.documents.sections.metadata import Metadata
from qvirt_jupyter.documents.sections.numa_memory import NumaMemory
from qvirt_jupyter.documents.sections.numa_tune import NumaTune
from qvirt_jupyter.documents.sections.operating_system import OperatingSystem
from qvirt_jupyter.documents.sections.power import PerfEvent, PowerManagement
from qvirt_jupyter.documents.sections.resource import Resource
from qvirt_jupyter.documents.sections.security_label import SecurityLabel
from qvirt_jupyter.documents.sections.shared_memory import SharedMemory
from qvirt_jupyter.documents.sections.system_information import SystemInformation
from qvirt_jupyter.documents.sections.vcpu import IoThread, Vcpu
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer, Path, Size, Text, Uuid

NAME = Text(
    pattern=r"[^/\n]*[^/\s][^/\n]*",
    expected=_("a usable name (no slash, no line break, not only spaces)"),
)
"""libvirt refuses these names itself (src/conf/domain_conf.c, virDomainDefPostParse)."""

_EVENT_LABELS = {
    "destroy": _("Stop the machine"),
    "restart": _("Start it again"),
    "preserve": _("Keep it as it is"),
    "rename-restart": _("Start it again under another name"),
    "coredump-destroy": _("Dump its memory and stop it"),
    "coredump-restart": _("Dump its memory and start it again"),
}
_ENDS = ("destroy", "restart", "preserve", "rename-restart")
_EVENT = Choice(*_ENDS, open=False, labels=_EVENT_LABELS)
_CRASH = Choice(*_ENDS, "coredump-destroy", "coredump-restart", open=False, labels=_EVENT_LABELS)
_EVENTS = _("Events")

_VCPUS = ("current_vcpus", "vcpu_placement", "vcpu_cpus", "cpu", "each_vcpu")


class Domain(BootOrder, Chipset, NumaMemory, SharedMemory, Document):
    """A virtual machine.

    https://libvirt.org/formatdomain.html
    """

    tag = "domain"
    # The order in which libvirt writes them (src/conf/domain_conf.c,
    # virDomainDefFormatInternalSetRootName): what we do not declare keeps its place too.
    order = (
        *("name", "uuid", "genid", "title", "description", "metadata", "maxMemory", "memory"),
        *("currentMemory", "blkiotune", "memtune", "memoryBacking", "vcpu", "vcpus", "iothreads"),
        *("iothreadids", "defaultiothread", "cputune", "numatune", "resource", "sysinfo"),
        *("bootloader", "bootloader_args", "os", "idmap", "features", "cpu", "clock"),
        *("on_poweroff", "on_reboot", "on_crash", "on_lockfailure", "pm", "perf", "devices"),
        *("seclabel", "keywrap", "launchSecurity"),
    )

    type = Field(
        "@type",
        Choice("kvm", "qemu", "xen", "lxc", "bhyve", "test"),
        label=_("Hypervisor"),
        help=_("kvm uses the processor's virtualisation, qemu emulates all and is slow."),
        caps="guest/type",
    )
    id = Field(
        "@id",
        Integer(),
        label=_("Number while it runs"),
        help=_("Said by libvirt of a running guest only."),
        advanced=True,
    )
    name = Field("name", NAME, label=_("Name"))
    uuid = Field("uuid", Uuid(), label=_("UUID"))
    generation_id = Field(
        "genid",
        Uuid(),
        label=_("Generation"),
        help=_("Changes when the guest is rolled back or copied, so that it can notice."),
        advanced=True,
        caps="genid",
    )
    title = Field("title", Text(), label=_("Title"), live="metadata")
    description = Field(
        "description", Text(multiline=True), label=_("Description"), live="metadata"
    )
    metadata = Group("metadata", Metadata)
    max_memory = Field(
        "maxMemory",
        Size(),
        label=_("Memory with all slots filled"),
        help=_("Modules of memory can be added up to this while it runs."),
        advanced=True,
        essential=True,
    )
    memory_slots = Field(
        "maxMemory/@slots", Integer(1), label=_("Memory slots"), advanced=True, essential=True
    )
    memory = Field(
        "memory",
        Size(minimum=1),
        label=_("Maximum memory"),
        help=_("The guest sees it at its start; the balloon gives some of it back."),
        live="memory",
    )
    dump_memory = Field(
        "memory/@dumpCore",
        OnOff(),
        label=_("Memory in dumps of the emulator"),
        advanced=True,
    )
    current_memory = Field(
        "currentMemory",
        Size(minimum=1),
        label=_("Memory"),
        help=_("What the guest has now, or starts with."),
        live="memory",
    )
    block_tune = Group("blkiotune", BlockTune)
    memory_tune = Group("memtune", MemoryTune)
    memory_backing = Group("memoryBacking", MemoryBacking)
    vcpus = Field(
        "vcpu", Integer(1), label=_("Maximum virtual CPUs"), live="vcpus", caps="vcpu/max"
    )
    vcpu_placement = Field(
        "vcpu/@placement",
        Choice(
            *("static", "auto"),
            open=False,
            labels={"static": _("These processors"), "auto": _("What numad advises")},
        ),
        label=_("Placement of virtual CPUs"),
        advanced=True,
        essential=True,
    )
    vcpu_cpus = Field(
        "vcpu/@cpuset",
        CpuSet(),
        label=_("Processors of the host"),
        help=_("All virtual CPUs run on these, unless one is pinned by itself."),
        advanced=True,
        when=lambda domain: domain.vcpu_placement != "auto",
        essential=True,
    )
    current_vcpus = Field(
        "vcpu/@current", Integer(1), label=_("Virtual CPUs"), live="vcpus", essential=True
    )
    each_vcpu = Many(Vcpu, key="id", location="vcpus/vcpu")
    io_threads = Field(
        "iothreads",
        Integer(),
        label=_("I/O threads"),
        help=_("Threads that serve disks, beside the emulator's own."),
        advanced=True,
        live="iothreads",
    )
    each_io_thread = Many(IoThread, key="id", location="iothreadids/iothread")
    fewest_workers = Field(
        "defaultiothread/@thread_pool_min",
        Integer(),
        label=_("Fewest worker threads of the emulator"),
        advanced=True,
    )
    most_workers = Field(
        "defaultiothread/@thread_pool_max",
        Integer(),
        label=_("Most worker threads of the emulator"),
        advanced=True,
    )
    cpu_tune = Group("cputune", CpuTune)
    numa_tune = Group("numatune", NumaTune)
    resource = Group("resource", Resource)
    system_information = Many(SystemInformation, key="type")
    boot_loader = Field(
        "bootloader",
        Path(),
        label=_("Boot loader"),
        help=_("A program of the host that fetches the kernel; Xen and bhyve know it."),
        advanced=True,
    )
    boot_loader_arguments = Field(
        "bootloader_args", Text(), label=_("Its arguments"), advanced=True
    )
    os = Group("os", OperatingSystem)
    identity_map = Group("idmap", IdentityMap)
    features = Group("features", Features)
    cpu = Group("cpu", Cpu)
    clock = Group("clock", Clock)
    on_power_off = Field(
        "on_poweroff",
        _EVENT,
        label=_("When it powers off"),
        group=_EVENTS,
        advanced=True,
        live="lifecycle_action",
    )
    on_reboot = Field(
        "on_reboot",
        _EVENT,
        label=_("When it reboots"),
        group=_EVENTS,
        advanced=True,
        live="lifecycle_action",
    )
    on_crash = Field(
        "on_crash",
        _CRASH,
        label=_("When it crashes"),
        help=_("The guest must say that it crashed: see the panic device."),
        group=_EVENTS,
        advanced=True,
        live="lifecycle_action",
    )
    on_lock_failure = Field(
        "on_lockfailure",
        Choice("poweroff", "restart", "pause", "ignore", open=False),
        label=_("When it loses the lock of a disk"),
        group=_EVENTS,
        advanced=True,
    )
    power = Group("pm", PowerManagement)
    perf_events = Many(PerfEvent, key="name", location="perf/event", essential=True)
    devices = Group("devices", Devices)
    security_labels = Many(SecurityLabel, key="model")
    key_wrap = Many(Cipher, key="name", location="keywrap/cipher", essential=True)
    launch_security = Group("launchSecurity", LaunchSecurity)
    emulator_options = Group("qemu:commandline", EmulatorOptions)
    emulator_capabilities = Group("qemu:capabilities", EmulatorCapabilities)
    emulator_deprecation = Field(
        "qemu:deprecation/@behavior",
        DEPRECATION,
        label=_("What QEMU will drop"),
        help=_("For tests: how QEMU answers to options that it is about to drop."),
        advanced=True,
        essential=True,
    )

    @rule("memory", touches=("current_memory",))
    def maximum_memory_bounds_current(self) -> None:
        """Lower what the guest starts with to its maximum."""
        if self.memory is not None and (self.current_memory or 0) > self.memory:
            self.current_memory = self.memory

    @rule("current_memory", touches=("memory",))
    def current_memory_raises_maximum(self) -> None:
        """Raise the maximum to what the guest starts with."""
        if self.current_memory is not None and (self.memory or 0) < self.current_memory:
            self.memory = self.current_memory

    @rule("current_vcpus", touches=("vcpus", "cpu"))
    def current_vcpus_raise_maximum(self) -> None:
        """Raise the maximum to the CPUs that the guest starts with."""
        if self.current_vcpus is not None and (self.vcpus or 1) < self.current_vcpus:
            self.vcpus = self.current_vcpus
            self._fit_topology()

    @rule("max_memory", touches=("memory_slots",))
    def slots_go_with_what_they_hold(self) -> None:
        """Clear the number of slots: libvirt wants both or none."""
        if self.max_memory is None:
            self.memory_slots = None

    @rule("vcpus", touches=_VCPUS)
    def vcpus_bound_current_and_fit_topology(self) -> None:
        """Lower the CPUs it starts with, and let the number of sockets follow."""
        if self.vcpus is not None and (self.current_vcpus or 0) > self.vcpus:
            self.current_vcpus = self.vcpus
        if self.vcpus is None:
            self.current_vcpus = self.vcpu_placement = self.vcpu_cpus = None
        self._fit_topology()
        self._fit_each_vcpu()

    @rule("cpu.topology", touches=("vcpus", "current_vcpus", "each_vcpu"))
    def topology_counts_the_vcpus(self) -> None:
        """Let the number of CPUs be what the topology says, as libvirt demands."""
        product = self.cpu.topology.product
        if product is not None:
            self.vcpus = product
            if (self.current_vcpus or 0) > product:
                self.current_vcpus = product
            self._fit_each_vcpu()

    @rule("vcpu_placement", touches=("vcpu_cpus",))
    def automatic_placement_has_no_processors(self) -> None:
        """Clear the processors: libvirt ignores them then."""
        if self.vcpu_placement == "auto":
            self.vcpu_cpus = None

    @rule("io_threads", touches=("each_io_thread",))
    def io_threads_are_as_many(self) -> None:
        """Take away what is said of threads beyond the number; libvirt would raise it again."""
        del self.each_io_thread[self.io_threads or 0 :]

    @rule("each_io_thread", touches=("io_threads",))
    def io_threads_are_counted(self) -> None:
        """Raise the number to that of the threads that something is said of."""
        if len(self.each_io_thread) > (self.io_threads or 0):
            self.io_threads = len(self.each_io_thread)

    def _fit_topology(self) -> None:
        topology = self.cpu.topology
        if topology.product in (None, self.vcpus):
            return
        in_socket = (
            (topology.dies or 1)
            * (topology.clusters or 1)
            * (topology.cores or 1)
            * (topology.threads or 1)
        )
        if self.vcpus and self.vcpus % in_socket == 0:
            topology.sockets = self.vcpus // in_socket
        else:
            del self.cpu.topology

    def _fit_each_vcpu(self) -> None:
        # libvirt wants either none or all of them.
        if self.each_vcpu and len(self.each_vcpu) != self.vcpus:
            self.each_vcpu.clear()
