"""The volumes of a storage pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import libvirt

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import volume_copying
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.errors import Subject, WrongState
from qvirt_jupyter.hypervisor.storage_volume import StorageVolume, record_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord
    from qvirt_jupyter.hypervisor.storage_pool import StoragePool
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
            found = []
            for volume in self._list(connection):
                try:
                    found.append(record_of(volume, self._connection.uri, self._pool.uuid))
                except libvirt.libvirtError as error:
                    # It went while the list was read.
                    if error.get_error_code() != libvirt.VIR_ERR_NO_STORAGE_VOL:
                        raise
            return found

        listed = self._connection.call(read, subject=self.subject)
        return tuple(sorted(listed, key=lambda record: (record.name.casefold(), record.name)))

    @action(_("Create a volume in {name}"))
    def create(self, definition: str | documents.StorageVolume) -> StorageVolume:
        """Make a new volume.

        Parameters
        ----------
        definition
            XML or a document.

        Raises
        ------
        AlreadyExists
            There is a volume of this name.
        InvalidDefinition
            libvirt does not understand it, or the name is not allowed.
        WrongState
            The pool is off.
        """
        return self._make(
            definition,
            lambda connection, text: self._pool_of(connection).createXML(text, 0),
        )

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
