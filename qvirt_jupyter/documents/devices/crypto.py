"""Cryptographic accelerators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.virtio_options import VirtioOptions
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Integer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

BACKEND_LABELS: Mapping[str, Words] = {
    "builtin": _("The emulator itself"),
    "lkcf": _("The kernel of the host"),
}
"""What people call the backends."""


class Crypto(VirtioOptions, Device):
    """A device that encrypts for the guest; libvirt has it since 9.0.

    https://libvirt.org/formatdomain.html#crypto
    """

    tag = "crypto"
    collection = "cryptos"
    title = _("Crypto device")
    needs_full_virtualization = True
    order = ("backend", "driver")

    model = Field(
        "@model",
        Choice("virtio", labels={"virtio": "VirtIO"}),
        label=_("Model"),
        caps="crypto/model",
    )
    type = Field(
        "@type", Choice("qemu", labels={"qemu": "QEMU"}), label=_("Type"), caps="crypto/type"
    )
    backend = Field(
        "backend/@model",
        Choice(*BACKEND_LABELS, labels=BACKEND_LABELS),
        label=_("Backend"),
        essential=True,
        caps="crypto/backendModel",
    )
    queues = Field("backend/@queues", Integer(1), label=_("Queues"), advanced=True)

    @property
    def display_name(self) -> str:
        """``Crypto device``."""
        return self._numbered(self.title)

    @property
    def summary(self) -> str:
        """Who does the work."""
        return str(BACKEND_LABELS.get(self.backend or "", self.backend or ""))

    @classmethod
    def unavailable(cls, domain: Domain, host: DomainCapabilities | None) -> Words:
        """Say why a guest cannot get one: hosts that know of it say so."""
        if host is not None and host.supports(cls.tag) is None:
            return _("This host does not know it: it needs libvirt 9.0 and QEMU 8.0.")
        return super().unavailable(domain, host)

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one that the emulator works for."""
        del domain, host
        return cls(model="virtio", type="qemu", backend="builtin")
