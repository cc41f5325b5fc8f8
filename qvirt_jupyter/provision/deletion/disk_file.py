"""The file of a disk that is removed while its machine stays: judged and deleted alike (DEL-09)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.deletion.file_removal import delete_file, result_of
from qvirt_jupyter.provision.deletion.judgement import names
from qvirt_jupyter.provision.deletion.planned_file import FileKind, PlannedFile
from qvirt_jupyter.provision.deletion.request import DeleteRequest
from qvirt_jupyter.provision.deletion.results import Outcome

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.deletion.results import DeleteResult


def file_of_disk(domain: Domain, where: str) -> PlannedFile:
    """Return what the file of a disk is, who else needs it and whether it can be deleted.

    Parameters
    ----------
    domain
        The machine that has the disk.
    where
        The path, pool and volume, or protocol and name of its source: ``disk.where``.

    Raises
    ------
    QvirtError
        The host does not answer.
    """
    for row in DeleteRequest(domain).plan():
        if row.path == where or _is_volume(row, where, domain.connection):
            return row
    return unknown_file(where, str(_("The machine does not have it any more.")))


def _is_volume(row: PlannedFile, where: str, connection: Connection) -> bool:
    pool, _slash, volume = where.partition("/")
    if not row.pool or row.volume != volume or pool not in connection.storage_pools:
        return False
    return connection.storage_pools[pool].uuid == row.pool


def unknown_file(where: str, reason: str) -> PlannedFile:
    """Return a file that cannot be deleted, because nobody knows enough of it.

    Parameters
    ----------
    where
        What it is called.
    reason
        Why not.
    """
    return PlannedFile(key=where, kind=FileKind.DISK, path=where, fixed=True, reason=reason)


def delete_left_file(connection: Connection, row: PlannedFile) -> DeleteResult:
    """Delete the file of a disk that its machine does not have any more.

    Parameters
    ----------
    connection
        Where it is.
    row
        What :func:`file_of_disk` returned. Who needs the file only since then keeps it.
    """
    wanted = replace(row, ticked=True)
    known = {*row.users, *row.machines}
    since = tuple(name for name in connection.domains.using(row.path) if name not in known)
    if since:
        text = _("Since you looked, {names} needs it too.")
        return result_of(wanted, Outcome.KEPT, str(text.format(names=names(since))))
    return delete_file(connection, wanted)
