"""What happens to storage when a connection opens: pools are read afresh, and images have one.

Another program may have put files into a pool's folder, which libvirt notices only when it is told
to look; and without a pool for images nobody could make a disk (CON-24 and CON-25 of the parity
list). Read-only connections and the test driver are left as they are.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor.errors import QvirtError

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.uri import ConnectionUri

_LOG = logging.getLogger(__name__)
NAME: Final = "default"
PATIENCE: Final = 5.0
"""Seconds for which an open waits for the pool; a host whose storage hangs is open without it."""
# Drivers whose machines have their disks in pools of the same service.
_DRIVERS: Final = frozenset({"qemu", "xen", "bhyve"})
_SYSTEM_FOLDER: Final = "/var/lib/libvirt/images"


def prepare(connection: Connection) -> None:
    """Begin to read the pools that are on afresh, and make the one for images if it is missing.

    Parameters
    ----------
    connection
        It has just been opened. What fails here is logged only: it is open all the same.
    """
    features = connection.features
    if not (features.write and features.storage) or connection.parts.driver not in _DRIVERS:
        return
    folder = image_folder(connection.parts)
    try:
        # Not waited for: a pool on a network share may take as long as it likes.
        connection.pool.submit(lambda: connection.call(_refresh))
        if folder is not None and not connection.call(lambda raw: _has_pool_for(raw, folder)):
            pool = documents.StoragePool(name=NAME, type="dir", path=folder)
            connection.storage_pools.submit.create(pool).result(PATIENCE)
    except (QvirtError, TimeoutError) as error:
        _LOG.warning("There is no pool for images on %s: %s", connection.uri, error)


def image_folder(uri: ConnectionUri) -> str | None:
    """Return the folder in which the images of new machines lie, or None where it is not known.

    Parameters
    ----------
    uri
        The connection. Only the service of the kernel's own user has a folder in that user's home;
        one behind another socket or on another host may be anybody's.
    """
    if uri.path == "/system" or uri.driver == "xen":
        return _SYSTEM_FOLDER
    if uri.path == "/session" and not uri.is_remote and "socket" not in uri.parameters:
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return str(Path(data) / "libvirt" / "images")
    return None


def _refresh(connection: libvirt.virConnect) -> None:
    for pool in connection.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE):
        try:
            pool.refresh(0)
        except libvirt.libvirtError as error:
            _LOG.warning("The pool %s could not be read afresh: %s", pool.name(), error)


def _has_pool_for(connection: libvirt.virConnect, folder: str) -> bool:
    return any(
        pool.name() == NAME or documents.StoragePool.parse(pool.XMLDesc(0)).path == folder
        for pool in connection.listAllStoragePools(0)
    )
