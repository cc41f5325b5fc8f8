"""NUMA nodes of the guest: which of its processors are near which part of its memory.

https://libvirt.org/formatdomain.html#cpu-model-and-topology
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.cpu_sets import CpuSet
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Integer, Size

_LOCAL = 10


class NumaDistance(Element):
    """How far another node is."""

    tag = "sibling"
    cell = Field("@id", Integer(), label=_("Node"))
    value = Field(
        "@value",
        Integer(_LOCAL, 255),
        label=_("Distance"),
        help=_("10 is the node itself, 255 one that cannot be reached."),
    )


class NumaCache(Element):
    """A cache on the way to the node's memory."""

    tag = "cache"
    level = Field("@level", Integer(1), label=_("Cache level"), advanced=True)
    associativity = Field(
        "@associativity",
        Choice("none", "direct", "full", open=False),
        label=_("Associativity"),
        advanced=True,
    )
    policy = Field(
        "@policy",
        Choice("none", "writeback", "writethrough", open=False),
        label=_("Write policy"),
        advanced=True,
    )
    size = Field("size/@value", Integer(), label=_("Cache size"), advanced=True)
    size_unit = Field(
        "size/@unit", Choice("B", "KiB", "MiB"), label=_("Unit of the cache size"), advanced=True
    )
    line = Field("line/@value", Integer(), label=_("Cache line"), advanced=True)
    line_unit = Field(
        "line/@unit", Choice("B", "KiB"), label=_("Unit of the cache line"), advanced=True
    )


class NumaCell(Element):
    """A node of the guest."""

    tag = "cell"
    order = ("@id", "@cpus", "@memory", "@unit", "@memAccess", "@discard")

    id = Field("@id", Integer(), label=_("Node"))
    cpus = Field(
        "@cpus",
        CpuSet(),
        label=_("Virtual CPUs"),
        help=_("A node without any has memory only."),
    )
    memory = Field("@memory", Size(), label=_("Memory"))
    access = Field(
        "@memAccess",
        Choice("shared", "private", open=False),
        label=_("Memory access"),
        help=_("Shared memory can be used by programs of the host, as virtiofs needs."),
        advanced=True,
    )
    discard = Field(
        "@discard",
        YesNo(),
        label=_("Forget the memory's contents at the end"),
        advanced=True,
    )
    distances = Many(NumaDistance, key="cell", location="distances/sibling", essential=True)
    caches = Many(NumaCache, key="level")


class NumaLatency(Element):
    """How long one node waits for the memory of another."""

    tag = "latency"
    initiator = Field("@initiator", Integer(), label=_("From node"), advanced=True)
    target = Field("@target", Integer(), label=_("To node"), advanced=True)
    cache = Field("@cache", Integer(1), label=_("Cache level"), advanced=True)
    type = Field(
        "@type", Choice("access", "read", "write", open=False), label=_("Kind"), advanced=True
    )
    value = Field("@value", Integer(), label=_("Latency"), unit="ns", advanced=True)


class NumaBandwidth(Element):
    """How much one node reads from the memory of another."""

    tag = "bandwidth"
    initiator = Field("@initiator", Integer(), label=_("From node"), advanced=True)
    target = Field("@target", Integer(), label=_("To node"), advanced=True)
    cache = Field("@cache", Integer(1), label=_("Cache level"), advanced=True)
    type = Field(
        "@type", Choice("access", "read", "write", open=False), label=_("Kind"), advanced=True
    )
    value = Field("@value", Size(), label=_("Bandwidth"), unit="KiB/s", advanced=True)


class Numa(Element):
    """The NUMA nodes of the guest."""

    tag = "numa"
    cells = Many(NumaCell, key="id")
    latencies = Many(NumaLatency, location="interconnects/latency")
    bandwidths = Many(NumaBandwidth, location="interconnects/bandwidth")
