"""What cloning a machine will do, before anything is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.provision.cloning.disk_clone import How
    from qvirt_jupyter.provision.cloning.original import OriginalDisk

Renewal = Literal["", "cloud-init", "agent"]
OVERLAY_BYTES = 256 * 1024
"""What an overlay takes before its guest writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDisk:
    """What becomes of one disk in one clone.

    Parameters
    ----------
    original
        The disk.
    how
        What becomes of it.
    name, pool, path
        Of the new volume; empty where none is made. The path is where it will lie as far as that
        is known.
    overwrites
        Whether a file is there already that is replaced.
    """

    original: OriginalDisk
    how: How
    name: str = ""
    pool: str = ""
    path: str = ""
    overwrites: bool = False

    @property
    def makes_volume(self) -> bool:
        """Whether a new volume is made."""
        return self.how in ("clone", "linked")

    @property
    def bytes_needed(self) -> int:
        """What it takes of its pool at once."""
        if self.how == "linked":
            return OVERLAY_BYTES
        return (self.original.allocation or 0) if self.how == "clone" else 0

    @property
    def is_unsafe(self) -> bool:
        """Whether two guests would write to the same disk."""
        return self.how == "share" and self.original.is_writable


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedClone:
    """One clone.

    Parameters
    ----------
    name
        Of the machine.
    disks
        What becomes of the disks.
    """

    name: str
    disks: tuple[PlannedDisk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceNeeded:
    """What the clones need of one storage pool.

    Parameters
    ----------
    pool
        Its name; empty where files lie in no pool.
    needed, available
        In bytes. What sparse disks promise to their guests is not in it.
    """

    pool: str
    needed: int
    available: int

    @property
    def is_enough(self) -> bool:
        """Whether it fits."""
        return self.needed <= self.available

    def __str__(self) -> str:
        return str(
            _("{pool}: {needed} needed, {available} free").format(
                pool=self.pool,
                needed=bytes_text(self.needed),
                available=bytes_text(self.available),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClonePlan:
    """What a request will do.

    Parameters
    ----------
    source
        The name of the machine that is cloned.
    clones
        What is made.
    space
        What it needs.
    refusals
        Why it cannot be done.
    warnings
        What should be known before.
    protects
        Whether the original becomes a template, because clones build on its disks.
    renewal
        What gives the guests host names and machine IDs of their own: ``"cloud-init"``,
        ``"agent"``, or empty where nothing does.
    """

    source: str
    clones: tuple[PlannedClone, ...]
    space: tuple[SpaceNeeded, ...] = ()
    refusals: tuple[LazyString, ...] = ()
    warnings: tuple[LazyString, ...] = ()
    protects: bool = False
    renewal: Renewal = ""

    @property
    def is_possible(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.refusals

    @property
    def unsafe(self) -> tuple[PlannedDisk, ...]:
        """Disks that original and clones would write to both."""
        first = self.clones[0].disks if self.clones else ()
        return tuple(disk for disk in first if disk.is_unsafe)

    @property
    def replaced(self) -> tuple[PlannedDisk, ...]:
        """New volumes that take the place of files."""
        return tuple(disk for clone in self.clones for disk in clone.disks if disk.overwrites)

    def __str__(self) -> str:
        lines = []
        for clone in self.clones:
            lines.append(f"{self.source} -> {clone.name}")
            lines += [
                f"  {disk.original.target}: {disk.how} {disk.path or disk.original.where}".rstrip()
                for disk in clone.disks
            ]
        lines += [f"  {needed}" for needed in self.space]
        if self.renewal:
            lines.append(f"  new host name and machine ID: {self.renewal}")
        lines += [f"! {text}" for text in (*self.refusals, *self.warnings)]
        return "\n".join(lines)
