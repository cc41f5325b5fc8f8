"""Clones of machines: full copies, or overlays of disks that stay as they are."""

from __future__ import annotations

from qvirt_jupyter.provision.cloning.disk_clone import DiskClone, How
from qvirt_jupyter.provision.cloning.original import OriginalDisk
from qvirt_jupyter.provision.cloning.plan import ClonePlan, PlannedClone, PlannedDisk, SpaceNeeded
from qvirt_jupyter.provision.cloning.request import CloneRequest

__all__ = [
    "ClonePlan",
    "CloneRequest",
    "DiskClone",
    "How",
    "OriginalDisk",
    "PlannedClone",
    "PlannedDisk",
    "SpaceNeeded",
]
