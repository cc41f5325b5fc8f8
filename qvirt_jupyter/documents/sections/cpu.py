"""The CPU that a guest sees."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.sections.numa import Numa
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer, Text

if TYPE_CHECKING:
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

HOST_PASSTHROUGH = "host-passthrough"
HOST_MODEL = "host-model"

_WITH_OWN_MODEL = (None, "custom")
_MIGRATABLE = (HOST_PASSTHROUGH, "maximum")
_TOPOLOGY = _("Topology")


class Topology(Element):
    """How the virtual CPUs are arranged; their product is the number of CPUs."""

    tag = "topology"
    sockets = Field("@sockets", Integer(1), label=_("Sockets"), group=_TOPOLOGY)
    dies = Field(
        "@dies",
        Integer(1),
        label=_("Dies"),
        help=_("Dies in each socket; few processors have more than one."),
        group=_TOPOLOGY,
        advanced=True,
    )
    clusters = Field(
        "@clusters",
        Integer(1),
        label=_("Clusters"),
        help=_("Clusters in each die: cores that share a cache, as ARM processors have."),
        group=_TOPOLOGY,
        advanced=True,
    )
    cores = Field(
        "@cores", Integer(1), label=_("Cores"), help=_("Cores in each socket."), group=_TOPOLOGY
    )
    threads = Field(
        "@threads", Integer(1), label=_("Threads"), help=_("Threads of each core."), group=_TOPOLOGY
    )

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
    policy = Field(
        "@policy",
        Choice(
            *("force", "require", "optional", "disable", "forbid"),
            open=False,
            labels={
                "force": _("force: said to be there, even if the host has it not"),
                "require": _("require: the guest does not start without it"),
                "optional": _("optional: there where the host has it"),
                "disable": _("disable: not there"),
                "forbid": _("forbid: the guest does not start where the host has it"),
            },
        ),
        label=_("Policy"),
    )
    name = Field("@name", Text(), label=_("Feature"))


class CpuCache(Element):
    """What the guest is told of the processor's cache."""

    tag = "cache"
    level = Field(
        "@level",
        Integer(1, 3),
        label=_("Cache level"),
        help=_("Left out, it is about all levels."),
        advanced=True,
        essential=True,
    )
    mode = Field(
        "@mode",
        Choice("emulate", "passthrough", "disable", open=False),
        label=_("Cache"),
        help=_("The guest sees an emulated cache, the host's own, or none."),
        advanced=True,
        essential=True,
    )

    @rule("mode", touches=("level",))
    def without_mode_there_is_no_level(self) -> None:
        """Clear the level: libvirt wants the mode beside it."""
        if self.mode is None:
            self.level = None


class PhysicalAddresses(Element):
    """How many bits physical addresses have in the guest."""

    tag = "maxphysaddr"
    mode = Field(
        "@mode",
        Choice("emulate", "passthrough", open=False),
        label=_("Size of physical addresses"),
        help=_("The number of bits that the host has, or one of your own."),
        advanced=True,
        essential=True,
    )
    bits = Field(
        "@bits",
        Integer(1, 64),
        label=_("Physical address bits"),
        unit="bits",
        advanced=True,
        when=lambda addresses: addresses.mode == "emulate",
        essential=True,
    )
    limit = Field(
        "@limit",
        Integer(1, 64),
        label=_("At most as many bits"),
        unit="bits",
        advanced=True,
        when=lambda addresses: addresses.mode == "passthrough",
        essential=True,
    )

    @rule("mode", touches=("bits", "limit"))
    def each_mode_has_its_own_number(self) -> None:
        """Clear the number of the other mode."""
        if self.mode != "emulate":
            self.bits = None
        if self.mode != "passthrough":
            self.limit = None


class Cpu(Element):
    """The CPU model.

    https://libvirt.org/formatdomain.html#cpu-model-and-topology
    """

    tag = "cpu"
    mode = Field(
        "@mode",
        Choice(
            *(HOST_PASSTHROUGH, HOST_MODEL, "maximum", "custom"),
            open=False,
            labels={
                HOST_PASSTHROUGH: _("The host's processor itself"),
                HOST_MODEL: _("A model close to the host's"),
                "maximum": _("All that the hypervisor can do"),
                "custom": _("A named model"),
            },
        ),
        label=_("CPU mode"),
        help=_("A copy of the host is fastest; a named model runs on other hosts too."),
        caps="cpu/mode",
    )
    match = Field(
        "@match",
        Choice("minimum", "exact", "strict", open=False),
        label=_("Match"),
        help=_("Whether the guest may see more features of the host than the model has."),
        advanced=True,
        when=lambda cpu: cpu.mode in _WITH_OWN_MODEL,
    )
    check = Field(
        "@check",
        Choice("none", "partial", "full", open=False),
        label=_("Check"),
        help=_("How closely libvirt looks, before a start, whether the host can do it."),
        advanced=True,
    )
    migratable = Field(
        "@migratable",
        OnOff(),
        label=_("Migratable"),
        help=_("Leaves out features that would tie the guest to this host."),
        advanced=True,
        when=lambda cpu: cpu.mode in _MIGRATABLE,
        caps="cpu/migratable",
    )
    model = Field(
        "model",
        Text(),
        label=_("CPU model"),
        caps="cpu/model",
        when=lambda cpu: cpu.mode in _WITH_OWN_MODEL,
    )
    fallback = Field(
        "model/@fallback",
        Choice("allow", "forbid", open=False),
        label=_("Another model if need be"),
        help=_("Whether a similar model may take its place where the host lacks it."),
        advanced=True,
        when=lambda cpu: cpu.mode in (*_WITH_OWN_MODEL, HOST_MODEL),
    )
    vendor_id = Field(
        "model/@vendor_id",
        Text(pattern="[^,]{12}", expected=_("a text of 12 characters without comma")),
        label=_("Vendor that the guest sees"),
        help=_("Twelve characters such as GenuineIntel or AuthenticAMD."),
        advanced=True,
    )
    vendor = Field(
        "vendor",
        Text(),
        label=_("Vendor of the host"),
        help=_("The guest starts on processors of this vendor only."),
        advanced=True,
        when=lambda cpu: cpu.mode in _WITH_OWN_MODEL,
    )
    topology = Group("topology", Topology)
    cache = Group("cache", CpuCache)
    physical_addresses = Group("maxphysaddr", PhysicalAddresses)
    features = Many(CpuFeature, key="name")
    numa = Group("numa", Numa)

    @property
    def copies_host(self) -> bool:
        """Whether it is the host's processor, or a model close to it.

        Setting it to true gives the guest the host's processor itself; to false, what the
        hypervisor gives where nothing is said.
        """
        return self.mode in (HOST_PASSTHROUGH, HOST_MODEL)

    @copies_host.setter
    def copies_host(self, copies: bool) -> None:
        if copies != self.copies_host:
            self.mode = HOST_PASSTHROUGH if copies else None

    def has_mitigations(self, host: DomainCapabilities) -> bool:
        """Tell whether it requires all that the host has against Spectre and its like."""
        needed = host.mitigations
        required = {str(each.name) for each in self.features if each.policy == "require"}
        return bool(needed) and required.issuperset(needed)

    def set_mitigations(self, host: DomainCapabilities, required: bool) -> None:  # noqa: FBT001 - as a property would be set
        """Require what the host has against Spectre and its like, or say nothing of it.

        Parameters
        ----------
        host
            What its host offers.
        required
            Whether the guest is to have them.
        """
        for name in host.mitigations:
            known = self.features.get(name)
            if known is None and required:
                self.features.append(CpuFeature(policy="require", name=name))
            elif known is not None and required:
                known.policy = "require"
            elif known is not None:
                self.features.remove(known)

    @rule("mode", touches=("match", "migratable", "model", "fallback", "vendor_id", "vendor"))
    def mode_hides_the_model(self) -> None:
        """Clear what only a named model has, and what only a copy of the host has."""
        if self.mode not in _WITH_OWN_MODEL:
            self.match = self.model = self.vendor = None
            if self.mode != HOST_MODEL:
                self.fallback = self.vendor_id = None
        if self.mode not in _MIGRATABLE:
            self.migratable = None

    @rule("model", touches=("mode", "migratable", "match"))
    def model_is_a_named_one(self) -> None:
        """Say that the model is a named one, where the mode said another."""
        if self.model is not None and self.mode not in _WITH_OWN_MODEL:
            self.mode, self.migratable = "custom", None
        if self.model is None and self.mode == "custom":
            # libvirt refuses the mode without a model.
            self.mode = self.match = None
