"""Copies of volumes: by the host alone, or through us where that can be stopped half-way.

libvirt copies a volume in one call that cannot be cancelled
(https://libvirt.org/html/libvirt-libvirt-storage.html#virStorageVolCreateXMLFrom). On this machine
we rather read and write through two streams, holes as holes: byte for byte the same file, stopped
at once when somebody asks. Over a network all of it would come here and go back again, so there
the host copies; a copy that was cancelled is removed when the host is done with it. The host also
copies what is to become another format, and what has a backing image or its contents in another
file: these go into the copy.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.storage import streams
from qvirt_jupyter.hypervisor.storage.image_headers import HEAD, data_file_of
from qvirt_jupyter.hypervisor.storage.volume_making import make_watched
from qvirt_jupyter.hypervisor.storage.volume_pieces import pieces_of
from qvirt_jupyter.hypervisor.transfer import Course

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.transfer import Reporter

_FOLDERS: Final = frozenset({"dir", "fs", "netfs"})


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that is to be made.

    Parameters
    ----------
    connection
        libvirt's connection, which has both pools.
    source, pool
        Open libvirt objects: what is copied, and where to.
    definition
        What the copy is to be.
    reporter
        Who is told how far it is, and asked whether to go on.
    is_local
        Whether the host is this machine.
    """

    connection: libvirt.virConnect
    source: Any
    pool: Any
    definition: documents.StorageVolume
    reporter: Reporter | None
    is_local: bool

    def make(self) -> Any:  # noqa: ANN401 - libvirt has no types
        """Make it and return libvirt's volume; where that fails nothing of it stays.

        Raises
        ------
        OperationCancelled
            Somebody asked it to stop.
        libvirt.libvirtError
            libvirt refuses.
        """
        if self.reporter is not None:
            self.reporter.report(
                progress=0.0, phase=_("Copying {name}").format(name=self.source.name())
            )
        return self._through_streams() if self._can_stream() else self._by_the_host()

    def _can_stream(self) -> bool:
        kinds = {
            documents.StoragePool.parse(pool.XMLDesc(0)).type
            for pool in (self.pool, self.source.storagePoolLookupByVolume())
        }
        if not kinds <= _FOLDERS or self.connection.getType() == "TEST":
            return False
        old, new = documents.StorageVolume.parse(self.source.XMLDesc(0)), self.definition
        # Once it has read its pool again, the host does not know any more what opens a volume.
        if not self.is_local and old.encryption.format is None:
            return False
        return (
            old.type in (None, "file")
            and old.backing_store.path is None
            and new.backing_store.path is None
            and new.format in (None, old.format)
            and (new.capacity is None or new.capacity <= (old.capacity or 0))
            and not self._has_data_file()
        )

    def _has_data_file(self) -> bool:
        """Whether the contents lie in another file, which the same bytes would name again."""
        stream = self.connection.newStream(0)
        head = streams.received(
            stream, lambda stream: self.source.download(stream, 0, HEAD, 0), HEAD
        )
        return data_file_of(self.source.path(), head or b"") is not None

    def _through_streams(self) -> Any:  # noqa: ANN401 - libvirt has no types
        length = self.source.infoFlags(libvirt.VIR_STORAGE_VOL_GET_PHYSICAL)[2]
        shell = documents.StorageVolume.parse(str(self.definition))
        # Empty and of no format: in an image that libvirt had filled, holes would show old bytes.
        shell.format, shell.capacity, shell.allocation = "raw", length, 0
        # What is encrypted is copied as it is, not once more.
        del shell.encryption
        made = self.pool.createXML(str(shell), 0)
        up = self.connection.newStream(0)
        try:
            made.upload(up, 0, 0, libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM)
            _pump(self.source, up, Course(self.reporter, length))
            up.finish()
        except BaseException:
            streams.abort(up)
            # Where the host is gone, why it stopped says more than that this fails, too.
            with contextlib.suppress(libvirt.libvirtError):
                made.delete(0)
            raise
        self._notice_format()
        return made

    def _notice_format(self) -> None:
        # libvirt looks at what was written only when it reads the pool; it refuses to while
        # another volume is being made there, and then reads it itself a little later.
        with contextlib.suppress(libvirt.libvirtError):
            self.pool.refresh(0)

    def _by_the_host(self) -> Any:  # noqa: ANN401 - libvirt has no types
        return make_watched(
            self.pool,
            self.definition.name or "",
            self.source.info()[2],
            lambda: self.pool.createXMLFrom(str(self.definition), self.source, 0),
            self.reporter,
        )


def _pump(source: Any, up: Any, course: Course) -> None:  # noqa: ANN401 - libvirt has no types
    done = 0
    with contextlib.closing(pieces_of(source)) as pieces:
        for piece in pieces:
            if isinstance(piece, bytes):
                streams.send_all(up, piece)
                done += len(piece)
            else:
                up.sendHole(piece.length)
                done += piece.length
            course.at(done)
