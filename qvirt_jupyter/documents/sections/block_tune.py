"""How much the guest may read and write on the host's disks.

https://libvirt.org/formatdomain.html#block-i-o-tuning
"""

from __future__ import annotations

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.many import Many
from qvirt_jupyter.documents.values import Integer, Path

_WEIGHT = Integer(100, 1000)


class BlockDevice(Element):
    """What the guest may do on one block device of the host."""

    tag = "device"
    path = Field("path", Path(), label=_("Block device of the host"), advanced=True)
    weight = Field("weight", _WEIGHT, label=_("Weight"), advanced=True)
    read_operations = Field("read_iops_sec", Integer(), label=_("Reads"), unit="1/s", advanced=True)
    write_operations = Field(
        "write_iops_sec", Integer(), label=_("Writes"), unit="1/s", advanced=True
    )
    read_bytes = Field(
        "read_bytes_sec", Integer(), label=_("Read rate"), unit="bytes/s", advanced=True
    )
    write_bytes = Field(
        "write_bytes_sec", Integer(), label=_("Write rate"), unit="bytes/s", advanced=True
    )


class BlockTune(Element):
    """How much the guest may read and write on the host's disks."""

    tag = "blkiotune"
    weight = Field(
        "weight",
        _WEIGHT,
        label=_("Share of disk time"),
        help=_("Beside other guests where all want more than there is."),
        group=_("Limits of disks"),
        advanced=True,
        live="blkiotune",
    )
    devices = Many(BlockDevice, key="path")
