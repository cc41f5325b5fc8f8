"""The images of disks that were added while a machine was customised: they come and go with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import NotFound, QvirtError
from qvirt_jupyter.provision.guest.left_over import left_over
from qvirt_jupyter.widgets.details.work import work_in_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from qvirt_jupyter.hypervisor import Domain, StorageVolume
    from qvirt_jupyter.hypervisor.connection import Connection


class AddedDisks:
    """What was made for a machine that is not there yet; always on the publisher thread.

    Parameters
    ----------
    on_left
        Called with sentences that say what could not be removed again.
    """

    def __init__(self, on_left: Callable[[tuple[str, ...]], object]) -> None:
        self._on_left = on_left
        self._volumes: list[StorageVolume] = []

    def add(self, volume: StorageVolume) -> None:
        """Take note of an image."""
        self._volumes.append(volume)

    def take_over(self, before: AddedDisks) -> None:
        """Answer for what another one answered for."""
        self._volumes, before._volumes = [*self._volumes, *before._volumes], []

    def take_back(self) -> None:
        """Remove all of them: the machine is not made."""
        for connection, volumes in self._by_connection():
            self._work(connection, partial(_removed, volumes))

    def settle(self, made: Domain) -> None:
        """Let a machine keep those that it has, and remove the others."""
        for connection, volumes in self._by_connection():
            self._work(connection, partial(_unused_removed, made, volumes))

    def _by_connection(self) -> list[tuple[Connection, list[StorageVolume]]]:
        volumes, self._volumes = self._volumes, []
        found: dict[Connection, list[StorageVolume]] = {}
        for volume in volumes:
            found.setdefault(volume.connection, []).append(volume)
        return list(found.items())

    def _work(self, connection: Connection, remove: Callable[[], tuple[str, ...]]) -> None:
        work_in_pool(
            connection,
            remove,
            self._on_left,
            lambda error: self._on_left((str(error),)),
        )


def _unused_removed(made: Domain, volumes: Collection[StorageVolume]) -> tuple[str, ...]:
    disks = made.document(inactive=True).devices.disks
    used = {_place(disk) for disk in disks}
    return _removed(
        [
            volume
            for volume in volumes
            if volume.path not in used and f"{volume.pool.name}/{volume.name}" not in used
        ]
    )


def _removed(volumes: Collection[StorageVolume]) -> tuple[str, ...]:
    left = []
    for volume in volumes:
        try:
            volume.delete()
        except NotFound:
            # Somebody else has removed it: nothing is left.
            continue
        except QvirtError as error:
            left.append(left_over(volume.subject, error))
    return tuple(left)


def _place(disk: documents.Disk) -> str:
    source = disk.source
    if isinstance(source, documents.VolumeSource):
        return f"{source.pool}/{source.volume}"
    return disk.path or ""
