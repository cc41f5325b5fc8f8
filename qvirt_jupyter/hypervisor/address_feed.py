"""Keeps the addresses of running machines in the inventory; libvirt has no event for them."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter.hypervisor.domain import Domain
from qvirt_jupyter.hypervisor.errors import ConnectionLost, QvirtError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import DomainRecord

_LOG = logging.getLogger(__name__)
ROUND: Final = 3.0
"""Seconds between two looks at who is to be asked."""
EAGER: Final = 180.0
"""Seconds after a machine was first seen running for which it is asked every round: it boots."""
KNOWN: Final = 60.0
"""Seconds after which an address that is known is asked for again."""
UNKNOWN: Final = 30.0
"""The same for a machine that has none after it has had its time to boot."""
AT_MOST: Final = 20
"""Machines that are asked in one round; a question may take an agent some seconds."""


@dataclass(slots=True)
class _Asked:
    first_seen: float
    last: float = float("-inf")


class Schedule:
    """Whom to ask next."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, int], _Asked] = {}

    def due(self, records: Iterable[DomainRecord], now: float) -> list[str]:
        """Return the UUIDs to ask now, those that have waited longest first.

        Parameters
        ----------
        records
            All machines.
        now
            In seconds, of a clock that does not jump.
        """
        # The number changes with each start: a machine that was restarted is a new one.
        running = {(record.uuid, record.id): record for record in records if record.is_active}
        self._asked = {
            key: self._asked.get(key) or _Asked(first_seen=now)  # it boots now
            for key in running
        }
        waiting = [
            (asked.last, key)
            for key, asked in self._asked.items()
            if now - asked.last >= self._patience(asked, running[key], now)
        ]
        chosen = [key for _last, key in sorted(waiting)[:AT_MOST]]
        for key in chosen:
            self._asked[key].last = now
        return [uuid for uuid, _id in chosen]

    @staticmethod
    def _patience(asked: _Asked, record: DomainRecord, now: float) -> float:
        if record.addresses:
            return KNOWN
        return 0.0 if now - asked.first_seen < EAGER else UNKNOWN


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
        schedule = Schedule()
        while not ended.is_set():
            if connection.inventory.is_watched:
                self._ask(connection, schedule)
            ended.wait(ROUND)

    def _ask(self, connection: Connection, schedule: Schedule) -> None:
        for uuid in schedule.due(connection.inventory.snapshot().domains, time.monotonic()):
            try:
                Domain(connection, uuid).addresses()
            except ConnectionLost:
                return
            except QvirtError as error:
                # It went away meanwhile: the next round has a new list.
                _LOG.debug("No addresses of %s: %s", uuid, error)
