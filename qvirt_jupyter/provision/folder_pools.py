"""Volumes of paths, also of folders that no pool has."""

from __future__ import annotations

import uuid
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError, WrongState

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import StoragePool, StorageVolume
    from qvirt_jupyter.hypervisor.connection import Connection


class FolderPools:
    """Finds the volume of a path; where no pool has its folder, one is made for a while.

    Parameters
    ----------
    connection
        Where.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._made: dict[str, StoragePool] = {}

    def volume(self, path: str) -> StorageVolume | None:
        """Return the volume of a file; None where there is no such file.

        Parameters
        ----------
        path
            An absolute path of the host.

        Raises
        ------
        QvirtError
            The host cannot look into the folder.
        """
        pools = self._connection.storage_pools
        found = pools.volume_at(path)
        if found is None:
            pool = self.pool(str(PurePosixPath(path).parent))
            found = pool.volumes.get(PurePosixPath(path).name)
        return found

    def pool(self, folder: str) -> StoragePool:
        """Return a pool of a folder, one that is there or one for a while.

        Parameters
        ----------
        folder
            An absolute path of the host.

        Raises
        ------
        QvirtError
            The host cannot look into it, or its pool is off.
        """
        for pool in self._connection.storage_pools:
            if pool.document().path != folder:
                continue
            if not pool.is_active:
                # libvirt takes no second pool of the same folder.
                raise WrongState(
                    _("The storage pool of the folder {folder} is off.").format(folder=folder),
                    subject=pool.subject,
                    next_step=_("Start it first."),
                )
            # Another program may have put the file there since it was read.
            pool.refresh()
            return pool
        if folder not in self._made:
            definition = documents.StoragePool(
                type="dir", name=f"qvirt-{uuid.uuid4().hex[:12]}", path=folder
            )
            self._made[folder] = self._connection.storage_pools.create_transient(definition)
        return self._made[folder]

    def remove(self, path: str) -> None:
        """Remove a file, if it is there.

        Parameters
        ----------
        path
            An absolute path of the host.

        Raises
        ------
        QvirtError
            The host refuses.
        """
        volume = self.volume(path)
        if volume is not None:
            volume.delete()

    def close(self) -> tuple[str, ...]:
        """Stop the pools that were made for a while; return sentences on what did not go."""
        left = []
        for pool in self._made.values():
            try:
                pool.stop()
            except QvirtError as error:
                text = _("{what} was made for a while and could not be stopped: {reason}")
                left.append(str(text.format(what=pool.subject, reason=error.reason)))
        self._made.clear()
        return tuple(left)
