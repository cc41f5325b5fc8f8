"""Giving a storage pool another name: libvirt has no call for it, so it is defined anew."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import libvirt

from qvirt_jupyter._translation import _, ngettext
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.definition_names import checked_name, refuse_taken
from qvirt_jupyter.hypervisor.editing.renaming import write_under_another_name
from qvirt_jupyter.hypervisor.errors import InUse

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.storage.storage_pool import StoragePool


def rename(pool: StoragePool, new: str, *, force: bool) -> None:
    """Rename a pool that is off.

    Parameters
    ----------
    pool
        The pool.
    new
        The new name.
    force
        Although disks of machines name it.

    Raises
    ------
    AlreadyExists
        Another pool has the name.
    InUse
        Disks of machines name it.
    InvalidDefinition
        The name is not allowed.
    OperationFailed
        It could not be defined under its new name, nor restored under its old one.
    """
    subject, uuid = pool.subject, pool.uuid
    checked_name(new, subject)

    def write(connection: libvirt.virConnect) -> None:
        wanted = dataclasses.replace(subject, name=new)
        refuse_taken(connection.storagePoolLookupByName, wanted)
        found = connection.storagePoolLookupByUUIDString(uuid)
        if not force:
            _refuse_machines(connection, found.name(), subject)
        write_under_another_name(
            # It is off, so that this is what is stored.
            found.XMLDesc(0),
            new,
            subject,
            autostart=bool(found.autostart()),
            remove=found.undefine,
            define=lambda text: connection.storagePoolDefineXML(text, 0),
        )

    pool.connection.call(write, subject=subject)


def machines_of(connection: libvirt.virConnect, pool: str) -> tuple[str, ...]:
    """Return the machines whose disks are volumes of a pool by its name, sorted.

    Disks that name a path are not among them: they need no name of a pool.

    Parameters
    ----------
    connection
        What libvirt opened.
    pool
        The name.

    Raises
    ------
    libvirt.libvirtError
        The machines cannot be listed.
    """
    found = set()
    for machine in connection.listAllDomains(0):
        try:
            definition = parse_xml(machine.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
            name = machine.name()
        except libvirt.libvirtError as error:
            # It went while the list was read.
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:
                raise
            continue
        sources = definition.iterfind("devices/disk/source")
        if any(source.get("pool") == pool for source in sources):
            found.add(name)
    return tuple(sorted(found, key=str.casefold))


def _refuse_machines(connection: libvirt.virConnect, pool: str, subject: Subject) -> None:
    names = machines_of(connection, pool)
    if names:
        text = ngettext(
            "A disk of {names} is a volume of it, by its present name.",
            "Disks of {names} are volumes of it, by its present name.",
            len(names),
        )
        raise InUse(
            text.format(names=", ".join(names)),
            subject=subject,
            next_step=_("Change these disks first, or rename it all the same (force=True)."),
        )
