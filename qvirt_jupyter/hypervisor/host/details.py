"""What a host says of itself beyond its record: NUMA nodes, pages, and kinds of guests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter import documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.hypervisor.connection import Connection


@dataclass(frozen=True, slots=True)
class HostDetails:
    """The capabilities of a host, and how many of its memory pages are free.

    Parameters
    ----------
    capabilities
        Its answer.
    free_pages
        By NUMA node and page size in KiB; a node that libvirt does not say it of is left out.
    """

    capabilities: documents.Capabilities
    free_pages: Mapping[tuple[int, int], int]


def host_details(connection: Connection) -> HostDetails:
    """Ask a host for its details.

    Parameters
    ----------
    connection
        One that is open.

    Raises
    ------
    QvirtError
        The connection is lost, or the driver does not know them.
    """

    def look(raw: libvirt.virConnect) -> tuple[str, dict[tuple[int, int], int]]:
        text: str = raw.getCapabilities()
        return text, _free_pages(raw, documents.Capabilities.parse(text))

    text, free = connection.call(look, subject=connection.subject)
    return HostDetails(documents.Capabilities.parse(text), free)


def _free_pages(
    raw: libvirt.virConnect, capabilities: documents.Capabilities
) -> dict[tuple[int, int], int]:
    """https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetFreePages."""
    found: dict[tuple[int, int], int] = {}
    for cell in capabilities.host.cells:
        sizes = [each.size for each in cell.pages if each.size]
        if cell.id is None or not sizes:
            continue
        try:
            answer = raw.getFreePages(sizes, cell.id, 1)
        except libvirt.libvirtError:
            # The driver does not say it, or not of this node: the number is left out.
            continue
        for size, count in answer.get(cell.id, {}).items():
            found[cell.id, int(size)] = int(count)
    return found
