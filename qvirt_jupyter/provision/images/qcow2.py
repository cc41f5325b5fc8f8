"""What the header and the tables of a qcow2 file say, read without QEMU.

https://www.qemu.org/docs/master/interop/qcow2.html
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC: Final = b"QFI\xfb"
_HEADER: Final = struct.Struct(">4xIQ4xIQ4xIQ")
_FEATURES_AT: Final = 72
_EXTERNAL_DATA: Final = 1 << 2
_LONG_ENTRIES: Final = 1 << 4
_OFFSET: Final = 0x00FF_FFFF_FFFF_FE00
_PACKED: Final = 1 << 62
_AT_MOST: Final = 256 * 1024 * 1024
"""Bytes of tables that are looked at: those of two terabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Qcow2Header:
    """The beginning of a file.

    Parameters
    ----------
    capacity
        What a guest sees, in bytes.
    needs_another_file
        Whether a backing image or a file with the data belongs to it.
    cluster_bits, table_at, table_entries, has_long_entries
        Where its tables are, and how they are to be read.
    """

    capacity: int
    needs_another_file: bool
    cluster_bits: int
    table_at: int
    table_entries: int
    has_long_entries: bool

    @classmethod
    def read(cls, file: BinaryIO) -> Qcow2Header:
        """Read it.

        Raises
        ------
        ValueError
            The file ends before, or its numbers cannot be.
        """
        file.seek(0)
        begin = file.read(_FEATURES_AT + 8)
        if len(begin) < _FEATURES_AT:
            raise ValueError("the header is cut off")
        version, backing, bits, capacity, entries, table = _HEADER.unpack_from(begin)
        features = 0
        if version > 2 and len(begin) == _FEATURES_AT + 8:  # noqa: PLR2004 - version 2 has none
            (features,) = struct.unpack_from(">Q", begin, _FEATURES_AT)
        if not 9 <= bits <= 21:  # noqa: PLR2004 - as the format says
            raise ValueError("the size of its clusters cannot be")
        if max(table, entries * 8) >= 1 << 56:
            raise ValueError("its tables cannot be where it says")
        return cls(
            capacity=capacity,
            needs_another_file=bool(backing or features & _EXTERNAL_DATA),
            cluster_bits=bits,
            table_at=table,
            table_entries=entries,
            has_long_entries=bool(features & _LONG_ENTRIES),
        )

    def is_whole(self, file: BinaryIO) -> bool:
        """Tell whether the file reaches as far as its tables say.

        A download that broke off has a good header and lacks its end.
        """
        last = 0
        for offset in self._ends(file):
            last = max(last, offset)
            file.seek(last)
            if not file.read(1):
                return False
        return True

    def _ends(self, file: BinaryIO) -> Iterator[int]:
        """Yield the last offset of each table; stop where there would be too much to read."""
        left = _AT_MOST
        if self.table_entries * 8 > left:
            return
        yield self.table_at + self.table_entries * 8 - 1
        # Tables that the file does not hold were told of by the line above.
        entries = _numbers(file, self.table_at, self.table_entries) & np.uint64(_OFFSET)
        cluster = 1 << self.cluster_bits
        for table in entries[entries != 0]:
            yield int(table) + cluster - 1
            left -= cluster
            if self.has_long_entries or left < 0:
                continue
            found = _numbers(file, int(table), cluster // 8)
            packed = (found & np.uint64(_PACKED)) != 0
            bits = np.uint64((1 << (62 - (self.cluster_bits - 8))) - 1)
            offsets = np.where(packed, found & bits, found & np.uint64(_OFFSET))
            if offsets.size:
                yield int(offsets.max())


def _numbers(file: BinaryIO, at: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    file.seek(at)
    content = file.read(count * 8)
    return np.frombuffer(content[: len(content) // 8 * 8], dtype=">u8").astype(np.uint64)
