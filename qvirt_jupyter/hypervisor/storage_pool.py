"""Storage pools, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, Subject
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.storage_volume import StorageVolume
from qvirt_jupyter.hypervisor.storage_volume_collection import StorageVolumes
from qvirt_jupyter.hypervisor.switchable import Switchable, make, switch_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.hypervisor.records import StoragePoolRecord
    from qvirt_jupyter.hypervisor.transfer import Reporter


class Space(NamedTuple):
    """Room in a pool, in bytes."""

    capacity: int
    allocation: int
    available: int


class StoragePool(Switchable):
    """A storage pool: ``connection.storage_pools["default"]``.

    https://libvirt.org/html/libvirt-libvirt-storage.html
    """

    kind: ClassVar[str] = "pool"
    _collection: ClassVar[str] = "storage_pools"
    _caption: ClassVar[LazyString] = _("Storage pool {name}")
    headings: ClassVar[tuple[LazyString, ...]] = (
        _("State"),
        _("Autostart"),
        _("Type"),
        _("Free"),
        _("Size"),
    )

    @property
    def record(self) -> StoragePoolRecord:
        """What the inventory knows of it, without asking libvirt."""
        return self.connection.inventory.storage_pool(self.uuid)

    @property
    def space(self) -> Space:
        """How much room it has, in bytes; zeros while it is off."""
        return self._call(space_of)

    @property
    def volumes(self) -> StorageVolumes:
        """What is in it."""
        return StorageVolumes(self)

    def document(self, *, inactive: bool = False) -> documents.StoragePool:
        """Return its definition as a document.

        Parameters
        ----------
        inactive
            As for :meth:`xml`.
        """
        return documents.StoragePool.parse(self.xml(inactive=inactive))

    @action(_("Create the volume {volume} in {name}"), cancel=lambda _pool: lambda: None)
    def create_volume(
        self,
        volume: str | documents.StorageVolume,
        capacity: int | None = None,
        *,
        format: str | None = "qcow2",  # noqa: A002 - libvirt's word
        allocation: int | None = None,
        copy_of: StorageVolume | None = None,
        progress: Reporter | None = None,
    ) -> StorageVolume:
        """Make a new volume: empty, a copy of another, or an overlay of a backing image.

        A copy keeps holes, and is stopped when the job is cancelled; what was copied by then is
        removed. From another host's own services nobody can stop a copy: there it is removed when
        it is done.

        Parameters
        ----------
        volume
            Its name, or a document that says all. An overlay is a document with a backing store
            (:meth:`~qvirt_jupyter.documents.StorageVolume.overlay`).
        capacity
            What a guest sees, in bytes; with a name that is not a copy it is needed.
        format
            ``"qcow2"``, ``"raw"``, ...; None leaves it to the pool, which for block pools is the
            only choice. A document says its own, and a copy by name has that of its original.
        allocation
            What is taken from the host at once, in bytes; None leaves it to the pool.
        copy_of
            The volume, of any pool of this connection, whose contents it gets.
        progress
            Who is told how far a copy is; the job of this very call where it is left out.

        Raises
        ------
        AlreadyExists
            There is a volume of this name.
        OperationCancelled
            The copy was cancelled.
        OperationFailed
            The host refuses, as where there is no room.
        WrongState
            The pool is off.
        """
        if isinstance(volume, documents.StorageVolume):
            definition = volume
        else:
            definition = documents.StorageVolume(name=volume)
            if copy_of is not None:
                definition.format = copy_of.document().format
            elif format is not None:
                definition.format = format
            if capacity is None:
                capacity = copy_of.record.capacity if copy_of is not None else None
            if capacity is None:
                raise InvalidDefinition(
                    _("The new volume has no size."),
                    subject=Subject("volume", volume, self.connection.uri),
                    next_step=_("Give a capacity in bytes."),
                )
            definition.capacity = capacity
        if allocation is not None:
            definition.allocation = allocation
        if copy_of is None:
            return self.volumes.create(definition)
        return self.volumes.copy(definition, copy_of, progress or current_job())

    @action(_("Refresh {name}"))
    def refresh(self) -> None:
        """Look again for volumes that others made or removed.

        Raises
        ------
        WrongState
            It is off.
        """
        self._must_be(active=True)
        self._call(lambda pool: pool.refresh(0))

    @action(_("Delete the pool {name}"))
    def delete(self) -> None:
        """Remove its definition; what is in it stays on the host. It must be off.

        Raises
        ------
        WrongState
            It is on.
        """
        self._must_be_off()
        self._call(lambda pool: pool.undefine())

    def _find(self, connection: libvirt.virConnect) -> Any:  # noqa: ANN401 - libvirt has no types
        return connection.storagePoolLookupByUUIDString(self._uuid)

    @staticmethod
    def _define(connection: Any, text: str) -> object:  # noqa: ANN401 - libvirt has no types
        return connection.storagePoolDefineXML(text)

    @staticmethod
    def cells(found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        """Return the cells that tables show of libvirt's pool."""
        space = space_of(found)
        return (
            *switch_cells(found),
            parse_xml(found.XMLDesc(0)).get("type", ""),
            bytes_text(space.available) if found.isActive() else "",
            bytes_text(space.capacity) if found.isActive() else "",
        )


class StoragePools(Collection[StoragePool]):
    """The storage pools of a connection: ``connection.storage_pools``."""

    kind: ClassVar[str] = "pool"
    _attribute: ClassVar[str] = "storage_pools"
    _caption: ClassVar[LazyString] = _("Storage pools")
    _missing: ClassVar[LazyString] = _("There is no storage pool of this name.")
    _headings: ClassVar[tuple[LazyString, ...]] = (_("Name"), *StoragePool.headings)

    @action(_("Define a storage pool"))
    def define(self, definition: str | documents.StoragePool) -> StoragePool:
        """Add a pool that is off, or replace the definition of the one with the same UUID.

        Parameters
        ----------
        definition
            XML or a document.

        Raises
        ------
        AlreadyExists
            Another pool has the name.
        InvalidDefinition
            libvirt does not understand it, or the name is not allowed.
        """
        return self._add(
            definition,
            lambda connection, text: connection.storagePoolDefineXML(text, 0),
            may_replace=True,
        )

    @action(_("Create a storage pool"))
    def create(
        self,
        definition: str | documents.StoragePool,
        *,
        build: bool = True,
        autostart: bool = True,
    ) -> StoragePool:
        """Add a pool, make its folder, and switch it on; where that fails it is not defined.

        Parameters
        ----------
        definition
            XML or a document.
        build
            Make what the pool lives in where that is missing: a folder, a file system, a volume
            group. libvirt refuses to overwrite what is there.
        autostart
            Whether it shall start with its host.

        Raises
        ------
        AlreadyExists
            A pool has the name.
        OperationFailed
            It cannot be built or switched on.
        """

        def prepare(made: libvirt.virStoragePool) -> None:
            if build:
                made.build(0)
            made.create(0)

        def make_it(connection: libvirt.virConnect, text: str) -> Any:  # noqa: ANN401 - libvirt has no types
            return make(
                lambda: connection.storagePoolDefineXML(text, 0), prepare, autostart=autostart
            )

        return self._add(definition, make_it)

    def create_transient(self, definition: str | documents.StoragePool) -> StoragePool:
        """Switch a pool on that is gone when it is stopped: for a look into a folder, say.

        It is a step of an action, none of its own.

        Parameters
        ----------
        definition
            XML or a document.

        Raises
        ------
        AlreadyExists
            Another pool has the name.
        OperationFailed
            It cannot be switched on, or another pool has this source.
        """
        return self._add(
            definition, lambda connection, text: connection.storagePoolCreateXML(text, 0)
        )

    def volume_at(self, path: str) -> StorageVolume | None:
        """Return the volume that lies at a path of the host; None where no pool has it.

        Parameters
        ----------
        path
            An absolute path; pools that are off are not searched.
        """

        def find(connection: libvirt.virConnect) -> tuple[str, str, str] | None:
            try:
                volume = connection.storageVolLookupByPath(path)
            except libvirt.libvirtError as error:
                if error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_VOL:
                    return None
                raise
            pool = volume.storagePoolLookupByVolume()
            return pool.name(), pool.UUIDString(), volume.name()

        found = self._connection.call(find, subject=self.subject)
        if found is None:
            return None
        pool, uuid, volume = found
        return StorageVolume(self._handle(pool, uuid), volume)

    def _list(self, connection: libvirt.virConnect) -> Sequence[Any]:
        found: Sequence[Any] = connection.listAllStoragePools(0)
        return found

    def _find(self, connection: libvirt.virConnect, key: str, *, by_uuid: bool) -> Any:  # noqa: ANN401 - libvirt has no types
        if by_uuid:
            return connection.storagePoolLookupByUUIDString(key)
        return connection.storagePoolLookupByName(key)

    def _handle(self, name: str, key: str) -> StoragePool:
        return StoragePool(self._connection, key, name)

    def _row(self, found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        return StoragePool.cells(found)


def space_of(pool: Any) -> Space:  # noqa: ANN401 - libvirt has no types
    """Read the room in one of libvirt's pools, in bytes."""
    _state, capacity, allocation, available = pool.info()
    # Sparse volumes may promise more than there is; some drivers then count below zero, which
    # arrives here as an enormous number.
    return Space(capacity, allocation, available if available <= capacity else 0)
