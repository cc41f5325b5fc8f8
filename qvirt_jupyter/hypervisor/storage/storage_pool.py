"""Storage pools, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, Subject
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.storage import pool_building, pool_renaming, pool_secret
from qvirt_jupyter.hypervisor.storage.storage_volume_collection import StorageVolumes
from qvirt_jupyter.hypervisor.switchable import Switchable, switch_cells

if TYPE_CHECKING:
    import libvirt

    from qvirt_jupyter.hypervisor.host.secret import Secret
    from qvirt_jupyter.hypervisor.records import StoragePoolRecord
    from qvirt_jupyter.hypervisor.storage.storage_volume import StorageVolume
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

    @action(_("Build {name}"))
    def build(self, *, overwrite: bool | None = None, repair: bool = False) -> None:
        """Make what it lives in: a folder, a file system, a volume group, a partition table.

        It must be off. Pools that show what others made, such as iSCSI, stay as they are.

        Parameters
        ----------
        overwrite
            None makes a folder, and of devices what libvirt makes by itself: a volume group or a
            partition table on an empty one. False makes a file system too, on an empty device.
            True does so on any device: all that is on it is lost. What is in a folder stays.
        repair
            Make whole what is damaged; hardly any driver can.

        Raises
        ------
        AlreadyExists
            Something is on the device, and nobody said that it may be erased.
        OperationFailed
            It cannot be made.
        WrongState
            It is on.
        """
        self._must_be_off()
        self._call(lambda pool: pool_building.build(pool, overwrite=overwrite, repair=repair))

    @action(_("Remove what {name} lives in"))
    def tear_down(self) -> None:
        """Take away what :meth:`build` made: an empty folder, or a volume group with all in it.

        It must be off; its definition stays. See :meth:`delete` for that.

        Raises
        ------
        OperationFailed
            It cannot be removed: libvirt deletes no folder that has something in it.
        Unsupported
            Pools of this kind show what others made.
        WrongState
            It is on.
        """
        self._must_be_off()
        self._call(lambda pool: pool.delete(0))

    @action(_("Rename {name} to {new}"))
    def rename(self, new: str, *, force: bool = False) -> None:
        """Give it another name; it must be off. Autostart, UUID and all that is in it stay.

        Parameters
        ----------
        new
            The new name.
        force
            Although disks of machines are volumes of it by its present name, and lose it.

        Raises
        ------
        AlreadyExists
            Another pool has the name.
        InUse
            Disks of machines name it.
        InvalidDefinition
            The name is not allowed.
        OperationFailed
            It could not be defined under its new name, nor restored under its old one.
        WrongState
            It is on, or has no definition.
        """
        self._must_be_off()
        self._must_be_kept()
        pool_renaming.rename(self, new, force=force)
        self._known_name = new

    @property
    def machines(self) -> tuple[str, ...]:
        """The names of machines whose disks are volumes of it by its name, sorted."""
        return self._call(lambda pool: pool_renaming.machines_of(pool.connect(), pool.name()))

    @property
    def own_secret(self) -> Secret | None:
        """The secret that it signs in with, where nothing else on its host needs it."""
        return pool_secret.own_secret(self)

    @action(_("Delete the pool {name}"))
    def delete(self, *, secret: bool = False) -> None:
        """Remove its definition; what is in it stays on the host. It must be off.

        Parameters
        ----------
        secret
            Whether the secret that it signs in with goes, too; one that others need stays.

        Raises
        ------
        WrongState
            It is on.
        """
        self._must_be_off()
        # Without its definition nobody knows which one it was.
        own = self.own_secret if secret else None
        self._call(lambda pool: pool.undefine())
        if own is not None:
            own.delete()

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


def space_of(pool: Any) -> Space:  # noqa: ANN401 - libvirt has no types
    """Read the room in one of libvirt's pools, in bytes."""
    _state, capacity, allocation, available = pool.info()
    # Sparse volumes may promise more than there is; some drivers then count below zero, which
    # arrives here as an enormous number.
    return Space(capacity, allocation, available if available <= capacity else 0)
