"""Storage volumes, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor import html, volume_reading
from qvirt_jupyter.hypervisor.actions import Submit, action
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, QvirtError, Subject
from qvirt_jupyter.hypervisor.records import StorageVolumeRecord
from qvirt_jupyter.hypervisor.volume_writing import VolumeWriting

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.storage_pool import StoragePool
    from qvirt_jupyter.hypervisor.transfer import Reporter
    from qvirt_jupyter.hypervisor.volume_writing import Source

    _Result = TypeVar("_Result")

_TYPES: Final = {
    libvirt.VIR_STORAGE_VOL_FILE: "file",
    libvirt.VIR_STORAGE_VOL_BLOCK: "block",
    libvirt.VIR_STORAGE_VOL_DIR: "dir",
    libvirt.VIR_STORAGE_VOL_NETWORK: "network",
    libvirt.VIR_STORAGE_VOL_NETDIR: "netdir",
    libvirt.VIR_STORAGE_VOL_PLOOP: "ploop",
}


class StorageVolume:
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

    def __init__(self, pool: StoragePool, name: str) -> None:
        self._pool = pool
        self._name = name

    @property
    def connection(self) -> Connection:
        """The connection that it belongs to."""
        return self._pool.connection

    @property
    def pool(self) -> StoragePool:
        """The pool that it is in."""
        return self._pool

    @property
    def name(self) -> str:
        """Its name, the same for good."""
        return self._name

    @property
    def subject(self) -> Subject:
        """What errors, jobs and the action log call it."""
        return Subject("volume", self._name, self.connection.uri)

    @property
    def code(self) -> str:
        """A Python expression for it."""
        return f"{self._pool.code}.volumes[{self._name!r}]"

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)

    @property
    def path(self) -> str:
        """Where it is on the host."""
        path: str = self._call(lambda volume: volume.path())
        return path

    @property
    def record(self) -> StorageVolumeRecord:
        """All that a list shows of it, asked of libvirt just now."""
        pool = self._pool.uuid
        uri = self.connection.uri
        return self._call(lambda volume: record_of(volume, uri, pool))

    def xml(self) -> str:
        """Return its description as libvirt writes it."""
        text: str = self._call(lambda volume: volume.XMLDesc(0))
        return text

    def document(self) -> documents.StorageVolume:
        """Return its description as a document."""
        return documents.StorageVolume.parse(self.xml())

    def read(self, offset: int, length: int) -> bytes:
        """Return some of its bytes, over libvirt: also from another host.

        Parameters
        ----------
        offset, length
            In bytes; at most 64 MiB at once.

        Returns
        -------
        bytes
            Fewer where it ends before, none behind its end.

        Raises
        ------
        Unsupported
            The driver does not hand out what volumes hold.
        OperationFailed
            The host refuses.
        """
        return self._call(lambda volume: volume_reading.read(volume, offset, length, self.subject))

    @action(
        _("Write into the volume {name}"),
        # What is written may hold passwords, and would fill the log.
        secrets=("source",),
        # The job is asked between two pieces.
        cancel=lambda _volume: lambda: None,
    )
    def write(
        self,
        source: bytes | Source,
        *,
        length: int | None = None,
        progress: Reporter | None = None,
    ) -> int:
        """Write bytes into it from its start on, over libvirt: also on another host.

        They become what lies in its file or device. To fill a volume with a qcow2 image, make a raw
        volume of the size of the image's file and write that: libvirt sees then what it is. In a
        new volume long runs of zeros stay holes. What is in it behind the end of the source stays.

        Parameters
        ----------
        source
            Bytes, or what can be read: an open binary file.
        length
            How many bytes come; None asks the source, where it can tell.
        progress
            Who is told how far it is, and asked whether to stop; None means the job of this call.

        Returns
        -------
        int
            How many bytes were written.

        Raises
        ------
        InvalidDefinition
            They do not fit; nothing was written where their number is known.
        OperationCancelled
            The job was cancelled; a part may have been written.
        OperationFailed
            The source ends too early or goes on too long, or the host refuses; likewise.
        Unsupported
            The driver does not let volumes be written.
        """
        # The volume stays as it is when this fails: who made it for this removes it.
        writing = VolumeWriting(source, length, self.subject, progress)
        try:
            return self._call(writing.run)
        finally:
            self.connection.settled("pool", self._pool.uuid)

    @action(_("Resize the volume {name}"))
    def resize(self, capacity: int) -> None:
        """Make it larger; no machine that uses it may be running.

        Parameters
        ----------
        capacity
            What a guest sees then, in bytes.

        Raises
        ------
        InvalidDefinition
            It is larger now: a guest could lose what lies at its end.
        OperationFailed
            The host refuses, as where there is no room.
        """

        def resize(volume: Any) -> None:  # noqa: ANN401 - libvirt has no types
            now = volume.info()[1]
            if capacity < now:
                raise InvalidDefinition(
                    _("The volume has {now}, and would lose what lies behind {wanted}.").format(
                        now=bytes_text(now), wanted=bytes_text(capacity)
                    ),
                    subject=self.subject,
                    next_step=_("Make a smaller volume and copy what is needed."),
                )
            volume.resize(capacity, 0)

        self._call(resize)
        self.connection.settled("pool", self._pool.uuid)

    @action(_("Delete the volume {name}"))
    def delete(self) -> None:
        """Remove it, with all that is stored in it.

        Raises
        ------
        NotFound
            It is gone already.
        OperationFailed
            The host refuses.
        """
        self._call(lambda volume: volume.delete(0))
        # The inventory knows pools, not volumes: this one has more room now.
        self.connection.settled("pool", self._pool.uuid)

    def _call(self, function: Callable[[Any], _Result]) -> _Result:
        def with_volume(connection: libvirt.virConnect) -> _Result:
            pool = connection.storagePoolLookupByUUIDString(self._pool.uuid)
            return function(pool.storageVolLookupByName(self._name))

        return self.connection.call(with_volume, subject=self.subject)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StorageVolume):
            return NotImplemented
        return (self._name, self._pool) == (other._name, other._pool)

    def __hash__(self) -> int:
        return hash((self._name, self._pool))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name!r} in {self._pool.subject}>"

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


def record_of(volume: Any, uri: str, pool: str) -> StorageVolumeRecord:  # noqa: ANN401 - libvirt has no types
    """Read libvirt's object; in the pool of threads.

    Parameters
    ----------
    volume
        An open libvirt object.
    uri
        The connection's URI.
    pool
        The UUID of the storage pool.
    """
    kind, capacity, allocation = volume.info()
    definition = parse_xml(volume.XMLDesc(0))
    form = definition.find("target/format")
    return StorageVolumeRecord(
        uri=uri,
        pool=pool,
        name=volume.name(),
        type=_TYPES.get(kind, "file"),
        path=volume.path(),
        format="" if form is None else form.get("type", ""),
        capacity=capacity,
        allocation=allocation,
        backing=definition.findtext("backingStore/path") or "",
    )
