"""Whether names are taken: what libvirt answers for things that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libvirt

if TYPE_CHECKING:
    from collections.abc import Callable


def exists(look_up: Callable[[], object]) -> bool:
    """Return whether libvirt finds what it is asked for.

    Parameters
    ----------
    look_up
        A call of libvirt.

    Raises
    ------
    libvirt.libvirtError
        It fails for another reason.
    """
    try:
        look_up()
    except libvirt.libvirtError as error:
        if error.get_error_code() in {
            libvirt.VIR_ERR_NO_DOMAIN,
            libvirt.VIR_ERR_NO_STORAGE_VOL,
            libvirt.VIR_ERR_NO_STORAGE_POOL,
            libvirt.VIR_ERR_OPERATION_INVALID,
        }:
            return False
        raise
    return True


def has_volume(raw: libvirt.virConnect, place: str, name: str) -> bool:
    """Return whether a pool, or a folder, has a volume of this name.

    Parameters
    ----------
    raw
        libvirt's connection.
    place
        The name of the pool, or the folder.
    name
        Of the volume.
    """
    if place.startswith("/"):
        return exists(lambda: raw.storageVolLookupByPath(f"{place}/{name}"))
    return exists(lambda: raw.storagePoolLookupByName(place).storageVolLookupByName(name))
