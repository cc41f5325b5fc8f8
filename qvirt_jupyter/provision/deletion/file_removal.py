"""Deletes one file: by its pool where it has one, otherwise from this machine's file system.

libvirt removes volumes of pools only, so that a file of another host that is in no pool gets one of
its folder for a moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import ConnectionLost, NotFound, QvirtError, StoragePool
from qvirt_jupyter.provision.deletion import loose_files
from qvirt_jupyter.provision.deletion.results import DeleteResult, Outcome
from qvirt_jupyter.provision.folder_pools import FolderPools

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.deletion.planned_file import PlannedFile

MAY_BE_DONE: Final = _("It may have been done all the same: connect again and look.")


def delete_file(connection: Connection, row: PlannedFile) -> DeleteResult:
    """Delete a file that a plan ticks, and return what became of it.

    Parameters
    ----------
    connection
        Where it is.
    row
        The file.
    """
    try:
        return _way(connection, row)(connection, row)
    except FileNotFoundError:
        return result_of(row, Outcome.GONE)
    except OSError as error:
        return result_of(row, Outcome.FAILED, f"{error.strerror or error}.")
    except ConnectionLost as error:
        return result_of(row, Outcome.UNKNOWN, f"{error.reason} {MAY_BE_DONE}")
    except QvirtError as error:
        return result_of(row, Outcome.FAILED, f"{error.reason} {error.next_step}")


def result_of(row: PlannedFile, outcome: Outcome, reason: str = "") -> DeleteResult:
    """Return what became of a file.

    Parameters
    ----------
    row
        The file.
    outcome, reason
        What became of it, and why.
    """
    return DeleteResult(row.key, row.name, outcome, reason.strip(), wanted=row.ticked)


def _way(
    connection: Connection, row: PlannedFile
) -> Callable[[Connection, PlannedFile], DeleteResult]:
    if row.pool:
        return _delete_volume
    return _delete_from_folder if connection.parts.is_remote else _delete_loose_file


def _delete_loose_file(_connection: Connection, row: PlannedFile) -> DeleteResult:
    loose_files.remove(row.path)
    return result_of(row, Outcome.DELETED)


def _delete_volume(connection: Connection, row: PlannedFile) -> DeleteResult:
    pool = StoragePool(connection, row.pool)
    try:
        # Who runs with it is said in the plan, before anybody agrees.
        pool.volumes[row.volume].delete(force=True)
    except NotFound:
        return result_of(row, Outcome.GONE)
    except ConnectionLost:
        raise
    except QvirtError:
        if _went_by_itself(pool, row.volume):
            return result_of(row, Outcome.GONE)
        raise
    return result_of(row, Outcome.DELETED)


def _delete_from_folder(connection: Connection, row: PlannedFile) -> DeleteResult:
    folders = FolderPools(connection)
    outcome = Outcome.GONE
    try:
        volume = folders.volume(row.path)
        if volume is not None:
            volume.delete(force=True)
            outcome = Outcome.DELETED
    finally:
        left = folders.close()
    return result_of(row, outcome, " ".join(left))


def _went_by_itself(pool: StoragePool, volume: str) -> bool:
    """Whether its pool does not find it any more: then its file went before."""
    try:
        pool.refresh()
        names = pool.volumes.names
    except QvirtError:
        # The first error says more.
        return False
    return volume not in names
