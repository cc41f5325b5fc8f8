"""Where the guest's memory lies on the host.

https://libvirt.org/formatdomain.html#memory-backing
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.cpu_sets import CpuSet
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Choice, Integer, Size

_BACKING = _("Memory on the host")


class HugePage(Element):
    """A size of huge pages, and the guest's NUMA nodes that it is for."""

    tag = "page"
    order = ("@size", "@unit", "@nodeset")

    size = Field("@size", Size(minimum=1), label=_("Page size"), advanced=True)
    nodes = Field(
        "@nodeset",
        CpuSet(),
        label=_("NUMA nodes of the guest"),
        help=_("Left out, it is for all that no other size is for."),
        advanced=True,
    )


class MemoryBacking(Element):
    """Where the guest's memory lies on the host."""

    tag = "memoryBacking"
    huge_pages = Field(
        "hugepages",
        Flag(),
        label=_("Huge pages"),
        help=_("Faster for large guests; the host must have set such pages aside."),
        group=_BACKING,
        advanced=True,
    )
    huge_page_sizes = Many(HugePage, location="hugepages/page")
    no_sharing = Field(
        "nosharepages",
        Flag(),
        label=_("Never merged with other guests' memory"),
        group=_BACKING,
        advanced=True,
    )
    locked = Field(
        "locked",
        Flag(),
        label=_("Never swapped out"),
        help=_("The host keeps all of it in its memory; it needs a hard limit beside it."),
        group=_BACKING,
        advanced=True,
    )
    source = Field(
        "source/@type",
        Choice("anonymous", "file", "memfd", open=False),
        label=_("Memory source"),
        help=_("What can be shared with other programs is a file or a memfd."),
        group=_BACKING,
        advanced=True,
        essential=True,
        caps="memoryBacking/sourceType",
    )
    access = Field(
        "access/@mode",
        Choice("shared", "private", open=False),
        label=_("Memory access"),
        help=_("Shared memory can be used by programs of the host, as virtiofs needs."),
        group=_BACKING,
        advanced=True,
        essential=True,
    )
    allocation = Field(
        "allocation/@mode",
        Choice(
            *("immediate", "ondemand"),
            open=False,
            labels={"immediate": _("At the start"), "ondemand": _("When it is used")},
        ),
        label=_("Memory is taken"),
        group=_BACKING,
        advanced=True,
        essential=True,
    )
    allocation_threads = Field(
        "allocation/@threads",
        Integer(1),
        label=_("Threads that take it"),
        group=_BACKING,
        advanced=True,
    )
    discard = Field(
        "discard",
        Flag(),
        label=_("Forget the memory's contents at the end"),
        help=_("Contents of a file are not written back when the guest stops."),
        group=_BACKING,
        advanced=True,
    )
