"""Asks libvirt for counters: what is looked at first, the costly groups in turns.

On QEMU, for each running machine, the groups cost about: state 0.04 ms, cpu 1.6, vcpu 1.5,
balloon 2.6, block 3.3. So each tick has the processor times of all, and the rest of a few.
https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainListGetStats
"""

from __future__ import annotations

import contextlib
import logging
import math
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import libvirt
import numpy as np

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor.guest.agent_counters import AgentCounters
from qvirt_jupyter.hypervisor.statistics import answers
from qvirt_jupyter.hypervisor.statistics.meter import Columns, Meter
from qvirt_jupyter.hypervisor.statistics.sample import DEVICE_COUNTERS, MACHINE_COUNTERS
from qvirt_jupyter.hypervisor.statistics.stat_groups import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from qvirt_jupyter.hypervisor.definition import DomainDefinition
    from qvirt_jupyter.hypervisor.inventory import Inventory
    from qvirt_jupyter.hypervisor.statistics.sample import DeviceKey
    from qvirt_jupyter.hypervisor.statistics.stat_groups import Wanted

_LOG = logging.getLogger(__name__)
CHUNK: Final = 20
"""Machines in one call: about 8 ms each for all groups on QEMU."""
FIRST_ROUND: Final = 0.2
"""Part of the machines that is asked in one tick for a group that not all were asked for yet."""
SHARE: Final = 0.5
"""Part of a tick that sampling may take; those left over come first at the next one."""
# A machine that is busy with a job tells what is at hand instead of making all others wait.
_FLAGS: Final = getattr(libvirt, "VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT", 0)
_BALLOON_PERIOD: Final = 5
"""Seconds between two reports of the guest's balloon driver (STATS-08)."""


class Definitions(Protocol):
    """Who has read the definitions of machines."""

    def definition(self, uuid: str) -> DomainDefinition | None:
        """Return what was read of a machine's definition, or None."""


class _Run(NamedTuple):
    """One run of a machine, from its start to its end."""

    uuid: str
    id: int
    column: int
    domain: libvirt.virDomain
    vcpus: int

    @property
    def key(self) -> tuple[str, int]:
        return (self.uuid, self.id)


class StatsReader:
    """Reads the counters of a connection's running machines into meters.

    Parameters
    ----------
    inventory
        What is known of the connection: says when other machines run than before.
    definitions
        Who has read the machines' definitions: says which of them have an agent.
    read_only
        Whether nothing may be changed.
    machines, devices
        Who has which column; of devices by UUID, group and name.
    """

    def __init__(
        self,
        inventory: Inventory,
        definitions: Definitions,
        *,
        read_only: bool,
        machines: Columns[str],
        devices: Columns[DeviceKey],
    ) -> None:
        self._inventory = inventory
        self._definitions = definitions
        self._read_only = read_only
        self._machines = machines
        self._devices = devices
        self.meter = Meter(MACHINE_COUNTERS, machines)
        self.device_meter = Meter(DEVICE_COUNTERS, devices)
        self._version = -1
        self._runs: list[_Run] = []
        self._domains: list[libvirt.virDomain] = []
        self.running: dict[str, int] = {}
        """The columns of the machines that run, by UUID; another object when others run."""
        # Of all runs: their columns, their places, and that each or none is meant.
        self._columns: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._every: NDArray[np.intp] | slice = slice(0)
        self._places: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._all: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._none: NDArray[np.bool_] = np.empty(0, dtype=bool)
        # By group: when the run that waits longest was read.
        self._longest: dict[str, float] = {}
        self._bulk: bool | None = None
        self._is_behind = False
        # Machines between two looks at the clock, where each is asked by itself.
        self._at_once = CHUNK
        self._one_by_one = answers.OneByOne()
        self._agent = AgentCounters()
        self._balloons: set[tuple[str, int]] = set()
        self._targets: dict[tuple[str, int], dict[str, tuple[str, ...]]] = {}

    def read(self, connection: libvirt.virConnect, wanted: Wanted) -> None:
        """Ask for what is due now.

        Raises
        ------
        libvirt.libvirtError
            The connection is lost.
        """
        self._look_who_runs(connection)
        if not self._runs:
            return
        now = time.monotonic()
        is_open = self._none
        if wanted.open:
            is_open = np.array([uuid in wanted.open for uuid in self.running], dtype=bool)
        due = {group: self._due(group, wanted, is_open, now) for group in GROUPS}
        order = self._order(is_open)
        until = now + SHARE * wanted.tick
        done = 0
        while done < len(order) and (not done or time.monotonic() < until):
            chunk = order[done : done + (CHUNK if self._bulk is not False else self._at_once)]
            done += len(chunk)
            if self._bulk is not False and self._read_in_bulk(connection, chunk, due, is_open):
                continue
            begin = time.monotonic()
            self._read_one_by_one(chunk, due, is_open)
            is_quick = time.monotonic() - begin < SHARE * wanted.tick / 10
            self._at_once = self._at_once * 4 if is_quick else CHUNK
        self._is_behind = done < len(order)

    # Who runs, and who is due.

    def _look_who_runs(self, connection: libvirt.virConnect) -> None:
        """List the running machines, but only if an event said that something changed."""
        version = self._inventory.version
        if version == self._version:
            return
        records = {record.uuid: record for record in self._inventory.snapshot().domains}
        before = {run.key: run for run in self._runs}
        runs = []
        active = connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
        self._machines.reserve(len(active))
        for domain in active:
            uuid, number = domain.UUIDString(), domain.ID()
            column = self._machines.add(uuid)
            if (uuid, number) not in before:
                # Another run counts from the beginning.
                self.meter.restart(column)
            record = records.get(uuid)
            runs.append(_Run(uuid, number, column, domain, record.vcpus if record else 0))
        self.running = {run.uuid: run.column for run in runs}
        for run in before.values():
            if run.uuid not in self.running:
                self.meter.restart(run.column)
        keys = frozenset(run.key for run in runs)
        self._one_by_one.forget_others(keys)
        self._balloons &= keys
        for key in self._targets.keys() - keys:
            del self._targets[key]
        self._runs = runs
        self._domains = [run.domain for run in runs]
        columns = [run.column for run in runs]
        self._columns = np.array(columns, dtype=np.intp)
        is_block = columns == [*range(len(columns))]
        self._every = slice(len(columns)) if is_block else self._columns
        self._places = np.arange(len(runs))
        self._all, self._none = np.ones(len(runs), dtype=bool), np.zeros(len(runs), dtype=bool)
        self._longest.clear()
        self._version = version

    def _order(self, is_open: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Put those first that somebody looks at closely, then who waited longest."""
        if self._is_behind:
            return np.lexsort((self._read_at("cpu"), ~is_open))
        if is_open is self._none:
            return self._places
        return np.argsort(~is_open, kind="stable")

    def _read_at(self, group: str) -> NDArray[np.float64]:
        """Return when each run was read last; long ago where it was not."""
        at = self.meter.read_at(group)[self._columns]
        at[np.isnan(at)] = -math.inf
        return at

    def _due(
        self, group: str, wanted: Wanted, is_open: NDArray[np.bool_], now: float
    ) -> NDArray[np.bool_]:
        """Return which runs are to be asked for a group in this tick; not to be changed."""
        if group not in wanted.measured or (self._bulk is False and group not in answers.ASKED):
            return self._none
        kind = GROUPS[group]
        every = kind.every if group in wanted.listed_groups else kind.unwatched
        if every <= wanted.tick:
            return self._all
        due = self._none
        # Half a tick: the clock is never exactly on the second.
        until = now - every + wanted.tick / 2
        if self._waits_since(group) <= until:
            since = self._read_at(group)
            due = since <= until
            # Not all at once, so that no tick is longer than the others.
            share = max(wanted.tick / every, FIRST_ROUND if np.isinf(since).any() else 0.0)
            at_most = math.ceil(len(due) * share)
            order = np.argsort(np.where(due, since, math.inf), kind="stable")
            due[order[at_most:]] = False
        return due | is_open if group in wanted.open_groups else due

    def _waits_since(self, group: str) -> float:
        """Return when the run that waits longest for a group was read."""
        since = self._longest.get(group)
        if since is None:
            since = self._longest[group] = float(self._read_at(group).min())
        return since

    def _take(
        self,
        group: str,
        columns: Sequence[int] | NDArray[np.intp] | slice,
        at: Sequence[float] | NDArray[np.floating],
        values: Sequence[answers.Values] | NDArray[np.floating],
    ) -> None:
        self.meter.take(group, columns, at, values)
        self._longest.pop(group, None)

    # In bulk.

    def _read_in_bulk(
        self,
        connection: libvirt.virConnect,
        chunk: NDArray[np.intp],
        due: Mapping[str, NDArray[np.bool_]],
        is_open: NDArray[np.bool_],
    ) -> bool:
        """Ask for some machines, with one call for each set of groups; False if it cannot."""
        by_groups: dict[tuple[str, ...], list[int]] = {}
        for index in chunk:
            groups = tuple(group for group in GROUPS if due[group][index])
            if groups:
                by_groups.setdefault(groups, []).append(int(index))
        for groups, indices in by_groups.items():
            flags = libvirt.VIR_DOMAIN_STATS_STATE
            for group in groups:
                flags |= GROUPS[group].flag
            runs = {self._runs[index].uuid: (self._runs[index], index) for index in indices}
            domains = [run.domain for run, _index in runs.values()]
            try:
                found = connection.domainListGetStats(domains, flags, _FLAGS)
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
                    raise
                self._bulk = False
                return False
            if self._bulk is None:
                # A driver that cannot leaves out what it does not know, and tells the state.
                self._bulk = any(
                    not key.startswith("state.") for _domain, values in found for key in values
                )
            if not self._bulk:
                return False
            at = time.monotonic()
            read = [(*runs[domain.UUIDString()], values) for domain, values in found]
            for group in groups:
                self._take_bulk(group, at, read, is_open)
        return True

    def _take_bulk(
        self,
        group: str,
        at: float,
        read: Sequence[tuple[_Run, int, Mapping[str, Any]]],
        is_open: NDArray[np.bool_],
    ) -> None:
        taken = []
        for run, index, values in read:
            if group in DEVICE_COUNTERS:
                devices = answers.bulk_devices(group, values)
                if group == "network" and not devices and is_open[index]:
                    devices = self._of_agent(run)
                taken.append(self._total(run, group, at, devices, is_open=bool(is_open[index])))
            else:
                taken.append(answers.bulk_values(group, values, run.vcpus))
            if group == "memory":
                self._turn_balloon_on(run, values)
        columns = [run.column for run, _index, _values in read]
        self._take(group, columns, [at] * len(columns), taken)

    def _turn_balloon_on(self, run: _Run, values: Mapping[str, Any]) -> None:
        """Ask for reports of the guest's memory, once in each run of a machine."""
        if "balloon.unused" in values or self._read_only or run.key in self._balloons:
            return
        self._balloons.add(run.key)
        try:
            run.domain.setMemoryStatsPeriod(_BALLOON_PERIOD, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        except libvirt.libvirtError as error:
            _LOG.debug("%s reports no memory: %s", run.domain.name(), error)

    def _of_agent(self, run: _Run) -> answers.Devices:
        """Return what only the guest knows: traffic of interfaces that libvirt does not count."""
        definition = self._definitions.definition(run.uuid)
        if definition is None or not definition.agent_connected:
            return {}
        return self._agent.newest(run.domain)

    # One by one.

    def _read_one_by_one(
        self,
        chunk: NDArray[np.intp],
        due: Mapping[str, NDArray[np.bool_]],
        is_open: NDArray[np.bool_],
    ) -> None:
        self._bulk = False
        indices = chunk if due["cpu"] is self._all else chunk[due["cpu"][chunk]]
        domains = self._domains
        if len(indices) == len(domains):
            indices = self._places
        else:
            domains = [domains[index] for index in indices]
        begin = time.monotonic()
        try:
            # With thousands of machines this line is most of a tick.
            read = [domain.info() for domain in domains]
        except libvirt.libvirtError:
            # One stopped just now; it is in the next tick's list no more.
            indices, read = self._info_of_those_that_run(indices)
        # One look at the clock for each would cost more than what is read of the answers.
        each = (time.monotonic() - begin) / max(1, len(read))
        at = begin + each * np.arange(len(read), dtype=np.float64)
        whose = self._every if indices is self._places else self._columns[indices]
        self._take("cpu", whose, at, answers.cpu_values(read))
        for group in answers.ASKED:
            if group == "cpu" or due[group] is self._none:
                continue
            columns, moments, answered = [], [], []
            for index in chunk[due[group][chunk]].tolist():
                run = self._runs[index]
                with contextlib.suppress(libvirt.libvirtError):
                    answered.append(self._ask_one(group, run, is_open=bool(is_open[index])))
                    columns.append(run.column)
                    moments.append(time.monotonic())
            self._take(group, columns, moments, answered)

    def _ask_one(self, group: str, run: _Run, *, is_open: bool) -> answers.Values:
        if group == "memory":
            return self._one_by_one.memory(run.domain, run.key)
        names = self._targets_of(run)[group]
        devices = self._one_by_one.devices(group, run.domain, run.key, names)
        return self._total(run, group, time.monotonic(), devices, is_open=is_open)

    def _info_of_those_that_run(
        self, indices: Iterable[int]
    ) -> tuple[NDArray[np.intp], list[list[int]]]:
        found, read = [], []
        for index in indices:
            with contextlib.suppress(libvirt.libvirtError):
                read.append(self._domains[index].info())
                found.append(index)
        return np.array(found, dtype=np.intp), read

    def _targets_of(self, run: _Run) -> dict[str, tuple[str, ...]]:
        if run.key not in self._targets:
            root = parse_xml(run.domain.XMLDesc(0))
            self._targets[run.key] = {
                "disk": tuple(root.xpath("devices/disk/target/@dev")),
                "network": tuple(root.xpath("devices/interface/target/@dev")),
            }
        return self._targets[run.key]

    def _total(
        self, run: _Run, group: str, at: float, devices: answers.Devices, *, is_open: bool
    ) -> answers.Values:
        """Add up the devices of a machine; keep each of one that is looked at closely."""
        if is_open and devices:
            columns = [self._devices.add((run.uuid, group, name)) for name in devices]
            self.device_meter.take(
                group, columns, [at] * len(columns), [list(pair) for pair in devices.values()]
            )
        return answers.total_of(devices.values())
