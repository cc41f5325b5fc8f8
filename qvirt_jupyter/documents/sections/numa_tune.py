"""From which NUMA nodes of the host the guest's memory comes.

https://libvirt.org/formatdomain.html#numa-node-tuning
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.cpu_sets import CpuSet
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Choice, Integer

_NUMA = _("NUMA nodes of the host")

_MODE = Choice(
    *("strict", "preferred", "interleave", "restrictive"),
    open=False,
    labels={
        "strict": _("Strict: from these alone"),
        "preferred": _("Preferred: from these first"),
        "interleave": _("Interleave: from all of these in turn"),
        "restrictive": _("Restrictive: as the host's control groups allow"),
    },
)


class MemoryNode(Element):
    """From where the memory of one node of the guest comes."""

    tag = "memnode"
    cell = Field("@cellid", Integer(), label=_("Node of the guest"), advanced=True)
    mode = Field("@mode", _MODE, label=_("Memory policy"), advanced=True)
    nodes = Field("@nodeset", CpuSet(), label=_("Nodes of the host"), advanced=True)


class NumaTune(Element):
    """From which NUMA nodes of the host the guest's memory comes."""

    tag = "numatune"
    mode = Field(
        "memory/@mode",
        _MODE,
        label=_("Memory policy"),
        group=_NUMA,
        advanced=True,
        live="numatune",
    )
    placement = Field(
        "memory/@placement",
        Choice(
            *("static", "auto"),
            open=False,
            labels={"static": _("These nodes"), "auto": _("What numad advises")},
        ),
        label=_("Placement"),
        group=_NUMA,
        advanced=True,
        live="numatune",
    )
    nodes = Field(
        "memory/@nodeset",
        CpuSet(),
        label=_("Nodes of the host"),
        group=_NUMA,
        advanced=True,
        live="numatune",
        when=lambda tune: tune.placement != "auto",
    )
    cells = Many(MemoryNode, key="cell")

    @rule("placement", touches=("nodes",))
    def automatic_placement_has_no_nodes(self) -> None:
        """Clear the nodes: libvirt refuses both."""
        if self.placement == "auto":
            self.nodes = None

    @rule("nodes", touches=("placement",))
    def nodes_are_not_automatic(self) -> None:
        """Say no more that the placement is automatic."""
        if self.nodes is not None and self.placement == "auto":
            self.placement = "static"
