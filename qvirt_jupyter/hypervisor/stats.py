"""The tick: one bulk call a second while somebody looks, seldom when nobody does.

https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectGetAllDomainStats
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import libvirt

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor import pool, publisher
from qvirt_jupyter.hypervisor.agent_counters import AgentCounters
from qvirt_jupyter.hypervisor.errors import QvirtError
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription
from qvirt_jupyter.hypervisor.sample import (
    Counters,
    OneByOne,
    Sample,
    counters_of_bulk,
    sample_between,
)
from qvirt_jupyter.hypervisor.sample_history import History, SampleRing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from qvirt_jupyter.hypervisor.definition import DomainDefinition
    from qvirt_jupyter.hypervisor.records import HostRecord

__all__ = ["History", "Sample", "Stats", "StatsBatch"]

_Result = TypeVar("_Result")
_LOG = logging.getLogger(__name__)
THREAD_NAME: Final = "qvirt-stats"
TICK: Final = 1.0
"""Seconds between two samples while somebody looks."""
SLOW_TICK: Final = 10.0
"""Seconds between two samples while nobody looks; graphs draw the gap."""
GROUPS: Final[Mapping[str, int]] = {
    "cpu": libvirt.VIR_DOMAIN_STATS_CPU_TOTAL | libvirt.VIR_DOMAIN_STATS_VCPU,
    "memory": libvirt.VIR_DOMAIN_STATS_BALLOON,
    "disk": libvirt.VIR_DOMAIN_STATS_BLOCK,
    "network": libvirt.VIR_DOMAIN_STATS_INTERFACE,
}
"""What can be asked for, and libvirt's flags for it."""
CHUNK: Final = 20
"""Machines in one call: about 8 ms each for all groups on QEMU."""
SHARE: Final = 0.5
"""Part of a tick that sampling may take; those left over come first at the next one."""
# A machine that is busy with a job tells what is at hand instead of making all others wait.
_FLAGS: Final = getattr(libvirt, "VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT", 0)
_BALLOON_PERIOD: Final = 5
"""Seconds between two reports of the guest's balloon driver (STATS-08)."""


@dataclass(frozen=True, slots=True)
class StatsBatch:
    """What one tick measured.

    Parameters
    ----------
    uri
        The connection's URI.
    time
        In seconds since the epoch.
    samples
        By UUID; machines that do not run are not in it.
    """

    uri: str
    time: float
    samples: Mapping[str, Sample]


class Definitions(Protocol):
    """Who has read the definitions of machines."""

    def definition(self, uuid: str) -> DomainDefinition | None:
        """Return what was read of a machine's definition, or None."""


class Source(Protocol):
    """What is needed of a connection."""

    @property
    def uri(self) -> str:
        """Its URI."""

    @property
    def read_only(self) -> bool:
        """Whether it may change nothing."""

    @property
    def host(self) -> HostRecord:
        """Its host."""

    def call(self, function: Callable[[libvirt.virConnect], _Result]) -> _Result:
        """Run the function with libvirt's connection."""


class Stats:
    """Samples the running machines of one connection.

    Parameters
    ----------
    source
        The connection.
    tick
        Seconds between two samples while somebody looks.
    slow_tick
        Seconds between two samples while nobody does.
    """

    def __init__(self, source: Source, *, tick: float = TICK, slow_tick: float = SLOW_TICK) -> None:
        self._source = source
        self._tick = tick
        self._slow_tick = slow_tick
        self._wake = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._watches: dict[int, tuple[frozenset[str] | None, frozenset[str]]] = {}
        self._next_watch = 0
        self._subscribers: Subscribers[[StatsBatch]] = Subscribers()
        self._before: dict[str, tuple[int, Counters]] = {}
        self._rings: dict[str, SampleRing] = {}
        self._targets: dict[tuple[str, int], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._balloons: set[tuple[str, int]] = set()
        self._bulk: bool | None = None
        self._one_by_one = OneByOne()
        self._agent = AgentCounters()
        self._definitions: Definitions | None = None
        # When each machine was sampled last, for those that could not be in one tick.
        self._turns: dict[str, float] = {}

    @property
    def tick(self) -> float:
        """Seconds between two samples while somebody looks; takes effect at once."""
        return self._tick

    @tick.setter
    def tick(self, seconds: float) -> None:
        with self._wake:
            self._tick = seconds
            self._wake.notify_all()

    def watch(
        self, uuids: Collection[str] | None = None, *, groups: Iterable[str] = tuple(GROUPS)
    ) -> Subscription:
        """Say that somebody looks, so that a sample is taken at each tick.

        Parameters
        ----------
        uuids
            Machines that are looked at closely: their guest agents are asked for what libvirt
            does not count, and they come first. None means the list of all; where those are
            too many for one tick, they take turns.
        groups
            What is looked at: ``"cpu"``, ``"memory"``, ``"disk"``, ``"network"``.

        Returns
        -------
        Subscription
            To close when nobody looks any more.

        Raises
        ------
        ValueError
            There is no such group.
        """
        wanted = frozenset(groups)
        if unknown := wanted - GROUPS.keys():
            raise ValueError(f"No group {', '.join(unknown)}; there are {', '.join(GROUPS)}.")
        with self._wake:
            number = self._next_watch
            self._next_watch += 1
            self._watches[number] = (None if uuids is None else frozenset(uuids), wanted)
            self._wake.notify_all()

        def close() -> None:
            with self._wake:
                self._watches.pop(number, None)

        return Subscription(close)

    def subscribe(self, callback: Callable[[StatsBatch], object]) -> Subscription:
        """Call the callback on the publisher thread after each tick.

        It does not make the tick faster: :meth:`watch` does.
        """
        return self._subscribers.add(callback)

    def history(self, uuid: str) -> History:
        """Return what was measured of a machine in the last minutes."""
        ring = self._rings.get(uuid)
        return (ring or SampleRing()).history()

    def forget(self, uuid: str) -> None:
        """Drop what is kept of a machine that is gone."""
        self._rings.pop(uuid, None)
        self._before.pop(uuid, None)

    def start(self, definitions: Definitions) -> None:
        """Begin to sample.

        Parameters
        ----------
        definitions
            Who has read the machines' definitions: says which of them have an agent.
        """
        with self._wake:
            self._definitions = definitions
            self._before.clear()
            self._bulk = None
            self._closed = False
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Stop sampling; what was measured stays."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(2.0)

    def _run(self) -> None:
        with pool.as_pool_thread():
            last = 0.0
            while True:
                with self._wake:
                    # An overrun is skipped, not stacked: the next tick counts from this one.
                    while (
                        not self._closed and (wait := last + self._pause() - time.monotonic()) > 0
                    ):
                        self._wake.wait(wait)
                    if self._closed:
                        return
                last = time.monotonic()
                self._sample_all()

    def _pause(self) -> float:
        return self._tick if self._watches else self._slow_tick

    def _sample_all(self) -> None:
        try:
            readings = self._source.call(self._read)
            cpus = self._source.host.cpus
        except QvirtError as error:
            # No dialog for a tick that failed (ERR-14): the graph shows the gap.
            _LOG.debug("%s: no statistics: %s", self._source.uri, error)
            self._before.clear()
            return
        now = time.time()
        samples: dict[str, Sample] = {}
        for uuid, (identity, counters) in readings.items():
            before = self._before.get(uuid)
            # Another instance of the machine counts from the beginning.
            same = before[1] if before is not None and before[0] == identity else None
            sample = sample_between(same, counters, time=now, host_cpus=cpus)
            samples[uuid] = sample
            self._rings.setdefault(uuid, SampleRing()).add(sample)
        self._before.update(readings)
        if samples and len(self._subscribers):
            batch = StatsBatch(self._source.uri, now, samples)
            publisher.post(("stats", self._source.uri), lambda: self._subscribers.call(batch))

    def _read(self, connection: libvirt.virConnect) -> dict[str, tuple[int, Counters]]:
        """Return the counters of the running machines with the number of their instance."""
        readings: dict[str, tuple[int, Counters]] = {}
        active = connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
        self._forget_others({domain.UUIDString(): domain.ID() for domain in active})
        if self._bulk is not False:
            for domain, values in self._in_bulk(connection, active):
                self._bulk = self._bulk or "cpu.time" in values
                at = time.monotonic()
                counters = counters_of_bulk(at, values)
                if self._bulk:
                    self._turn_balloon_on(domain, values)
                    counters = self._with_agent(domain, counters)
                    readings[domain.UUIDString()] = (domain.ID(), counters)
            if self._bulk or not active:
                return readings
            self._bulk = False
        for domain in active:
            # One that stops just now is in the next tick's list no more.
            with contextlib.suppress(libvirt.libvirtError):
                disks, interfaces = self._targets_of(domain)
                counters = self._one_by_one.read(domain, time.monotonic(), disks, interfaces)
                readings[domain.UUIDString()] = (domain.ID(), counters)
        return readings

    def _in_bulk(
        self, connection: libvirt.virConnect, active: list[libvirt.virDomain]
    ) -> Iterator[tuple[libvirt.virDomain, dict[str, Any]]]:
        """Ask for some machines with each call, as long as there is time in this tick.

        https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainListGetStats
        """
        until = time.monotonic() + SHARE * self._tick
        flags = self._flags()
        waiting = sorted(active, key=self._rank)
        for start in range(0, len(waiting), CHUNK):
            if start and time.monotonic() > until:
                return
            chunk = waiting[start : start + CHUNK]
            try:
                yield from connection.domainListGetStats(chunk, flags, _FLAGS)
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
                    raise
                self._bulk = False
                return
            now = time.monotonic()
            self._turns.update(dict.fromkeys((domain.UUIDString() for domain in chunk), now))

    def _flags(self) -> int:
        """Return libvirt's flags for what somebody looks at; everything where nobody does."""
        watched = [groups for _uuids, groups in tuple(self._watches.values())]
        flags: int = libvirt.VIR_DOMAIN_STATS_STATE
        for group in frozenset().union(*watched) or GROUPS:
            flags |= GROUPS[group]
        return flags

    def _rank(self, domain: libvirt.virDomain) -> tuple[bool, float]:
        """Order machines: those that somebody looks at closely, then who waited longest."""
        uuid = domain.UUIDString()
        return (not self._is_open(uuid), self._turns.get(uuid, 0.0))

    def _forget_others(self, running: Mapping[str, int]) -> None:
        """Drop what is kept of runs that have ended; the histories stay."""
        for by_uuid in (self._before, self._turns):
            for uuid in by_uuid.keys() - running.keys():
                by_uuid.pop(uuid, None)
        runs = frozenset(running.items())
        self._balloons &= runs
        for run in self._targets.keys() - runs:
            self._targets.pop(run, None)

    def _targets_of(self, domain: libvirt.virDomain) -> tuple[tuple[str, ...], tuple[str, ...]]:
        key = (domain.UUIDString(), domain.ID())
        if key not in self._targets:
            root = parse_xml(domain.XMLDesc(0))
            self._targets[key] = (
                tuple(root.xpath("devices/disk/target/@dev")),
                tuple(root.xpath("devices/interface/target/@dev")),
            )
        return self._targets[key]

    def _turn_balloon_on(self, domain: libvirt.virDomain, values: Mapping[str, Any]) -> None:
        """Ask for reports of the guest's memory, once in each run of a machine."""
        key = (domain.UUIDString(), domain.ID())
        if "balloon.unused" in values or self._source.read_only or key in self._balloons:
            return
        self._balloons.add(key)
        try:
            domain.setMemoryStatsPeriod(_BALLOON_PERIOD, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        except libvirt.libvirtError as error:
            _LOG.debug("%s reports no memory: %s", domain.name(), error)

    def _with_agent(self, domain: libvirt.virDomain, counters: Counters) -> Counters:
        """Fill in what only the guest knows: traffic of interfaces that libvirt does not count."""
        uuid = domain.UUIDString()
        if counters.network_in is not None or not self._is_open(uuid):
            return counters
        definition = self._definitions.definition(uuid) if self._definitions else None
        if definition is None or not definition.agent_connected:
            return counters
        traffic = self._agent.newest(domain)
        if traffic is None:
            return counters
        return replace(counters, network_in=traffic[0], network_out=traffic[1])

    def _is_open(self, uuid: str) -> bool:
        watches = tuple(self._watches.values())
        return any(uuids is not None and uuid in uuids for uuids, _groups in watches)
