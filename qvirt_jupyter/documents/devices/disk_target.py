"""Buses of disks, and the names that targets have on them."""

from __future__ import annotations

import re
import string
from itertools import product
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qvirt_jupyter.documents.declaration import Words

PREFIXES = {
    "virtio": "vd",
    "sata": "sd",
    "scsi": "sd",
    "usb": "sd",
    "ide": "hd",
    "nvme": "nvme0n",
    "fdc": "fd",
    "sd": "sd",
    "xen": "xvd",
}
"""How targets are named, by bus."""

PLACES = {"ide": 4, "fdc": 2}
"""How many disks a bus takes where that is few."""

BUSES = {
    "disk": ("virtio", "sata", "scsi", "usb", "ide", "nvme", "sd", "xen"),
    "cdrom": ("sata", "scsi", "usb", "ide"),
    "floppy": ("fdc",),
    "lun": ("scsi",),
}
"""The buses that each kind of device can sit on, the best first."""

BUS_NAMES: dict[str, Words] = {
    "virtio": "VirtIO",
    "sata": "SATA",
    "scsi": "SCSI",
    "usb": "USB",
    "ide": "IDE",
    "nvme": "NVMe",
    "fdc": _("Floppy"),
    "sd": "SD",
    "xen": "Xen",
}


def free_target(bus: str, taken: Iterable[str | None]) -> str:
    """Return the first name on a bus that is not taken.

    Parameters
    ----------
    bus
        The bus.
    taken
        The targets of the other disks: where the guest runs, of both its definitions.
    """
    known = set(taken)
    prefix = PREFIXES.get(bus, "sd")
    return next(name for name in _names(prefix) if name not in known)


def place_of(target: str | None) -> int:
    """Return the place that a target's letters count, from 0."""
    letters = re.sub(r"^(?:vd|sd|hd|fd|xvd)", "", target or "")
    place = 0
    for letter in letters.rstrip(string.digits):
        place = place * 26 + string.ascii_lowercase.find(letter) + 1
    return max(place - 1, 0)


def _names(prefix: str) -> Iterator[str]:
    if prefix.startswith("nvme"):
        yield from (f"{prefix}{number}" for number in range(1, 1000))
    for length in (1, 2, 3):
        for letters in product(string.ascii_lowercase, repeat=length):
            yield prefix + "".join(letters)
