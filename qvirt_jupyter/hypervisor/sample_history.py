"""What was measured in the last minutes, in a ring that never grows."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, fields
from typing import Final

from qvirt_jupyter.hypervisor.sample import Sample

LENGTH: Final = 600
"""Samples that are kept of a machine: ten minutes at one a second."""
_VALUES: Final = tuple(item.name for item in fields(Sample) if item.name != "time")


@dataclass(frozen=True, slots=True)
class History:
    """Samples of one machine as columns, the oldest first; NaN where there was no figure.

    The columns are :class:`array.array`, which NumPy takes without copying. Units are those of
    :class:`~qvirt_jupyter.hypervisor.sample.Sample`.

    Parameters
    ----------
    time
        In seconds since the epoch. A step that is longer than the tick is a gap: nothing was
        measured in it.
    cpu_guest, cpu_host, memory, memory_total, disk_read, disk_write, network_in, network_out
        As in a sample.
    """

    time: array[float]
    cpu_guest: array[float]
    cpu_host: array[float]
    memory: array[float]
    memory_total: array[float]
    disk_read: array[float]
    disk_write: array[float]
    network_in: array[float]
    network_out: array[float]

    def __len__(self) -> int:
        return len(self.time)


class SampleRing:
    """A ring of samples.

    Parameters
    ----------
    length
        How many it keeps.
    """

    __slots__ = ("_columns", "_length", "_next", "_times")

    def __init__(self, length: int = LENGTH) -> None:
        self._length = length
        self._next = 0
        # Times need 64 bits; for what is drawn, 32 are plenty and half as large.
        self._times: array[float] = array("d")
        self._columns: tuple[array[float], ...] = tuple(array("f") for _name in _VALUES)

    def __len__(self) -> int:
        return len(self._times)

    def add(self, sample: Sample) -> None:
        """Add a sample; the oldest goes when the ring is full."""
        values = [getattr(sample, name) for name in _VALUES]
        row = [math.nan if value is None else value for value in values]
        if len(self._times) < self._length:
            self._times.append(sample.time)
            for column, value in zip(self._columns, row, strict=True):
                column.append(value)
            return
        self._times[self._next] = sample.time
        for column, value in zip(self._columns, row, strict=True):
            column[self._next] = value
        self._next = (self._next + 1) % self._length

    def history(self) -> History:
        """Return a copy in order of time."""
        start = self._next
        ordered = [column[start:] + column[:start] for column in (self._times, *self._columns)]
        return History(*ordered)
