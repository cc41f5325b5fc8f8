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
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import streams
from qvirt_jupyter.hypervisor.errors import OperationCancelled
from qvirt_jupyter.hypervisor.image_headers import HEAD, data_file_of
from qvirt_jupyter.hypervisor.transfer import Course

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.transfer import Reporter

_CHUNK: Final = 1024 * 1024
_HOLE: Final = -3
"""What libvirt's Python binding answers where a hole begins."""
_FOLDERS: Final = frozenset({"dir", "fs", "netfs"})
_LOOK: Final = 0.25
"""Seconds between two looks at how large a copy is."""


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
        if not self.is_local:
            return False
        kinds = {
            documents.StoragePool.parse(pool.XMLDesc(0)).type
            for pool in (self.pool, self.source.storagePoolLookupByVolume())
        }
        if not kinds <= _FOLDERS or self.connection.getType() == "TEST":
            return False
        old, new = documents.StorageVolume.parse(self.source.XMLDesc(0)), self.definition
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
        made = self.pool.createXML(str(shell), 0)
        down, up = self.connection.newStream(0), self.connection.newStream(0)
        try:
            self.source.download(down, 0, 0, libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM)
            made.upload(up, 0, 0, libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM)
            _pump(down, up, Course(self.reporter, length))
            down.finish()
            up.finish()
        except BaseException:
            streams.abort(down)
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
        made: list[Any] = []
        failed: list[BaseException] = []

        def copy() -> None:
            try:
                made.append(self.pool.createXMLFrom(str(self.definition), self.source, 0))
            except libvirt.libvirtError as error:
                failed.append(error)

        worker = threading.Thread(target=copy, name="qvirt-copy", daemon=True)
        worker.start()
        course = Course(self.reporter, self.source.info()[2])
        cancelled: OperationCancelled | None = None
        while worker.is_alive():
            worker.join(_LOOK)
            try:
                if cancelled is None:
                    course.at(self._so_far())
            except OperationCancelled as error:
                cancelled = error
                if self.reporter is not None:
                    self.reporter.report(
                        phase=_("Waiting: the host cannot stop a copy; it is removed when done")
                    )
        if cancelled is not None:
            for volume in made:
                volume.delete(0)
            raise cancelled
        if failed:
            raise failed[0]
        return made[0]

    def _so_far(self) -> int:
        try:
            allocation: int = self.pool.storageVolLookupByName(self.definition.name).info()[2]
        except libvirt.libvirtError:
            # It has not begun, or it has failed: the call itself says which.
            return 0
        return allocation


def _pump(down: Any, up: Any, course: Course) -> None:  # noqa: ANN401 - libvirt has no types
    done = 0
    while True:
        part = down.recvFlags(_CHUNK, libvirt.VIR_STREAM_RECV_STOP_AT_HOLE)
        if part == _HOLE:
            hole = down.recvHole()
            up.sendHole(hole)
            done += hole
        elif not part:
            return
        else:
            streams.send_all(up, part)
            done += len(part)
        course.at(done)
