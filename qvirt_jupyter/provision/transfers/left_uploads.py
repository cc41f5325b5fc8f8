"""Uploads that a kernel left half-way when it ended: they are waited for again, or removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.provision.transfers.upload import Upload
from qvirt_jupyter.provision.transfers.upload_note import UploadNote

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection


def take_up(connection: Connection) -> tuple[Upload, ...]:
    """Have what other kernels left on a host wait for its files here; in the pool of threads.

    What is in a pool that is off stays noted; what somebody deleted meanwhile is forgotten.

    Parameters
    ----------
    connection
        The connection.

    Raises
    ------
    QvirtError
        The host does not answer.
    """
    taken = []
    for note in UploadNote.left(connection.uri):
        found = note.upload
        pool = connection.storage_pools.get(found.pool)
        if pool is None or not pool.is_active:
            note.release()
        elif found.volume not in pool.volumes:
            note.forget()
        else:
            upload = Upload(pool, found.name, found.size, found.modified, note)
            upload.begin()
            taken.append(upload)
    return tuple(taken)
