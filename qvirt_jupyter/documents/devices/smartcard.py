"""Smart card readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.backends import BACKENDS, TYPE_LABELS, Backend
from qvirt_jupyter.documents.devices.device import Device
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Choice, Path, Text
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.documents.declaration import Words
    from qvirt_jupyter.documents.domain import Domain
    from qvirt_jupyter.documents.domain_capabilities import DomainCapabilities

MODE_LABELS: Mapping[str, Words] = {
    "passthrough": _("The card of the viewer"),
    "host": _("The card reader of the host"),
    "host-certificates": _("Certificates of the host"),
}
"""What people call the modes."""


class Certificate(Element):
    """A certificate that is a card's."""

    tag = "certificate"
    name = Field(".", Text(), label=_("Certificate"))


class PassedCard(Element):
    """The card is where a stream of bytes ends, mostly in the viewer."""

    tag = "smartcard"
    type = Field("@type", Choice(*TYPE_LABELS, labels=TYPE_LABELS), label=_("Connected by"))
    source = Variant("@type", BACKENDS)


class CertificateCard(Element):
    """A card that the emulator plays, with three certificates of the host's database."""

    tag = "smartcard"
    order = ("certificate", "database")
    certificates = Many(Certificate)
    database = Field(
        "database",
        Path(),
        label=_("Folder of the certificates"),
        help=_("/etc/pki/nssdb if nothing is said."),
        advanced=True,
    )


class Smartcard(Device):
    """A smart card reader.

    https://libvirt.org/formatdomain.html#smartcard-devices
    """

    tag = "smartcard"
    collection = "smartcards"
    title = _("Smart card")
    told_apart_by = ("mode",)
    needs_full_virtualization = True

    mode = Field("@mode", Choice(*MODE_LABELS, labels=MODE_LABELS), label=_("Mode"))
    source = Variant("@mode", {"passthrough": PassedCard, "host-certificates": CertificateCard})

    @property
    def type(self) -> str | None:
        """How a card of the viewer is connected; ``None`` for other modes."""
        return self.source.type if isinstance(self.source, PassedCard) else None

    @property
    def display_name(self) -> str:
        """``Smart card``."""
        return self._numbered(self.title)

    @property
    def summary(self) -> str:
        """The mode, and where the card is."""
        mode = MODE_LABELS.get(self.mode or "", self.mode or "")
        kind = TYPE_LABELS.get(self.type or "", self.type or "")
        source = self.source
        inner = source.source if isinstance(source, PassedCard) else None
        where = inner.where if isinstance(inner, Backend) else ""
        return " · ".join(filter(None, (str(mode), str(kind), where)))

    @rule("mode", touches=("source",))
    def viewers_card_comes_by_spice(self) -> None:
        """Say how the viewer's card is connected: libvirt demands it."""
        if isinstance(self.source, PassedCard) and self.source.type is None:
            self.source.type = "spicevmc"

    @classmethod
    def suggested(cls, domain: Domain, host: DomainCapabilities | None) -> Self:
        """Return one for the viewer's card where SPICE brings it, or else the host's."""
        del host
        if any(display.type == "spice" for display in domain.devices.graphics):
            return cls(mode="passthrough", source=PassedCard(type="spicevmc"))
        return cls(mode="host")
