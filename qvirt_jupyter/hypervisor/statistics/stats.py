"""The tick: one round of bulk calls a second while somebody looks, seldom when nobody does.

https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectGetAllDomainStats
"""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from qvirt_jupyter.hypervisor import pool, publisher
from qvirt_jupyter.hypervisor.errors import QvirtError
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription
from qvirt_jupyter.hypervisor.statistics import answers
from qvirt_jupyter.hypervisor.statistics.kept_samples import HOST_COLUMN, KeptSamples
from qvirt_jupyter.hypervisor.statistics.meter import Meter
from qvirt_jupyter.hypervisor.statistics.sample import (
    FIGURES,
    HOST_COUNTERS,
    DeviceRates,
    HostSample,
    Sample,
    Samples,
    host_figures,
    known_values,
    machine_figures,
)
from qvirt_jupyter.hypervisor.statistics.sample_history import SPAN, History, csv_of, import_pandas
from qvirt_jupyter.hypervisor.statistics.stat_groups import GROUPS, HOST, Wanted, known_groups
from qvirt_jupyter.hypervisor.statistics.stats_reader import StatsReader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    import libvirt

    from qvirt_jupyter.hypervisor.host.record import HostRecord
    from qvirt_jupyter.hypervisor.inventory import Inventory
    from qvirt_jupyter.hypervisor.statistics.stats_reader import Definitions

__all__ = ["History", "HostSample", "Sample", "Stats", "StatsBatch"]

_Result = TypeVar("_Result")
_LOG = logging.getLogger(__name__)
THREAD_NAME: Final = "qvirt-stats"
TICK: Final = 1.0
"""Seconds between two samples while somebody looks."""
SLOW_TICK: Final = 10.0
"""Seconds between two samples while nobody looks; graphs draw the gap."""


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
    host
        Its host.
    devices
        Disks and interfaces of the machines that somebody looks at closely.
    """

    uri: str
    time: float
    samples: Samples
    host: HostSample
    devices: DeviceRates


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

    @property
    def inventory(self) -> Inventory:
        """What is known of its objects."""

    def call(self, function: Callable[[libvirt.virConnect], _Result]) -> _Result:
        """Run the function with libvirt's connection."""


class Stats:
    """Samples the running machines of one connection, and its host.

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
        self._measured: frozenset[str] = frozenset(GROUPS)
        self._watches: dict[int, tuple[frozenset[str] | None, frozenset[str]]] = {}
        self._next_watch = 0
        self._subscribers: Subscribers[[StatsBatch]] = Subscribers()
        self._reader: StatsReader | None = None
        self._newest = Samples(0.0, {}, {})
        self._host: HostSample | None = None
        self._version = -1
        # What is kept outlives the reader of one opening.
        self._kept = KeptSamples()
        self._host_meter = Meter(HOST_COUNTERS, self._kept.hosts)

    @property
    def tick(self) -> float:
        """Seconds between two samples while somebody looks; takes effect at once."""
        return self._tick

    @tick.setter
    def tick(self, seconds: float) -> None:
        with self._wake:
            self._tick = seconds
            self._wake.notify_all()

    @property
    def measured(self) -> frozenset[str]:
        """The groups that may be read of machines, whoever looks; all of them at first."""
        return self._measured

    @measured.setter
    def measured(self, groups: Iterable[str]) -> None:
        self._measured = known_groups(groups)

    @property
    def newest(self) -> Mapping[str, Sample]:
        """The newest sample of each running machine, by UUID."""
        return self._newest

    @property
    def host(self) -> HostSample | None:
        """The newest sample of the host; None before there is one."""
        return self._host

    def watch(
        self, uuids: Collection[str] | None = None, *, groups: Iterable[str] = (*GROUPS, HOST)
    ) -> Subscription:
        """Say that somebody looks, so that a sample is taken at each tick.

        Parameters
        ----------
        uuids
            Machines that are looked at closely: they come first, all that is looked at is read at
            each tick, each disk and interface is kept, and their guest agents are asked for what
            libvirt does not count. None means the list of all: there the costly groups take turns,
            and so do machines that are too many for one tick.
        groups
            What is looked at: ``"cpu"``, ``"vcpu"`` (waiting), ``"memory"``, ``"disk"``,
            ``"network"``, and ``"host"`` for the host itself.

        Returns
        -------
        Subscription
            To close when nobody looks any more.

        Raises
        ------
        ValueError
            There is no such group.
        """
        wanted = known_groups(groups)
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

    def history(self, uuid: str, span: float = SPAN) -> History:
        """Return what was measured of a machine.

        Parameters
        ----------
        uuid
            Which.
        span
            Seconds until now: each tick is kept for 5 minutes, means of 15 s for an hour, means
            of 5 minutes for a day.
        """
        return self._kept.history(uuid, span, self._tick)

    def host_history(self, span: float = SPAN) -> History:
        """Return what was measured of the host; see :class:`HostSample` for the figures.

        Parameters
        ----------
        span
            Seconds until now, as for :meth:`history`.
        """
        return self._kept.host_history(span, self._tick)

    def to_pandas(self, span: float = SPAN) -> Any:  # noqa: ANN401 - pandas is optional
        """Return the histories of all machines as a table of pandas.

        Parameters
        ----------
        span
            Seconds until now, as for :meth:`history`.

        Returns
        -------
        pandas.DataFrame
            A row for each machine and time (UTC), a column for each figure.

        Raises
        ------
        Unsupported
            pandas is not installed.
        """
        pandas = import_pandas()
        tables = {name: history.to_pandas() for name, history in self._histories(span).items()}
        if not tables:
            index = pandas.MultiIndex.from_arrays([[], []], names=["machine", "time"])
            return pandas.DataFrame(columns=list(FIGURES), index=index)
        return pandas.concat(tables, names=["machine", "time"])

    def to_csv(self, path: str | Path, span: float = SPAN) -> None:
        """Write the histories of all machines to a file of comma-separated values.

        Parameters
        ----------
        path
            The file; one that is there is replaced.
        span
            Seconds until now, as for :meth:`history`.

        Raises
        ------
        OSError
            It cannot be written.
        """
        rows = [((name,), history) for name, history in self._histories(span).items()]
        Path(path).write_text(csv_of(("machine",), rows), encoding="utf-8")

    def _histories(self, span: float) -> dict[str, History]:
        """Return the histories of the machines that have one, by name."""
        found = {
            record.name: self.history(record.uuid, span)
            for record in self._source.inventory.snapshot().domains
        }
        return {name: history for name, history in sorted(found.items()) if len(history)}

    def start(self, definitions: Definitions) -> None:
        """Begin to sample.

        Parameters
        ----------
        definitions
            Who has read the machines' definitions: says which of them have an agent.
        """
        with self._wake:
            self._reader = StatsReader(
                self._source.inventory,
                definitions,
                read_only=self._source.read_only,
                machines=self._kept.machines,
                devices=self._kept.devices,
            )
            self._host_meter.restart(HOST_COLUMN)
            self._closed = False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Stop sampling; what was measured stays."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
            # One that hangs in a call is left behind: a later start has a thread of its own.
            thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(2.0)

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
                    if self._closed or self._thread is not threading.current_thread():
                        return
                last = time.monotonic()
                self.sample()

    def _pause(self) -> float:
        return self._tick if self._watches else self._slow_tick

    def sample(self) -> None:
        """Take one sample of everything that is due; the tick does, on its thread."""
        reader, wanted = self._reader, self._wanted()
        if reader is None:
            return
        try:
            self._source.call(lambda connection: self._read(connection, reader, wanted))
        except QvirtError as error:
            # No dialog for a tick that failed (ERR-14): the graph shows the gap.
            _LOG.debug("%s: no statistics: %s", self._source.uri, error)
            return
        now = time.time()
        since = wanted.since(self._slow_tick)
        figures = machine_figures(reader.meter.figures(since), self._source.host.cpus)
        of_host = known_values(self._host_meter.figures(since), HOST_COLUMN)
        host = host_figures(of_host, figures)
        self._drop_gone(reader)
        devices = reader.device_meter.figures(since)
        self._kept.add(now, figures, devices, host, fine=bool(self._watches))
        self._newest = Samples(now, reader.running, figures)
        self._host = HostSample(now, **host)
        if len(self._subscribers):
            rates = DeviceRates(self._kept.devices, devices)
            batch = StatsBatch(self._source.uri, now, self._newest, self._host, rates)
            # There is one a tick: nothing to gather.
            publisher.post(
                ("stats", self._source.uri), lambda: self._subscribers.call(batch), delay=0.0
            )

    def _read(self, connection: libvirt.virConnect, reader: StatsReader, wanted: Wanted) -> None:
        reader.read(connection, wanted)
        is_watched = HOST in wanted.open_groups or HOST in wanted.listed_groups
        read_at = self._host_meter.read_at(HOST)[HOST_COLUMN]
        now = time.monotonic()
        if is_watched or math.isnan(read_at) or now - read_at >= self._slow_tick - self._tick / 2:
            self._host_meter.take(HOST, [HOST_COLUMN], [now], [answers.host_values(connection)])

    def _wanted(self) -> Wanted:
        watches = tuple(self._watches.values())
        opened = [uuids for uuids, _groups in watches if uuids is not None]
        return Wanted(
            open=frozenset().union(*opened),
            open_groups=frozenset().union(
                *(groups for uuids, groups in watches if uuids is not None)
            ),
            listed_groups=frozenset().union(
                *(groups for uuids, groups in watches if uuids is None)
            ),
            measured=self._measured,
            tick=self._pause(),
        )

    def _drop_gone(self, reader: StatsReader) -> None:
        """Forget machines that are not defined any more, and the devices that went with them."""
        version = self._source.inventory.version
        # Closing empties the inventory; what is kept stays as it was.
        if version == self._version or self._closed:
            return
        self._version = version
        present = {record.uuid for record in self._source.inventory.snapshot().domains}
        for column in self._kept.drop_others(present, reader.running.keys()):
            reader.device_meter.restart(column)
