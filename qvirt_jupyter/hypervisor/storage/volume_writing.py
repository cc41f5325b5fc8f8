"""Fills a volume over libvirt: also on another host, without a path that both sides share."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final, Protocol

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, OperationFailed
from qvirt_jupyter.hypervisor.job import current_job
from qvirt_jupyter.hypervisor.storage import streams
from qvirt_jupyter.hypervisor.storage.volume_pieces import REFUSALS
from qvirt_jupyter.hypervisor.transfer import Course

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.transfer import Reporter

CHUNK: Final = 256 * 1024
"""Bytes that are read from the source at once, and the least hole that is kept as one."""
_NOTHING: Final = bytes(CHUNK)


class Source(Protocol):
    """What can be read from: an open binary file, a response of a web server."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""


class VolumeWriting:
    """Writes one source into a volume.

    https://libvirt.org/html/libvirt-libvirt-storage.html#virStorageVolUpload

    Parameters
    ----------
    source
        What is written.
    length
        How many bytes that will be; None where it is not known and cannot be asked.
    subject
        For errors.
    reporter
        Who is told how far it is, and asked whether to stop; None means the job that runs here.
    offset
        Where in the volume it goes, in bytes.
    """

    def __init__(
        self,
        source: bytes | Source,
        length: int | None,
        subject: Subject,
        reporter: Reporter | None,
        offset: int = 0,
    ) -> None:
        known = len(source) if isinstance(source, bytes | bytearray) else _rest_of(source)
        self._length = length if length is not None else known
        self._source = io.BytesIO(source) if isinstance(source, bytes | bytearray) else source
        self._subject = subject
        self._reporter = reporter or current_job()
        self._offset = offset

    def run(self, volume: Any) -> int:  # noqa: ANN401 - libvirt has no types
        """Write it and return how many bytes it was.

        Parameters
        ----------
        volume
            An open libvirt object.

        Raises
        ------
        libvirt.libvirtError
            The host refuses.
        InvalidDefinition
            It does not fit.
        OperationFailed
            The source ends too early or does not end, or it was cancelled.
        OSError
            The source cannot be read.
        """
        # A first piece before anything is touched: a source that cannot be read changes nothing.
        room = self._room(volume)
        self._must_fit(self._offset + (self._length or 0), room)
        first = self._next()
        stream, is_sparse = self._begin(volume)
        try:
            written = self._send(stream, first, room, is_sparse=is_sparse)
            stream.finish()
        except BaseException:
            streams.abort(stream)
            raise
        return written

    def _send(
        self, stream: libvirt.virStream, piece: bytes, room: int | None, *, is_sparse: bool
    ) -> int:
        written = 0
        course = Course(self._reporter, self._length or 0)
        while piece:
            if self._length is not None and written + len(piece) > self._length:
                raise OperationFailed(
                    _("More came than the {length} bytes that were announced.").format(
                        length=self._length
                    ),
                    subject=self._subject,
                )
            self._must_fit(self._offset + written + len(piece), room)
            if is_sparse and piece == _NOTHING[: len(piece)]:
                stream.sendHole(len(piece), 0)
            else:
                streams.send_all(stream, piece)
            written += len(piece)
            if self._length is not None:
                course.at(written)
            elif self._reporter is not None:
                self._reporter.check_cancelled()
            piece = self._next()
        if self._length is not None and written < self._length:
            raise OperationFailed(
                _("It ended after {written} of {length} bytes.").format(
                    written=written, length=self._length
                ),
                subject=self._subject,
                next_step=_("Get a whole copy and write it again."),
            )
        return written

    def _next(self) -> bytes:
        piece = self._source.read(CHUNK)
        if not isinstance(piece, bytes | bytearray | memoryview):
            raise TypeError(f"A volume is written from bytes, not from {type(piece).__name__}.")
        return bytes(piece)

    def _begin(self, volume: Any) -> tuple[libvirt.virStream, bool]:  # noqa: ANN401 - libvirt has no types
        """Open a stream into the volume; the answer says whether holes can be sent."""
        connection = volume.connect()
        flag = getattr(libvirt, "VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM", 0)
        if flag and hasattr(libvirt.virStream, "sendHole") and _is_untouched(volume):
            stream = connection.newStream(0)
            try:
                volume.upload(stream, self._offset, self._length or 0, flag)
            except libvirt.libvirtError as error:
                streams.abort(stream)
                if error.get_error_code() not in REFUSALS:
                    raise
            else:
                return stream, True
        stream = connection.newStream(0)
        try:
            volume.upload(stream, self._offset, self._length or 0, 0)
        except BaseException:
            streams.abort(stream)
            raise
        return stream, False

    def _room(self, volume: Any) -> int | None:  # noqa: ANN401 - libvirt has no types
        """Return how much goes in; None for an image, whose file may be larger than its disk."""
        form = parse_xml(volume.XMLDesc(0)).find("target/format")
        kind = "raw" if form is None else form.get("type", "raw")
        capacity: int = volume.info()[1]
        return capacity if kind in {"raw", "iso", "unknown"} else None

    def _must_fit(self, length: int, room: int | None) -> None:
        if room is not None and length > room:
            raise InvalidDefinition(
                _("It holds {room} bytes, which is less than the {length} to be written.").format(
                    room=room, length=length
                ),
                subject=self._subject,
                next_step=_("Make a larger volume."),
            )


def _rest_of(source: Source) -> int | None:
    """Return how many bytes come, where the source can tell."""
    if not (isinstance(source, io.IOBase) and source.seekable()):
        return None
    here = source.tell()
    end: int = source.seek(0, io.SEEK_END)
    source.seek(here)
    return end - here


def _is_untouched(volume: Any) -> bool:  # noqa: ANN401 - libvirt has no types
    """Tell whether nothing lies in it: a hole is skipped, and would show what was there before."""
    kind, _capacity, allocation = volume.info()
    is_file: bool = kind == libvirt.VIR_STORAGE_VOL_FILE
    return is_file and allocation == 0
