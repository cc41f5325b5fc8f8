"""Pools of the folders in which files lie that machines use: what is in them is seen then."""

from __future__ import annotations

import contextlib
import logging
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import ConnectionLost, NotFound, QvirtError
from qvirt_jupyter.provision.guest.left_over import left_over

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qvirt_jupyter.hypervisor import StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection

_LOG: Final = logging.getLogger(__name__)
_NEVER: Final = ("/dev", "/sys", "/proc", "/run")
"""Where the kernel and the services have their files, which are no images."""


def pool_of_folder(connection: Connection, folder: str) -> StoragePool | None:
    """Return the pool of a folder, on or off; None where there is none.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    wanted = folder.rstrip("/")
    for pool in connection.storage_pools:
        if (pool.document().path or "").rstrip("/") == wanted:
            return pool
    return None


def may_have_pool(path: str) -> bool:
    """Whether a pool may be made of the folder of a file."""
    folder = str(PurePosixPath(path).parent)
    within = any(folder == each or folder.startswith(f"{each}/") for each in _NEVER)
    return path.startswith("/") and folder != "/" and not within


def name_for(connection: Connection, folder: str) -> str:
    """Return what the pool of a folder can be called: as the folder, with a number if need be."""
    base = PurePosixPath(folder).name
    taken, name, number = set(connection.storage_pools.names), base, 1
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name


def make_pool(connection: Connection, folder: str, name: str) -> StoragePool:
    """Make a pool of a folder that exists; it is on, and will be when its host starts.

    Parameters
    ----------
    connection
        The host.
    folder
        An absolute path.
    name
        What it is called.

    Raises
    ------
    QvirtError
        There is no such folder, or libvirt refuses; nothing is left.
    """
    pool = connection.storage_pools.define(
        documents.StoragePool(type="dir", name=name, path=folder)
    )
    try:
        pool.start()
        pool.set_autostart(True)
    except BaseException as error:
        try:
            _unmake(pool)
        except QvirtError as left:
            error.add_note(left_over(pool.subject, left))
        raise
    return pool


@contextlib.contextmanager
def managed(connection: Connection, paths: Iterable[str | None]) -> Iterator[None]:
    """Make pools of the folders of files for a block; where that fails they go again.

    Parameters
    ----------
    connection
        The host.
    paths
        The files; None and what is no path of the host is left out.
    """
    folders = ManagedFolders(connection)
    folders.manage(paths)
    try:
        yield
    except BaseException as error:
        for left in folders.take_back():
            error.add_note(left)
        raise
    folders.keep()


class ManagedFolders:
    """Pools that were made for one machine, which may not come about.

    Parameters
    ----------
    connection
        The host.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._made: list[StoragePool] = []

    def manage(self, paths: Iterable[str | None]) -> None:
        """Make pools of the folders of files that have none; where that fails, go without.

        Raises
        ------
        ConnectionLost
            The connection is lost.
        """
        for path in paths:
            if not path or not may_have_pool(path):
                continue
            folder = str(PurePosixPath(path).parent)
            try:
                if pool_of_folder(self._connection, folder) is None:
                    name = name_for(self._connection, folder)
                    self._made.append(make_pool(self._connection, folder, name))
            except ConnectionLost:
                raise
            except QvirtError as error:
                _LOG.warning("No pool was made of %s: %s", folder, error)

    def keep(self) -> None:
        """Let them stay: the machine is there."""
        self._made.clear()

    def take_back(self) -> tuple[str, ...]:
        """Remove them, and return what could not be removed; the folders stay as they are."""
        made, self._made = self._made, []
        left = []
        for pool in reversed(made):
            try:
                _unmake(pool)
            except NotFound:
                # Somebody else has removed it.
                _LOG.info("%s is gone already", pool.subject)
            except QvirtError as error:
                left.append(left_over(pool.subject, error))
        return tuple(left)


def _unmake(pool: StoragePool) -> None:
    if pool.is_active:
        pool.stop()
    pool.delete()
