"""Storage volumes."""

from __future__ import annotations

from typing import Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.storage_pool import Permissions
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Choice, Path, Size, Text

FORMATS = Choice("qcow2", "raw", "qed", "vmdk", "vdi", "vpc", "iso", "dir")


class BackingStore(Element):
    """The image that a volume holds the differences to."""

    tag = "backingStore"
    path = Field("path", Path(absolute=False), label=_("Backing image"))
    format = Field("format/@type", FORMATS, label=_("Format of the backing image"), essential=True)


class StorageVolume(Document):
    """A volume of a pool.

    https://libvirt.org/formatstorage.html#storage-volume-xml
    """

    tag = "volume"
    type = Field("@type", Choice("file", "block", "dir", "network", "netdir"), label=_("Type"))
    name = Field("name", Text(pattern=r"[^\n]+"), label=_("Name"))
    key = Field("key", Text(), label=_("Key"))
    capacity = Field("capacity", Size("bytes"), label=_("Capacity"))
    allocation = Field("allocation", Size("bytes"), label=_("Allocation"))
    physical = Field("physical", Size("bytes"), label=_("Size on the host"))
    path = Field("target/path", Path(absolute=False), label=_("Path"))
    format = Field("target/format/@type", FORMATS, label=_("Format"), essential=True)
    permissions = Group("target/permissions", Permissions)
    compatibility = Field(
        "target/compat",
        Choice("0.10", "1.1"),
        label=_("qcow2 version"),
        advanced=True,
        when=lambda volume: volume.format == "qcow2",
    )
    lazy_refcounts = Field(
        "target/features/lazy_refcounts",
        Flag(),
        label=_("Lazy reference counts"),
        advanced=True,
        when=lambda volume: volume.format == "qcow2",
    )
    backing_store = Group("backingStore", BackingStore)

    @classmethod
    def overlay(cls, name: str, *, path: str, format: str, capacity: int) -> Self:  # noqa: A002 - libvirt's word
        """Return a qcow2 image that holds only what differs from another image.

        Parameters
        ----------
        name
            Of the new volume.
        path
            Where the other image lies on the host; it must not change any more.
        format
            Of the other image, which must be said: an image that is probed could lie.
        capacity
            What a guest sees, in bytes.
        """
        made = cls(name=name, capacity=capacity)
        made.format = "qcow2"
        made.backing_store.path, made.backing_store.format = path, format
        return made

    @rule("format", touches=("compatibility", "lazy_refcounts"))
    def qcow2_features_need_qcow2(self) -> None:
        """Clear what only qcow2 has."""
        if self.format != "qcow2":
            self.compatibility = None
            self.lazy_refcounts = False
