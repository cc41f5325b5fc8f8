"""Write an initramfs without being root: a cpio archive whose owners, modes and devices we choose.

The format is "newc" (https://docs.kernel.org/driver-api/early-userspace/buffer-format.html): for
each file a header of hexadecimal numbers, the name and the contents, each padded to four bytes.
Device nodes are entries like any other, so nothing has to be made on the disk first.
"""

from __future__ import annotations

import gzip
import io
import stat
from pathlib import PurePosixPath
from typing import Final

MAGIC: Final = b"070701"
TRAILER: Final = "TRAILER!!!"
ALIGNMENT: Final = 4
# Level 1: a guest for one's own machine is built in a second and unpacked in another; its size on
# the disk matters less than either.
GZIP_LEVEL: Final = 1


class Initramfs:
    """The file tree of an initramfs; parents of what is added come by themselves.

    Everything belongs to root and bears the time zero, so the same contents give the same bytes.
    """

    def __init__(self) -> None:
        self._entries: dict[str, tuple[int, bytes, tuple[int, int]]] = {}

    def __contains__(self, path: object) -> bool:
        return str(path).lstrip("/") in self._entries

    def folder(self, path: str, mode: int = 0o755) -> None:
        """Add a folder."""
        self._add(path, stat.S_IFDIR | mode, b"")

    def file(self, path: str, content: bytes | str, mode: int = 0o644) -> None:
        """Add a file."""
        data = content.encode() if isinstance(content, str) else content
        self._add(path, stat.S_IFREG | mode, data)

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._add(path, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, path: str, major: int, minor: int, mode: int = 0o600) -> None:
        """Add the node of a character device (numbers: the kernel's admin-guide/devices)."""
        self._add(path, stat.S_IFCHR | mode, b"", (major, minor))

    def _add(self, path: str, mode: int, data: bytes, device: tuple[int, int] = (0, 0)) -> None:
        name = path.strip("/")
        parts = PurePosixPath(name)
        if not name or ".." in parts.parts:
            raise ValueError(f"{path!r} is not a path inside an initramfs: write an absolute one.")
        for parent in reversed(parts.parents[:-1]):
            self._entries.setdefault(str(parent), (stat.S_IFDIR | 0o755, b"", (0, 0)))
        self._entries[name] = (mode, data, device)

    def archive(self) -> bytes:
        """Return the cpio archive."""
        buffer = io.BytesIO()
        number = 0
        for number, name in enumerate(sorted(self._entries), start=1):
            mode, data, device = self._entries[name]
            _write_entry(buffer, name, data, inode=number, mode=mode, device=device)
        _write_entry(buffer, TRAILER, b"", inode=number + 1, mode=0, device=(0, 0))
        return buffer.getvalue()

    def compressed(self) -> bytes:
        """Return the archive as gzip, which every kernel can read (CONFIG_RD_GZIP)."""
        return gzip.compress(self.archive(), GZIP_LEVEL, mtime=0)


def _write_entry(
    buffer: io.BytesIO,
    name: str,
    data: bytes,
    *,
    inode: int,
    mode: int,
    device: tuple[int, int],
) -> None:
    encoded = name.encode() + b"\0"
    owner = group = time = checksum = 0
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = (
        *(inode, mode, owner, group, links, time, len(data)),
        *(0, 0, *device, len(encoded), checksum),
    )
    buffer.write(MAGIC + b"".join(f"{field:08X}".encode() for field in fields) + encoded)
    _pad(buffer)
    buffer.write(data)
    _pad(buffer)


def _pad(buffer: io.BytesIO) -> None:
    buffer.write(b"\0" * (-buffer.tell() % ALIGNMENT))
