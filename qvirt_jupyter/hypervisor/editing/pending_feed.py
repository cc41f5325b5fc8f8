"""Keeps in the inventory which running machines have changes that wait for their next start.

To know it, two definitions are read and compared, some milliseconds a machine. So it is done only
while somebody wants to know, once for each version of a machine's definitions, after the
definitions that everything else needs, and never in a hurry.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor.editing.pending_changes import pending_changes
from qvirt_jupyter.hypervisor.errors import ConnectionLost, QvirtError, Subject
from qvirt_jupyter.hypervisor.publisher import Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.documents import Change
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.observations import Pending
    from qvirt_jupyter.hypervisor.records import DomainRecord

_LOG = logging.getLogger(__name__)
THREAD_NAME: Final = "qvirt-pending"
REST: Final = 3.0
"""After each comparison, so many times as long as it took: the others go first."""
MOMENT: Final = 0.2
"""Seconds of comparing until views are told, and other machines may be the ones that are seen."""
PATIENCE: Final = 0.2
"""Seconds between two looks whether all definitions were read for the first time."""
AT_MOST: Final = 50
"""Of these looks: a definition that cannot be read is not waited for."""


class PendingFeed:
    """Compares while somebody wants to know.

    Parameters
    ----------
    connection
        The connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._watches = 0
        self._wake = threading.Event()
        # Set when nobody wants to know any more, which ends the thread that looks at it.
        self._ended = threading.Event()
        self._failed: dict[str, tuple[int, int]] = {}

    def watch(self) -> Subscription:
        """Compare until the subscription is closed."""
        with self._lock:
            self._watches += 1
            if self._watches == 1:
                self._ended = threading.Event()
                threading.Thread(
                    target=self._run, args=(self._ended,), name=THREAD_NAME, daemon=True
                ).start()
        return Subscription(self._leave)

    def _leave(self) -> None:
        with self._lock:
            self._watches -= 1
            if self._watches == 0:
                self._ended.set()
                self._wake.set()

    def _run(self, ended: threading.Event) -> None:
        connection = self._connection
        with (
            connection.inventory.subscribe(lambda _batch: self._wake.set()),
            connection.observe(lambda _connection: self._wake.set()),
        ):
            looks = 0
            while not ended.is_set():
                while not self._all_read() and looks < AT_MOST and not ended.wait(PATIENCE):
                    looks += 1
                self._wake.clear()
                while not ended.is_set() and (due := self._due()):
                    connection.inventory.observe_pending(self._compared(due, ended))
                if not ended.is_set():
                    self._wake.wait()

    def _all_read(self) -> bool:
        return all(record.xml_version for record in self._connection.inventory.snapshot().domains)

    def _due(self) -> list[DomainRecord]:
        """Return the machines that are to be compared, those that somebody sees first."""
        inventory = self._connection.inventory
        if not self._connection.is_connected:
            self._failed.clear()
            return []
        due = [
            record
            for record in inventory.snapshot().domains
            if record.pending is None
            and record.xml_version
            and self._failed.get(record.uuid) != (record.id, record.xml_version)
        ]
        seen = frozenset(inventory.preferred)
        return sorted(due, key=lambda record: record.uuid not in seen)

    def _compared(self, due: Iterable[DomainRecord], ended: threading.Event) -> dict[str, Pending]:
        """Return what waits for some machines; after a moment others may come first."""
        found: dict[str, Pending] = {}
        until = time.monotonic() + MOMENT
        for record in due:
            began = time.monotonic()
            if began > until or ended.is_set():
                break
            changes = self._compare(record)
            if changes is not None:
                found[record.uuid] = ((record.id, record.xml_version), changes)
            ended.wait(REST * (time.monotonic() - began))
        return found

    def _compare(self, record: DomainRecord) -> tuple[Change, ...] | None:
        """Return what waits for a machine; None where that cannot be known."""
        connection = self._connection
        subject = Subject("domain", record.name, connection.uri, record.uuid)

        def read(raw: libvirt.virConnect) -> tuple[str, str]:
            found: Any = raw.lookupByUUIDString(record.uuid)
            return found.XMLDesc(0), found.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)

        try:
            return _changes(*connection.call(read, subject=subject))
        except ConnectionLost:
            # With the next connection it is compared again.
            self._ended.wait(PATIENCE)
        except (QvirtError, ValueError) as error:
            # It stopped or went away meanwhile, or is none that we understand: not known.
            self._failed[record.uuid] = (record.id, record.xml_version)
            _LOG.debug("%s could not be compared: %s", record.name, error)
        return None


def _changes(running: str, stored: str) -> tuple[Change, ...]:
    return pending_changes(documents.Domain.parse(running), documents.Domain.parse(stored))
