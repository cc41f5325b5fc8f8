"""Looks at folders and devices of this machine, to warn before a pool takes them."""

from __future__ import annotations

import itertools
import os
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import LazyString, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.hypervisor.records import StoragePoolRecord

_MANY: Final = 1000
"""Names in a folder that are counted at most."""
# https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html: what the system itself lives in.
_SYSTEM: Final = frozenset(
    ("", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/proc", "/root", "/run", "/sbin")
) | {"/sys", "/tmp", "/usr", "/var"}  # noqa: S108 - a folder to warn of
_MOUNTS: Final = Path("/proc/self/mounts")


def about_folder(path: str, *, mounts: bool) -> LazyString | str:
    """Say what is in a folder that a pool is to have; empty where there is nothing to say.

    Parameters
    ----------
    path
        The folder.
    mounts
        Whether something is mounted on it while the pool is on.
    """
    if path.rstrip("/") in _SYSTEM:
        return _("The system itself uses this folder: choose one that is for images only.")
    try:
        with os.scandir(path) as entries:
            count = sum(1 for _entry in itertools.islice(entries, _MANY))
    except NotADirectoryError:
        return _("This is a file, not a folder.")
    except OSError:
        # It is not there yet, or only libvirt's service may see it.
        return ""
    if count and mounts:
        return _("The folder is not empty: what is in it is hidden while the pool is on.")
    if count:
        return ngettext(
            "The folder is not empty: what is in it becomes a volume.",
            "The folder is not empty: what is in it becomes volumes.",
            count,
        )
    return ""


def about_devices(paths: Iterable[str]) -> LazyString | str:
    """Say what is wrong with devices; empty where nothing is, or where nobody can see them."""
    for path in paths:
        if not path.startswith("/"):
            continue
        try:
            found = os.stat(path)  # noqa: PTH116 - of a device, which is no file to us
        except FileNotFoundError:
            return _("{device} is not there.").format(device=path)
        except OSError:
            continue
        if not stat.S_ISBLK(found.st_mode):
            return _("{device} is no block device.").format(device=path)
        where = _mounted_at(path)
        if where:
            return _("{device} is mounted at {path}.").format(device=path, path=where)
    return ""


def pool_around(path: str, pools: Iterable[StoragePoolRecord]) -> str:
    """Return the name of the pool whose folder a path is in; empty where there is none."""
    folder = PurePosixPath(path)
    for pool in pools:
        if pool.type in ("dir", "fs", "netfs") and pool.path:
            around = PurePosixPath(pool.path)
            if around in folder.parents:
                return pool.name
    return ""


def _mounted_at(device: str) -> str:
    try:
        lines = _MOUNTS.read_text(encoding="utf-8").splitlines()
    except OSError:
        # No Linux.
        return ""
    real = os.path.realpath(device)
    for line in lines:
        what, where, *_rest = line.split()
        if what.startswith("/") and os.path.realpath(what) == real:
            return where.replace("\\040", " ")
    return ""
