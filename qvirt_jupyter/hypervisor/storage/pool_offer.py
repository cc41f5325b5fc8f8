"""What a host has for storage pools: the kinds that it knows, and the places that it finds.

https://libvirt.org/html/libvirt-libvirt-storage.html#virConnectFindStoragePoolSources
"""

from __future__ import annotations

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor.survey import UNSUPPORTED


def capabilities_of(connection: libvirt.virConnect) -> documents.PoolCapabilities | None:
    """Ask which kinds of pools there are; None where driver or libvirt (before 5.2) do not say.

    Raises
    ------
    libvirt.libvirtError
        The host does not answer.
    """
    ask = getattr(connection, "getStoragePoolCapabilities", None)
    if ask is None:
        return None
    try:
        return documents.PoolCapabilities.parse(ask(0))
    except libvirt.libvirtError as error:
        if error.get_error_code() in UNSUPPORTED:
            return None
        raise


def sources_of(
    connection: libvirt.virConnect,
    type: str,  # noqa: A002 - libvirt's word
    where: documents.PoolSource | None,
) -> tuple[documents.PoolSource, ...]:
    """Ask for the places that pools of a kind could come from.

    Parameters
    ----------
    connection
        What libvirt opened.
    type
        The kind of pool.
    where
        The server to ask, where the kind has one.

    Raises
    ------
    libvirt.libvirtError
        The kind has no such places, or they cannot be looked for.
    """
    asked = str(where) if where is not None and where.hosts else None
    answer = connection.findStoragePoolSources(type, asked, 0)
    return tuple(documents.PoolSources.parse(answer).sources)
