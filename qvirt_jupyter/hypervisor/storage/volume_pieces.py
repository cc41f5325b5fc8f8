"""What a volume holds, piece by piece and holes as holes, over libvirt: also of another host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.hypervisor.storage import streams

if TYPE_CHECKING:
    from collections.abc import Generator

PIECE: Final = 256 * 1024
"""Bytes of the largest piece; libvirt's own packets are about as large."""
_HOLE: Final = -3
"""What libvirt's Python binding answers where a hole begins."""
REFUSALS: Final = frozenset(
    {
        libvirt.VIR_ERR_INVALID_ARG,
        libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED,
        libvirt.VIR_ERR_NO_SUPPORT,
        libvirt.VIR_ERR_OPERATION_UNSUPPORTED,
    }
)
"""How drivers say that they do not know a flag."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Zeros that take no room.

    Parameters
    ----------
    length
        How many, in bytes.
    """

    length: int


def pieces_of(volume: Any, offset: int = 0, length: int = 0) -> Generator[bytes | Hole, None, None]:  # noqa: ANN401 - libvirt has no types
    """Yield what a volume holds; a generator that is closed early ends the stream.

    https://libvirt.org/html/libvirt-libvirt-storage.html#virStorageVolDownload

    Parameters
    ----------
    volume
        An open libvirt object.
    offset, length
        In bytes; a length of 0 means up to the end.

    Raises
    ------
    libvirt.libvirtError
        The host refuses, or the connection broke.
    """
    stream, is_sparse = _begin(volume, offset, length)
    try:
        while True:
            if not is_sparse:
                piece = stream.recv(PIECE)
            else:
                piece = stream.recvFlags(PIECE, libvirt.VIR_STREAM_RECV_STOP_AT_HOLE)
                if piece == _HOLE:
                    yield Hole(stream.recvHole())
                    continue
            if not piece:
                break
            yield piece
        stream.finish()
    except BaseException:
        streams.abort(stream)
        raise


def _begin(volume: Any, offset: int, length: int) -> tuple[libvirt.virStream, bool]:  # noqa: ANN401 - libvirt has no types
    """Open a stream out of the volume; the answer says whether holes come as such."""
    connection = volume.connect()
    flag = getattr(libvirt, "VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM", 0)
    if flag and hasattr(libvirt.virStream, "recvHole"):
        stream = connection.newStream(0)
        try:
            volume.download(stream, offset, length, flag)
        except libvirt.libvirtError as error:
            streams.abort(stream)
            if error.get_error_code() not in REFUSALS:
                raise
        else:
            return stream, True
    stream = connection.newStream(0)
    try:
        volume.download(stream, offset, length, 0)
    except BaseException:
        streams.abort(stream)
        raise
    return stream, False
