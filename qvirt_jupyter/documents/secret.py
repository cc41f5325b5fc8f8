"""Secrets: what a password or a key that libvirt keeps is for. The value itself is never in XML."""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.switches import YesNo
from qvirt_jupyter.documents.values import Choice, Path, Text, Uuid
from qvirt_jupyter.documents.variant import Variant


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
        Choice(
            *("volume", "ceph", "iscsi", "tls", "vtpm"),
            labels={
                "volume": _("encrypted volume"),
                "ceph": _("Ceph"),
                "iscsi": _("iSCSI"),
                "tls": _("TLS"),
                "vtpm": _("emulated TPM"),
            },
        ),
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
