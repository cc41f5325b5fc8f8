"""What was read of volumes lately: the lists of a host share it instead of reading the host again.

libvirt has no call for many volumes and no event for one, so ten thousand take seconds, and who
builds on a volume is in the headers of all images of the host. Only lists live on what is kept
here; what decides whether something is taken away reads the host anew.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import libvirt

from qvirt_jupyter.hypervisor.storage.volume_records import records_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord

_LOG = logging.getLogger(__name__)


class MaxAge(NamedTuple):
    """Seconds for which what was read of volumes before is good enough for a look.

    Parameters
    ----------
    own
        Of those in the pool that is looked into.
    others
        Of those in other pools, which say what builds on what.
    """

    own: float
    others: float

    def stricter(self, other: MaxAge | None) -> MaxAge:
        """Return what is good enough for both."""
        if other is None:
            return self
        return MaxAge(min(self.own, other.own), min(self.others, other.others))


OPENED: Final = MaxAge(10.0, 60.0)
"""A pool comes to the front of a list: another list may just have read it."""
CHANGED: Final = MaxAge(0.0, 60.0)
"""It may have changed."""
NOW: Final = MaxAge(0.0, 0.0)
"""Something was done to a pool or a volume: this may be new everywhere."""


@dataclass(frozen=True, slots=True)
class _Read:
    """The volumes of a pool by name, and when reading them began, of ``time.monotonic``."""

    begun: float
    records: Mapping[str, StorageVolumeRecord]


class KnownVolumes:
    """The records of a host's volumes, by pool; from any thread.

    Parameters
    ----------
    uri
        Our name of the connection, for the records.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self._reads: dict[str, _Read] = {}

    def read(
        self,
        pool: Any,  # noqa: ANN401 - libvirt has no types
        is_gone: Callable[[libvirt.libvirtError], bool],
        max_age: float,
    ) -> list[StorageVolumeRecord]:
        """Return the records of the volumes that a pool has now.

        Which volumes there are is asked each time, what is new among them is read. Who comes while
        somebody else reads the same pool waits for that, for both would take twice as long.

        Parameters
        ----------
        pool
            An open libvirt object.
        is_gone
            As for :func:`records_of`.
        max_age
            Seconds: what was read no longer ago is taken as it is. With 0 all of it is read now.

        Raises
        ------
        libvirt.libvirtError
            The pool cannot be looked into.
        """
        uuid, asked = pool.UUIDString(), time.monotonic()
        with self._lock:
            turn = self._turns.setdefault(uuid, threading.Lock())
        with turn:
            begun, volumes = time.monotonic(), pool.listAllVolumes(0)
            known: dict[str, StorageVolumeRecord] = {}
            last = self._reads.get(uuid)
            if last is not None and last.begun >= asked - max_age:
                begun, names = last.begun, [volume.name() for volume in volumes]
                known = {name: last.records[name] for name in names if name in last.records}
            new = [volume for volume in volumes if volume.name() not in known]
            for record in records_of(new, self._uri, uuid, is_gone):
                known[record.name] = record
            self._reads[uuid] = _Read(begun, known)
        return list(known.values())

    def keep(self, pools: Collection[str]) -> None:
        """Forget what was read of all pools but these.

        Parameters
        ----------
        pools
            Their UUIDs.
        """
        with self._lock:
            for uuid in self._turns.keys() - set(pools):
                # Who reads it just now keeps its turn, and puts back what it reads.
                del self._turns[uuid]
                self._reads.pop(uuid, None)

    def unread(self, connection: libvirt.virConnect, max_age: float, *, without: str) -> int:
        """Return how many volumes would be read for a look at all pools that are on.

        Parameters
        ----------
        connection
            libvirt's object.
        max_age
            As for :meth:`read`.
        without
            The UUID of a pool that does not count.
        """
        since, count = time.monotonic() - max_age, 0
        for pool in connection.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE):
            last = self._reads.get(pool.UUIDString())
            if pool.UUIDString() == without or (last is not None and last.begun >= since):
                continue
            try:
                count += pool.numOfVolumes()
            except libvirt.libvirtError as error:
                # It was stopped just now, or nobody can look into it: then nobody will wait for it.
                _LOG.debug("The volumes of %s are not counted: %s", pool.name(), error)
        return count


_KNOWN: Final[WeakKeyDictionary[Any, KnownVolumes]] = WeakKeyDictionary()
_KNOWN_LOCK: Final = threading.Lock()


def known_volumes(connection: libvirt.virConnect, uri: str) -> KnownVolumes:
    """Return what is known through a connection of libvirt; it is forgotten with that.

    Parameters
    ----------
    connection
        libvirt's object. After a loss it is another one, of which nothing is known.
    uri
        Our name of the connection.
    """
    with _KNOWN_LOCK:
        return _KNOWN.setdefault(connection, KnownVolumes(uri))
