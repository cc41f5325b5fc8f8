"""How many hosts are connected, how many machines run, and how many tasks are under way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from qvirt_jupyter.hypervisor import DomainRecord, RecordKey, jobs, publisher
from qvirt_jupyter.widgets.fleet import fleet

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Subscription
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.inventory import Batch


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """The counts of one moment.

    Parameters
    ----------
    hosts
        Connections that are open.
    running
        Machines of theirs that run or are paused.
    tasks
        Jobs of this process that have not ended; what is done to several machines is one.
    """

    hosts: int
    running: int
    tasks: int


class FleetCounter:
    """Counts again when something changed, and tells when a count is another one.

    Parameters
    ----------
    callback
        Called on the publisher thread with the counts, the first time soon.
    """

    def __init__(self, callback: Callable[[FleetStatus], object]) -> None:
        self._callback = callback
        self._told: FleetStatus | None = None
        self._is_closed = False
        self._inventories: dict[Connection, Subscription] = {}
        self._active: dict[Connection, set[RecordKey]] = {}
        self._subscriptions = (
            fleet.subscribe(self._follow),
            jobs.subscribe(lambda _job: self._count_soon()),
        )
        self._count_soon()

    def close(self) -> None:
        """Count no more."""
        self._is_closed = True
        for subscription in (*self._subscriptions, *self._inventories.values()):
            subscription.close()

    def _follow(self) -> None:
        wanted = set(fleet.connections)
        for gone in self._inventories.keys() - wanted:
            self._inventories.pop(gone).close()
            del self._active[gone]
        for new in wanted - self._inventories.keys():
            active = self._active[new] = set()
            self._inventories[new] = new.inventory.subscribe(partial(self._on_batch, active))
        self._count_soon()

    def _on_batch(self, active: set[RecordKey], batch: Batch) -> None:
        # By what changed: a host may have thousands of machines.
        for record in (*batch.added, *batch.changed):
            if isinstance(record, DomainRecord):
                (active.add if record.is_active else active.discard)(record.record_key)
        active.difference_update(batch.removed)
        self._count_soon()

    def _count_soon(self) -> None:
        publisher.post(("fleet-count", id(self)), self._count)

    def _count(self) -> None:
        connected = [each for each in self._inventories if each.is_connected]
        now = FleetStatus(
            hosts=len(connected),
            running=sum(len(self._active[connection]) for connection in connected),
            tasks=sum(not job.done() and job.whole is None for job in jobs.recent),
        )
        if now != self._told and not self._is_closed:
            self._told = now
            self._callback(now)
