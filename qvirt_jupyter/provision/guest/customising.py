"""A definition that somebody changes before the machine is made, and what they made of it.

What they see is what will run first: the medium is in its drive. What stays is another definition,
which is made of theirs.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.guest.request import GuestRequest
    from qvirt_jupyter.provision.osinfo import Database


def customisable(
    request: GuestRequest, connection: Connection, database: Database | None = None
) -> documents.Domain:
    """Return the definition that somebody customises; nothing is made yet.

    Parameters
    ----------
    request
        What is asked for.
    connection
        Where the machine will run.
    database
        The systems that are known; those of this machine where it is left out.

    Raises
    ------
    ValueError
        The host cannot run such a machine.
    QvirtError
        The connection is lost.
    """
    domain = request.final(connection, database=database)
    request.method.show(domain)
    return domain


def customised(
    request: GuestRequest, changed: documents.Domain, database: Database | None = None
) -> tuple[GuestRequest, documents.Domain]:
    """Return the request and the definition that stays, after somebody customised it.

    Parameters
    ----------
    request
        What was asked for.
    changed
        What :func:`customisable` returned, with their changes.
    database
        The systems that are known; those of this machine where it is left out.
    """
    final = changed.copy()
    method = request.method.customised(final, request.system(database))
    return dataclasses.replace(request, name=final.name or request.name, install=method), final
