"""What the guest gets of the processors' caches and of the bandwidth to memory.

https://libvirt.org/formatdomain.html#cpu-tuning
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.cpu_sets import CpuSet
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.values import Choice, Integer, Size, Text


class CachePart(Element):
    """A part of one of the host's caches."""

    tag = "cache"
    id = Field("@id", Integer(), label=_("Cache of the host"), advanced=True)
    level = Field("@level", Integer(1), label=_("Cache level"), advanced=True)
    type = Field(
        "@type", Choice("both", "code", "data", open=False), label=_("Used for"), advanced=True
    )
    size = Field("@size", Size(), label=_("Size"), advanced=True)


class CacheMonitor(Element):
    """Which use of the cache is measured."""

    tag = "monitor"
    level = Field("@level", Integer(1), label=_("Cache level"), advanced=True)
    vcpus = Field("@vcpus", CpuSet(), label=_("Virtual CPUs"), advanced=True)


class CacheTune(Element):
    """What some virtual CPUs get of the processors' caches."""

    tag = "cachetune"
    vcpus = Field("@vcpus", CpuSet(), label=_("Virtual CPUs"), advanced=True)
    id = Field("@id", Text(), label=_("Group of the host's resource control"), advanced=True)
    parts = Many(CachePart)
    monitors = Many(CacheMonitor)


class MemoryShare(Element):
    """What is got of the bandwidth to one node's memory."""

    tag = "node"
    id = Field("@id", Integer(), label=_("NUMA node of the host"), advanced=True)
    bandwidth = Field("@bandwidth", Integer(), label=_("Bandwidth"), unit="%", advanced=True)


class MemoryMonitor(Element):
    """Whose use of the bandwidth is measured."""

    tag = "monitor"
    vcpus = Field("@vcpus", CpuSet(), label=_("Virtual CPUs"), advanced=True)


class BandwidthTune(Element):
    """What some virtual CPUs get of the bandwidth to memory."""

    tag = "memorytune"
    vcpus = Field("@vcpus", CpuSet(), label=_("Virtual CPUs"), advanced=True)
    nodes = Many(MemoryShare, key="id")
    monitors = Many(MemoryMonitor)
