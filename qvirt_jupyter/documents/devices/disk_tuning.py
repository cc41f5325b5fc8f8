"""Limits on the throughput of a disk.

https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.element import Element
from qvirt_jupyter.documents.field import Field
from qvirt_jupyter.documents.schema import rule
from qvirt_jupyter.documents.values import Integer, Text

if TYPE_CHECKING:
    from qvirt_jupyter.documents.declaration import Words

_LIMITS = _("Limits")
_BURSTS = _("Bursts")
_IN_BYTES, _IN_OPERATIONS, _IN_SECONDS = "bytes/s", "1/s", "s"

_PARTS = ("total", "read", "write")
_BURST_FIELDS = tuple(f"{part}_{what}_max" for what in ("bytes", "operations") for part in _PARTS)
_LENGTH_FIELDS = tuple(f"{name}_length" for name in _BURST_FIELDS)


def _limit(tag: str, label: Words, unit: str = _IN_BYTES) -> Field[int | None]:
    return Field(
        tag, Integer(), label=label, group=_LIMITS, unit=unit, advanced=True, live="iotune"
    )


def _burst(tag: str, label: Words, unit: str = _IN_BYTES) -> Field[int | None]:
    return Field(
        tag, Integer(), label=label, group=_BURSTS, unit=unit, advanced=True, live="iotune"
    )


class IoTune(Element):
    """Limits on the throughput of a disk; a total excludes its read and write parts.

    A burst may exceed its limit for the length of the burst.
    """

    tag = "iotune"

    total_bytes = _limit("total_bytes_sec", _("Total"))
    read_bytes = _limit("read_bytes_sec", _("Read"))
    write_bytes = _limit("write_bytes_sec", _("Write"))
    total_operations = _limit("total_iops_sec", _("Total operations"), _IN_OPERATIONS)
    read_operations = _limit("read_iops_sec", _("Read operations"), _IN_OPERATIONS)
    write_operations = _limit("write_iops_sec", _("Write operations"), _IN_OPERATIONS)
    total_bytes_max = _burst("total_bytes_sec_max", _("Total in a burst"))
    read_bytes_max = _burst("read_bytes_sec_max", _("Read in a burst"))
    write_bytes_max = _burst("write_bytes_sec_max", _("Write in a burst"))
    total_operations_max = _burst(
        "total_iops_sec_max", _("Total operations in a burst"), _IN_OPERATIONS
    )
    read_operations_max = _burst(
        "read_iops_sec_max", _("Read operations in a burst"), _IN_OPERATIONS
    )
    write_operations_max = _burst(
        "write_iops_sec_max", _("Write operations in a burst"), _IN_OPERATIONS
    )
    operation_size = Field(
        "size_iops_sec",
        Integer(),
        label=_("Size of one operation"),
        help=_("A larger request counts as several operations."),
        group=_LIMITS,
        unit="bytes",
        advanced=True,
        live="iotune",
    )
    group_name = Field(
        "group_name",
        Text(),
        label=_("Limits shared with"),
        help=_("Disks with the same name here share one set of limits."),
        group=_LIMITS,
        advanced=True,
        live="iotune",
    )
    total_bytes_max_length = _burst(
        "total_bytes_sec_max_length", _("Length of a burst, total"), _IN_SECONDS
    )
    read_bytes_max_length = _burst(
        "read_bytes_sec_max_length", _("Length of a burst, read"), _IN_SECONDS
    )
    write_bytes_max_length = _burst(
        "write_bytes_sec_max_length", _("Length of a burst, write"), _IN_SECONDS
    )
    total_operations_max_length = _burst(
        "total_iops_sec_max_length", _("Length of a burst, total operations"), _IN_SECONDS
    )
    read_operations_max_length = _burst(
        "read_iops_sec_max_length", _("Length of a burst, read operations"), _IN_SECONDS
    )
    write_operations_max_length = _burst(
        "write_iops_sec_max_length", _("Length of a burst, write operations"), _IN_SECONDS
    )

    @rule("total_bytes", touches=("read_bytes", "write_bytes"))
    def total_bytes_replace_their_parts(self) -> None:
        """Clear the parts: libvirt refuses a total beside them."""
        if self.total_bytes:
            self.read_bytes = self.write_bytes = None

    @rule("read_bytes", "write_bytes", touches=("total_bytes",))
    def parts_replace_total_bytes(self) -> None:
        """Clear the total: libvirt refuses it beside its parts."""
        if self.read_bytes or self.write_bytes:
            self.total_bytes = None

    @rule("total_operations", touches=("read_operations", "write_operations"))
    def total_operations_replace_their_parts(self) -> None:
        """Clear the parts: libvirt refuses a total beside them."""
        if self.total_operations:
            self.read_operations = self.write_operations = None

    @rule("read_operations", "write_operations", touches=("total_operations",))
    def parts_replace_total_operations(self) -> None:
        """Clear the total: libvirt refuses it beside its parts."""
        if self.read_operations or self.write_operations:
            self.total_operations = None

    @rule("total_bytes_max", "total_operations_max", touches=(*_BURST_FIELDS, *_LENGTH_FIELDS))
    def total_bursts_replace_their_parts(self) -> None:
        """Clear the parts of a burst beside its total, and lengths of bursts that there are not."""
        if self.total_bytes_max:
            self.read_bytes_max = self.write_bytes_max = None
        if self.total_operations_max:
            self.read_operations_max = self.write_operations_max = None
        self._drop_lengths_without_burst()

    @rule(
        *("read_bytes_max", "write_bytes_max", "read_operations_max", "write_operations_max"),
        touches=(*_BURST_FIELDS, *_LENGTH_FIELDS),
    )
    def parts_replace_total_bursts(self) -> None:
        """Clear the total of a burst beside its parts, and lengths of bursts that there are not."""
        if self.read_bytes_max or self.write_bytes_max:
            self.total_bytes_max = None
        if self.read_operations_max or self.write_operations_max:
            self.total_operations_max = None
        self._drop_lengths_without_burst()

    def _drop_lengths_without_burst(self) -> None:
        for burst, length in zip(_BURST_FIELDS, _LENGTH_FIELDS, strict=True):
            if not getattr(self, burst):
                setattr(self, length, None)
