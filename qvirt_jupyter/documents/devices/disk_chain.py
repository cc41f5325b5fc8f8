"""The images that a disk builds on, and the one that it is copied to.

libvirt says them of a running guest; a chain that is written in a definition is used as it is.
https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.devices.disk_sources import (
    BlockSource,
    FileSource,
    FolderSource,
    NvmeSource,
    VhostUserSource,
    VhostVdpaSource,
    VolumeSource,
)
from qvirt_jupyter.documents.devices.network_sources import NetworkSource
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.schema import add_member
from qvirt_jupyter.documents.values import Choice, Integer, Text
from qvirt_jupyter.documents.variant import Variant

SOURCES: dict[str, type[Element]] = {
    "file": FileSource,
    "block": BlockSource,
    "dir": FolderSource,
    "network": NetworkSource,
    "volume": VolumeSource,
    "nvme": NvmeSource,
    "vhostuser": VhostUserSource,
    "vhostvdpa": VhostVdpaSource,
}
"""Where an image lies, by the type of its source."""

SOURCE_TYPES = Choice(
    *SOURCES,
    labels={
        "file": _("File"),
        "block": _("Block device"),
        "dir": _("Folder"),
        "network": _("Network"),
        "volume": _("Volume of a pool"),
        "nvme": _("NVMe drive"),
        "vhostuser": _("vhost-user socket"),
        "vhostvdpa": _("vDPA device"),
    },
)


class BackingStore(Element):
    """An image that another one builds on; a last, empty one ends the chain."""

    tag = "backingStore"
    type = Field("@type", SOURCE_TYPES, label=_("Source type"))
    index = Field("@index", Integer(1), label=_("Number"))
    format = Field("format/@type", Text(), label=_("Format"), essential=True)
    source = Variant("@type", SOURCES)

    if TYPE_CHECKING:
        backing_stores: Many[BackingStore]


# It holds its like, so that is declared from outside.
add_member(BackingStore, "backing_stores", Many(BackingStore))


class Mirror(Element):
    """The image that a running disk is copied to."""

    tag = "mirror"
    type = Field("@type", SOURCE_TYPES, label=_("Source type"))
    job = Field("@job", Choice("copy", "active-commit"), label=_("Job"))
    ready = Field("@ready", Choice("yes", "abort", "pivot"), label=_("State"))
    format = Field("format/@type", Text(), label=_("Format"), essential=True)
    source = Variant("@type", SOURCES)
