"""Snapshots: a guest as it was at a moment."""

# ruff: noqa: SLF001 - descriptors and elements are two halves of one thing; the underscores keep
# the names of XML fields free.

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.domain import Domain
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.documents.serialization import Style, serialize
from qvirt_jupyter.documents.values import Choice, Integer, Path, Text

if TYPE_CHECKING:
    from qvirt_jupyter.documents.location import Node


class SnapshotDisk(Element):
    """What becomes of one disk."""

    tag = "disk"
    name = Field(
        "@name",
        Text(),
        label=_("Disk"),
        help=_("The target of the disk, or the path of its image."),
    )
    kind = Field(
        "@snapshot",
        Choice(
            *("no", "internal", "external", "manual"),
            open=False,
            labels={
                "no": _("left out"),
                "internal": _("kept in its image"),
                "external": _("an image of its own takes what is written from now on"),
                "manual": _("done by somebody else"),
            },
        ),
        label=_("Snapshot of the disk"),
    )
    type = Field("@type", Choice("file", "block", "network"), label=_("Type of the new image"))
    format = Field("driver/@type", Choice("qcow2", "raw"), label=_("Format"), essential=True)
    file = Field("source/@file", Path(), label=_("New image"))
    device = Field("source/@dev", Path(), label=_("Block device"))


class DomainSnapshot(Document):
    """A guest as it was at a moment.

    https://libvirt.org/formatsnapshot.html
    """

    tag = "domainsnapshot"
    # virDomainSnapshotDefFormatInternal of src/conf/snapshot_conf.c
    order = ("name", "description", "state", "parent", "creationTime", "memory", "disks", "domain")

    name = Field("name", Text(), label=_("Name"))
    description = Field("description", Text(multiline=True), label=_("Description"))
    state = Field(
        "state",
        Choice(
            *("running", "blocked", "paused", "shutdown", "shutoff", "crashed", "disk-snapshot"),
            labels={"disk-snapshot": _("disks only")},
        ),
        label=_("State of the machine"),
    )
    parent = Field("parent/name", Text(), label=_("Made after"))
    creation_time = Field("creationTime", Integer(), label=_("Made at"), unit="s")
    memory = Field(
        "memory/@snapshot",
        Choice("no", "internal", "external", open=False),
        label=_("Memory"),
        essential=True,
    )
    memory_file = Field("memory/@file", Path(), label=_("File of the memory"))
    disks = Many(SnapshotDisk, key="name", location="disks/disk")
    is_current = Field(
        "active", Integer(0, 1), label=_("Current"), help=_("Written by old libvirt only.")
    )

    @property
    def domain(self) -> Domain | None:
        """The definition that the machine ran with; None where it is not said. It is a copy."""
        return domain_in(self, "domain")

    @property
    def inactive_domain(self) -> Domain | None:
        """The definition for the next start, as it was then; None where it was the same."""
        return domain_in(self, "inactiveDomain")


def domain_in(document: Document, tag: str) -> Domain | None:
    """Return a copy of a domain inside another document; None where there is none."""
    root = document._node
    node: Node | None = None if root is None else root.find(tag)
    if node is None:
        return None
    own = parse_xml(serialize(node, Style()))
    own.tag = Domain.tag
    text = serialize(own, Style())
    return Domain.parse(text)
