"""What this machine's file system says of a file that is in no storage pool."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_BLOCK: Final = 512
"""Bytes of a block as ``stat`` counts them."""


@dataclass(frozen=True, slots=True)
class LooseFile:
    """A file.

    Parameters
    ----------
    exists
        None where one may not look.
    size
        What it takes, in bytes; None where that is not known.
    folder_writable, writable
        Whether this process may remove it, and may write to it.
    """

    exists: bool | None
    size: int | None = None
    folder_writable: bool = False
    writable: bool = False


def look_at(path: str) -> LooseFile:
    """Return what is known of a file.

    Parameters
    ----------
    path
        On this machine.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 - as os.access below
    except (FileNotFoundError, NotADirectoryError):
        return LooseFile(exists=False)
    except OSError:
        return LooseFile(exists=None)
    folder = Path(path).parent
    removable = os.access(folder, os.W_OK | os.X_OK) and _may_unlink(folder, found)
    return LooseFile(
        exists=True,
        size=found.st_blocks * _BLOCK,
        folder_writable=removable,
        writable=os.access(path, os.W_OK),
    )


def size_of(path: Path) -> int | None:
    """Return what a file, or a folder with all that is in it, takes in bytes; None if unknown."""
    try:
        files = [path, *path.rglob("*")] if path.is_dir() else [path]
        return sum(each.lstat().st_blocks * _BLOCK for each in files)
    except OSError:
        # It is libvirt's, and not ours to look at.
        return None


def remove(path: str) -> None:
    """Remove a file; what a link points to goes with the link.

    Raises
    ------
    OSError
        It cannot be removed.
    """
    real = os.path.realpath(path)
    os.unlink(real)  # noqa: PTH108 - a path of any machine, as libvirt wrote it
    if os.path.lexists(path):
        os.unlink(path)  # noqa: PTH108 - as above


def _may_unlink(folder: Path, file: os.stat_result) -> bool:
    """Whether a folder such as /tmp, where only owners may remove, lets us."""
    above = folder.stat()
    user = os.geteuid()
    return not above.st_mode & stat.S_ISVTX or user in (0, above.st_uid, file.st_uid)
