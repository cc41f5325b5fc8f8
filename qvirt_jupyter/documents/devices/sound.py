"""Sound cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.devices.machine import has_pcie
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Choice, Integer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

MODEL_LABELS: Mapping[str, Words] = {
    "ich9": _("Intel HDA (ICH9)"),
    "ich6": _("Intel HDA (ICH6)"),
    "ac97": "AC97",
    "usb": "USB",
    "virtio": "VirtIO",
    "ich7": _("Intel HDA (ICH7)"),
    "es1370": "ES1370",
    "sb16": "Sound Blaster 16",
    "pcspk": _("PC speaker"),
}
"""What people call the models."""

_WITH_CODECS = ("ich6", "ich7", "ich9")


class SoundCodec(Element):
    """What a card of Intel HDA has plugs for."""

    tag = "codec"
    type = Field(
        "@type",
        Choice(
            *("duplex", "micro", "output"),
            labels={
                "duplex": _("Line in and line out"),
                "micro": _("Microphone and speaker"),
                "output": _("Line out"),
            },
        ),
        label=_("Codec"),
    )


class Sound(Device):
    """A sound card.

    https://libvirt.org/formatdomain.html#sound-devices
    """

    tag = "sound"
    collection = "sounds"
    title = _("Sound card")
    told_apart_by = ("model",)
    needs_full_virtualization = True
    order = ("codec", "audio")

    model = Field(
        "@model",
        Choice(*MODEL_LABELS, labels=MODEL_LABELS),
        label=_("Model"),
        help=_("Intel HDA is known to nearly all guests, AC97 to old ones."),
        caps="sound/model",
    )
    codecs = Many(SoundCodec, key="type")
    audio = Field(
        "audio/@id",
        Integer(1),
        label=_("Audio backend"),
        help=_("The number of the backend that plays its sound; empty is the first one."),
        essential=True,
        advanced=True,
    )

    @property
    def display_name(self) -> str:
        """``Sound card``."""
        siblings = self._siblings()
        return f"{self.title} {self._number(siblings)}" if len(siblings) > 1 else str(self.title)

    @property
    def summary(self) -> str:
        """The model."""
        return str(MODEL_LABELS.get(self.model or "", self.model or ""))

    @rule("model", touches=("codecs", "address"))
    def model_sits_elsewhere(self) -> None:
        """Drop the address, and the codecs of a model that has none."""
        if self.model not in _WITH_CODECS:
            self.codecs.clear()
        if self.address:
            del self.address

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return the card of Intel's chipset that goes with the machine."""
        del host
        return cls(model="ich9" if has_pcie(domain) else "ich6")
