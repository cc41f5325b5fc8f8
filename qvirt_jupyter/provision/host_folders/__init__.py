"""Folders of a host, to choose one from: read here, or through the user's own ssh.

libvirt lists pools and volumes, not folders, and a pool made only to look would leave its mark on
the host. So the folders of this machine are read by this process, and those of a host that is
reached by ssh by whoever signs in there. A host that is reached otherwise cannot be looked at.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import NotFound, Unsupported
from qvirt_jupyter.hypervisor.ssh.command import TRANSPORTS
from qvirt_jupyter.provision.host_folders.far_folders import list_there
from qvirt_jupyter.provision.host_folders.folder_listing import FolderListing
from qvirt_jupyter.provision.host_folders.near_folders import list_here

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.connection import Connection

__all__ = ["FolderListing", "list_folders", "why_not_listed"]


def why_not_listed(connection: Connection) -> LazyString | str:
    """Say why the folders of a host cannot be listed; empty where they can.

    Parameters
    ----------
    connection
        The connection to the host.
    """
    parts = connection.parts
    if not parts.is_remote or parts.transport in TRANSPORTS:
        return ""
    return _(
        "The folders of {host} cannot be listed: libvirt lists none, and the host is not reached "
        "by SSH. Type the path."
    ).format(host=parts.host)


def list_folders(connection: Connection, path: str, *, nearest: bool = False) -> FolderListing:
    """Return the folders in a folder of a host.

    Parameters
    ----------
    connection
        The connection to the host.
    path
        The folder, from the root on.
    nearest
        Whether the nearest folder above is listed where there is no such folder.

    Raises
    ------
    NotFound
        There is no such folder.
    AccessDenied
        Whoever reads may not enter it, or not sign in to the host.
    ConnectionFailed
        The host cannot be reached by ssh.
    Unsupported
        The host is reached in a way that shows no folders.
    """
    # ".." goes up where the eye goes up; a link is not followed back. Two slashes at the beginning
    # would stay.
    wanted = os.path.normpath(f"/{path.lstrip('/')}")
    if "\n" in wanted or "\0" in wanted:
        raise NotFound(_("A path is one line."), subject=connection.subject)
    reason = why_not_listed(connection)
    if reason:
        raise Unsupported(reason, subject=connection.subject)
    if connection.parts.is_remote:
        return list_there(connection, wanted, nearest=nearest)
    return list_here(wanted, connection.subject, nearest=nearest)
