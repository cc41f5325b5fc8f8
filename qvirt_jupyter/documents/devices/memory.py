"""Memory modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.cpu_sets import CpuSet
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import Flag, YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Path, Size, Uuid
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

MODEL_LABELS: Mapping[str, Words] = {
    "dimm": _("Memory module (DIMM)"),
    "virtio-mem": _("VirtIO memory"),
    "nvdimm": _("Non-volatile module (NVDIMM)"),
    "virtio-pmem": _("VirtIO non-volatile memory"),
    "sgx-epc": _("SGX enclaves"),
}
"""What people call the models."""

_HOST = _("On the host")
_MIB = 1024
MODULE = 512 * _MIB
"""The size of a module that is suggested, in KiB."""
_LEAST = 128 * _MIB
"""What guests can plug in at a time: a block of their memory, in KiB."""


class PagedMemory(Element):
    """Memory of the host, in pages of a size, from nodes."""

    tag = "memory"
    page_size = Field(
        "source/pagesize",
        Size(),
        label=_("Page size"),
        help=_("Larger pages must be set aside on the host first."),
        group=_HOST,
        advanced=True,
    )
    nodes = Field(
        "source/nodemask",
        CpuSet(),
        label=_("NUMA nodes of the host"),
        help=_("Such as 0-3,8."),
        group=_HOST,
        advanced=True,
    )


class EnclaveMemory(Element):
    """Memory of the host for enclaves."""

    tag = "memory"
    nodes = Field(
        "source/nodemask",
        CpuSet(),
        label=_("NUMA nodes of the host"),
        help=_("Such as 0-3,8."),
        group=_HOST,
        advanced=True,
    )


class FileMemory(Element):
    """Memory that is a file or a device of the host and keeps what is in it."""

    tag = "memory"
    path = Field("source/path", Path(), label=_("File or device"), group=_HOST)


class NvdimmMemory(FileMemory):
    """A file or a device of the host as an NVDIMM."""

    align_size = Field("source/alignsize", Size(), label=_("Alignment"), group=_HOST, advanced=True)
    is_persistent = Field(
        "source/pmem",
        Flag(),
        label=_("The host's memory is non-volatile itself"),
        group=_HOST,
        advanced=True,
    )
    label_size = Field(
        "target/label/size",
        Size(),
        label=_("Size of the label area"),
        required=True,
        advanced=True,
    )
    read_only = Field("target/readonly", Flag(), label=_("Read-only"))


def _is_virtio_mem(memory: Memory) -> bool:
    return memory.model == "virtio-mem"


class Memory(Device):
    """A memory module beside the memory that the guest starts with.

    https://libvirt.org/formatdomain.html#memory-devices
    """

    tag = "memory"
    collection = "memories"
    title = _("Memory module")
    told_apart_by = ("model",)
    needs_full_virtualization = True
    order = ("uuid", "source", "target")

    model = Field(
        "@model",
        Choice(*MODEL_LABELS, labels=MODEL_LABELS),
        label=_("Model"),
        help=_("VirtIO memory grows and shrinks while the guest runs; modules come and go whole."),
        caps="memory/model",
    )
    size = Field("target/size", Size(minimum=1), label=_("Size"))
    node = Field(
        "target/node",
        Integer(),
        label=_("NUMA node of the guest"),
        help=_("Counted from 0."),
        advanced=True,
    )
    source = Variant(
        "@model",
        {
            "dimm": PagedMemory,
            "virtio-mem": PagedMemory,
            "nvdimm": NvdimmMemory,
            "virtio-pmem": FileMemory,
            "sgx-epc": EnclaveMemory,
        },
    )

    block = Field(
        "target/block",
        Size(),
        label=_("Block size"),
        help=_("In which steps it grows and shrinks."),
        advanced=True,
        when=_is_virtio_mem,
    )
    requested = Field(
        "target/requested",
        Size(),
        label=_("Requested size"),
        help=_("How much of it the guest shall use now."),
        live="update",
        when=_is_virtio_mem,
    )
    current = Field(
        "target/current",
        Size(),
        label=_("Used size"),
        help=_("Said by libvirt of a running guest only."),
        advanced=True,
        when=_is_virtio_mem,
    )
    dynamic_slots = Field(
        "target/@dynamicMemslots",
        YesNo(),
        label=_("Dynamic memory slots"),
        help=_("Memory that the guest does not use costs the host less."),
        advanced=True,
        when=_is_virtio_mem,
    )
    access = Field(
        "@access",
        Choice("shared", "private", open=False),
        label=_("Access"),
        help=_("Shared with other processes of the host, as virtiofs and NVDIMMs need it."),
        advanced=True,
    )
    discard = Field(
        "@discard",
        YesNo(),
        label=_("Discard at the end"),
        help=_("Its contents are not written back when the guest stops."),
        advanced=True,
        when=lambda memory: memory.model in ("dimm", "nvdimm"),
    )
    uuid = Field(
        "uuid",
        Uuid(),
        label=_("UUID"),
        advanced=True,
        when=lambda memory: memory.model == "nvdimm",
    )

    @property
    def display_name(self) -> str:
        """``Memory module 1``."""
        return f"{self.title} {self._number(self._siblings())}"

    @property
    def summary(self) -> str:
        """The size, the model and the file."""
        size = "" if self.size is None else f"{-(-self.size // _MIB)} MiB"
        path = self.source.path if isinstance(self.source, FileMemory) else ""
        model = MODEL_LABELS.get(self.model or "", self.model or "")
        return " · ".join(filter(None, (size, str(model), path)))

    @rule(
        "model",
        touches=("requested", "current", "block", "dynamic_slots", "discard", "uuid", "address"),
    )
    def model_takes_its_own(self) -> None:
        """Forget what the old model had for itself."""
        if self.model == "virtio-mem":
            if self.requested is None:
                self.requested = self.size
        else:
            self.requested = self.current = self.block = self.dynamic_slots = None
        if self.model not in ("dimm", "nvdimm"):
            self.discard = None
        if self.model != "nvdimm":
            self.uuid = None
        if self.address:
            del self.address

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get one: it needs free slots and NUMA nodes."""
        reason = super().unavailable(domain, host)
        if reason:
            return reason
        slots = domain.memory_slots or 0
        if slots <= len(domain.devices.of(cls)):
            return _(
                "The guest has no free memory slot: say first how much memory it has with all "
                "slots filled, and how many slots there are."
            )
        if not domain.cpu.numa.cells:
            return _("The guest has no NUMA nodes, which libvirt needs for memory modules.")
        if _room(domain) < _LEAST:
            return _("The guest has all the memory already that it can have with slots filled.")
        return ""

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return a module of half a gibibyte, or of what the guest still can get."""
        del host
        room = _room(domain) // _LEAST * _LEAST
        return cls(model="dimm", size=min(MODULE, room) or MODULE, node=0)


def _room(domain: Domain) -> int:
    """Return how much memory modules can have in all that are not there yet, in KiB."""
    return max((domain.max_memory or 0) - (domain.memory or 0), 0)
