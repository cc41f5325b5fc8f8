"""Copies of volumes that take the place of their originals: flattened, or in another pool."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import (
    InvalidDefinition,
    OperationFailed,
    QvirtError,
)
from qvirt_jupyter.hypervisor.storage.volume_followers import Followers
from qvirt_jupyter.hypervisor.storage.volume_pieces import Hole, pieces_of
from qvirt_jupyter.hypervisor.storage.volume_saving import length_of
from qvirt_jupyter.hypervisor.storage.volume_users import refuse_while_used
from qvirt_jupyter.hypervisor.transfer import Course, PartOf

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.storage.storage_pool import StoragePool
    from qvirt_jupyter.hypervisor.storage.storage_volume import StorageVolume
    from qvirt_jupyter.hypervisor.storage.volume_survey import SurveyedVolume
    from qvirt_jupyter.hypervisor.transfer import Reporter

FILE_POOLS: Final = frozenset({"dir", "fs", "netfs"})
"""Types of pools whose volumes are files, which have formats."""
_ZEROS: Final = bytes(1024 * 1024)


def copied(
    original: documents.StorageVolume,
    name: str,
    pool: documents.StoragePool,
    format: str | None,  # noqa: A002 - libvirt's word
) -> documents.StorageVolume:
    """Return what a whole copy of a volume is to be.

    Parameters
    ----------
    original
        The volume.
    name
        Of the copy.
    pool
        Where it goes: only pools of files have formats.
    format
        The one that is wanted; None keeps the original's.
    """
    made = documents.StorageVolume(name=name, capacity=original.capacity)
    if pool.type in FILE_POOLS:
        made.format = format or original.format or "raw"
        if made.format == original.format:
            made.cluster_size = original.cluster_size
            made.extended_l2 = original.extended_l2
        if original.encryption.secret.uuid:
            made.encryption = original.encryption
    return made


def flatten(volume: StorageVolume, reporter: Reporter | None) -> None:
    """Write a volume anew without what it builds on.

    Raises
    ------
    QvirtError
        As for :meth:`StorageVolume.flatten`.
    """
    document, pool = volume.document(), volume.pool
    if document.backing_store.path is None:
        raise InvalidDefinition(
            _("It builds on no other image."),
            subject=volume.subject,
            next_step=_("There is nothing to do."),
        )
    _check(volume)
    spare = _free_name(pool, f"{volume.name}.flat")
    copy = volume.clone(spare, progress=PartOf(reporter, 0.0, 0.5))
    # Somebody may have started a machine meanwhile, or asked to stop.
    try:
        if reporter is not None:
            reporter.check_cancelled()
        _check(volume)
        _must_be_whole(copy, volume)
    except BaseException:
        copy.delete()
        raise
    volume.delete()
    try:
        copy.clone(volume.name, format=document.format, progress=PartOf(reporter, 0.5, 0.5))
    except QvirtError as error:
        raise OperationFailed(
            _("It was written anew, but is called {copy} now: {reason}").format(
                copy=spare, reason=error.reason
            ),
            subject=volume.subject,
            next_step=_("Clone {copy} to {name}, or give the machine {copy} as its disk.").format(
                copy=spare, name=volume.name
            ),
        ) from error
    copy.delete()


def move(
    volume: StorageVolume,
    pool: StoragePool,
    name: str,
    format: str | None,  # noqa: A002 - libvirt's word
    reporter: Reporter | None,
) -> StorageVolume:
    """Copy a volume, check the copy, let the machines that have it follow, delete the original.

    Raises
    ------
    QvirtError
        As for :meth:`StorageVolume.move`.
    """
    followers = Followers(volume, pool, _check(volume, images=True))
    copy = volume.clone(name, pool=pool, format=format, progress=PartOf(reporter, 0.0, 0.6))
    try:
        _must_be_same(volume, copy, reporter)
        if reporter is not None:
            reporter.check_cancelled()
        followers.follow(copy)
        # Somebody may have started a machine meanwhile, or given the volume to another one.
        _check(volume, images=True, also_off=True)
    except BaseException as error:
        stuck = followers.go_back()
        if stuck:
            raise OperationFailed(
                _("Both {name} and its copy {copy} are there, and {machines} use the copy.").format(
                    name=volume.name, copy=copy.path, machines=", ".join(stuck)
                ),
                subject=volume.subject,
                next_step=_("Take back the last edit of these machines, then delete the copy."),
                details=str(error),
            ) from error
        copy.delete()
        raise
    try:
        volume.delete()
    except QvirtError as error:
        raise OperationFailed(
            _("It was copied to {copy}, but cannot be deleted here: {reason}").format(
                copy=copy.path, reason=error.reason
            ),
            subject=volume.subject,
            next_step=_("The copy is used from now on. Delete the original once that is possible."),
        ) from error
    return copy


def _check(
    volume: StorageVolume, *, images: bool = False, also_off: bool = False
) -> SurveyedVolume | None:
    return volume.call(
        lambda found: refuse_while_used(found, volume.subject, images=images, also_off=also_off)
    )


def _must_be_whole(copy: StorageVolume, volume: StorageVolume) -> None:
    if copy.document().backing_store.path is not None:
        raise OperationFailed(
            _("The host made a copy that still builds on another image."),
            subject=volume.subject,
            next_step=_("Clone it into another format, which writes it anew."),
        )


def _must_be_same(volume: StorageVolume, copy: StorageVolume, reporter: Reporter | None) -> None:
    """Raise unless a copy holds what its original does.

    Bytes are compared where both are raw. An image that the host wrote anew has other bytes for the
    same disk; there the size and the format must be right, and libvirt must be able to read it.
    """
    before, after = volume.document(), copy.document()
    if (before.capacity or 0) > (after.capacity or 0):
        raise _differs(volume, copy)
    if not _is_raw(before) or not _is_raw(after):
        return
    if reporter is not None:
        reporter.report(phase=_("Comparing the copy"))
    length = volume.call(length_of)
    theirs = volume.call(lambda found: _digest(found, length, PartOf(reporter, 0.6, 0.2)))
    ours = copy.call(lambda found: _digest(found, length, PartOf(reporter, 0.8, 0.2)))
    if theirs != ours:
        raise _differs(volume, copy)


def _is_raw(document: documents.StorageVolume) -> bool:
    return document.format in {None, "raw", "iso"} and document.encryption.format is None


def _differs(volume: StorageVolume, copy: StorageVolume) -> OperationFailed:
    return OperationFailed(
        _("The copy {copy} does not hold the same; it was removed.").format(copy=copy.name),
        subject=volume.subject,
        next_step=_("Look whether somebody else writes to it, then move it again."),
    )


def _digest(volume: Any, length: int, reporter: PartOf) -> str:  # noqa: ANN401 - libvirt has no types
    """Return the checksum of the first bytes of a volume: block devices may be a little longer."""
    found, done = hashlib.sha256(), 0
    course = Course(reporter, length)
    with closing(pieces_of(volume, 0, length)) as pieces:
        for piece in pieces:
            if isinstance(piece, Hole):
                left = piece.length
                while left:
                    found.update(_ZEROS[:left])
                    left -= min(left, len(_ZEROS))
                done += piece.length
            else:
                found.update(piece)
                done += len(piece)
            course.at(done)
    return found.hexdigest()


def _free_name(pool: StoragePool, name: str) -> str:
    taken, number, free = set(pool.volumes.names), 0, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
