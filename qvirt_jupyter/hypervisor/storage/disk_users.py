"""Which machines use a file or a device of the host: as a disk, as what a disk builds on, to boot.

A machine that is off says nothing of what its disks build on: pools and the headers of images do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.storage.stored_images import StoredImages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.etree import _Element

_GONE: Final = frozenset({libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT})
_BOOTS: Final = ("os/kernel", "os/initrd", "os/dtb", "os/nvram")
"""Files that belong to how a machine boots."""


@dataclass(slots=True)
class FileUsers:
    """Who uses which file, by the real paths.

    Parameters
    ----------
    direct
        The machines that have it as a disk, boot from it, or need it for a snapshot.
    above
        The machines whose disks build on it.
    """

    direct: dict[str, set[str]] = field(default_factory=dict)
    above: dict[str, set[str]] = field(default_factory=dict)

    def of(self, path: str) -> tuple[str, ...]:
        """Return the names of all machines that use it in any way, sorted."""
        return tuple(sorted(self.direct.get(path, set()) | self.above.get(path, set())))


def users_of(connection: libvirt.virConnect, path: str) -> tuple[str, ...]:
    """Return the names of the machines that use a file, running or for the next start.

    Parameters
    ----------
    connection
        libvirt's object.
    path
        A path of the host. Disks that are named by pool and volume are looked up, and images that
        build on others are followed.
    """
    images = StoredImages(connection)
    return file_users(connection, images).of(images.real(path))


def file_users(
    connection: libvirt.virConnect, images: StoredImages, without: Collection[str] = ()
) -> FileUsers:
    """Return who uses what on a host.

    Parameters
    ----------
    connection
        libvirt's object.
    images
        What its pools hold.
    without
        The UUIDs of machines that do not count.
    """
    users = FileUsers()
    for domain in connection.listAllDomains(0):
        if domain.UUIDString() in without:
            continue
        try:
            _add(users, domain, images)
        except libvirt.libvirtError as error:
            if error.get_error_code() not in _GONE:
                raise
    return users


def definitions_of(domain: Any) -> Iterator[_Element]:  # noqa: ANN401 - libvirt has no types
    """Yield what a machine runs with, and what it starts with next where that differs."""
    now = domain.XMLDesc(0)
    yield parse_xml(now)
    if domain.isPersistent():
        later = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
        if later != now:
            yield parse_xml(later)


def snapshots_of(domain: Any) -> Iterator[_Element]:  # noqa: ANN401 - libvirt has no types
    """Yield the snapshots of a machine; none where the driver has none."""
    try:
        found = domain.listAllSnapshots(0)
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT:
            return
        raise
    for snapshot in found:
        yield parse_xml(snapshot.getXMLDesc(0))


def source_path(source: _Element, images: StoredImages) -> str | None:
    """Return the path of the host in a ``<source>``; None where it has none that is known.

    Parameters
    ----------
    source
        The element.
    images
        What the pools hold: a source may name pool and volume.
    """
    for name in ("file", "dev", "dir"):
        if source.get(name):
            return str(source.get(name))
    pool, volume = source.get("pool"), source.get("volume")
    if pool and volume:
        # A pool that is off, or gone: then nobody can use its volume.
        found = images.named(pool, volume)
        return None if found is None else found.path
    return None


def _add(users: FileUsers, domain: Any, images: StoredImages) -> None:  # noqa: ANN401 - libvirt has no types
    name = domain.name()
    for definition in (*definitions_of(domain), *snapshots_of(domain)):
        direct = {text for place in _BOOTS for text in _texts(definition, place)}
        for source in definition.iterfind(".//disk//source"):
            path = source_path(source, images)
            if path is None:
                continue
            # The images that a disk builds on are listed below it where it runs.
            if any(parent.tag == "backingStore" for parent in source.iterancestors()):
                users.above.setdefault(images.real(path), set()).add(name)
            else:
                direct.add(path)
        for path in direct:
            users.direct.setdefault(images.real(path), set()).add(name)
            for below in images.chain(path):
                users.above.setdefault(below, set()).add(name)


def _texts(definition: _Element, place: str) -> Iterator[str]:
    for element in definition.iterfind(place):
        if element.text and element.text.strip():
            yield element.text.strip()
