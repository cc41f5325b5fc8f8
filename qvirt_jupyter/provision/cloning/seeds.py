"""The seed of the machine that is cloned, by which cloud-init makes another machine of a clone."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.hypervisor.guest.identity import host_name
from qvirt_jupyter.hypervisor.storage.volume_reading import read
from qvirt_jupyter.provision.cloud.reseeding import SEED_AT_MOST, read_seed, reseeded
from qvirt_jupyter.provision.cloud.seed_image import seed_image

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter import documents
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor import Subject
    from qvirt_jupyter.provision.cloning.disk_clone import How
    from qvirt_jupyter.provision.cloning.original import OriginalDisk

_ITS_OWN = _("It is the seed of cloud-init: each clone gets one with its own name.")


def with_seed(
    connection: libvirt.virConnect,
    disks: Iterable[OriginalDisk],
    subject: Subject,
    *,
    is_local: bool,
) -> tuple[OriginalDisk, ...]:
    """Return the disks of a machine; the first that is a seed becomes a seed of the clone's own.

    Parameters
    ----------
    connection
        libvirt's object.
    disks
        What the machine has.
    subject
        The machine.
    is_local
        Whether files in no pool can be looked at.
    """
    found = list(disks)
    for number, disk in enumerate(found):
        is_small = 0 < (disk.capacity or 0) <= SEED_AT_MOST
        if disk.is_writable or not is_small or not disk.path:
            continue
        files = read_seed(_content(connection, disk, subject, is_local=is_local))
        if files is not None:
            refused: dict[How, LazyString] = dict.fromkeys(("linked", "share", "leave"), _ITS_OWN)
            found[number] = dataclasses.replace(
                disk, suggested="clone", reason=_ITS_OWN, refused=refused, seed=files
            )
            break
    return tuple(found)


def seed_of(
    disk: OriginalDisk, original: documents.Domain, clone: documents.Domain
) -> bytes | None:
    """Return the image of a clone's seed; None where the disk is no seed.

    Parameters
    ----------
    disk
        Of the machine that is cloned.
    original, clone
        Both definitions.
    """
    if disk.seed is None:
        return None
    cards = zip(original.devices.interfaces, clone.devices.interfaces, strict=True)
    return seed_image(
        reseeded(
            disk.seed,
            instance=str(clone.uuid),
            host_name=host_name(clone.name or ""),
            cards={str(old.mac): str(new.mac) for old, new in cards if old.mac and new.mac},
        )
    )


def _content(connection: Any, disk: OriginalDisk, subject: Subject, *, is_local: bool) -> bytes:  # noqa: ANN401 - libvirt has no types
    """Return what is on a medium; nothing where nobody can read it."""
    try:
        if disk.pool:
            pool = connection.storagePoolLookupByName(disk.pool)
            volume = pool.storageVolLookupByName(disk.volume)
            return read(volume, 0, disk.capacity or 0, subject)
        path = Path(disk.path)
        return path.read_bytes() if is_local and path.is_file() else b""
    except (OSError, libvirt.libvirtError, QvirtError):
        # Then the agent has to do it; the test driver hands out nothing at all.
        return b""
