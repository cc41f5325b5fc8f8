"""Random number generators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.backends import BACKENDS, TYPE_LABELS, Backend
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.virtio_options import MODELS, VirtioOptions
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.values import Choice, Integer, Path
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

BACKEND_LABELS: Mapping[str, Words] = {
    "random": _("A device of the host"),
    "builtin": _("The emulator itself"),
    "egd": _("An entropy daemon (EGD)"),
}
"""What people call the backends."""

DEVICE = "/dev/urandom"
"""What never blocks and is as good as /dev/random since Linux 5.6 (random(4))."""

_LIMIT = _("Limit")


class HostRandom(Element):
    """Random numbers of a device of the host."""

    tag = "backend"
    device = Field(
        ".", Path(), label=_("Device"), help=_("/dev/urandom is right unless you know better.")
    )

    @property
    def where(self) -> str:
        """The device."""
        return self.device or ""


class EgdRandom(Element):
    """Random numbers of a daemon that speaks the protocol of EGD."""

    tag = "backend"
    type = Field("@type", Choice(*TYPE_LABELS, labels=TYPE_LABELS), label=_("Connected by"))
    source = Variant("@type", BACKENDS)

    @property
    def where(self) -> str:
        """The place on the host."""
        return self.source.where if isinstance(self.source, Backend) else ""


class RandomBackend(Element):
    """Where the random numbers come from."""

    tag = "backend"
    model = Field(
        "@model",
        Choice(*BACKEND_LABELS, labels=BACKEND_LABELS),
        label=_("Backend"),
        caps="rng/backendModel",
    )
    source = Variant("@model", {"random": HostRandom, "egd": EgdRandom})


class Rng(VirtioOptions, Device):
    """A source of random numbers, so that guests start fast and keys are good.

    https://libvirt.org/formatdomain.html#random-number-generator-device
    """

    tag = "rng"
    collection = "rngs"
    title = _("Random numbers")
    told_apart_by = ("model",)
    order = ("@model", "driver", "rate", "backend")

    model = Field("@model", Choice(*MODELS), label=_("Model"), caps="rng/model", advanced=True)
    backend = Group("backend", RandomBackend)
    rate_bytes = Field(
        "rate/@bytes",
        Integer(1),
        label=_("Bytes per period"),
        help=_("No more than this, so that one guest does not take all from the others."),
        group=_LIMIT,
        required=True,
        advanced=True,
    )
    rate_period = Field(
        "rate/@period",
        Integer(1),
        label=_("Period"),
        help=_("One second if nothing is said."),
        unit="ms",
        group=_LIMIT,
        advanced=True,
    )

    @property
    def display_name(self) -> str:
        """``Random numbers``."""
        return self._numbered(self.title)

    @property
    def summary(self) -> str:
        """Where they come from."""
        source = self.backend.source
        if isinstance(source, HostRandom | EgdRandom) and source.where:
            return source.where
        model = self.backend.model or ""
        return str(BACKEND_LABELS.get(model, model))

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one that gives what the host's kernel gives."""
        del domain, host
        return cls(model="virtio", backend=RandomBackend(model="random", source=_of(DEVICE)))


def _of(device: str) -> HostRandom:
    return HostRandom(device=device)
