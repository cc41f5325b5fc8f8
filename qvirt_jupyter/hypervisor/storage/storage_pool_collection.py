"""The storage pools of a connection, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import libvirt

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.storage.pool_offer import capabilities_of, sources_of
from qvirt_jupyter.hypervisor.storage.storage_pool import StoragePool
from qvirt_jupyter.hypervisor.storage.storage_volume import StorageVolume
from qvirt_jupyter.hypervisor.switchable import make

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter import documents


class StoragePools(Collection[StoragePool]):
    """The storage pools of a connection: ``connection.storage_pools``."""

    kind: ClassVar[str] = "pool"
    _attribute: ClassVar[str] = "storage_pools"
    _caption: ClassVar[LazyString] = _("Storage pools")
    _missing: ClassVar[LazyString] = _("There is no storage pool of this name.")
    _headings: ClassVar[tuple[LazyString, ...]] = (_("Name"), *StoragePool.headings)

    @property
    def capabilities(self) -> documents.PoolCapabilities | None:
        """Which kinds of pools the host has; None where it does not say.

        Raises
        ------
        QvirtError
            The host does not answer.
        """
        return self._connection.call(capabilities_of, subject=self.subject)

    def find_sources(
        self,
        type: str,  # noqa: A002 - libvirt's word
        where: documents.PoolSource | None = None,
    ) -> tuple[documents.PoolSource, ...]:
        """Look for places that pools of a kind could come from: exports, targets, volume groups.

        It may take as long as a server takes to answer.

        Parameters
        ----------
        type
            ``"netfs"``, ``"iscsi"``, ``"gluster"`` or ``"logical"``. Never ``"iscsi-direct"``:
            where a server has two targets, libvirt 9.0 crashes; ``"iscsi"`` finds the same ones.
        where
            The server to ask, in its ``hosts``.

        Raises
        ------
        OperationFailed
            The server does not answer, or a program is missing on the host.
        Unsupported
            Nobody can look for places of this kind.
        """
        return self._connection.call(
            lambda connection: sources_of(connection, type, where), subject=self.subject
        )

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
            Make what the pool lives in where that is missing: a folder, a volume group, a
            partition table. libvirt refuses to overwrite what is there.
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
