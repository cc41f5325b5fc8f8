"""What the volumes of a clone are to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter import documents
from qvirt_jupyter.provision.cloning.original import FOLDERS

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import StoragePool, StorageVolume
    from qvirt_jupyter.provision.cloning.plan import PlannedDisk


def copy_of(
    disk: PlannedDisk, original: StorageVolume, pool: StoragePool
) -> documents.StorageVolume:
    """Return the definition of a copy: sparse, of the same format where that can be.

    Parameters
    ----------
    disk
        What is planned.
    original
        What is copied.
    pool
        Where the copy is made.
    """
    old = original.document()
    new = documents.StorageVolume(name=disk.name, capacity=disk.original.capacity or old.capacity)
    if pool.document().type in FOLDERS:
        # From a device to a file it is raw; else what it was.
        was_file = disk.original.pool_type in ("", *FOLDERS)
        new.format = (old.format if was_file else None) or "raw"
    new.allocation = 0
    if old.permissions.mode is not None:
        new.permissions.mode = old.permissions.mode
    return new


def overlay_of(disk: PlannedDisk, original: StorageVolume) -> documents.StorageVolume:
    """Return the definition of an overlay, which holds what differs from the original.

    Parameters
    ----------
    disk
        What is planned.
    original
        What it builds on.
    """
    return documents.StorageVolume.overlay(
        disk.name,
        path=original.path,
        format=disk.original.format,
        capacity=disk.original.capacity or original.record.capacity,
    )
