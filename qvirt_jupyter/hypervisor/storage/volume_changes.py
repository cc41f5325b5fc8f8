"""What becomes of a volume as a whole: its size, copies of it, another place, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.errors import InvalidDefinition
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.storage import volume_moving
from qvirt_jupyter.hypervisor.storage.volume_handle import VolumeHandle
from qvirt_jupyter.hypervisor.storage.volume_users import refuse_while_running, refuse_while_used

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.storage.storage_pool import StoragePool
    from qvirt_jupyter.hypervisor.storage.storage_volume import StorageVolume
    from qvirt_jupyter.hypervisor.transfer import Reporter


class VolumeChanges(VolumeHandle):
    """Changes of a whole volume."""

    @action(_("Resize the volume {name}"))
    def resize(self, capacity: int, *, allow_shrink: bool = False, allocate: bool = False) -> None:
        """Make it larger or, where that is allowed explicitly, smaller.

        No machine that uses it may be running: a running guest's disk grows on its own page.

        Parameters
        ----------
        capacity
            What a guest sees then, in bytes.
        allow_shrink
            Whether what lies behind the new end may be lost.
        allocate
            Whether the room that comes is taken from the host at once.

        Raises
        ------
        InUse
            A machine that runs uses it.
        InvalidDefinition
            It is larger now, and nobody allowed to make it smaller.
        OperationFailed
            The host refuses, as where there is no room.
        """

        def resize(volume: Any) -> None:  # noqa: ANN401 - libvirt has no types
            now = volume.info()[1]
            if capacity < now and not allow_shrink:
                raise InvalidDefinition(
                    _("The volume has {now}, and would lose what lies behind {wanted}.").format(
                        now=bytes_text(now), wanted=bytes_text(capacity)
                    ),
                    subject=self.subject,
                    next_step=_("Make a smaller volume and copy what is needed."),
                )
            refuse_while_used(volume, self.subject, images=capacity < now)
            flags = libvirt.VIR_STORAGE_VOL_RESIZE_SHRINK if capacity < now else 0
            if allocate and capacity > now:
                flags |= libvirt.VIR_STORAGE_VOL_RESIZE_ALLOCATE
            volume.resize(capacity, flags)

        self.call(resize)
        self._settle()

    @action(_("Clone the volume {name}"), cancel=lambda _volume: lambda: None)
    def clone(
        self,
        name: str,
        *,
        pool: StoragePool | str | None = None,
        format: str | None = None,  # noqa: A002 - libvirt's word
        progress: Reporter | None = None,
    ) -> StorageVolume:
        """Make a whole copy of it, in any pool of its host and in any format.

        A copy of an overlay is whole: it needs no other image.

        Parameters
        ----------
        name
            Of the copy.
        pool
            Where it goes, or the name of that pool; None means the same one.
        format
            ``"qcow2"``, ``"raw"``, ...; None keeps that of the original. Pools that are not made
            of files have raw volumes only.
        progress
            Who is told how far it is; the job of this very call where it is left out.

        Raises
        ------
        QvirtError
            As for :meth:`StoragePool.create_volume`; nothing of the copy stays.
        """
        target = self._pool if pool is None else self._pool_of(pool)
        definition = volume_moving.copied(self.document(), name, target.document(), format)
        return target.create_volume(
            definition, copy_of=self._whole, progress=progress or current_job()
        )

    @action(_("Flatten the volume {name}"), cancel=lambda _volume: lambda: None)
    def flatten(self, *, progress: Reporter | None = None) -> None:
        """Write it anew without the images that it builds on; a guest sees the same.

        A whole copy is made beside it, and takes its place once it is there: that needs room for
        two of them. Where the second half fails, the copy stays and the error names it.

        Parameters
        ----------
        progress
            As for :meth:`clone`.

        Raises
        ------
        InUse
            A machine that runs uses it.
        InvalidDefinition
            It builds on nothing.
        OperationCancelled
            It was stopped before it was replaced; it is as it was.
        OperationFailed
            The host refuses, as where there is no room.
        """
        try:
            volume_moving.flatten(self._whole, progress or current_job())
        finally:
            self._settle()

    @action(_("Move the volume {name}"), cancel=lambda _volume: lambda: None)
    def move(
        self,
        pool: StoragePool | str,
        *,
        name: str = "",
        format: str | None = None,  # noqa: A002 - libvirt's word
        progress: Reporter | None = None,
    ) -> StorageVolume:
        """Copy it to another pool, check the copy, and delete it here.

        Machines that are off and have it as a disk follow: their definitions name the new place
        and format. Where one of them cannot be written, all are as they were.

        Parameters
        ----------
        pool
            Where it goes, or the name of that pool.
        name
            Its name there; empty means the same.
        format
            As for :meth:`clone`.
        progress
            As for :meth:`clone`.

        Returns
        -------
        StorageVolume
            The volume at its new place.

        Raises
        ------
        InUse
            A machine that runs uses it, an image builds on it, or snapshots, checkpoints or a
            saved state need it where it is.
        EditConflict
            Somebody changed the definition of a machine meanwhile; the volume is where it was.
        OperationFailed
            The copy is not the same; it was removed, and the volume is where it was. Or the
            original cannot be deleted: then the error says so, and machines use the copy.
        QvirtError
            As for :meth:`clone`.
        """
        try:
            return volume_moving.move(
                self._whole,
                self._pool_of(pool),
                name or self._name,
                format,
                progress or current_job(),
            )
        finally:
            self._settle()

    @action(_("Delete the volume {name}"))
    def delete(self, *, force: bool = False) -> None:
        """Remove it, with all that is stored in it.

        Parameters
        ----------
        force
            Although a machine that runs has it as a disk, or has a disk that builds on it.

        Raises
        ------
        InUse
            Such a machine runs, and nobody said that it may lose the volume.
        NotFound
            It is gone already.
        OperationFailed
            The host refuses.
        """

        def delete(volume: Any) -> None:  # noqa: ANN401 - libvirt has no types
            if not force:
                refuse_while_running(volume, self.subject)
            volume.delete(0)

        self.call(delete)
        self._settle()

    def _pool_of(self, pool: StoragePool | str) -> StoragePool:
        return self.connection.storage_pools[pool] if isinstance(pool, str) else pool

    @property
    def _whole(self) -> StorageVolume:
        return cast("StorageVolume", self)
