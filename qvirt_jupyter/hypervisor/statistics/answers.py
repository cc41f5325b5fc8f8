"""How libvirt's statistics of a machine are read: in bulk, or one question after the other."""

from __future__ import annotations

import logging
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import libvirt
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)

Values: TypeAlias = "tuple[float | None, ...]"
"""The counters of one group, in the order of ``MACHINE_COUNTERS``."""
Devices: TypeAlias = "dict[str, tuple[int, int]]"
"""By name of the device: bytes read and written, or received and sent."""

ASKED: Final = ("cpu", "memory", "disk", "network")
"""The groups that can be asked for one after the other."""
_DEVICES: Final = {
    "disk": ("block", "rd.bytes", "wr.bytes"),
    "network": ("net", "rx.bytes", "tx.bytes"),
}
_VCPUS, _CPU_TIME = itemgetter(3), itemgetter(4)
"""Places in what ``virDomain.info()`` returns."""


def bulk_values(group: str, values: Mapping[str, Any], vcpus: int) -> Values:
    """Read one group of a machine's part of ``virConnectGetAllDomainStats``.

    https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectGetAllDomainStats

    Parameters
    ----------
    group
        Other than ``"disk"`` and ``"network"``, for which there is :func:`bulk_devices`.
    values
        Typed parameters by name.
    vcpus
        Virtual processors by the machine's definition, where libvirt was not asked.
    """
    if group == "cpu":
        return (values.get("cpu.time"), values.get("vcpu.current", vcpus))
    if group == "vcpu":
        numbers = range(values.get("vcpu.maximum", 0))
        waits = [values.get(f"vcpu.{number}.wait") for number in numbers]
        known = [wait for wait in waits if wait is not None]
        return (sum(known) if known else None,)
    total = values.get("balloon.current")
    return memory_values(
        {
            "actual": total,
            "unused": values.get("balloon.unused"),
            "disk_caches": values.get("balloon.disk_caches"),
            "rss": values.get("balloon.rss"),
        }
    )


def bulk_devices(group: str, values: Mapping[str, Any]) -> Devices:
    """Read the disks or interfaces of a machine's part; those without counters are left out."""
    prefix, first, second = _DEVICES[group]
    found: Devices = {}
    for number in range(values.get(f"{prefix}.count", 0)):
        incoming = values.get(f"{prefix}.{number}.{first}")
        outgoing = values.get(f"{prefix}.{number}.{second}")
        if incoming is not None and outgoing is not None:
            found[values.get(f"{prefix}.{number}.name", str(number))] = (incoming, outgoing)
    return found


def cpu_values(infos: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Read processor time and processors of each machine from what ``virDomain.info()`` said."""
    values = np.empty((2, len(infos)))
    values[0], values[1] = list(map(_CPU_TIME, infos)), list(map(_VCPUS, infos))
    return values.T


def memory_values(stats: Mapping[str, int | None]) -> Values:
    """Read what ``virDomainMemoryStats`` says, in KiB."""
    total, unused = stats.get("actual"), stats.get("unused")
    used = None if total is None or unused is None else max(0, total - unused)
    return (used, total, stats.get("disk_caches"), stats.get("rss"))


def total_of(devices: Iterable[tuple[int, int]]) -> Values:
    """Add up; nothing to add is no figure, which is not the same as zero."""
    found = list(devices)
    if not found:
        return (None, None)
    return (sum(pair[0] for pair in found), sum(pair[1] for pair in found))


class OneByOne:
    """Reads machines of a driver whose bulk call knows their state only, as the test driver's.

    A device whose statistics fail once is left out until the machine starts again (STATS-13).
    """

    def __init__(self) -> None:
        self._broken: dict[tuple[str, int], set[str]] = {}

    def forget_others(self, runs: frozenset[tuple[str, int]]) -> None:
        """Drop what is known of runs that have ended."""
        for run in self._broken.keys() - runs:
            del self._broken[run]

    def memory(self, domain: libvirt.virDomain, run: tuple[str, int]) -> Values:
        """Ask for the memory of a running machine.

        Raises
        ------
        libvirt.libvirtError
            It does not run any more.
        """
        stats = self._ask(run, "memory", domain.memoryStats) or {}
        return memory_values({"actual": domain.info()[2], **stats})

    def devices(
        self, group: str, domain: libvirt.virDomain, run: tuple[str, int], names: Sequence[str]
    ) -> Devices:
        """Ask for the disks or interfaces of these target names."""
        # https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainBlockStatsStruct:
        # requests and bytes read, requests and bytes written, errors; interfaces: bytes, packets,
        # errors and drops received, then sent.
        call, first, second = (
            (domain.blockStats, 1, 3) if group == "disk" else (domain.interfaceStats, 0, 4)
        )
        found = {}
        for name in names:
            answer = self._ask(run, f"{group} {name}", lambda name=name: call(name))
            if answer:
                found[name] = (answer[first], answer[second])
        return found

    def _ask(self, run: tuple[str, int], what: str, call: Any) -> Any:  # noqa: ANN401 - libvirt has no types
        broken = self._broken.setdefault(run, set())
        if what in broken:
            return None
        try:
            return call()
        except libvirt.libvirtError as error:
            _LOG.debug("%s has no statistics of its %s: %s", run[0], what, error)
            broken.add(what)
            return None


def host_values(connection: libvirt.virConnect) -> Values:
    """Ask for the host's processors and memory; None for what its driver does not say.

    https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetCPUStats,
    https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetMemoryStats

    Returns
    -------
    tuple
        Busy and idle time in nanoseconds; memory in use, kept of files, and all, in KiB.
    """
    times = _asked(lambda: connection.getCPUStats(libvirt.VIR_NODE_CPU_STATS_ALL_CPUS, 0))
    memory = _asked(lambda: connection.getMemoryStats(libvirt.VIR_NODE_MEMORY_STATS_ALL_CELLS, 0))
    busy = idle = used = cache = None
    if "idle" in times:
        idle = times["idle"] + times.get("iowait", 0)
        busy = sum(times.get(name, 0) for name in ("kernel", "user", "intr"))
    total, free = memory.get("total"), memory.get("free")
    if total is not None and free is not None:
        cache = memory.get("buffers", 0) + memory.get("cached", 0)
        used = max(0, total - free - cache)
    return (busy, idle, used, cache, total)


def _asked(call: Any) -> dict[str, int]:  # noqa: ANN401 - libvirt has no types
    try:
        answer: dict[str, int] = call()
    except libvirt.libvirtError as error:
        _LOG.debug("The host does not say: %s", error)
        return {}
    return answer
