"""What is in a folder of a host, and what is said of one that cannot be listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import AccessDenied, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qvirt_jupyter.hypervisor import Subject

MOST: Final = 1000
"""Folders that are listed at most; a path can always be typed."""


@dataclass(frozen=True, slots=True)
class FolderListing:
    """What is in a folder of a host.

    Parameters
    ----------
    path
        The folder.
    folders
        The names of the folders in it, hidden ones last; links to folders are folders.
    left_out
        How many more there are.
    reader
        Who read it: folders that only others may enter stay unseen.
    """

    path: str
    folders: tuple[str, ...]
    left_out: int
    reader: str


def listing(path: str, names: Iterable[str], reader: str) -> FolderListing:
    """Return a listing in the order that people look for names in.

    Parameters
    ----------
    path, reader
        As of the listing.
    names
        The folders, in any order.
    """
    ordered = sorted(names, key=lambda name: (name.startswith("."), name.casefold(), name))
    return FolderListing(path, tuple(ordered[:MOST]), max(0, len(ordered) - MOST), reader)


def denied(path: str, reader: str, subject: Subject) -> AccessDenied:
    """Return what to raise for a folder that its reader may not list."""
    return AccessDenied(
        _("{user} may not list {path}.").format(user=reader, path=path),
        subject=subject,
        next_step=_("libvirt's service may be allowed to: type the path."),
    )


def missing(path: str, subject: Subject) -> NotFound:
    """Return what to raise for a folder that is not there."""
    return NotFound(
        _("There is no folder {path}.").format(path=path),
        subject=subject,
        next_step=_("Choose another one; a path that is typed can be made with the pool."),
    )
