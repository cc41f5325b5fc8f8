"""What a host is, and which kinds of guests it can run."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.cpu_sets import CpuSet
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.guest_capabilities import Guest
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.sections.cpu import Topology
from qvirt_jupyter.documents.sections.numa import NumaDistance
from qvirt_jupyter.documents.switches import Flag, YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Size, Text, Uuid


class HostFeature(Element):
    """A feature of the host's processor."""

    tag = "feature"
    name = Field("@name", Text(), label=_("Feature"))


class PageSize(Element):
    """A size of memory pages that the host's processor knows."""

    tag = "pages"
    size = Field("@size", Size(), label=_("Page size"))


class HostCpu(Element):
    """The host's processor."""

    tag = "cpu"
    arch = Field("arch", Text(), label=_("Architecture"))
    model = Field("model", Text(), label=_("Closest CPU model"))
    vendor = Field("vendor", Text(), label=_("Vendor"))
    microcode = Field("microcode/@version", Integer(), label=_("Microcode"))
    family = Field("signature/@family", Integer(), label=_("Family"))
    model_number = Field("signature/@model", Integer(), label=_("Number of the model"))
    stepping = Field("signature/@stepping", Integer(), label=_("Stepping"))
    tsc_frequency = Field(
        "counter[@name='tsc']/@frequency", Integer(), label=_("TSC frequency"), unit="Hz"
    )
    tsc_scaling = Field("counter[@name='tsc']/@scaling", YesNo(), label=_("TSC can be scaled"))
    topology = Group("topology", Topology)
    address_bits = Field(
        "maxphysaddr/@bits", Integer(), label=_("Physical address bits"), unit="bits"
    )
    features = Many(HostFeature, key="name")
    page_sizes = Many(PageSize)


class Pages(Element):
    """How many pages of one size a node has."""

    tag = "pages"
    size = Field("@size", Size(), label=_("Page size"))
    count = Field(".", Integer(), label=_("Pages"))


class HostProcessor(Element):
    """A processor of a node."""

    tag = "cpu"
    id = Field("@id", Integer(), label=_("Processor"))
    socket = Field("@socket_id", Integer(), label=_("Socket"))
    die = Field("@die_id", Integer(), label=_("Die"))
    core = Field("@core_id", Integer(), label=_("Core"))
    siblings = Field("@siblings", CpuSet(), label=_("Threads of the same core"))


class HostCell(Element):
    """A NUMA node of the host."""

    tag = "cell"
    id = Field("@id", Integer(), label=_("Node"))
    memory = Field("memory", Size(), label=_("Memory"))
    pages = Many(Pages)
    distances = Many(NumaDistance, key="cell", location="distances/sibling", essential=True)
    processors = Many(HostProcessor, location="cpus/cpu")


class CacheBank(Element):
    """A cache of the host's processors."""

    tag = "bank"
    id = Field("@id", Integer(), label=_("Cache of the host"))
    level = Field("@level", Integer(), label=_("Cache level"))
    type = Field("@type", Choice("both", "code", "data", open=False), label=_("Used for"))
    size = Field("@size", Size(), label=_("Size"))
    cpus = Field("@cpus", CpuSet(), label=_("Processors"))


class BaseLabel(Element):
    """What labels of a kind of guests are made from."""

    tag = "baselabel"
    type = Field("@type", Text(), label=_("Hypervisor"))
    label = Field(".", Text(), label=_("Label"))


class SecurityModel(Element):
    """An access control of the host."""

    tag = "secmodel"
    model = Field("model", Text(), label=_("Access control"))
    interpretation = Field("doi", Text(), label=_("Domain of interpretation"))
    base_labels = Many(BaseLabel, key="type")


class Transport(Element):
    """A way by which guests can be migrated."""

    tag = "uri_transport"
    name = Field(".", Text(), label=_("Transport"))


class Host(Element):
    """What a host is."""

    tag = "host"
    uuid = Field("uuid", Uuid(), label=_("UUID of the host"))
    cpu = Group("cpu", HostCpu)
    suspends_to_memory = Field("power_management/suspend_mem", Flag(), label=_("Can sleep (S3)"))
    suspends_to_disk = Field("power_management/suspend_disk", Flag(), label=_("Can hibernate (S4)"))
    suspends_to_both = Field(
        "power_management/suspend_hybrid", Flag(), label=_("Can do both at once")
    )
    iommu = Field(
        "iommu/@support",
        YesNo(),
        label=_("IOMMU"),
        help=_("Without it, no PCI device can be handed through."),
    )
    migrates_live = Field("migration_features/live", Flag(), label=_("Migrates running guests"))
    transports = Many(
        Transport, key="name", location="migration_features/uri_transports/uri_transport"
    )
    cells = Many(HostCell, location="topology/cells/cell")
    caches = Many(CacheBank, location="cache/bank")
    security_models = Many(SecurityModel, key="model")


class Capabilities(Document):
    """The answer of ``virConnectGetCapabilities``; it is read and never written.

    https://libvirt.org/formatcaps.html
    """

    tag = "capabilities"
    host = Group("host", Host)
    guests = Many(Guest)

    def architectures(self, os_type: str = "hvm") -> tuple[str, ...]:
        """Return the architectures that guests can have, the host's own first."""
        found = [str(guest.arch) for guest in self.guests if guest.os_type == os_type]
        own = self.host.cpu.arch
        return tuple(dict.fromkeys(sorted(found, key=lambda arch: arch != own)))

    def guest(self, arch: str, os_type: str = "hvm") -> Guest | None:
        """Return what the host says of guests of an architecture; None where it has none."""
        return next(
            (each for each in self.guests if (each.arch, each.os_type) == (arch, os_type)), None
        )

    def choices(
        self,
        caps: str,
        *,
        arch: str | None = None,
        type: str | None = None,  # noqa: A002 - as the attribute is called
    ) -> tuple[str, ...] | None:
        """Return the values that the host offers for a field.

        Parameters
        ----------
        caps
            The ``caps`` of a declaration: ``guest/arch``, ``guest/type``, ``guest/machine`` or
            ``guest/os``.
        arch, type
            The architecture and the hypervisor that the guest has; None: those of the host.

        Returns
        -------
        tuple of str or None
            None where the host does not say.
        """
        if caps == "guest/os":
            return tuple(dict.fromkeys(str(guest.os_type) for guest in self.guests))
        if caps == "guest/arch":
            return self.architectures()
        guest = self.guest(arch or str(self.host.cpu.arch))
        if guest is None:
            return None
        if caps == "guest/type":
            return guest.types
        if caps == "guest/machine":
            return tuple(str(machine.name) for machine in guest.machines_of(type))
        return None

    @property
    def has_iommu(self) -> bool:
        """Whether PCI devices can be handed through."""
        return bool(self.host.iommu)

    @property
    def memory(self) -> int:
        """The memory of the host in KiB, as far as its nodes say it."""
        return sum(cell.memory or 0 for cell in self.host.cells)
