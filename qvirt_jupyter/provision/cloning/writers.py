"""Other machines that write to a disk: a copy of it is torn, and what builds on it is destroyed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter.documents.parsing import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qvirt_jupyter.provision.cloning.original import OriginalDisk


@dataclass(frozen=True, slots=True)
class Writer:
    """A machine that has a disk, and may write to it.

    Parameters
    ----------
    name
        Of the machine.
    is_running
        Whether it may write just now.
    """

    name: str
    is_running: bool


def writers(
    connection: libvirt.virConnect, disks: Iterable[OriginalDisk], *, without: str
) -> Mapping[str, tuple[Writer, ...]]:
    """Return who else writes to disks, by their targets.

    Parameters
    ----------
    connection
        libvirt's object.
    disks
        Of the machine that is cloned.
    without
        The UUID of that machine.
    """
    by_path = {disk.path: disk.target for disk in disks if disk.path}
    by_name = {(disk.pool, disk.volume): disk.target for disk in disks if disk.pool}
    found: dict[str, dict[str, Writer]] = {}
    for domain in connection.listAllDomains(0):
        if domain.UUIDString() == without:
            continue
        try:
            definition = parse_xml(domain.XMLDesc(0))
            writer = Writer(domain.name(), bool(domain.isActive()))
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                raise
            continue
        for disk in definition.iterfind("devices/disk"):
            source = disk.find("source")
            if source is None or disk.find("readonly") is not None:
                continue
            target = by_path.get(source.get("file") or source.get("dev") or "") or by_name.get(
                (source.get("pool") or "", source.get("volume") or "")
            )
            if target is not None:
                found.setdefault(target, {})[writer.name] = writer
    return {
        target: tuple(sorted(those.values(), key=lambda writer: writer.name))
        for target, those in found.items()
    }
