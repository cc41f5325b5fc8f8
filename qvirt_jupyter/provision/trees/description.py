"""What a tree says of itself, whatever its layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import OperationFailed, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.provision.osinfo import Database, OperatingSystem


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedTree:
    """An installation tree.

    Parameters
    ----------
    url
        Where it begins.
    os
        The system that it installs; None where the database does not know it.
    candidates
        All systems that it may install, the likeliest first.
    label
        What it calls itself.
    layout
        ``treeinfo``, ``debian`` or ``suse``.
    architecture
        Whose it is, or empty.
    kernel, initrd
        Where its kernel and its initial RAM disk are.
    arguments
        What the kernel must be told to find the tree.
    checksums
        By address, the algorithm and the digest that a file has.
    """

    url: str
    os: OperatingSystem | None
    candidates: tuple[OperatingSystem, ...] = ()
    label: str = ""
    layout: str
    architecture: str = ""
    kernel: str
    initrd: str
    arguments: str = ""
    checksums: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)


class Server(Protocol):
    """Fetches the small files that describe a tree."""

    @property
    def database(self) -> Database:
        """The systems that are known."""

    def text(self, url: str, *, most: int = ...) -> str:
        """Return a file; raise Missing where there is none."""


def joined(url: str, path: str) -> str:
    """Return where a file of a tree is.

    Raises
    ------
    OperationFailed
        The path leads out of the tree.
    """
    parts = PurePosixPath(path).parts
    inside = parts and not path.startswith("/") and ".." not in parts and ":" not in path
    if not inside or not path.isprintable() or any(sign in path for sign in " ?#\\"):
        raise OperationFailed(
            _("It names a file outside of itself: {path}.").format(path=path),
            subject=Subject("tree", url, url),
            next_step=_("Use another mirror: this tree is damaged."),
        )
    return url + "/".join(parts)
