"""What a disk says of itself to the guest: its identity, its geometry, its blocks.

https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.values import Choice, Integer, Text

_GEOMETRY = _("Geometry")
_BLOCKS = _("Blocks")
_IDENTITY = _("Identity")


class DiskShape(Element):
    """The fields of a disk that describe it to the guest."""

    rotation_rate = Field(
        "target/@rotation_rate",
        Integer(1, 65534),
        label=_("Turns in a minute"),
        help=_("1 says that it is a solid-state drive."),
        group=_IDENTITY,
        advanced=True,
    )
    serial = Field(
        "serial",
        Text(max_length=256),
        label=_("Serial number"),
        group=_IDENTITY,
        advanced=True,
    )
    wwn = Field(
        "wwn",
        Text(pattern=r"[0-9a-fA-F]{16}", expected=_("16 hexadecimal digits")),
        label=_("World Wide Name"),
        group=_IDENTITY,
        advanced=True,
    )
    vendor = Field(
        "vendor",
        Text(max_length=8),
        label=_("Maker"),
        group=_IDENTITY,
        advanced=True,
        when=lambda disk: disk.bus == "scsi",
    )
    product = Field(
        "product",
        Text(max_length=16),
        label=_("Product"),
        group=_IDENTITY,
        advanced=True,
        when=lambda disk: disk.bus == "scsi",
    )
    cylinders = Field(
        "geometry/@cyls",
        Integer(1),
        label=_("Cylinders"),
        group=_GEOMETRY,
        advanced=True,
        required=True,
    )
    heads = Field(
        "geometry/@heads",
        Integer(1),
        label=_("Heads"),
        group=_GEOMETRY,
        advanced=True,
        required=True,
    )
    sectors = Field(
        "geometry/@secs",
        Integer(1),
        label=_("Sectors"),
        group=_GEOMETRY,
        advanced=True,
        required=True,
    )
    translation = Field(
        "geometry/@trans",
        Choice("auto", "none", "lba", open=False),
        label=_("Translation"),
        group=_GEOMETRY,
        advanced=True,
    )
    logical_block_size = Field(
        "blockio/@logical_block_size",
        Integer(512),
        label=_("Logical block"),
        group=_BLOCKS,
        unit="bytes",
        advanced=True,
    )
    physical_block_size = Field(
        "blockio/@physical_block_size",
        Integer(512),
        label=_("Physical block"),
        group=_BLOCKS,
        unit="bytes",
        advanced=True,
    )
    discard_granularity = Field(
        "blockio/@discard_granularity",
        Integer(),
        label=_("Smallest discard"),
        group=_BLOCKS,
        unit="bytes",
        advanced=True,
    )
