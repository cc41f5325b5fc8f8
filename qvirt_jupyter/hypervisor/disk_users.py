"""Which machines use a file or a device of the host as a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter.documents.parsing import parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element


def users_of(connection: libvirt.virConnect, path: str) -> tuple[str, ...]:
    """Return the names of the machines that have a disk there, running or for the next start.

    Parameters
    ----------
    connection
        libvirt's object.
    path
        A path of the host. Disks that are named by pool and volume are looked up.
    """
    names: set[str] = set()
    for domain in connection.listAllDomains(0):
        try:
            texts = {domain.XMLDesc(0), domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)}
            if any(_uses(connection, parse_xml(text), path) for text in texts):
                names.add(domain.name())
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                raise
    return tuple(sorted(names))


def _uses(connection: libvirt.virConnect, definition: _Element, path: str) -> bool:
    # The images that a disk is the differences to are listed below it where it runs.
    for source in definition.iterfind(".//devices/disk//source"):
        if path in (source.get("file"), source.get("dev"), source.get("dir")):
            return True
        pool, volume = source.get("pool"), source.get("volume")
        if pool and volume and _path_of(connection, pool, volume) == path:
            return True
    return False


def _path_of(connection: libvirt.virConnect, pool: str, volume: str) -> str | None:
    try:
        found: str = connection.storagePoolLookupByName(pool).storageVolLookupByName(volume).path()
    except libvirt.libvirtError:
        # It is gone or off: then nobody can use its volume.
        return None
    return found
