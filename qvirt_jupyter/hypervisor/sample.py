"""What is measured of a machine: counters as libvirt gives them, and the rates between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PERCENT: Final = 100.0
_NANOSECONDS: Final = 1e9


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
    memory
        What the guest uses, in KiB.
    memory_total
        What the guest has, in KiB.
    disk_read, disk_write
        Of all disks together, in bytes per second.
    network_in, network_out
        Of all interfaces together, in bytes per second, as the guest sees it.
    """

    time: float
    cpu_guest: float | None = None
    cpu_host: float | None = None
    memory: int | None = None
    memory_total: int | None = None
    disk_read: float | None = None
    disk_write: float | None = None
    network_in: float | None = None
    network_out: float | None = None


@dataclass(frozen=True, slots=True)
class Counters:
    """What libvirt counts since a machine started.

    Parameters
    ----------
    at
        Seconds of a clock that only goes forward.
    cpu_time
        In nanoseconds, of all virtual processors.
    vcpus
        Virtual processors that are switched on.
    memory, memory_total
        In KiB.
    disk_read, disk_write, network_in, network_out
        In bytes.
    """

    at: float
    cpu_time: int | None = None
    vcpus: int | None = None
    memory: int | None = None
    memory_total: int | None = None
    disk_read: int | None = None
    disk_write: int | None = None
    network_in: int | None = None
    network_out: int | None = None


def sample_between(
    before: Counters | None, after: Counters, *, time: float, host_cpus: int
) -> Sample:
    """Return what happened between two readings of one machine.

    Parameters
    ----------
    before
        The earlier reading; without one there are no rates.
    after
        The later one.
    time
        Of the later one, in seconds since the epoch.
    host_cpus
        Processors of the host.
    """
    seconds = after.at - before.at if before is not None else 0.0

    def rate(earlier: int | None, later: int | None) -> float | None:
        if earlier is None or later is None or seconds <= 0:
            return None
        # A counter starts again when the machine does; that is no negative traffic.
        return max(0, later - earlier) / seconds

    cpu = rate(before.cpu_time, after.cpu_time) if before is not None else None
    share = None if cpu is None else _PERCENT * cpu / _NANOSECONDS
    return Sample(
        time=time,
        cpu_guest=_clamped(share, after.vcpus),
        cpu_host=_clamped(share, host_cpus),
        memory=after.memory,
        memory_total=after.memory_total,
        disk_read=rate(before.disk_read, after.disk_read) if before else None,
        disk_write=rate(before.disk_write, after.disk_write) if before else None,
        network_in=rate(before.network_in, after.network_in) if before else None,
        network_out=rate(before.network_out, after.network_out) if before else None,
    )


def _clamped(percent_of_one: float | None, processors: int | None) -> float | None:
    if percent_of_one is None or not processors:
        return None
    return min(_PERCENT, max(0.0, percent_of_one / processors))


def counters_of_bulk(at: float, values: Mapping[str, Any]) -> Counters:
    """Read one machine's part of ``virConnectGetAllDomainStats``.

    The keys are those of
    https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectGetAllDomainStats.

    Parameters
    ----------
    at
        When it was read, as :attr:`Counters.at`.
    values
        Typed parameters by name.
    """
    total = values.get("balloon.current")
    unused = values.get("balloon.unused")
    return Counters(
        at=at,
        cpu_time=values.get("cpu.time"),
        vcpus=values.get("vcpu.current"),
        memory=None if total is None or unused is None else max(0, total - unused),
        memory_total=total,
        disk_read=_sum(_each(values, "block", "rd.bytes")),
        disk_write=_sum(_each(values, "block", "wr.bytes")),
        network_in=_sum(_each(values, "net", "rx.bytes")),
        network_out=_sum(_each(values, "net", "tx.bytes")),
    )


def _each(values: Mapping[str, Any], group: str, field: str) -> Iterable[int]:
    for number in range(values.get(f"{group}.count", 0)):
        value = values.get(f"{group}.{number}.{field}")
        if value is not None:
            yield value


def _sum(values: Iterable[int]) -> int | None:
    """Add up; nothing to add is no figure, which is not the same as zero."""
    found = list(values)
    return sum(found) if found else None


class OneByOne:
    """Reads machines of a driver whose bulk call knows their state only, as the test driver's.

    A device whose statistics fail once is left out until the machine starts again (STATS-13).
    """

    def __init__(self) -> None:
        self._broken: dict[tuple[str, int], set[str]] = {}

    def read(
        self, domain: libvirt.virDomain, at: float, disks: Iterable[str], interfaces: Iterable[str]
    ) -> Counters:
        """Ask for all figures of one machine.

        Parameters
        ----------
        domain
            A running machine.
        at
            As :attr:`Counters.at`.
        disks
            Target names of its disks.
        interfaces
            Target names of its interfaces.

        Raises
        ------
        libvirt.libvirtError
            It does not run any more.
        """
        _state, _maximum, total, vcpus, cpu_time = domain.info()
        broken = self._broken.setdefault((domain.UUIDString(), domain.ID()), set())
        memory = self._ask(broken, "memory", domain.memoryStats) or {}
        blocks = [self._ask(broken, f"disk {d}", lambda d=d: domain.blockStats(d)) for d in disks]
        cards = [
            self._ask(broken, f"interface {i}", lambda i=i: domain.interfaceStats(i))
            for i in interfaces
        ]
        unused = memory.get("unused")
        # https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainBlockStatsStruct:
        # requests and bytes read, requests and bytes written, errors; interfaces: bytes, packets,
        # errors and drops received, then sent.
        return Counters(
            at=at,
            cpu_time=cpu_time,
            vcpus=vcpus,
            memory=None if unused is None else max(0, memory.get("actual", total) - unused),
            memory_total=memory.get("actual", total),
            disk_read=_sum(block[1] for block in blocks if block),
            disk_write=_sum(block[3] for block in blocks if block),
            network_in=_sum(card[0] for card in cards if card),
            network_out=_sum(card[4] for card in cards if card),
        )

    @staticmethod
    def _ask(broken: set[str], what: str, call: Any) -> Any:  # noqa: ANN401 - libvirt has no types
        if what in broken:
            return None
        try:
            return call()
        except libvirt.libvirtError:
            broken.add(what)
            return None
