"""A volume's contents into a file of this machine, holes as holes."""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import AlreadyExists, OperationFailed
from qvirt_jupyter.hypervisor.storage.volume_pieces import REFUSALS, Hole, pieces_of
from qvirt_jupyter.hypervisor.transfer import Course

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.transfer import Reporter

_ZEROS: Final = bytes(256 * 1024)


class Sink(Protocol):
    """What can be written to: an open binary file."""

    def write(self, piece: bytes, /) -> object:
        """Take all of a piece."""


def save(
    volume: Any,  # noqa: ANN401 - libvirt has no types
    sink: Sink,
    reporter: Reporter | None,
    *,
    offset: int = 0,
    length: int = 0,
) -> int:
    """Write what a volume holds into a file, and return how many bytes it stands for.

    Parameters
    ----------
    volume
        An open libvirt object.
    sink
        Where it goes; in one that can be sought in, holes stay holes.
    reporter
        Who is told how far it is, and asked whether to stop.
    offset, length
        Of the part that is wanted, in bytes; a length of 0 means up to the end.

    Raises
    ------
    libvirt.libvirtError
        The host refuses.
    OperationCancelled
        Somebody asked it to stop.
    OSError
        The file cannot be written.
    """
    course = Course(reporter, length or max(0, length_of(volume) - offset))
    can_seek = isinstance(sink, io.IOBase) and sink.seekable()
    done = 0
    with closing(pieces_of(volume, offset, length)) as pieces:
        for piece in pieces:
            if isinstance(piece, bytes):
                sink.write(piece)
                done += len(piece)
            else:
                if can_seek:
                    sink.seek(piece.length, os.SEEK_CUR)  # type: ignore[attr-defined]
                else:
                    _fill(sink, piece)
                done += piece.length
            course.at(done)
    if can_seek:
        # A hole at the end is no part of the file until it is told how long it is.
        sink.truncate()  # type: ignore[attr-defined]
    return done


@contextmanager
def new_file(path: str | Path, subject: Subject, *, overwrite: bool) -> Iterator[Any]:
    """Give a file to be filled, which has its name only once it is whole.

    Parameters
    ----------
    path
        Where it will be.
    subject
        For errors.
    overwrite
        Whether a file that is there is replaced.

    Raises
    ------
    AlreadyExists
        There is one.
    OperationFailed
        It cannot be written there.
    """
    target = Path(path).expanduser()
    if target.exists() and not overwrite:
        raise AlreadyExists(
            _("There is a file {path} already.").format(path=target),
            subject=subject,
            next_step=_("Choose another name, or say that it may be overwritten."),
        )
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OperationFailed(
            _("The file {path} cannot be written: {reason}.").format(
                path=target, reason=error.strerror or error
            ),
            subject=subject,
            next_step=_("Choose a folder that has room and that you may write to."),
        ) from error


def length_of(volume: Any) -> int:  # noqa: ANN401 - libvirt has no types
    """Return how many bytes a volume has on its host: of an image the file's, not the disk's."""
    flag = getattr(libvirt, "VIR_STORAGE_VOL_GET_PHYSICAL", 0)
    try:
        length: int = volume.infoFlags(flag)[2]
    except libvirt.libvirtError as error:
        if error.get_error_code() not in REFUSALS:
            raise
        length = volume.info()[1]
    return length


def _fill(sink: Sink, hole: Hole) -> None:
    left = hole.length
    while left:
        sink.write(_ZEROS[:left])
        left -= min(left, len(_ZEROS))
