"""Secrets: what a password or a key that libvirt keeps is for. The value itself is never in XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Path, Text, Uuid
from qvirt_jupyter.documents.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

USAGE_LABELS: Final[Mapping[str, LazyString]] = {
    "volume": _("encrypted volume"),
    "ceph": _("Ceph"),
    "iscsi": _("iSCSI"),
    "tls": _("TLS"),
    "vtpm": _("emulated TPM"),
}
"""What secrets are for, in words."""


class VolumeUsage(Element):
    """For an encrypted volume."""

    tag = "secret"
    volume = Field("usage/volume", Path(), label=_("Volume"))


class NamedUsage(Element):
    """For what finds it by a name."""

    tag = "secret"
    name = Field("usage/name", Text(), label=_("Name"))


class TargetUsage(Element):
    """For an iSCSI target."""

    tag = "secret"
    target = Field("usage/target", Text(), label=_("Target"))


class Secret(Document):
    """What a secret is for.

    https://libvirt.org/formatsecret.html
    """

    tag = "secret"
    ephemeral = Field(
        "@ephemeral",
        YesNo(),
        label=_("Kept in memory only"),
        help=_("It is gone when libvirt's service stops."),
    )
    private = Field(
        "@private",
        YesNo(),
        label=_("Never given out"),
        help=_("libvirt uses the value and shows it to nobody."),
    )
    uuid = Field("uuid", Uuid(), label=_("UUID"))
    description = Field("description", Text(multiline=True), label=_("Description"))
    usage_type = Field(
        "usage/@type",
        Choice(*USAGE_LABELS, labels=USAGE_LABELS),
        label=_("Used for"),
        essential=True,
    )
    usage = Variant(
        "usage/@type",
        {
            "volume": VolumeUsage,
            "ceph": NamedUsage,
            "iscsi": TargetUsage,
            "tls": NamedUsage,
            "vtpm": NamedUsage,
        },
    )

    @property
    def usage_id(self) -> str:
        """The path or the name by which those who need it find it; empty where it has none."""
        usage = self.usage
        if isinstance(usage, VolumeUsage):
            return usage.volume or ""
        if isinstance(usage, NamedUsage):
            return usage.name or ""
        if isinstance(usage, TargetUsage):
            return usage.target or ""
        return ""
