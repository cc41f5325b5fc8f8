"""The CPU that a guest sees."""

from __future__ import annotations

from math import prod

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer, Text


class Topology(Element):
    """How the virtual CPUs are arranged; their product is the number of CPUs."""

    tag = "topology"
    sockets = Field("@sockets", Integer(1), label=_("Sockets"))
    dies = Field("@dies", Integer(1), label=_("Dies"), advanced=True)
    clusters = Field("@clusters", Integer(1), label=_("Clusters"), advanced=True)
    cores = Field("@cores", Integer(1), label=_("Cores"))
    threads = Field("@threads", Integer(1), label=_("Threads"))

    @property
    def product(self) -> int | None:
        """The number of CPUs; ``None`` where libvirt would miss a part of it."""
        needed = (self.sockets, self.cores, self.threads)
        if None in needed:
            return None
        return prod(part or 1 for part in (*needed, self.dies, self.clusters))


class CpuFeature(Element):
    """A feature that is forced, or forbidden."""

    tag = "feature"
    name = Field("@name", Text(), label=_("Feature"))
    policy = Field(
        "@policy",
        Choice("force", "require", "optional", "disable", "forbid", open=False),
        label=_("Policy"),
    )


class Cpu(Element):
    """The CPU model.

    https://libvirt.org/formatdomain.html#cpu-model-and-topology
    """

    tag = "cpu"
    mode = Field(
        "@mode",
        Choice("host-passthrough", "host-model", "maximum", "custom", open=False),
        label=_("CPU mode"),
        caps="cpu/mode",
    )
    match = Field("@match", Choice("minimum", "exact", "strict"), label=_("Match"), advanced=True)
    check = Field("@check", Choice("none", "partial", "full"), label=_("Check"), advanced=True)
    migratable = Field("@migratable", OnOff(), label=_("Migratable"), advanced=True)
    model = Field("model", Text(), label=_("CPU model"), caps="cpu/model")
    topology = Group("topology", Topology)
    features = Many(CpuFeature, key="name")
