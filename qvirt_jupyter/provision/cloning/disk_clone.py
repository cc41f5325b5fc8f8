"""What becomes of a disk when its machine is cloned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter._translation import LazyString

How = Literal["clone", "linked", "share", "leave"]

LABELS: Final[Mapping[How, LazyString]] = {
    "clone": _("Copy"),
    "linked": _("Linked: differences only"),
    "share": _("Share the same disk"),
    "leave": _("Leave out"),
}
"""What the ways are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskClone:
    """How one disk is cloned.

    Parameters
    ----------
    how
        ``clone`` copies it; ``linked`` makes an overlay, which holds the differences to the
        original only, so that the original must not change any more; ``share`` gives the clone the
        same disk; ``leave`` leaves it out. None means what suits the disk.
    name
        Of the new volume; None makes one of the names of machine and original. With several clones
        it has the same pattern as the name of the machine. An absolute path is a file anywhere on
        the host; the pool of its folder gets it where there is one.
    pool
        Where the new volume is made; None means beside the original.
    overwrite
        Whether a file that is in no storage pool, and that no machine needs, may be replaced. What
        was in it cannot be brought back.
    """

    how: How | None = None
    name: str | None = None
    pool: str | None = None
    overwrite: bool = False
