"""Panic notifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.machine import is_x86
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

MODEL_LABELS: Mapping[str, Words] = {
    "isa": _("ISA port (pvpanic)"),
    "pvpanic": _("PCI device (pvpanic)"),
    "hyperv": _("Hyper-V"),
    "pseries": "pSeries",
    "s390": "S390",
}
"""What people call the models."""

_BY_ARCH = {"ppc64": "pseries", "ppc64le": "pseries", "s390x": "s390", "s390": "s390"}


class Panic(Device):
    """A device by which the guest's kernel says that it has crashed.

    https://libvirt.org/formatdomain.html#panic-device
    """

    tag = "panic"
    collection = "panics"
    title = _("Panic notifier")
    told_apart_by = ("model",)
    needs_full_virtualization = True

    model = Field(
        "@model",
        Choice(*MODEL_LABELS, labels=MODEL_LABELS),
        label=_("Model"),
        help=_("libvirt takes the one that suits the machine if nothing is said."),
        caps="panic/model",
    )

    @property
    def display_name(self) -> str:
        """``Panic notifier``."""
        siblings = self._siblings()
        return f"{self.title} {self._number(siblings)}" if len(siblings) > 1 else str(self.title)

    @property
    def summary(self) -> str:
        """The model."""
        return str(MODEL_LABELS.get(self.model or "", self.model or ""))

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get one: there can be one of each model."""
        reason = super().unavailable(domain, host)
        if not reason and not cls._free(domain, host):
            return _("The guest has one of each model that its machine can have.")
        return reason

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one of the first model that the guest lacks."""
        free = cls._free(domain, host)
        return cls(model=free[0]) if free else cls()

    @classmethod
    def _free(cls, domain: Domain, host: DomainCapabilities | None) -> list[str]:
        models = host.choices("panic/model") if host is not None else None
        if models is None:
            # Hosts say it since libvirt 9.10 only (https://libvirt.org/news.html).
            by_machine = ("isa", "hyperv") if is_x86(domain) else ("pvpanic",)
            models = (_BY_ARCH[domain.os.arch],) if domain.os.arch in _BY_ARCH else by_machine
        taken = {panic.model or models[0] for panic in domain.devices.of(cls)}
        return [model for model in models if model not in taken]
