"""Making and unmaking what a pool lives in: its folder, file system, volume group or partitions.

https://libvirt.org/html/libvirt-libvirt-storage.html#virStoragePoolBuild
"""

from __future__ import annotations

from typing import Any, Final

import libvirt

from qvirt_jupyter.documents.parsing import parse_xml

_FLAGS: Final = {
    None: libvirt.VIR_STORAGE_POOL_BUILD_NEW,
    False: libvirt.VIR_STORAGE_POOL_BUILD_NO_OVERWRITE,
    True: libvirt.VIR_STORAGE_POOL_BUILD_OVERWRITE,
}
_FOLDERS: Final = frozenset({"dir", "netfs"})
"""Pools of which only a folder is made: told to format, libvirt misses a device and refuses."""


def build(pool: Any, *, overwrite: bool | None = None, repair: bool = False) -> None:  # noqa: ANN401 - libvirt has no types
    """Make what a pool lives in.

    Parameters
    ----------
    pool
        An open libvirt object; it is off.
    overwrite
        None makes the folder, the volume group or the partition table, and formats nothing. False
        formats too, but only a device that is empty; True erases what is on the device. A folder
        is made in each case, and what is in one stays.
    repair
        Make whole what is damaged; no driver of libvirt 9 can.

    Raises
    ------
    libvirt.libvirtError
        libvirt refuses, as where something is on the device.
    """
    flags = libvirt.VIR_STORAGE_POOL_BUILD_REPAIR if repair else 0
    if parse_xml(pool.XMLDesc(0)).get("type") not in _FOLDERS:
        flags |= _FLAGS[overwrite]
    pool.build(flags)
