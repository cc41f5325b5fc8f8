"""Watchdogs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

MODEL_LABELS: Mapping[str, Words] = {
    "i6300esb": "i6300ESB",
    "ib700": "iB700",
    "diag288": "diag288",
    "itco": "iTCO",
}
"""What people call the models."""

ACTION_LABELS: Mapping[str, Words] = {
    "reset": _("Reset the guest"),
    "shutdown": _("Shut the guest down"),
    "poweroff": _("Power the guest off"),
    "pause": _("Pause the guest"),
    "dump": _("Dump its memory to a file"),
    "inject-nmi": _("Send it an NMI"),
    "none": _("Do nothing"),
}
"""What people call the actions."""


class Watchdog(Device):
    """A device that acts when the guest has not been heard of for a time.

    https://libvirt.org/formatdomain.html#watchdog-devices
    """

    tag = "watchdog"
    collection = "watchdogs"
    title = _("Watchdog")
    told_apart_by = ("model",)
    needs_full_virtualization = True

    model = Field(
        "@model",
        Choice(*MODEL_LABELS, labels=MODEL_LABELS),
        label=_("Model"),
        help=_("i6300ESB is for PCI, iB700 for ISA, diag288 for s390."),
    )
    action = Field(
        "@action",
        Choice(*ACTION_LABELS, labels=ACTION_LABELS),
        label=_("Action"),
        help=_("What happens when a program in the guest stops saying that all is well."),
    )

    @property
    def display_name(self) -> str:
        """``Watchdog``."""
        return self._numbered(self.title)

    @property
    def summary(self) -> str:
        """The model and the action."""
        model = MODEL_LABELS.get(self.model or "", self.model or "")
        action = ACTION_LABELS.get(self.action or "", self.action or "")
        return " · ".join(filter(None, map(str, (model, action))))

    @property
    def why_kept(self) -> Words:
        """The one of the chipset stays."""
        return _("It is part of the machine's chipset.") if self.model == "itco" else ""

    @rule("model", touches=("address",))
    def model_sits_elsewhere(self) -> None:
        """Drop the address: another model may sit on another bus."""
        if self.address:
            del self.address

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one that resets the guest, on the bus that its machine has."""
        del host
        is_s390 = domain.os.arch in ("s390", "s390x")
        return cls(model="diag288" if is_s390 else "i6300esb", action="reset")
