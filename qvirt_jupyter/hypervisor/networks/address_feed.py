"""Keeps the addresses of running machines in the inventory; libvirt has no event for them."""

from __future__ import annotations

import functools
import logging
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter.hypervisor.errors import ConnectionLost, QvirtError, Subject, Unsupported
from qvirt_jupyter.hypervisor.networks.address_schedule import Patience, Run, Schedule
from qvirt_jupyter.hypervisor.networks.addresses import Source, addresses_of, ask
from qvirt_jupyter.hypervisor.networks.dhcp_leases import read_leases
from qvirt_jupyter.hypervisor.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Mapping

    import libvirt

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.definition import DomainDefinition

_LOG = logging.getLogger(__name__)
ROUND: Final = 3.0
"""Seconds between two looks at who is to be asked."""
OF_NETWORKS: Final = Patience(booting=0.0, unknown=30.0, known=60.0, at_most=sys.maxsize)
"""One answer is for all machines of a network, however many there are."""
OF_AGENTS: Final = Patience(booting=0.0, unknown=30.0, known=60.0, at_most=4)
OF_HOST: Final = Patience(booting=15.0, unknown=60.0, known=120.0, at_most=4)
"""For the host's own tables, which are asked machine by machine."""
_ON_THE_HOST: Final = frozenset({"network", "bridge", "ethernet", "direct"})
"""Types of interfaces whose guests the host may have spoken with."""


@dataclass(frozen=True, slots=True)
class _Machine:
    """A running machine whose definition was read.

    ``places`` are the networks with a DHCP server of libvirt's that its interfaces are on, each
    with the interface's hardware address.
    """

    name: str
    definition: DomainDefinition
    places: frozenset[tuple[str, str]]


@dataclass(slots=True)
class _Found:
    """What each source said of a run last, and what the inventory was told."""

    agent: tuple[str, ...] = ()
    leases: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    def best(self, *, is_examined: bool) -> tuple[str, ...]:
        """Return the first answer; an agent that is not asked any more may have changed."""
        if is_examined and self.agent:
            return self.agent
        return self.leases or self.agent or self.host


class AddressBook:
    """What is known of the addresses on one open connection.

    The leases of each network are read at once for all its machines. Guest agents are asked only of
    machines that somebody looks at closely, each beside the others: one that does not answer
    delays nobody. The host's ARP table is asked for the few that neither of them knows.

    Parameters
    ----------
    connection
        The connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._found: dict[Run, _Found] = {}
        self._asking: set[Run] = set()
        self._networks = Schedule(OF_NETWORKS)
        self._agents = Schedule(OF_AGENTS)
        self._host = Schedule(OF_HOST)
        # Sources that are asked machine by machine; those that the driver does not have go.
        self._host_sources: list[Source] = ["arp"]
        self._has_leases = True
        self._workers = WorkerPool(f"addresses of {connection.uri}", size=OF_AGENTS.at_most)

    def look(self, now: float) -> None:
        """Ask whom it is time to ask, and tell the inventory.

        Parameters
        ----------
        now
            In seconds, of a clock that does not jump.

        Raises
        ------
        ConnectionLost
            There is nobody to ask any more.
        """
        machines = self._machines()
        with self._lock:
            self._found = {run: self._found.get(run) or _Found() for run in machines}
        examined = self._connection.inventory.examined
        self._ask_agents({run: machines[run] for run in machines if run[0] in examined}, now)
        if self._has_leases:
            self._read_leases({run: one for run, one in machines.items() if one.places}, now)
        self._tell()
        self._ask_host(machines, now)
        self._tell()

    def close(self) -> None:
        """Ask nobody any more; an agent that has not answered yet is not waited for."""
        self._workers.close(timeout=0.0)

    def _machines(self) -> dict[Run, _Machine]:
        inventory = self._connection.inventory
        snapshot = inventory.snapshot()
        by_bridge = {
            network.bridge: network.name for network in snapshot.networks if network.bridge
        }
        found = {}
        for record in snapshot.domains:
            definition = inventory.definition(record.uuid) if record.is_active else None
            if definition is None:
                continue
            places = (
                (by_bridge.get(card.source, "") if card.type == "bridge" else card.source, card.mac)
                for card in definition.interfaces
                if card.type in {"network", "bridge"}
            )
            found[record.uuid, record.id] = _Machine(
                record.name, definition, frozenset(place for place in places if all(place))
            )
        return found

    def _is_known(self, run: Run) -> bool:
        found = self._found[run]
        return bool(found.agent or found.leases or found.host)

    # Leases: one answer for all.

    def _read_leases(self, machines: Mapping[Run, _Machine], now: float) -> None:
        due = self._networks.due({run: bool(self._found[run].leases) for run in machines}, now)
        names = {name for run in due for name, _mac in machines[run].places}
        if not names:
            return
        try:
            leases = self._connection.call(lambda raw: read_leases(raw, names))
        except ConnectionLost:
            raise
        except QvirtError as error:
            _LOG.debug("No leases on %s: %s", self._connection.uri, error)
            return
        if leases is None:
            # A driver that knows them by machine only.
            self._has_leases = False
            self._host_sources.insert(0, "lease")
            return
        answered = [
            run for run, one in machines.items() if {name for name, _mac in one.places} & names
        ]
        self._networks.note(answered, now)
        with self._lock:
            for run in answered:
                known = [text for place in machines[run].places for text in leases.get(place, ())]
                # IPv4 first, as the agent's are.
                self._found[run].leases = tuple(sorted(known, key=lambda text: (":" in text, text)))

    # Machine by machine.

    def _ask_agents(self, machines: Mapping[Run, _Machine], now: float) -> None:
        runs = {
            run: bool(self._found[run].agent)
            for run, one in machines.items()
            if one.definition.agent_connected and run not in self._asking
        }
        for run in self._agents.due(runs, now):
            with self._lock:
                self._asking.add(run)
            self._workers.submit(functools.partial(self._ask_agent, run, machines[run]))

    def _ask_agent(self, run: Run, one: _Machine) -> None:
        try:
            answer = self._ask(run, one, "agent")
        except QvirtError as error:
            _LOG.debug("The agent of %s tells no address: %s", one.name, error)
            answer = ()
        with self._lock:
            self._asking.discard(run)
            if run in self._found:
                self._found[run].agent = answer
        self._tell()

    def _ask_host(self, machines: Mapping[Run, _Machine], now: float) -> None:
        """Ask for those that are neither in the leases nor have an agent that says it."""
        runs = {
            run: bool(self._found[run].host)
            for run, one in machines.items()
            if self._found[run].host
            or (
                not self._is_known(run)
                and any(card.type in _ON_THE_HOST for card in one.definition.interfaces)
            )
        }
        for run in self._host.due(runs, now):
            found: tuple[str, ...] = ()
            for source in tuple(self._host_sources):
                try:
                    found = found or self._ask(run, machines[run], source)
                except ConnectionLost:
                    raise
                except Unsupported:
                    self._host_sources.remove(source)
                except QvirtError as error:
                    # It went away meanwhile, or is not known: the next source may know it.
                    _LOG.debug("No addresses of %s by %s: %s", machines[run].name, source, error)
            with self._lock:
                self._found[run].host = found

    def _ask(self, run: Run, one: _Machine, source: Source) -> tuple[str, ...]:
        uuid, connection = run[0], self._connection

        def question(raw: libvirt.virConnect) -> Mapping[str, Mapping[str, Any]]:
            return ask(raw.lookupByUUIDString(uuid), source)

        answer = connection.call(
            question, subject=Subject("domain", one.name, connection.uri, uuid)
        )
        macs = {card.mac for card in one.definition.interfaces}
        return tuple(map(str, addresses_of(answer, source, macs)))

    def _tell(self) -> None:
        """Tell the inventory what is other than before; what others observed stays otherwise."""
        inventory = self._connection.inventory
        examined = inventory.examined
        news = []
        with self._lock:
            for run, found in self._found.items():
                best = found.best(is_examined=run[0] in examined)
                if best != found.told:
                    found.told = best
                    news.append((run[0], best))
        for uuid, addresses in news:
            inventory.observe_addresses(uuid, addresses)


class AddressFeed:
    """Asks for addresses while the connection is open and somebody looks at its inventory.

    Parameters
    ----------
    connection
        The connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._lock = threading.Lock()
        # Set when the connection ends, which ends the thread that waits for it.
        self._ended: threading.Event | None = None
        self._subscription = connection.observe(self._on_state)

    def _on_state(self, connection: Connection) -> None:
        with self._lock:
            if connection.is_connected and self._ended is None:
                self._ended = threading.Event()
                threading.Thread(
                    target=self._run,
                    args=(connection, self._ended),
                    name="qvirt-addresses",
                    daemon=True,
                ).start()
            elif not connection.is_connected and self._ended is not None:
                self._ended.set()
                self._ended = None

    def _run(self, connection: Connection, ended: threading.Event) -> None:
        book = AddressBook(connection)
        while not ended.is_set():
            if connection.inventory.is_watched:
                try:
                    book.look(time.monotonic())
                except ConnectionLost as error:
                    # Another feed begins with the next connection.
                    _LOG.debug("No addresses on %s: %s", connection.uri, error)
            ended.wait(ROUND)
        book.close()
