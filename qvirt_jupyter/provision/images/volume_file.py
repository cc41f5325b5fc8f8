"""A volume as a file that can be read here and there, a piece at a time, over libvirt."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import StorageVolume

_PIECE: Final = 4 * 1024 * 1024
"""Bytes of one read; each is a call of its own."""


class VolumeFile(io.RawIOBase):
    """A volume, opened for reading; its end is known only by what is not read there.

    Parameters
    ----------
    volume
        The volume.
    """

    def __init__(self, volume: StorageVolume) -> None:
        super().__init__()
        self._volume = volume
        self._position = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that one can go anywhere, but for its end."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place counted from its begin."""
        if whence != io.SEEK_SET or offset < 0:
            raise io.UnsupportedOperation("A volume is read from its begin.")
        self._position = offset
        return offset

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - collections.abc.Buffer is of 3.12
        """Fill the buffer from here on; less at the end."""
        wanted = memoryview(buffer).cast("B")
        found = self._volume.read(self._position, max(1, min(len(wanted), _PIECE)))
        wanted[: len(found)] = found[: len(wanted)]
        self._position += len(found)
        return len(found)
