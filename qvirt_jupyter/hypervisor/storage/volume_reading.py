"""A part of a volume's contents, over libvirt: also of another host, without the rest of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import OperationFailed
from qvirt_jupyter.hypervisor.storage import streams

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.errors import Subject

AT_MOST: Final = 64 * 1024 * 1024
"""Bytes that are read at once: all of it is in memory."""


def read(volume: Any, offset: int, length: int, subject: Subject) -> bytes:  # noqa: ANN401 - libvirt has no types
    """Return some of a volume's bytes; fewer where it ends before, none behind its end.

    https://libvirt.org/html/libvirt-libvirt-storage.html#virStorageVolDownload

    Parameters
    ----------
    volume
        An open libvirt object.
    offset, length
        In bytes.
    subject
        For errors.

    Raises
    ------
    libvirt.libvirtError
        The host refuses.
    OperationFailed
        The host sent more than it was asked for.
    """
    if not 0 < length <= AT_MOST:
        raise ValueError(f"One can read 1 to {AT_MOST} bytes at once, not {length}.")
    found = streams.received(
        volume.connect().newStream(0),
        lambda stream: volume.download(stream, offset, length, 0),
        length,
    )
    if found is None:
        raise OperationFailed(
            _("The host sent more of the volume than it was asked for."), subject=subject
        )
    return found
