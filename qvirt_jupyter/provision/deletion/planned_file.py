"""A file of a machine that is to be deleted: what is known of it, and what shall become of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString


class FileKind(enum.Enum):
    """What a file is to its machine."""

    DISK = "disk"
    """A disk."""
    MEDIUM = "medium"
    """What lies in a CD-ROM or floppy drive."""
    BASE = "base"
    """An image that a disk builds on."""
    DATA = "data"
    """What an image keeps its contents in, where that is another file."""
    SNAPSHOT = "snapshot"
    """An image of a snapshot."""
    MEMORY = "memory"
    """The memory that a snapshot keeps in a file of its own."""
    BOOT = "boot"
    """A kernel, an initial RAM disk or a device tree that it boots from directly."""
    LOG = "log"
    """What came out of a serial port or another character device."""
    NVRAM = "nvram"
    """The settings of its firmware."""
    TPM = "tpm"
    """What its TPM keeps."""
    SAVED_STATE = "saved_state"
    """Its memory, which libvirt keeps since it was saved."""

    @property
    def label(self) -> LazyString:
        """What people call it."""
        return _LABELS[self]

    @property
    def is_libvirts(self) -> bool:
        """Whether libvirt removes it, together with the definition."""
        return self in _LIBVIRTS


_LABELS = {
    FileKind.DISK: _("Disk"),
    FileKind.MEDIUM: _("Medium"),
    FileKind.BASE: _("Base image"),
    FileKind.DATA: _("Data file"),
    FileKind.SNAPSHOT: _("Snapshot"),
    FileKind.MEMORY: _("Memory of a snapshot"),
    FileKind.BOOT: _("Direct boot"),
    FileKind.LOG: _("Log"),
    FileKind.NVRAM: _("Firmware settings (NVRAM)"),
    FileKind.TPM: _("TPM state"),
    FileKind.SAVED_STATE: _("Saved state"),
}
_LIBVIRTS = frozenset({FileKind.NVRAM, FileKind.TPM, FileKind.SAVED_STATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """A file, and what the plan says of it.

    Parameters
    ----------
    key
        Names it in its plan: its path, or for what has none its kind and its machine's UUID.
    kind
        What it is to the machine.
    device
        The disk's target (``"vda"``) or another name of the device; may be empty.
    path
        Where it is; empty where only libvirt knows.
    size
        What it takes on its host, in bytes; None where nobody knows.
    machines
        The names of the machines of the request that have it.
    uuids
        The same machines.
    users
        The names of other machines, and of volumes, that need it.
    ticked
        Whether it will be deleted.
    fixed
        Whether that cannot be changed.
    reason
        Why it is or is not ticked; may be empty where it is.
    pool
        The UUID of the pool that deletes it; empty where it is a file of this machine.
    volume
        Its name there.
    part_of
        The key of the image whose contents it holds: one is worth nothing without the other.
    """

    key: str
    kind: FileKind
    device: str = ""
    path: str = ""
    size: int | None = None
    machines: tuple[str, ...] = ()
    uuids: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    ticked: bool = False
    fixed: bool = False
    reason: str = ""
    pool: str = ""
    volume: str = ""
    part_of: str = ""

    @property
    def label(self) -> str:
        """What it is, in a few words: ``Disk vda``."""
        return f"{self.kind.label} {self.device}".strip()

    @property
    def name(self) -> str:
        """What to call it in a sentence: its path where it has one."""
        return self.path or str(
            _("{kind} of {machines}").format(
                kind=self.kind.label, machines=", ".join(self.machines)
            )
        )
