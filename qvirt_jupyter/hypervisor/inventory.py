"""What is known of a connection's objects: immutable records under one version number.

The watcher writes, views subscribe. Each subscriber gets what changed since its last batch, found
by comparing identities: a record is replaced only if something in it changed.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeVar

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.editing.unplugs import Unplugs
from qvirt_jupyter.hypervisor.errors import NotFound, Subject
from qvirt_jupyter.hypervisor.host.secret_record import SecretRecord
from qvirt_jupyter.hypervisor.publisher import Subscription
from qvirt_jupyter.hypervisor.record_key import RecordKey
from qvirt_jupyter.hypervisor.records import (
    DomainRecord,
    NetworkRecord,
    NodeDeviceRecord,
    Record,
    StoragePoolRecord,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from qvirt_jupyter.hypervisor.definition import DomainDefinition
    from qvirt_jupyter.hypervisor.observations import Pending

_LOG = logging.getLogger(__name__)
_Kept = TypeVar("_Kept", bound=Record)


@dataclass(frozen=True, slots=True)
class Batch:
    """What changed between two versions of an inventory.

    Parameters
    ----------
    uri
        The connection's URI.
    version
        The version that a subscriber has after this batch.
    added, changed
        Whole records.
    removed
        Keys of what is gone.
    """

    uri: str
    version: int
    added: tuple[Record, ...] = ()
    changed: tuple[Record, ...] = ()
    removed: tuple[RecordKey, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All records at one moment.

    Parameters
    ----------
    uri
        The connection's URI.
    version
        Counts the changes.
    records
        By key.
    """

    uri: str
    version: int
    records: Mapping[RecordKey, Record] = field(default_factory=dict)

    def _of(self, kind: type[_Kept]) -> tuple[_Kept, ...]:
        return tuple(record for record in self.records.values() if isinstance(record, kind))

    @property
    def domains(self) -> tuple[DomainRecord, ...]:
        """The virtual machines."""
        return self._of(DomainRecord)

    @property
    def networks(self) -> tuple[NetworkRecord, ...]:
        """The networks."""
        return self._of(NetworkRecord)

    @property
    def storage_pools(self) -> tuple[StoragePoolRecord, ...]:
        """The storage pools."""
        return self._of(StoragePoolRecord)

    @property
    def node_devices(self) -> tuple[NodeDeviceRecord, ...]:
        """The devices of the host."""
        return self._of(NodeDeviceRecord)

    @property
    def secrets(self) -> tuple[SecretRecord, ...]:
        """The secrets that libvirt keeps."""
        return self._of(SecretRecord)

    def __len__(self) -> int:
        return len(self.records)


class Source(Protocol):
    """Who brings the inventory up to date."""

    def refresh(self, kind: str, identity: str | None = None) -> None:
        """Read an object, or all of a kind, again soon."""

    def prefer(self, uuids: Collection[str]) -> None:
        """Read the definitions of these machines before others."""

    def observe_addresses(self, uuid: str, addresses: tuple[str, ...]) -> None:
        """Take the addresses that somebody found for a machine."""

    def observe_pending(self, found: Mapping[str, Pending]) -> None:
        """Take what somebody found to wait for the next start of machines."""

    def definition(self, uuid: str) -> DomainDefinition | None:
        """Return what was read of a machine's definition, if it was read already."""


@dataclass(eq=False)
class _View:
    """A subscriber, and what it has been told so far."""

    callback: Callable[[Batch], object]
    told: Mapping[RecordKey, Record] = field(default_factory=dict)


class Inventory:
    """The objects of one connection.

    Parameters
    ----------
    uri
        The connection's URI.

    Attributes
    ----------
    unplugs
        Devices that guests were asked to let go of.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.unplugs = Unplugs()
        self._lock = threading.Lock()
        self._records: Mapping[RecordKey, Record] = MappingProxyType({})
        self._version = 0
        self._views: list[_View] = []
        self._examined: list[frozenset[str]] = []
        self._source: Source | None = None
        self.preferred: tuple[str, ...] = ()
        """The machines that somebody sees."""

    @property
    def version(self) -> int:
        """Counts the changes."""
        return self._version

    @property
    def is_watched(self) -> bool:
        """Whether anybody subscribes."""
        return bool(self._views)

    def snapshot(self) -> Snapshot:
        """Return all records; what is returned never changes."""
        with self._lock:
            return Snapshot(self.uri, self._version, self._records)

    def domain(self, uuid: str) -> DomainRecord:
        """Return the record of a virtual machine.

        Raises
        ------
        NotFound
            There is none.
        """
        return self._get("domain", uuid, DomainRecord)

    def network(self, uuid: str) -> NetworkRecord:
        """Return the record of a network.

        Raises
        ------
        NotFound
            There is none.
        """
        return self._get("network", uuid, NetworkRecord)

    def storage_pool(self, uuid: str) -> StoragePoolRecord:
        """Return the record of a storage pool.

        Raises
        ------
        NotFound
            There is none.
        """
        return self._get("pool", uuid, StoragePoolRecord)

    def node_device(self, name: str) -> NodeDeviceRecord:
        """Return the record of a device of the host.

        Raises
        ------
        NotFound
            There is none.
        """
        return self._get("node_device", name, NodeDeviceRecord)

    def secret(self, uuid: str) -> SecretRecord:
        """Return the record of a secret.

        Raises
        ------
        NotFound
            There is none.
        """
        return self._get("secret", uuid, SecretRecord)

    def subscribe(self, callback: Callable[[Batch], object]) -> Subscription:
        """Call the callback on the publisher thread with each change.

        Parameters
        ----------
        callback
            Its first batch has everything that is there as added.
        """
        view = _View(callback)
        with self._lock:
            self._views = [*self._views, view]
        self._announce()

        def close() -> None:
            with self._lock:
                self._views = [other for other in self._views if other is not view]

        return Subscription(close)

    def refresh(self, kind: str = "domain", identity: str | None = None) -> None:
        """Read an object again soon; for changes that libvirt has no event for.

        Parameters
        ----------
        kind
            ``"domain"``, ``"network"``, ``"pool"``, ``"node_device"`` or ``"secret"``.
        identity
            UUID or name; None reads all of the kind.
        """
        if self._source is not None:
            self._source.refresh(kind, identity)

    def prefer(self, uuids: Collection[str]) -> None:
        """Read the definitions of these machines before others, because somebody sees them."""
        self.preferred = tuple(uuids)
        if self._source is not None:
            self._source.prefer(uuids)

    def examine(self, uuids: Collection[str]) -> Subscription:
        """Say that somebody looks at these machines closely, each in a tab of its own, say.

        Their definitions are read before others, and their guest agents are asked.

        Returns
        -------
        Subscription
            Closing it says that nobody does any more.
        """
        mine = frozenset(uuids)
        with self._lock:
            self._examined = [*self._examined, mine]
        self.prefer(mine)

        def close() -> None:
            with self._lock:
                left = list(self._examined)
                left.remove(mine)
                self._examined = left

        return Subscription(close)

    @property
    def examined(self) -> frozenset[str]:
        """The UUIDs of the machines that somebody looks at closely."""
        return frozenset().union(*self._examined)

    def definition(self, uuid: str) -> DomainDefinition | None:
        """Return what was read of a machine's definition; None where nothing was (yet)."""
        return None if self._source is None else self._source.definition(uuid)

    def observe_addresses(self, uuid: str, addresses: tuple[str, ...]) -> None:
        """Take the addresses that somebody found for a machine."""
        if self._source is not None:
            self._source.observe_addresses(uuid, addresses)

    def observe_pending(self, found: Mapping[str, Pending]) -> None:
        """Take what somebody found to wait for the next start of machines.

        Parameters
        ----------
        found
            By UUID: the record's ``id`` and ``xml_version`` when it was compared, for with others
            it is no longer true, and the changes from how it runs to what is stored.
        """
        if self._source is not None:
            self._source.observe_pending(found)

    def attach(self, source: Source | None) -> None:
        """Say who brings it up to date; the connection does."""
        self._source = source

    def update(self, records: Iterable[Record] = (), removed: Iterable[RecordKey] = ()) -> None:
        """Put records in and take keys out; what is equal to what is there stays the same object.

        Parameters
        ----------
        records
            New or changed.
        removed
            Keys of what is gone; unknown ones are ignored.
        """
        with self._lock:
            merged = dict(self._records)
            changed = False
            for record in records:
                key = record.record_key
                if merged.get(key) != record:
                    merged[key] = record
                    changed = True
            for key in removed:
                changed = merged.pop(key, None) is not None or changed
            if not changed:
                return
            self._records = MappingProxyType(merged)
            self._version += 1
        self._announce()

    def clear(self) -> None:
        """Forget everything; subscribers are told that it is gone."""
        self.update(removed=tuple(self._records))

    def _get(self, kind: str, identity: str, expected: type[_Kept]) -> _Kept:
        record = self._records.get(RecordKey(kind, self.uri, identity))
        if not isinstance(record, expected):
            raise NotFound(
                _("It is not there, or not any more."),
                subject=Subject(kind, identity, self.uri, identity),
            )
        return record

    def _announce(self) -> None:
        publisher.post(("inventory", id(self)), self._tell)

    def _tell(self) -> None:
        with self._lock:
            views, records, version = self._views, self._records, self._version
        for view in views:
            batch = difference(self.uri, version, view.told, records)
            view.told = records
            if batch and view in self._views:
                try:
                    view.callback(batch)
                except Exception:  # noqa: BLE001 - logged; one view must not stop the others
                    _LOG.exception("A view could not take what changed on %s", self.uri)


def difference(
    uri: str, version: int, old: Mapping[RecordKey, Record], new: Mapping[RecordKey, Record]
) -> Batch:
    """Return what leads from the old records to the new ones."""
    added = []
    changed = []
    for key, record in new.items():
        before = old.get(key)
        if before is None:
            added.append(record)
        elif before is not record:
            changed.append(record)
    return Batch(
        uri, version, tuple(added), tuple(changed), tuple(key for key in old if key not in new)
    )
