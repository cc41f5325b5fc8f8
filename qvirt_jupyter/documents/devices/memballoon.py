"""Memory balloons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.virtio_options import MODELS, VirtioOptions
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.switches import OnOff
from qvirt_jupyter.documents.values import Choice, Integer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

MODEL_LABELS: Mapping[str, Words] = {"virtio": "VirtIO", "xen": "Xen", "none": _("None")}
"""What people call the models."""


class MemBalloon(VirtioOptions, Device):
    """What gives memory of a running guest back to the host, and says how much it uses.

    https://libvirt.org/formatdomain.html#memory-balloon-device
    """

    tag = "memballoon"
    collection = "memballoons"
    title = _("Memory balloon")
    is_single = True
    order = ("stats", "driver")

    model = Field(
        "@model",
        Choice(*MODELS, "xen", "none", labels=MODEL_LABELS),
        label=_("Model"),
        help=_("Without it, the memory of a running guest cannot be changed and is not measured."),
    )
    auto_deflate = Field(
        "@autodeflate",
        OnOff(),
        label=_("Give back before the guest runs out"),
        help=_("The guest takes memory back by itself instead of ending programs."),
        advanced=True,
        when=lambda balloon: balloon.model != "none",
    )
    free_page_reporting = Field(
        "@freePageReporting",
        OnOff(),
        label=_("Report free pages"),
        help=_("The host gets what the guest does not use at once, without being asked."),
        advanced=True,
        when=lambda balloon: balloon.model != "none",
    )
    stats_period = Field(
        "stats/@period",
        Integer(1),
        label=_("Measure every"),
        help=_("How often the guest says how much memory it uses; empty is when somebody looks."),
        unit="s",
        essential=True,
        advanced=True,
        when=lambda balloon: balloon.model != "none",
    )

    @property
    def display_name(self) -> str:
        """``Memory balloon``."""
        return self._numbered(self.title)

    @property
    def summary(self) -> str:
        """The model, and how often it measures."""
        if self.model == "none":
            return str(_("none"))
        every = _("measures every {period} s").format(period=self.stats_period)
        return str(every) if self.stats_period else ""

    @property
    def why_kept(self) -> Words:
        """It stays: libvirt gives each guest of QEMU and Xen one."""
        guest = self.guest
        if guest is not None and guest.type in ("kvm", "qemu", "hvf", "xen"):
            return _("libvirt would add it again: choose the model “None” to be without it.")
        return ""

    @rule("model", touches=("auto_deflate", "free_page_reporting", "stats_period", "address"))
    def none_has_nothing(self) -> None:
        """Forget what no balloon cannot have, and an address that is another model's."""
        if self.model == "none":
            self.auto_deflate = self.free_page_reporting = self.stats_period = None
        if self.address:
            del self.address

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return the one that libvirt would add itself."""
        del host
        return cls(model="xen" if domain.type == "xen" else "virtio")
