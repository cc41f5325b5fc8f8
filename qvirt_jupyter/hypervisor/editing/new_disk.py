"""A disk whose image is made when it is added to a machine, and goes again where that fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import perform
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.editing.device_doubts import Doubt
from qvirt_jupyter.hypervisor.errors import OperationFailed, QvirtError, WrongState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from qvirt_jupyter.hypervisor.editing.effects import EditResult
    from qvirt_jupyter.hypervisor.editing.hotplug import Moment
    from qvirt_jupyter.hypervisor.machine_like import MachineLike, Pluggable
    from qvirt_jupyter.hypervisor.storage.storage_pool import StoragePool
    from qvirt_jupyter.hypervisor.storage.storage_volume import StorageVolume

FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("dir", "fs", "netfs", "gluster", "vstorage"), ("qcow2", "raw")),
    **dict.fromkeys(("logical", "disk", "rbd", "zfs"), ("raw",)),
}
"""The formats that pools of a type can make volumes of; what is not here makes none."""
FOLDERS: Final = frozenset({"dir", "fs", "netfs"})
"""The types of pools whose volumes are files, which have formats."""
_SPARSE: Final = FOLDERS | {"gluster", "vstorage", "rbd"}
"""The types of pools whose volumes take their room as they are written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDisk:
    """A disk with an image that is not there yet.

    Parameters
    ----------
    device
        The disk, without source.
    pool
        The name or the UUID of the storage pool that gets the image.
    capacity
        What the guest sees, in bytes.
    """

    device: documents.Disk
    pool: str
    capacity: int

    def doubts(self, domain: MachineLike) -> tuple[Doubt, ...]:
        """Return what speaks against it: that the pool has less room than the guest may use.

        Parameters
        ----------
        domain
            The machine.

        Raises
        ------
        WrongState
            The pool is off.
        OperationFailed
            The image takes all its room at once, and the pool has not as much.
        """
        pool = domain.connection.storage_pools[self.pool]
        kind, available = _kind_of(pool), pool.space.available
        if self.capacity <= available:
            return ()
        has, wants = bytes_text(available), bytes_text(self.capacity)
        if kind not in _SPARSE:
            raise OperationFailed(
                _("The pool {pool} has {has} free, which is less than {wants}.").format(
                    pool=pool.subject.name, has=has, wants=wants
                ),
                subject=pool.subject,
                next_step=_("Choose a smaller size or another pool."),
            )
        return (
            Doubt(
                "size",
                _("Create a disk that is larger than the free space?"),
                _(
                    "The pool {pool} has {has} free, which is less than {wants}. The image grows "
                    "as the guest writes; when the pool is full, the guest stops."
                ).format(pool=pool.subject.name, has=has, wants=wants),
            ),
        )

    def attach_to(
        self,
        domain: Pluggable,
        *,
        when: Moment = "both",
        made: Callable[[StorageVolume], object] | None = None,
    ) -> EditResult:
        """Make the image, named after the machine and the target, and add the disk.

        Parameters
        ----------
        domain
            The machine.
        when
            As for ``domain.attach()``.
        made
            Called with the image once the disk is there.

        Returns
        -------
        EditResult
            What counts now and what from the next start.

        Raises
        ------
        QvirtError
            It failed; the image was removed again, or a note says that it could not be.
        """
        return perform(
            domain.connection,
            domain.subject,
            _("Add a disk of {size} to {name}").format(
                size=bytes_text(self.capacity), name=domain.subject.name
            ),
            f"{self!r}.attach_to({domain.code})",
            lambda: self._attach(domain, when, made),
        )

    def _attach(
        self,
        domain: Pluggable,
        when: Moment,
        made: Callable[[StorageVolume], object] | None,
    ) -> EditResult:
        pool = domain.connection.storage_pools[self.pool]
        kind = _kind_of(pool)
        # Only files have formats, and endings that say them.
        form = self.device.format or "raw" if kind in FOLDERS else None
        name = volume_name(domain.name, self.device.target or "", form, pool.volumes.names)
        volume = pool.create_volume(name, self.capacity, format=form)
        domain.connection.settled("pool", pool.uuid)
        try:
            disk = self._with(volume)
            disk.format = form or "raw"
            result = domain.attach(disk, when=when)
        except BaseException as error:
            try:
                volume.delete()
            except QvirtError as left:
                note = _("{what} was made and could not be removed again: {reason}")
                error.add_note(str(note.format(what=volume.subject, reason=left.reason)))
            raise
        if made is not None:
            made(volume)
        return result

    def _with(self, volume: StorageVolume) -> documents.Disk:
        record = volume.record
        disk = self.device.copy()
        if record.type == "network":
            disk.type = "volume"
            source = disk.source
            assert isinstance(source, documents.VolumeSource)  # noqa: S101 - the type says so
            source.pool, source.volume = volume.pool.name, volume.name
        else:
            disk.type = "block" if record.type == "block" else "file"
            source = disk.source
            if isinstance(source, documents.BlockSource):
                source.device = record.path
            elif isinstance(source, documents.FileSource):
                source.file = record.path
        return disk


def volume_name(domain: str, target: str, form: str | None, taken: Collection[str]) -> str:
    """Return a name for the image of a disk that no volume has.

    Parameters
    ----------
    domain, target
        The names of the machine and of the disk's target: ``web`` and ``vdb``.
    form
        The format of a file; None of what is none and has no ending.
    taken
        The names of the volumes that there are.
    """
    stem = "-".join(filter(None, (domain, target)))
    ending = "" if form is None else ".img" if form == "raw" else f".{form}"
    number, name = 0, f"{stem}{ending}"
    while name in taken:
        number += 1
        name = f"{stem}-{number}{ending}"
    return name


def _kind_of(pool: StoragePool) -> str:
    if not pool.is_active:
        raise WrongState(
            _("The pool {name} is off.").format(name=pool.subject.name),
            subject=pool.subject,
            next_step=_("Start it, or choose another one."),
        )
    return pool.document().type or ""
