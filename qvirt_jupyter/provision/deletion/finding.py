"""A file that machines have, as a survey finds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from qvirt_jupyter.provision.deletion.planned_file import FileKind

_RANK: Final = (
    FileKind.DISK,
    FileKind.MEDIUM,
    FileKind.BOOT,
    FileKind.DATA,
    FileKind.SNAPSHOT,
    FileKind.BASE,
    FileKind.LOG,
)
"""What a file is that is several things: the first of these."""


@dataclass(slots=True)
class Finding:
    """A file that machines have.

    Parameters
    ----------
    key
        Its real path, or what else names it.
    kind
        What it is to them.
    path
        As the machine names it; empty where only libvirt knows.
    device
        The target of the disk.
    source
        The type of the disk's source.
    machines
        Names by UUID.
    read_only, shareable
        As the disk says.
    snapshot
        The snapshot that it belongs to.
    chained
        Whether it belongs to a snapshot by its own right, not as a mere mention.
    part_of
        The key of the image whose contents it holds.
    """

    key: str
    kind: FileKind
    path: str = ""
    device: str = ""
    source: str = "file"
    machines: dict[str, str] = field(default_factory=dict)
    read_only: bool = False
    shareable: bool = False
    snapshot: str = ""
    chained: bool = False
    part_of: str = ""

    def meet(self, other: Finding) -> None:
        """Become what both are together: of two machines, or of two definitions of one."""
        if _rank(other.kind) < _rank(self.kind):
            self.kind, self.device, self.source = other.kind, other.device, other.source
            self.read_only = other.read_only
        elif other.kind is self.kind:
            self.read_only = self.read_only and other.read_only
        self.machines.update(other.machines)
        self.shareable = self.shareable or other.shareable
        self.snapshot = self.snapshot or other.snapshot
        self.chained = self.chained or other.chained


def _rank(kind: FileKind) -> int:
    return _RANK.index(kind) if kind in _RANK else -1
