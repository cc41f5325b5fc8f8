"""Machines that are off follow a volume to its new place: their definitions name it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents import BlockSource, FileSource, VolumeSource
from qvirt_jupyter.hypervisor.errors import InUse, OperationFailed, QvirtError
from qvirt_jupyter.hypervisor.storage.stored_images import StoredImages

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor.domain import Domain
    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord
    from qvirt_jupyter.hypervisor.storage.storage_pool import StoragePool
    from qvirt_jupyter.hypervisor.storage.storage_volume import StorageVolume
    from qvirt_jupyter.hypervisor.storage.volume_survey import SurveyedVolume

_BOOTS: Final = ("kernel", "initrd", "device_tree", "nvram")
"""Files by which a machine boots."""
_KINDS: Final = frozenset({"file", "block"})
"""The types of volumes that a disk can name by their path."""
_WITH_PATHS: Final = frozenset(
    {"dir", "fs", "netfs", "logical", "disk", "iscsi", "scsi", "mpath", "zfs", "vstorage"}
)
"""The types of pools whose volumes have a path on the host."""


class Followers:
    """The machines that have a volume as a disk or boot from it, all of them off.

    Parameters
    ----------
    volume
        The volume that moves.
    target
        The pool that it moves to.
    found
        What is known of it; None where its pool does not list it, so that nobody has it.

    Raises
    ------
    InUse
        A machine has saved something that only the old place fits, or builds on the volume.
    OperationFailed
        Disks of machines cannot name what is in the new pool.
    """

    def __init__(
        self, volume: StorageVolume, target: StoragePool, found: SurveyedVolume | None
    ) -> None:
        self._volume = volume
        self._names = () if found is None else found.users
        self._before: list[tuple[Domain, str]] = []
        if found is None or not found.all_users:
            return
        if found.users_above:
            raise InUse(
                _("Disks of {names} build on it.").format(names=", ".join(found.users_above)),
                subject=volume.subject,
                next_step=_("Flatten the images that build on it first."),
            )
        for name in self._names:
            if (
                why := volume.connection.call(_why_bound(name), subject=volume.subject)
            ) is not None:
                raise InUse(
                    why.format(name=name),
                    subject=volume.subject,
                    next_step=_("Delete that first, or give the machine a clone of the volume."),
                )
        if target.record.type not in _WITH_PATHS:
            raise OperationFailed(
                _("{names} could not use it there: volumes of that pool have no path.").format(
                    names=", ".join(self._names)
                ),
                subject=volume.subject,
                next_step=_("Choose another pool, or take the disk from the machine first."),
            )

    def follow(self, copy: StorageVolume) -> None:
        """Write the new place into all of their definitions.

        Parameters
        ----------
        copy
            The volume at its new place.

        Raises
        ------
        QvirtError
            A definition cannot be written, or somebody changed it meanwhile; :meth:`go_back` takes
            back what was written.
        """
        if not self._names:
            return
        connection = self._volume.connection
        images = connection.call(
            lambda raw: StoredImages(raw, connection.uri), subject=self._volume.subject
        )
        old, new = self._volume.record, copy.record
        if new.type not in _KINDS:
            raise OperationFailed(
                _("A disk cannot name the copy by its path."),
                subject=copy.subject,
                next_step=_("Choose another pool."),
            )
        place = images.real(old.path)

        def is_old(path: str | None) -> bool:
            return path is not None and images.real(path) == place

        for name in self._names:
            machine = connection.domains[name]
            cause = _("{volume} was moved to {pool}").format(
                volume=self._volume.name, pool=copy.pool.name
            )
            edit = machine.edit(live=False, cause=str(cause))
            with edit as definition:
                # Also what libvirt took but did not keep as it was meant goes back.
                self._before.append((machine, str(definition)))
                self._redirect(definition, old, new, copy, is_old)
            if edit.result is None or not edit.result.changes:
                raise InUse(
                    _("{name} needs it in a way that cannot be changed here.").format(name=name),
                    subject=self._volume.subject,
                    next_step=_("Look at the XML of the machine, and change it there first."),
                )

    def go_back(self) -> tuple[str, ...]:
        """Write the old place again; return the names of machines where that failed."""
        failed = []
        while self._before:
            machine, before = self._before.pop()
            try:
                machine.edit(live=False, cause=str(_("Undo"))).replace(before)
            except QvirtError:
                failed.append(machine.subject.name)
        return tuple(sorted(failed))

    def _redirect(
        self,
        definition: documents.Domain,
        old: StorageVolumeRecord,
        new: StorageVolumeRecord,
        copy: StorageVolume,
        is_old: Callable[[str | None], bool],
    ) -> None:
        for field in _BOOTS:
            if is_old(getattr(definition.os, field)):
                setattr(definition.os, field, new.path)
        for disk in definition.devices.disks:
            source = disk.source
            if isinstance(source, VolumeSource):
                if (source.pool, source.volume) != (self._volume.pool.name, self._volume.name):
                    continue
                source.pool, source.volume = copy.pool.name, copy.name
            elif is_old(disk.path):
                _name_path(disk, new)
            else:
                continue
            if new.format != old.format:
                disk.format = new.format or "raw"
            # The copy is whole.
            disk.backing_stores = ()


def _name_path(disk: documents.Disk, new: StorageVolumeRecord) -> None:
    if disk.type != new.type:
        disk.type = new.type
    source = disk.source
    if isinstance(source, BlockSource):
        source.device = new.path
    elif isinstance(source, FileSource):
        source.file = new.path


def _why_bound(name: str) -> Callable[[libvirt.virConnect], LazyString | None]:
    """Return what says why a machine cannot follow: what it has saved names the old place."""

    def look(connection: libvirt.virConnect) -> LazyString | None:
        domain = connection.lookupByName(name)
        if domain.hasManagedSaveImage(0):
            return _("The saved state of {name} needs it where it is.")
        for listed, why in (
            ("listAllSnapshots", _("Snapshots of {name} need it where it is.")),
            ("listAllCheckpoints", _("Checkpoints of {name} need it where it is.")),
        ):
            try:
                if getattr(domain, listed)(0):
                    return why
            except libvirt.libvirtError as error:
                # What the driver does not have, the machine has not either.
                if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
                    raise
        return None

    return look
