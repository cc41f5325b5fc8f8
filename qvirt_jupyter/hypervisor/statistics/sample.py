"""What is measured of a machine and of its host, and how libvirt's answers are read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from qvirt_jupyter.hypervisor.statistics.meter import Counter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from qvirt_jupyter.hypervisor.statistics.meter import Columns

DeviceKey: TypeAlias = tuple[str, str, str]
"""UUID of the machine, ``"disk"`` or ``"network"``, and the name of the device."""
NANOSECONDS_PER_PERCENT: Final = 1e7
"""Of one processor's time, in each second."""
_ALL: Final = 100.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement of a running machine; None where libvirt has no figure, never zero.

    Parameters
    ----------
    time
        When, in seconds since the epoch.
    cpu_guest
        Use of the machine's virtual processors, 0 to 100 percent.
    cpu_host
        The same as a share of all processors of the host, 0 to 100 percent.
    vcpu_wait
        How much of the time the virtual processors were ready and waited for one of the host's,
        0 to 100 percent.
    memory
        What the guest uses, in KiB.
    memory_total
        What the guest has (its balloon), in KiB.
    memory_cache
        What the guest keeps of files and could give back, in KiB.
    memory_host
        What the machine's process has of the host's memory, in KiB.
    disk_read, disk_write
        Of all disks together, in bytes per second.
    network_in, network_out
        Of all interfaces together, in bytes per second, as the guest sees it.
    """

    time: float
    cpu_guest: float | None = None
    cpu_host: float | None = None
    vcpu_wait: float | None = None
    memory: float | None = None
    memory_total: float | None = None
    memory_cache: float | None = None
    memory_host: float | None = None
    disk_read: float | None = None
    disk_write: float | None = None
    network_in: float | None = None
    network_out: float | None = None


@dataclass(frozen=True, slots=True)
class HostSample:
    """One measurement of a host; None where its driver has no figure.

    Parameters
    ----------
    time
        When, in seconds since the epoch.
    cpu
        Use of all its processors, 0 to 100 percent.
    cpu_guests
        The part of it that its virtual machines take, 0 to 100 percent.
    memory
        In use, without what is kept of files, in KiB.
    memory_cache
        Kept of files, in KiB.
    memory_total
        In KiB.
    memory_guests
        What its virtual machines take of it, in KiB; of one of which that is not known, what it
        was given.
    """

    time: float
    cpu: float | None = None
    cpu_guests: float | None = None
    memory_guests: float | None = None
    memory: float | None = None
    memory_cache: float | None = None
    memory_total: float | None = None


FIGURES: Final = tuple(item.name for item in fields(Sample) if item.name != "time")
"""What a machine's sample has beside its time."""
PERCENTAGES: Final = frozenset({"cpu_guest", "cpu_host", "vcpu_wait"})
"""Those that are shares, 0 to 100."""
HOST_FIGURES: Final = tuple(item.name for item in fields(HostSample) if item.name != "time")
"""What a host's sample has beside its time."""

MACHINE_COUNTERS: Final[Mapping[str, tuple[Counter, ...]]] = {
    "cpu": (Counter("cpu_time", "rate"), Counter("vcpus", "level")),
    "vcpu": (Counter("wait", "rate"),),
    "memory": (
        Counter("memory", "level"),
        Counter("memory_total", "level"),
        Counter("memory_cache", "level"),
        Counter("memory_host", "level"),
    ),
    "disk": (Counter("disk_read", "rate"), Counter("disk_write", "rate")),
    "network": (Counter("network_in", "rate"), Counter("network_out", "rate")),
}
"""What is read of a machine: processor times in nanoseconds, memory in KiB, traffic in bytes."""

DEVICE_COUNTERS: Final[Mapping[str, tuple[Counter, ...]]] = {
    "disk": (Counter("read", "rate"), Counter("write", "rate")),
    "network": (Counter("received", "rate"), Counter("sent", "rate")),
}
"""What is read of one disk or interface, in bytes."""

HOST_COUNTERS: Final[Mapping[str, tuple[Counter, ...]]] = {
    "host": (
        Counter("busy", "rate"),
        Counter("idle", "rate"),
        Counter("memory", "level"),
        Counter("memory_cache", "level"),
        Counter("memory_total", "level"),
    ),
}
"""What is read of a host: processor times in nanoseconds, memory in KiB."""


class Samples(Mapping[str, Sample]):
    """The samples of one tick by UUID, each made when it is asked for.

    Parameters
    ----------
    time
        In seconds since the epoch.
    columns
        The column of each machine that is in it.
    figures
        By name, a value for each column, NaN where there is none; figures of which nothing is
        known are not in it.
    """

    def __init__(
        self,
        time: float,
        columns: Mapping[str, int],
        figures: Mapping[str, NDArray[np.float64]],
    ) -> None:
        self.time = time
        self.columns = columns
        self.figures = figures

    def __getitem__(self, uuid: str) -> Sample:
        return Sample(self.time, **known_values(self.figures, self.columns[uuid]))

    def table(self, uuids: Iterable[str], names: Sequence[str]) -> NDArray[np.float64]:
        """Return figures of machines: a row for each machine, a column for each figure.

        Parameters
        ----------
        uuids
            Of the machines; one that does not run has a row of NaN.
        names
            Of the figures.
        """
        columns = np.array([self.columns.get(uuid, -1) for uuid in uuids], dtype=np.intp)
        found = np.full((len(columns), len(names)), np.nan)
        runs = columns >= 0
        for place, name in enumerate(names):
            if name in self.figures:
                found[runs, place] = self.figures[name][columns[runs]]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


class DeviceRates:
    """What went through disks and interfaces in one tick, of machines that are looked at closely.

    Parameters
    ----------
    columns
        Who has which column.
    figures
        By the names in ``DEVICE_COUNTERS``, a value for each column, NaN where there is none.
    """

    def __init__(
        self, columns: Columns[DeviceKey], figures: Mapping[str, NDArray[np.float64]]
    ) -> None:
        self._columns = columns
        self._figures = figures

    def of(self, key: DeviceKey) -> tuple[float, float] | None:
        """Return what a device received (or read) and sent (or wrote), in bytes a second.

        Parameters
        ----------
        key
            UUID of the machine, ``"disk"`` or ``"network"``, and the name of the device.

        Returns
        -------
        tuple of float or None
            None where nothing is known.
        """
        column = self._columns.get(key)
        names = [counter.name for counter in DEVICE_COUNTERS[key[1]]]
        if column is None or not all(name in self._figures for name in names):
            return None
        first, second = (float(self._figures[name][column]) for name in names)
        return None if math.isnan(first) or math.isnan(second) else (first, second)


def known_values(figures: Mapping[str, NDArray[np.float64]], column: int) -> dict[str, float]:
    """Return the figures of one column that are known."""
    values = {name: float(array[column]) for name, array in figures.items()}
    return {name: value for name, value in values.items() if not math.isnan(value)}


def machine_figures(
    metered: Mapping[str, NDArray[np.float64]], host_cpus: int
) -> dict[str, NDArray[np.float64]]:
    """Return the figures of machines, made of what was metered; what was not is left out.

    Parameters
    ----------
    metered
        By the names in ``MACHINE_COUNTERS``.
    host_cpus
        Processors of the host; 0 where not known.
    """
    found = {name: metered[name] for name in FIGURES if name in metered}
    if "cpu_time" in metered:
        # One percent of all processors that the machine has.
        of_own = np.where(metered["vcpus"] > 0, metered["vcpus"] * NANOSECONDS_PER_PERCENT, np.nan)
        found["cpu_guest"] = np.minimum(_ALL, metered["cpu_time"] / of_own)
        if host_cpus:
            of_all = host_cpus * NANOSECONDS_PER_PERCENT
            found["cpu_host"] = np.minimum(_ALL, metered["cpu_time"] / of_all)
        if "wait" in metered:
            found["vcpu_wait"] = np.minimum(_ALL, metered["wait"] / of_own)
    return found


def host_figures(
    metered: Mapping[str, float], machines: Mapping[str, NDArray[np.float64]]
) -> dict[str, float]:
    """Return the figures of one host that are known, by name.

    Parameters
    ----------
    metered
        Of the host, by the names in ``HOST_COUNTERS``.
    machines
        The figures of its machines.
    """
    found = {name: metered[name] for name in HOST_FIGURES if name in metered}
    if "busy" in metered and "idle" in metered:
        elapsed = metered["busy"] + metered["idle"]
        if elapsed > 0:
            found["cpu"] = _ALL * metered["busy"] / elapsed
    if "cpu_host" in machines:
        of_guests = machines["cpu_host"]
        known = of_guests[~np.isnan(of_guests)]
        if known.size:
            found["cpu_guests"] = min(_ALL, float(known.sum()))
    given = [machines[name] for name in ("memory_host", "memory_total") if name in machines]
    if given:
        of_guests = (
            given[0] if len(given) == 1 else np.where(np.isnan(given[0]), given[1], given[0])
        )
        known = of_guests[~np.isnan(of_guests)]
        if known.size:
            found["memory_guests"] = float(known.sum())
    return found
