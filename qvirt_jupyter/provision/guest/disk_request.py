"""A disk of a machine that is yet to be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents import Choice, Integer, Path, Text, option

GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskRequest:
    """A disk: a new volume, or what is there already.

    Parameters
    ----------
    size
        Of a new volume, in bytes; None means what the system recommends.
    path
        A file or device of the host that exists; None makes a new volume.
    pool
        Where a new volume is made; empty means the pool named default, or else the first.
    name
        What a new volume is called; empty means as the machine, with what its format ends in. Where
        the name is taken, a number is added.
    format
        Of the image.
    device
        ``disk`` or ``cdrom``.
    bus
        Where it is plugged in; None means what suits the system.
    """

    size: int | None = option(
        Integer(1), label=_("Size"), unit="bytes", default=None, help=_("Of a new disk.")
    )
    path: str | None = option(
        Path(), label=_("File"), default=None, help=_("A disk of the host that exists already.")
    )
    pool: str = option(Choice(), label=_("Storage pool"), default="")
    name: str = option(
        Text(pattern=r"[^/]*", max_length=255, expected=_("a name without slash")),
        label=_("File name"),
        default="",
    )
    format: Literal["qcow2", "raw"] = option(
        Choice("qcow2", "raw", open=False), label=_("Format"), default="qcow2"
    )
    device: Literal["disk", "cdrom"] = option(
        Choice("disk", "cdrom", open=False), label=_("Device"), default="disk"
    )
    bus: str | None = option(
        Choice("virtio", "sata", "scsi", "ide", "usb"),
        label=_("Bus"),
        default=None,
        advanced=True,
        caps="disk/bus",
    )

    @property
    def is_new(self) -> bool:
        """Whether a volume is made for it."""
        return self.path is None and self.device == "disk"
