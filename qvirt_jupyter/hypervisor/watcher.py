"""The thread that keeps an inventory true while its connection is open.

Events say which object changed; it is read again after a moment in which more may come. What has
no events is polled, and so, slowly, is what changes without one (autostart, managed save).
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter.hypervisor import pool
from qvirt_jupyter.hypervisor.event_registration import EventRegistration
from qvirt_jupyter.hypervisor.known_objects import KnownObjects
from qvirt_jupyter.hypervisor.object_kinds import KINDS, Observed
from qvirt_jupyter.hypervisor.observations import Observations, Pending
from qvirt_jupyter.hypervisor.record_key import RecordKey
from qvirt_jupyter.hypervisor.started import known_starts
from qvirt_jupyter.hypervisor.storage.room import RoomWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from qvirt_jupyter.hypervisor.definition import DomainDefinition
    from qvirt_jupyter.hypervisor.inventory import Inventory
    from qvirt_jupyter.hypervisor.records import Record

_LOG = logging.getLogger(__name__)
THREAD_NAME: Final = "qvirt-watch"
COALESCE: Final = 0.01
"""Seconds to wait for more events; the publisher waits once more before it tells."""
POLL: Final = 3.0
"""Seconds between two surveys of a kind without events."""
DRIFT: Final = 30.0
"""Seconds between two surveys of the machines, for what libvirt has no event for."""
BULK: Final = 12
"""From so many changed objects of a kind on, one survey is cheaper than reading each."""
SLICE: Final = 0.02
"""Seconds for definitions before events are looked at again."""
GATHER: Final = 0.3
"""Seconds for which definitions are gathered that nobody waits for: views sort with each batch."""
BUDGET: Final = 0.2
"""Seconds for definitions before a connection is announced; the rest is read afterwards."""


class Watcher:
    """Reads the objects of one open connection into an inventory.

    Parameters
    ----------
    connection
        What libvirt opened.
    inventory
        What is kept true.
    on_error
        Called with each unexpected error; returns True if it means that the connection is lost.
    """

    def __init__(
        self,
        connection: libvirt.virConnect,
        inventory: Inventory,
        on_error: Callable[[libvirt.libvirtError], bool],
    ) -> None:
        self._connection = connection
        self._inventory = inventory
        self._on_error = on_error
        self._known = {name: KnownObjects(kind) for name, kind in KINDS.items()}
        self._room = RoomWatch(self._known["pool"], self._known["domain"])
        self._reading = threading.RLock()
        self._wake = threading.Condition()
        self._notes: dict[tuple[str, str | None], bool] = {}
        self._preferred: tuple[str, ...] = ()
        self._closed = False
        # Definitions that were read and not told yet, and when some were told last.
        self._gathered: list[tuple[KnownObjects, str]] = []
        self._told = 0.0
        self._seen = Observations(inventory.unplugs)
        self._thread: threading.Thread | None = None
        self._unsupported: set[str] = set()
        self._events: EventRegistration | None = None

    @property
    def polled(self) -> frozenset[str]:
        """The kinds that are polled because they have no events."""
        events = self._events.kinds if self._events is not None else frozenset()
        return frozenset(KINDS) - events - self._unsupported

    @property
    def unsupported(self) -> frozenset[str]:
        """The kinds that this driver does not have."""
        return frozenset(self._unsupported)

    def load(self) -> None:
        """Listen to events, then read everything once.

        Raises
        ------
        libvirt.libvirtError
            The machines cannot be listed: nothing works without that.
        """
        self._events = EventRegistration(
            self._connection, self._note, self._on_lifecycle, self._inventory.unplugs
        )
        with self._reading:
            for name, known in self._known.items():
                try:
                    self._survey(known)
                except libvirt.libvirtError as error:
                    if name == "domain":
                        raise
                    _LOG.debug("The driver lists no %s: %s", name, error)
                    self._unsupported.add(name)
            running = {
                uuid: raw.id for uuid, raw in self._known["domain"].raw.items() if raw.id > 0
            }
            before = self._inventory.snapshot().domains
            for uuid, at in known_starts(self._inventory.uri, before, running).items():
                # An event of this very moment knows better.
                self._seen.started.setdefault(uuid, at)
            until = time.monotonic() + BUDGET
            for known in self._known.values():
                self._read_definitions(known, until)

    def start(self) -> None:
        """Put everything into the inventory, take out what is gone, and begin to watch."""
        with self._reading:
            self._room.look()
            records = self._built()
            present = {record.record_key for record in records}
            # What vanished while a lost connection was away.
            self._inventory.update(records, set(self._inventory.snapshot().records) - present)
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; what comes late is ignored."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        if self._events is not None:
            self._events.close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(2.0)

    @property
    def is_busy(self) -> bool:
        """Whether its thread still runs: after :meth:`close`, because a call hangs."""
        return self._thread is not None and self._thread.is_alive()

    def refresh(self, kind: str, identity: str | None = None) -> None:
        """Read an object, or all of a kind, again soon."""
        self._note(kind, identity, stale=True)

    def refresh_now(self, kind: str, identity: str | None = None) -> None:
        """As :meth:`refresh`, on this thread, so that the caller can rely on it."""
        known = self._known.get(kind)
        if known is None or self._closed:
            return
        try:
            with self._reading:
                self._refresh(known, {identity: identity is not None})
                self._put(known, self._read_definitions(known, time.monotonic() + BUDGET))
                self._look_at_room()
        except libvirt.libvirtError as error:
            self._on_error(error)

    def prefer(self, uuids: Collection[str]) -> None:
        """Read the definitions of these machines before others."""
        with self._wake:
            self._preferred = tuple(uuids)
            self._wake.notify_all()

    def observe_addresses(self, uuid: str, addresses: tuple[str, ...]) -> None:
        """Take the addresses that somebody found for a machine."""
        with self._reading:
            known = self._known["domain"]
            if uuid in known.raw and not self._closed:
                self._seen.addresses[uuid] = (known.raw[uuid].id, addresses)
                self._put(known, (uuid,))

    def observe_pending(self, found: Mapping[str, Pending]) -> None:
        """Take what somebody found to wait for the next start of machines."""
        with self._reading:
            if not self._closed:
                self._seen.pending.update(found)
                self._put(self._known["domain"], found)

    def definition(self, uuid: str) -> DomainDefinition | None:
        """Return what was read of a machine's definition, or None."""
        return self._known["domain"].definitions.get(uuid)

    # On the event thread: only notes.

    def _note(self, kind: str, identity: str | None, stale: bool) -> None:  # noqa: FBT001 - of a tuple
        with self._wake:
            if self._closed:
                return
            key = (kind, identity)
            self._notes[key] = self._notes.get(key, False) or stale
            self._wake.notify_all()

    def _on_lifecycle(self, uuid: str, event: int) -> None:
        if event == libvirt.VIR_DOMAIN_EVENT_STARTED:
            self._seen.started[uuid] = time.time()
        elif event == libvirt.VIR_DOMAIN_EVENT_STOPPED:
            self._seen.started.pop(uuid, None)

    # On the watcher's thread.

    def _run(self) -> None:
        with pool.as_pool_thread():
            polled = drift = time.monotonic()
            while True:
                with self._wake:
                    self._wake.wait_for(lambda: self._closed or self._notes, self._patience(polled))
                    if self._closed:
                        return
                    if self._notes:
                        self._wake.wait_for(lambda: self._closed, COALESCE)
                    notes, self._notes = self._notes, {}
                now = time.monotonic()
                if now - polled >= POLL:
                    polled = now
                    notes.update(dict.fromkeys(((kind, None) for kind in self.polled), True))
                    self._retry()
                if now - drift >= DRIFT:
                    drift = now
                    if self._inventory.is_watched:
                        notes.setdefault(("domain", None), False)
                if not self._work(notes):
                    return

    def _retry(self) -> None:
        """Put the definitions that could not be read in line again."""
        with self._reading:
            for known in self._known.values():
                known.unread.update(dict.fromkeys(known.retry))
                known.retry.clear()

    def _patience(self, polled: float) -> float:
        """Return the seconds until something is to be done without being told."""
        if any(known.unread for known in self._known.values()):
            return 0.0
        return max(0.0, polled + POLL - time.monotonic())

    def _work(self, notes: dict[tuple[str, str | None], bool]) -> bool:
        """Read what was noted and some definitions; return False when the connection is lost."""
        try:
            with self._reading:
                for name, known in self._known.items():
                    mine = {key: stale for (kind, key), stale in notes.items() if kind == name}
                    if mine and name not in self._unsupported:
                        self._refresh(known, mine)
                self._read_some()
                self._look_at_room()
        except libvirt.libvirtError as error:
            if self._closed or self._on_error(error):
                return False
            _LOG.warning("%s could not be read: %s", self._inventory.uri, error)
        return True

    def _refresh(self, known: KnownObjects, wanted: dict[str | None, bool]) -> None:
        """Read the wanted objects of a kind again; the key None means all of them."""
        keys = [key for key in wanted if key is not None]
        for key in keys:
            known.failures.pop(key, None)
        if None in wanted or len(keys) >= BULK:
            changed, removed = self._survey(known)
            if wanted.get(None):
                known.want_again(known.raw)
            known.want_again([key for key in keys if wanted[key]], is_edited=True)
            self._inventory.update(
                self._built_of(known, changed),
                [RecordKey(known.kind.name, self._inventory.uri, key) for key in removed],
            )
            return
        for key in keys:
            self._refresh_one(known, key, stale=wanted[key])

    def _refresh_one(self, known: KnownObjects, key: str, *, stale: bool) -> None:
        kind = known.kind
        try:
            found = kind.lookup(self._connection, key)
            raw = kind.read(found)
        except libvirt.libvirtError as error:
            if error.get_error_code() != kind.gone:
                raise
            raw = None
        if raw is None:
            self._forget(known, key)
            self._inventory.update(removed=[RecordKey(kind.name, self._inventory.uri, key)])
            return
        changed = known.take(key, raw, found)
        if stale:
            known.want_again([key], is_edited=True)
        if key in known.unread:
            known.unread[key] = found
            changed = known.read(self._connection, key, self._on_error) or changed
        # What a guest was asked to let go of, and its answer, are in no definition.
        if changed or stale:
            self._put(known, (key,))

    def _survey(self, known: KnownObjects) -> tuple[list[str], list[str]]:
        """Read the raw values of all objects of a kind; return what changed and what is gone."""
        found = known.kind.survey(self._connection)
        changed = [key for key, (item, raw) in found.items() if known.take(key, raw, item)]
        removed = [key for key in known.raw if key not in found]
        for key in removed:
            self._forget(known, key)
        return changed, removed

    def _read_some(self) -> None:
        """Read a few of the definitions that wait; those of what somebody sees come first."""
        until = time.monotonic() + SLICE
        is_seen = False
        for known in self._known.values():
            for key in known.waiting(self._preferred):
                if known.read(self._connection, key, self._on_error):
                    self._gathered.append((known, key))
                    is_seen = is_seen or key in self._preferred
                if time.monotonic() > until:
                    break
        now = time.monotonic()
        is_last = not any(known.unread for known in self._known.values())
        if self._gathered and (is_seen or is_last or now - self._told >= GATHER):
            gathered, self._gathered, self._told = self._gathered, [], now
            self._inventory.update(
                self._record(known, key) for known, key in gathered if key in known.raw
            )

    def _read_definitions(self, known: KnownObjects, until: float) -> list[str]:
        """Read those that wait while there is time; return the keys of what changed."""
        changed = []
        for key in list(known.unread):
            if time.monotonic() > until:
                break
            if known.read(self._connection, key, self._on_error):
                changed.append(key)
        return changed

    def _forget(self, known: KnownObjects, key: str) -> None:
        known.forget(key)
        if known.kind.name == "domain":
            self._seen.forget(key)

    # Records.

    def _look_at_room(self) -> None:
        """Tell the machines anew whose pools became full, or have room again."""
        self._put(self._known["domain"], self._room.look())

    def _put(self, known: KnownObjects, keys: Iterable[str]) -> None:
        self._inventory.update(self._built_of(known, keys))

    def _built(self) -> list[Record]:
        return [
            record for known in self._known.values() for record in self._built_of(known, known.raw)
        ]

    def _built_of(self, known: KnownObjects, keys: Iterable[str]) -> list[Record]:
        return [self._record(known, key) for key in keys if key in known.raw]

    def _record(self, known: KnownObjects, key: str) -> Record:
        version = known.versions[key]
        is_machine = known.kind.name == "domain"
        observed = (
            self._seen.of(key, known.raw[key].id, version, self._room.of(key))
            if is_machine
            else Observed(xml_version=version)
        )
        return known.kind.build(
            self._inventory.uri,
            key,
            known.raw[key],
            known.definitions.get(key, known.kind.unread),
            observed,
        )
