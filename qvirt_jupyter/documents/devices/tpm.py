"""Trusted platform modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.machine import is_x86
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.switches import Flag, YesNo
from qvirt_jupyter.documents.values import Choice, Path, Uuid
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

MODEL_LABELS: Mapping[str, Words] = {
    "tpm-crb": "CRB",
    "tpm-tis": "TIS",
    "tpm-spapr": "sPAPR",
    "spapr-tpm-proxy": _("sPAPR proxy"),
}
"""What people call the models."""

TYPE_LABELS: Mapping[str, Words] = {
    "emulator": _("Emulated"),
    "passthrough": _("Module of the host"),
    "external": _("Emulator that runs already"),
}
"""What people call the types."""

_BANKS = _("Active PCR banks")


class TpmEmulator(Element):
    """A module that swtpm emulates; its state is a file of the host."""

    tag = "backend"
    version = Field(
        "@version",
        Choice("2.0", "1.2", open=False),
        label=_("Version"),
        help=_("Windows 11 needs 2.0. Another version is another module: its keys are lost."),
        caps="tpm/backendVersion",
    )
    persistent_state = Field(
        "@persistent_state",
        YesNo(),
        label=_("Keep the state"),
        help=_("Keys stay even where the guest itself is not stored."),
        advanced=True,
    )
    encryption_secret = Field(
        "encryption/@secret",
        Uuid(),
        label=_("Secret that encrypts the state"),
        help=_("The UUID of a secret of libvirt; without it the guest cannot start."),
        essential=True,
        advanced=True,
    )
    sha1 = Field("active_pcr_banks/sha1", Flag(), label=_("SHA-1"), group=_BANKS, advanced=True)
    sha256 = Field(
        "active_pcr_banks/sha256", Flag(), label=_("SHA-256"), group=_BANKS, advanced=True
    )
    sha384 = Field(
        "active_pcr_banks/sha384", Flag(), label=_("SHA-384"), group=_BANKS, advanced=True
    )
    sha512 = Field(
        "active_pcr_banks/sha512", Flag(), label=_("SHA-512"), group=_BANKS, advanced=True
    )


class TpmPassthrough(Element):
    """The host's own module, which one guest can have at a time."""

    tag = "backend"
    path = Field(
        "device/@path",
        Path(),
        label=_("Device"),
        help=_("/dev/tpm0 if nothing is said."),
        essential=True,
    )


class TpmExternal(Element):
    """An emulator that somebody else has started."""

    tag = "backend"
    source_type = Field(
        "source/@type",
        Choice("unix", labels={"unix": _("Unix socket")}),
        label=_("Connected by"),
        advanced=True,
    )
    path = Field("source/@path", Path(), label=_("Socket"))
    mode = Field("source/@mode", Choice("connect"), label=_("Mode"), advanced=True)


class TpmBackend(Element):
    """What does the work of the module."""

    tag = "backend"
    type = Field(
        "@type",
        Choice(*TYPE_LABELS, labels=TYPE_LABELS),
        label=_("Type"),
        caps="tpm/backendModel",
    )
    source = Variant(
        "@type",
        {"emulator": TpmEmulator, "passthrough": TpmPassthrough, "external": TpmExternal},
    )


class Tpm(Device):
    """A trusted platform module, which keeps keys and measures what is booted.

    https://libvirt.org/formatdomain.html#tpm-device
    """

    tag = "tpm"
    collection = "tpms"
    title = _("TPM")
    told_apart_by = ("model",)
    is_single = True

    model = Field(
        "@model",
        Choice(*MODEL_LABELS, labels=MODEL_LABELS),
        label=_("Model"),
        help=_("CRB is the newer interface, for version 2.0 only; old guests know TIS."),
        caps="tpm/model",
    )
    backend = Group("backend", TpmBackend)

    @property
    def display_name(self) -> str:
        """``TPM``."""
        return self._numbered(self.title)

    @property
    def summary(self) -> str:
        """Type, model, and version or place."""
        source = self.backend.source
        where = source.version if isinstance(source, TpmEmulator) else getattr(source, "path", "")
        kind = TYPE_LABELS.get(self.backend.type or "", self.backend.type or "")
        model = MODEL_LABELS.get(self.model or "", self.model or "")
        return " · ".join(filter(None, (str(kind), str(model), where or "")))

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return an emulated one with the newest interface that the host has."""
        models = host.choices("tpm/model") if host is not None else None
        types = host.choices("tpm/backendModel") if host is not None else None
        known = ("tpm-crb", "tpm-tis") if is_x86(domain) else ("tpm-tis",)
        fitting = [model for model in known if models is None or model in models]
        kind = "emulator" if not types or "emulator" in types else types[0]
        return cls(model=(fitting or list(models or known))[0], backend=TpmBackend(type=kind))
