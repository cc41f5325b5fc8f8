"""The file in which a qcow2 image keeps its contents, where that is another one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter.hypervisor import QvirtError, Subject
from qvirt_jupyter.hypervisor.loss import is_lost
from qvirt_jupyter.hypervisor.storage.image_headers import HEAD, data_file_of
from qvirt_jupyter.hypervisor.storage.volume_reading import read

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.storage.stored_images import StoredImages

_FOLDERS: Final = frozenset({"dir", "fs", "netfs"})


def of(connection: libvirt.virConnect, images: StoredImages, path: str) -> str | None:
    """Return the data file of an image; None where it has none, or nobody can read its header.

    Parameters
    ----------
    connection
        libvirt's object.
    images
        What its pools hold.
    path
        The real path of the image.
    """
    if images.is_local and os.access(path, os.R_OK):
        return data_file_of(path)
    image = images.at(path)
    if image is None or image.pool.type not in _FOLDERS or image.allocation < HEAD:
        return None
    subject = Subject("volume", image.name, connection.getURI())
    try:
        pool = connection.storagePoolLookupByUUIDString(image.pool.uuid)
        head = read(pool.storageVolLookupByName(image.name), 0, HEAD, subject)
    except libvirt.libvirtError as error:
        # The test driver hands out nothing, and a pipe in the folder has no beginning.
        if is_lost(connection, error):
            raise
        return None
    except QvirtError:
        return None
    return data_file_of(path, head)
