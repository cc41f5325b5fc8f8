"""Storage volumes, live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.errors import QvirtError
from qvirt_jupyter.hypervisor.storage.volume_changes import VolumeChanges
from qvirt_jupyter.hypervisor.storage.volume_contents import VolumeContents
from qvirt_jupyter.hypervisor.storage.volume_records import record_of

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord


class StorageVolume(VolumeContents, VolumeChanges):
    """A volume: ``connection.storage_pools["default"].volumes["web.qcow2"]``.

    libvirt knows it by its pool and its name.
    https://libvirt.org/html/libvirt-libvirt-storage.html#virStorageVol

    Parameters
    ----------
    pool
        The pool that it is in.
    name
        Its name.
    """

    @property
    def path(self) -> str:
        """Where it is on the host."""
        path: str = self.call(lambda volume: volume.path())
        return path

    @property
    def record(self) -> StorageVolumeRecord:
        """All that a list shows of it, asked of libvirt just now."""
        pool = self._pool.uuid
        uri = self.connection.uri
        return self.call(lambda volume: record_of(volume, uri, pool))

    def _repr_html_(self) -> str:
        caption = _("Volume {name}").format(name=self._name)
        try:
            record = self.record
        except QvirtError as error:
            return html.properties(caption, [(_("State"), error.reason)])
        return html.properties(
            caption,
            (
                (_("Pool"), self._pool.subject),
                (_("Format"), record.format),
                (_("Capacity"), bytes_text(record.capacity)),
                (_("Used on the host"), bytes_text(record.allocation)),
                (_("Path"), record.path),
                (_("Backing image"), record.backing),
            ),
        )
