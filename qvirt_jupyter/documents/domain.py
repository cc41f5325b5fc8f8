"""Domains: the definition of a virtual machine."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import devices as _devices  # noqa: F401 - enters the device classes
from qvirt_jupyter.documents.clock import Clock
from qvirt_jupyter.documents.cpu import Cpu
from qvirt_jupyter.documents.devices.device import Devices
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.features import Features
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.metadata import Metadata
from qvirt_jupyter.documents.operating_system import OperatingSystem
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Choice, Integer, Size, Text, Uuid

NAME = Text(
    pattern=r"[^/\n]*[^/\s][^/\n]*",
    expected=_("a name without slash that is not all blank"),
)
"""libvirt refuses these names itself (src/conf/domain_conf.c, virDomainDefPostParse)."""

_EVENT = Choice("destroy", "restart", "preserve", "rename-restart")
_CRASH = Choice(
    "destroy", "restart", "preserve", "rename-restart", "coredump-destroy", "coredump-restart"
)


class Domain(Document):
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
        "@type", Choice("kvm", "qemu", "xen", "lxc", "bhyve", "test"), label=_("Hypervisor")
    )
    name = Field("name", NAME, label=_("Name"))
    uuid = Field("uuid", Uuid(), label=_("UUID"))
    title = Field("title", Text(), label=_("Title"), live="metadata")
    description = Field(
        "description", Text(multiline=True), label=_("Description"), live="metadata"
    )
    metadata = Group("metadata", Metadata)
    max_memory = Field("maxMemory", Size(), label=_("Memory with all slots filled"), advanced=True)
    memory_slots = Field("maxMemory/@slots", Integer(1), label=_("Memory slots"), advanced=True)
    memory = Field("memory", Size(minimum=1), label=_("Maximum memory"), live="memory")
    current_memory = Field("currentMemory", Size(minimum=1), label=_("Memory"), live="memory")
    vcpus = Field("vcpu", Integer(1), label=_("Maximum virtual CPUs"), live="vcpus")
    current_vcpus = Field("vcpu/@current", Integer(1), label=_("Virtual CPUs"), live="vcpus")
    io_threads = Field("iothreads", Integer(), label=_("I/O threads"), advanced=True)
    os = Group("os", OperatingSystem)
    features = Group("features", Features)
    cpu = Group("cpu", Cpu)
    clock = Group("clock", Clock)
    on_power_off = Field("on_poweroff", _EVENT, label=_("When it powers off"), advanced=True)
    on_reboot = Field("on_reboot", _EVENT, label=_("When it reboots"), advanced=True)
    on_crash = Field("on_crash", _CRASH, label=_("When it crashes"), advanced=True)
    devices = Group("devices", Devices)

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

    @rule("vcpus", touches=("current_vcpus", "cpu"))
    def vcpus_bound_current_and_fit_topology(self) -> None:
        """Lower the CPUs it starts with, and let the number of sockets follow."""
        if self.vcpus is not None and (self.current_vcpus or 0) > self.vcpus:
            self.current_vcpus = self.vcpus
        self._fit_topology()

    @rule("cpu", touches=("vcpus", "current_vcpus"))
    def topology_counts_the_vcpus(self) -> None:
        """Let the number of CPUs be what the topology says, as libvirt demands."""
        product = self.cpu.topology.product
        if product is not None:
            self.vcpus = product
            if (self.current_vcpus or 0) > product:
                self.current_vcpus = product

    def _fit_topology(self) -> None:
        topology = self.cpu.topology
        if topology.product in (None, self.vcpus):
            return
        in_socket = (topology.dies or 1) * (topology.cores or 1) * (topology.threads or 1)
        if self.vcpus and self.vcpus % in_socket == 0:
            topology.sockets = self.vcpus // in_socket
        else:
            del self.cpu.topology
