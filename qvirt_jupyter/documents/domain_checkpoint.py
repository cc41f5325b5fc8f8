"""Checkpoints: moments from which on a backup takes only what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.domain_snapshot import domain_in
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.values import Choice, Integer, Text

if TYPE_CHECKING:
    from qvirt_jupyter.documents.domain import Domain


class CheckpointDisk(Element):
    """Whether changes of one disk are noted."""

    tag = "disk"
    name = Field(
        "@name",
        Text(),
        label=_("Disk"),
        help=_("The target of the disk, or the path of its image."),
    )
    kind = Field(
        "@checkpoint",
        Choice(
            *("no", "bitmap"),
            open=False,
            labels={"no": _("left out"), "bitmap": _("changes are noted in a bitmap")},
        ),
        label=_("Checkpoint of the disk"),
    )
    bitmap = Field("@bitmap", Text(), label=_("Bitmap"))
    size = Field(
        "@size",
        Integer(),
        label=_("Changed since then"),
        unit="bytes",
        help=_("Said by libvirt where it was asked for it."),
    )


class DomainCheckpoint(Document):
    """A moment from which on a backup takes only what changed.

    https://libvirt.org/formatcheckpoint.html
    """

    tag = "domaincheckpoint"
    order = ("name", "description", "parent", "creationTime", "disks", "domain")

    name = Field(
        "name",
        Text(pattern=r"[\w-][\w.-]*", expected=_("a name of letters, digits, _, - and .")),
        label=_("Name"),
    )
    description = Field("description", Text(multiline=True), label=_("Description"))
    parent = Field("parent/name", Text(), label=_("Made after"))
    creation_time = Field("creationTime", Integer(), label=_("Made at"), unit="s")
    disks = Many(CheckpointDisk, key="name", location="disks/disk", essential=True)

    @property
    def domain(self) -> Domain | None:
        """The definition that the machine ran with; None where it is not said. It is a copy."""
        return domain_in(self, "domain")
