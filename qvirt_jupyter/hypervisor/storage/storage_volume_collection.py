"""The volumes of a storage pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.errors import Subject, WrongState
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.storage import volume_copying
from qvirt_jupyter.hypervisor.storage.known_volumes import NOW, MaxAge
from qvirt_jupyter.hypervisor.storage.partition_names import refuse_wrong_partition
from qvirt_jupyter.hypervisor.storage.storage_volume import StorageVolume
from qvirt_jupyter.hypervisor.storage.volume_making import make_watched
from qvirt_jupyter.hypervisor.storage.volume_records import record_of, records_of
from qvirt_jupyter.hypervisor.storage.volume_survey import VolumeSurvey, survey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord
    from qvirt_jupyter.hypervisor.storage.storage_pool import StoragePool
    from qvirt_jupyter.hypervisor.transfer import Reporter


class StorageVolumes(Collection[StorageVolume]):
    """The volumes of a pool: ``connection.storage_pools["default"].volumes``.

    Parameters
    ----------
    pool
        The pool.
    """

    kind: ClassVar[str] = "volume"
    _attribute: ClassVar[str] = "volumes"
    _caption: ClassVar[LazyString] = _("Volumes")
    _missing: ClassVar[LazyString] = _("There is no volume of this name in the pool.")
    _headings: ClassVar[tuple[LazyString, ...]] = (
        _("Name"),
        _("Format"),
        _("Capacity"),
        _("Used on the host"),
        _("Path"),
    )

    def __init__(self, pool: StoragePool) -> None:
        super().__init__(pool.connection)
        self._pool = pool

    @property
    def subject(self) -> Subject:
        """What the action log calls it: the pool."""
        return self._pool.subject

    @property
    def code(self) -> str:
        """A Python expression for it."""
        return f"{self._pool.code}.{self._attribute}"

    @property
    def records(self) -> tuple[StorageVolumeRecord, ...]:
        """What a list shows of all of them, sorted by name, asked of libvirt just now."""

        def read(connection: libvirt.virConnect) -> list[StorageVolumeRecord]:
            found = self._list(connection)
            # Some may go while the list is read.
            return list(records_of(found, self._connection.uri, self._pool.uuid, _is_gone))

        listed = self._connection.call(read, subject=self.subject)
        return tuple(sorted(listed, key=lambda record: (record.name.casefold(), record.name)))

    def records_named(self, names: Sequence[str]) -> tuple[StorageVolumeRecord, ...]:
        """Return what a list shows of some of them, in this order; what went is left out.

        Parameters
        ----------
        names
            Their names.

        Raises
        ------
        QvirtError
            The host does not answer.
        """

        def read(connection: libvirt.virConnect) -> tuple[StorageVolumeRecord, ...]:
            pool, found = self._pool_of(connection), []
            for name in names:
                try:
                    found.append(pool.storageVolLookupByName(name))
                except libvirt.libvirtError as error:
                    if not _is_gone(error):
                        raise
            return tuple(records_of(found, self._connection.uri, self._pool.uuid, _is_gone))

        return self._connection.call(read, subject=self.subject)

    def survey(
        self,
        *,
        max_age: MaxAge = NOW,
        on_records: Callable[[Sequence[StorageVolumeRecord]], object] | None = None,
    ) -> VolumeSurvey:
        """Return all of them with who uses each and what builds on what.

        One look at the whole host serves all volumes of a list. Which volumes there are, and what
        the machines use, is asked just now.

        Parameters
        ----------
        max_age
            What is good enough of what other lists have read; nothing, unless it is said.
        on_records
            Called with the volumes of this pool while those of many others are still read.

        Raises
        ------
        QvirtError
            The host does not answer.
        """
        uri, pool = self._connection.uri, self._pool.uuid
        return self._connection.call(
            lambda connection: survey(
                connection, uri, pool, max_age=max_age, on_records=on_records
            ),
            subject=self.subject,
        )

    @action(_("Create a volume in {name}"))
    def create(
        self, definition: str | documents.StorageVolume, *, metadata: bool = False
    ) -> StorageVolume:
        """Make a new volume.

        Parameters
        ----------
        definition
            XML or a document.
        metadata
            Whether the tables of a qcow2 image are made at once, which makes its first writes
            faster (preallocation of metadata).

        Raises
        ------
        AlreadyExists
            There is a volume of this name.
        InvalidDefinition
            libvirt does not understand it, or the name is not allowed: that of a partition is
            given by its disk.
        WrongState
            The pool is off.
        """
        flags = libvirt.VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA if metadata else 0
        job = current_job()

        def make(connection: libvirt.virConnect, text: str) -> Any:  # noqa: ANN401 - libvirt has no types
            pool = self._pool_of(connection)
            wanted = documents.StorageVolume.parse(text)
            refuse_wrong_partition(pool, wanted.name or "", self.subject)
            if job is None or not wanted.allocation:
                return pool.createXML(text, flags)
            # All of it is taken at once, which may be long.
            return make_watched(
                pool, wanted.name or "", wanted.allocation, lambda: pool.createXML(text, flags), job
            )

        return self._make(definition, make)

    def copy(
        self,
        definition: documents.StorageVolume,
        original: StorageVolume,
        reporter: Reporter | None = None,
    ) -> StorageVolume:
        """Make a copy of a volume; :meth:`StoragePool.create_volume` is the action for it.

        Parameters
        ----------
        definition
            What the copy is to be.
        original
            The volume that is copied.
        reporter
            Who is told how far it is, and whose cancel stops it.

        Raises
        ------
        QvirtError
            As for :meth:`StoragePool.create_volume`.
        """
        is_local = not self._connection.parts.is_remote

        def make(connection: libvirt.virConnect, _text: str) -> Any:  # noqa: ANN401 - libvirt has no types
            source = connection.storagePoolLookupByUUIDString(original.pool.uuid)
            return volume_copying.Copy(
                connection,
                source.storageVolLookupByName(original.name),
                self._pool_of(connection),
                definition,
                reporter,
                is_local,
            ).make()

        return self._make(definition, make)

    def _make(
        self,
        definition: str | documents.StorageVolume,
        make: Callable[[libvirt.virConnect, str], Any],
    ) -> StorageVolume:
        if not self._pool.is_active:
            raise WrongState(
                _("The pool is off."), subject=self._pool.subject, next_step=_("Start it first.")
            )
        made = self._add(definition, make)
        # The inventory knows pools, not volumes: this one has less room now.
        self._connection.settled("pool", self._pool.uuid)
        return made

    def _list(self, connection: libvirt.virConnect) -> Sequence[Any]:
        pool = self._pool_of(connection)
        # A pool that is off has no volumes that anybody could see.
        found: Sequence[Any] = pool.listAllVolumes(0) if pool.isActive() else ()
        return found

    def _find(self, connection: libvirt.virConnect, key: str, *, by_uuid: bool) -> Any:  # noqa: ANN401 - libvirt has no types
        # Volumes have no UUID; a name may look like one.
        return None if by_uuid else self._pool_of(connection).storageVolLookupByName(key)

    def _pool_of(self, connection: libvirt.virConnect) -> libvirt.virStoragePool:
        return connection.storagePoolLookupByUUIDString(self._pool.uuid)

    def _key(self, found: Any) -> str:  # noqa: ANN401 - libvirt has no types
        name: str = found.name()
        return name

    def _handle(self, name: str, key: str) -> StorageVolume:  # noqa: ARG002 - the name is the key
        return StorageVolume(self._pool, name)

    def _row(self, found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        record = record_of(found, self._connection.uri, self._pool.uuid)
        return (
            record.format,
            bytes_text(record.capacity),
            bytes_text(record.allocation),
            record.path,
        )

    @property
    def _title(self) -> str:
        return f"{self._caption}: {self._pool.subject}"


def _is_gone(error: libvirt.libvirtError) -> bool:
    return bool(error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_VOL)
