"""Storage volumes."""

from __future__ import annotations

from typing import Self

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.disk_encryption import Encryption
from qvirt_jupyter.documents.document import Document
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.group import Group
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.storage_pool import Permissions
from qvirt_jupyter.documents.switches import Flag
from qvirt_jupyter.documents.values import Choice, Path, Size, Text

FORMATS = Choice("qcow2", "raw", "qed", "vmdk", "vdi", "vpc", "iso", "dir")


_MOMENT = Text(pattern=r"[0-9]+(\.[0-9]{0,9})?", expected=_("seconds since the epoch"))


class Timestamps(Element):
    """When a file was made and last touched: seconds since the epoch, after the dot nanoseconds.

    libvirt only tells them. https://libvirt.org/formatstorage.html#target-elements
    """

    tag = "timestamps"
    read = Field("atime", _MOMENT, label=_("Last read"), advanced=True)
    written = Field("mtime", _MOMENT, label=_("Last written"), advanced=True)
    changed = Field("ctime", _MOMENT, label=_("Owner or mode last changed"), advanced=True)
    made = Field("btime", _MOMENT, label=_("Made"), advanced=True)


class BackingStore(Element):
    """The image that a volume holds the differences to.

    https://libvirt.org/formatstorage.html#backing-store-elements
    """

    tag = "backingStore"
    path = Field("path", Path(absolute=False), label=_("Backing image"))
    format = Field("format/@type", FORMATS, label=_("Format of the backing image"), essential=True)
    permissions = Group("permissions", Permissions)
    timestamps = Group("timestamps", Timestamps)


def _is_qcow2(volume: StorageVolume) -> bool:
    return volume.format == "qcow2"


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
    timestamps = Group("target/timestamps", Timestamps)
    encryption = Group("target/encryption", Encryption)
    compatibility = Field(
        "target/compat",
        Choice("0.10", "1.1"),
        label=_("qcow2 version"),
        advanced=True,
        when=_is_qcow2,
    )
    no_copy_on_write = Field(
        "target/nocow",
        Flag(),
        label=_("No copy-on-write"),
        help=_("On btrfs: faster for images, and without checksums. libvirt does not tell it."),
        advanced=True,
    )
    cluster_size = Field(
        "target/clusterSize",
        Size("bytes"),
        label=_("Cluster size"),
        help=_("A power of two from 512 bytes to 2 MiB; since libvirt 7.4.0."),
        advanced=True,
        when=_is_qcow2,
    )
    lazy_refcounts = Field(
        "target/features/lazy_refcounts",
        Flag(),
        label=_("Lazy reference counts"),
        advanced=True,
        when=_is_qcow2,
    )
    extended_l2 = Field(
        "target/features/extended_l2",
        Flag(),
        label=_("Extended L2 entries"),
        help=_("Parts of a cluster are allocated; since libvirt 8.0.0."),
        advanced=True,
        when=_is_qcow2,
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

    @rule(
        "format",
        touches=("compatibility", "cluster_size", "lazy_refcounts", "extended_l2"),
    )
    def qcow2_features_need_qcow2(self) -> None:
        """Clear what only qcow2 has."""
        if self.format != "qcow2":
            self.compatibility = None
            self.cluster_size = None
            self.lazy_refcounts = False
            self.extended_l2 = False

    @rule("extended_l2", "lazy_refcounts", touches=("compatibility",))
    def features_need_the_newer_version(self) -> None:
        """Say the version that knows these; libvirt writes the older one where it says none."""
        if (self.extended_l2 or self.lazy_refcounts) and self.compatibility == "0.10":
            self.compatibility = "1.1"
