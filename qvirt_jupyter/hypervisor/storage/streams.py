"""What libvirt sends through a stream, up to a bound.

https://libvirt.org/html/libvirt-libvirt-stream.html
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import libvirt

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK: Final = 256 * 1024


def received(
    stream: libvirt.virStream, begin: Callable[[libvirt.virStream], object], at_most: int
) -> bytes | None:
    """Return all that a call sends through a stream; None where it is more than the bound.

    Parameters
    ----------
    stream
        A new one; it is ended here.
    begin
        Makes the call that sends.
    at_most
        Bytes; who sends more is not listened to without end.

    Raises
    ------
    libvirt.libvirtError
        The call fails, or the stream breaks.
    """
    parts = io.BytesIO()
    try:
        begin(stream)
        while chunk := stream.recv(_CHUNK):
            parts.write(chunk)
            if parts.tell() > at_most:
                abort(stream)
                return None
        stream.finish()
    except BaseException:
        abort(stream)
        raise
    return parts.getvalue()


def abort(stream: libvirt.virStream) -> None:
    """Give a stream up, whatever state it is in.

    Parameters
    ----------
    stream
        It may be broken or ended already.
    """
    try:
        stream.abort()
    except libvirt.libvirtError:
        # A stream that failed is closed already; the first error is the one to show.
        return


def send_all(stream: libvirt.virStream, piece: bytes) -> None:
    """Send a piece to its end, in as many parts as the stream takes it.

    Parameters
    ----------
    stream
        One that blocks.
    piece
        What is sent.

    Raises
    ------
    libvirt.libvirtError
        The stream broke.
    """
    view = memoryview(piece)
    while view:
        sent = stream.send(bytes(view))
        if sent < 0:
            # Only a stream that does not block says so, and ours does.
            raise BlockingIOError("The stream takes nothing.")
        view = view[sent:]
