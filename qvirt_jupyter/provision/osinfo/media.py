"""Which system an ISO image holds, by its volume descriptors alone.

ECMA-119 (ISO 9660) puts them from sector 16 on; the "El Torito" boot record stands among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pycdlib import headervd
from pycdlib.pycdlibexception import PyCdlibException

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision.osinfo.database import Database, osinfo

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import StorageVolume
    from qvirt_jupyter.provision.osinfo.operating_system import OperatingSystem
    from qvirt_jupyter.provision.osinfo.patterns import MediaPattern

SECTOR: Final = 2048
"""Bytes of a sector."""
FIRST: Final = 16
"""The sector of the first descriptor."""
AT_MOST: Final = 16
"""Descriptors that are looked at; real media have three to five."""
_EL_TORITO: Final = b"EL TORITO SPECIFICATION"


class NotAnIso(ValueError):  # noqa: N818 - it says what the file is
    """The file is no ISO 9660 image, or is cut off before its descriptors end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedMedia:
    """What a medium is.

    Parameters
    ----------
    os
        The system on it; None where the database does not know it.
    candidates
        All systems that it may hold, the likeliest first.
    bootable
        Whether a machine can start from it.
    volume, system, publisher, application
        What it says of itself.
    size
        Bytes of the volume.
    pattern
        By what the system was known.
    """

    os: OperatingSystem | None
    candidates: tuple[OperatingSystem, ...]
    bootable: bool
    volume: str
    system: str
    publisher: str
    application: str
    size: int
    pattern: MediaPattern | None


def detect_media(
    medium: str | Path | StorageVolume, *, database: Database | None = None
) -> DetectedMedia:
    """Say which system an ISO image holds.

    Parameters
    ----------
    medium
        A file or device of this machine, or a volume of any host, of which only the first sectors
        are read.
    database
        The systems that are known; those of this machine where it is left out.

    Raises
    ------
    NotAnIso
        It is no ISO image.
    OSError
        The file cannot be read.
    QvirtError
        The volume cannot be read.
    """
    name, sectors = _descriptors(medium)
    primary: headervd.PrimaryOrSupplementaryVD | None = None
    bootable = False
    for number in range(0, len(sectors), SECTOR):
        sector = sectors[number : number + SECTOR]
        if len(sector) < SECTOR or sector[1:6] != b"CD001":
            break
        kind = sector[0]
        if kind == headervd.VOLUME_DESCRIPTOR_TYPE_SET_TERMINATOR:
            break
        if kind == headervd.VOLUME_DESCRIPTOR_TYPE_PRIMARY and primary is None:
            primary = _primary(name, sector, FIRST + number // SECTOR)
        elif kind == headervd.VOLUME_DESCRIPTOR_TYPE_BOOT_RECORD:
            bootable = bootable or sector[7:39].startswith(_EL_TORITO)
    if primary is None:
        raise NotAnIso(str(_("{name} is not an ISO image.").format(name=name)))
    said = {
        "volume": _text(primary.volume_identifier),
        "system": _text(primary.system_identifier),
        "publisher": _text(primary.publisher_identifier.text),
        "application": _text(primary.application_identifier.text),
    }
    size = primary.space_size * primary.logical_block_size()
    # What no machine starts from holds no system to install, as osinfo-detect sees it too.
    found = (database or osinfo()).of_media(said, size) if bootable else ()
    return DetectedMedia(
        os=found[0][0] if found else None,
        candidates=tuple(dict.fromkeys(system for system, _pattern in found)),
        bootable=bootable,
        size=size,
        pattern=found[0][1] if found else None,
        **said,
    )


def _descriptors(medium: str | Path | StorageVolume) -> tuple[str, bytes]:
    """Return the name of a medium and the sectors of its descriptors."""
    start, length = FIRST * SECTOR, AT_MOST * SECTOR
    if isinstance(medium, str | Path):
        path = Path(medium)
        with path.open("rb") as file:
            file.seek(start)
            return path.name, file.read(length)
    return medium.name, medium.read(start, length)


def _primary(name: str, sector: bytes, extent: int) -> headervd.PrimaryOrSupplementaryVD:
    found = headervd.PrimaryOrSupplementaryVD(headervd.VOLUME_DESCRIPTOR_TYPE_PRIMARY)
    try:
        found.parse(sector, extent)
    except PyCdlibException as error:
        message = _("{name} is no ISO image that can be read: {reason}.")
        raise NotAnIso(str(message.format(name=name, reason=error))) from error
    return found


def _text(identifier: bytes) -> str:
    return identifier.rstrip(b"\0 ").decode("latin-1").strip()
