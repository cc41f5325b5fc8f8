"""Giving a machine or a network another name, with a way back where libvirt has no call for it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import libvirt
from lxml import etree

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.definition_names import refuse_taken
from qvirt_jupyter.hypervisor.editing.definition_history import keep
from qvirt_jupyter.hypervisor.editing.undefining import UNKNOWN_FLAG_CODES, Purpose, undefine
from qvirt_jupyter.hypervisor.errors import OperationFailed, Subject
from qvirt_jupyter.hypervisor.libvirt_errors import from_libvirt

if TYPE_CHECKING:
    from collections.abc import Callable


def rename(
    connection: libvirt.virConnect, domain: libvirt.virDomain, new: str, subject: Subject
) -> None:
    """Rename a machine that is off.

    virDomainRename keeps all that belongs to it; a driver without it gets the definition removed
    and written anew. https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainRename

    Parameters
    ----------
    connection, domain
        Open libvirt objects.
    new
        The new name.
    subject
        For errors.

    Raises
    ------
    AlreadyExists
        The name is taken.
    OperationFailed
        It could not be defined under its new name, nor restored under its old one.
    libvirt.libvirtError
        libvirt refuses; the machine has its old name.
    """
    refuse_taken(connection.lookupByName, dataclasses.replace(subject, name=new))
    try:
        domain.rename(new, 0)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
            raise
        redefine(connection, domain, new, subject)


def redefine(
    connection: libvirt.virConnect,
    domain: libvirt.virDomain,
    new: str,
    subject: Subject,
    *,
    define: Callable[[str], libvirt.virDomain] | None = None,
) -> None:
    """Remove the definition and write it again under the new name, or restore the old one.

    Parameters
    ----------
    connection, domain, new, subject
        As for :func:`rename`.
    define
        What writes a definition; libvirt's defineXML unless given.

    Raises
    ------
    OperationFailed
        Neither the new nor the old definition could be written; it says both reasons and the
        file that has the old definition.
    OSError
        The old definition could not be kept first, so nothing was done.
    libvirt.libvirtError
        libvirt refuses; the machine has its old name.
    """
    # With passwords, else they would be lost.
    old_text = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
    write_under_another_name(
        old_text,
        new,
        subject,
        autostart=_autostart(domain),
        remove=lambda: undefine(domain, Purpose.REDEFINE, subject),
        define=define or connection.defineXML,
    )


def write_under_another_name(
    old_text: str,
    new: str,
    subject: Subject,
    *,
    autostart: bool,
    remove: Callable[[], object],
    define: Callable[[str], Any],
) -> None:
    """Remove a definition and write it again under the new name, or restore the old one.

    Parameters
    ----------
    old_text
        The definition.
    new
        The new name.
    subject
        For errors.
    autostart
        Whether it starts with its host.
    remove
        Removes the definition.
    define
        Writes one, and returns libvirt's object.

    Raises
    ------
    OperationFailed, OSError, libvirt.libvirtError
        As for :func:`redefine`.
    """
    kept = keep(subject, old_text)
    remove()
    try:
        renamed = define(_with_name(old_text, new))
    except libvirt.libvirtError as error:
        try:
            restored = define(old_text)
            _set_autostart(restored, autostart=autostart)
        except libvirt.libvirtError as second:
            raise OperationFailed(
                _(
                    "It could not be renamed ({first}), nor get its old definition back ({second})."
                ).format(first=from_libvirt(error).reason, second=from_libvirt(second).reason),
                subject=subject,
                next_step=_("Define it anew from {path}.").format(path=kept.path),
                code=second.get_error_code(),
                details=f"{error}\n{second}",
            ) from error
        raise
    _set_autostart(renamed, autostart=autostart)


def _with_name(text: str, name: str) -> str:
    root = parse_xml(text)
    element = root.find("name")
    if element is None:
        element = etree.SubElement(root, "name")
    element.text = name
    return etree.tostring(root, encoding="unicode")


def _autostart(domain: libvirt.virDomain) -> bool:
    try:
        return bool(domain.autostart())
    except libvirt.libvirtError as error:
        if error.get_error_code() in UNKNOWN_FLAG_CODES:
            return False
        raise


def _set_autostart(found: Any, *, autostart: bool) -> None:  # noqa: ANN401 - of any kind
    if autostart:
        found.setAutostart(1)
