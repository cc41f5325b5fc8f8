"""Folders that live as long as something in this process, and are removed even if that is killed.

Sockets, ssh's scripts and the pictures of recordings lie in them. Whoever uses one removes it; a
process that is killed cannot, so the next one that makes such a folder does it. That somebody still
uses one is known by a lock on a file in it, which the kernel of the operating system lets go with
the process: no number of a process is believed, which another may have by now.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import stat
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOG = logging.getLogger(__name__)
PREFIX: Final = "qvirt-"
OWNER: Final = ".owner"
"""The file that is locked; what has none is not ours to judge."""

_LOCK: Final = threading.Lock()
_HELD: Final[dict[Path, int]] = {}
_CLEARED: Final[set[Path]] = set()


def make_temporary_folder(kind: str, place: str | None = None) -> Path:
    """Make a folder that only its owner may enter, and return it; :func:`remove_temporary_folder`.

    Its path is short, as that of a socket has at most 108 bytes (unix(7)).

    Parameters
    ----------
    kind
        What it is for: a part of its name.
    place
        Where; None for the usual folder of temporary files.

    Raises
    ------
    OSError
        It cannot be made.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}-", dir=place))
    # Under another name until it is locked: a process that clears up would take it for left.
    unlocked = folder / f"{OWNER}-new"
    descriptor = os.open(unlocked, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        # A file system without locks, of another host say: the folder serves, but is only removed
        # by who made it.
        _LOG.debug("%s cannot be locked: %s", folder, error)
        os.close(descriptor)
        unlocked.unlink()
        return folder
    unlocked.rename(folder / OWNER)
    with _LOCK:
        _HELD[folder] = descriptor
        is_first = folder.parent not in _CLEARED
        _CLEARED.add(folder.parent)
    if is_first:
        remove_left_folders(folder.parent)
    return folder


def remove_temporary_folder(folder: Path) -> None:
    """Remove a folder with all that is in it; one that is gone is fine."""
    shutil.rmtree(folder, ignore_errors=True)
    with _LOCK:
        descriptor = _HELD.pop(folder, None)
    if descriptor is not None:
        os.close(descriptor)


@contextlib.contextmanager
def temporary_folder(kind: str) -> Iterator[Path]:
    """Make a folder for the time of a with statement.

    Parameters
    ----------
    kind
        What it is for: a part of its name.
    """
    folder = make_temporary_folder(kind)
    try:
        yield folder
    finally:
        remove_temporary_folder(folder)


def remove_left_folders(place: Path) -> list[Path]:
    """Remove the folders of this user whose processes are gone, and return them.

    Parameters
    ----------
    place
        Where they lie.
    """
    removed = []
    with contextlib.suppress(OSError):
        for folder in place.glob(f"{PREFIX}*"):
            if _is_left(folder):
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder)
    return removed


def _is_left(folder: Path) -> bool:
    try:
        # Others may write into /tmp: nothing there is followed, and only our own is opened.
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            return False
        descriptor = os.open(folder / OWNER, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
