"""Refuses what would pull a volume away under those who use it."""

from __future__ import annotations

from typing import Any

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.errors import InUse, Subject
from qvirt_jupyter.hypervisor.storage.volume_survey import SurveyedVolume, survey


def refuse_while_used(
    volume: Any,  # noqa: ANN401 - libvirt has no types
    subject: Subject,
    *,
    images: bool = False,
    also_off: bool = False,
) -> SurveyedVolume | None:
    """Raise where a machine that runs uses a volume, directly or below another image.

    Parameters
    ----------
    volume
        An open libvirt object.
    subject
        For errors.
    images
        Whether images that build on it count, too.
    also_off
        Whether machines that are off count, too.

    Returns
    -------
    SurveyedVolume or None
        What is known of it; None where its pool does not list it.

    Raises
    ------
    InUse
        Somebody uses it; the text names who.
    libvirt.libvirtError
        The host does not answer.
    """
    connection, pool = volume.connect(), volume.storagePoolLookupByVolume()
    try:
        found = survey(connection, subject.uri, pool.UUIDString())[volume.name()]
    except KeyError:
        return None
    users = [name for name in found.all_users if also_off or _is_active(connection, name)]
    if users:
        raise InUse(
            (
                _("It is used by {names}.") if also_off else _("It is used by {names}, which runs.")
            ).format(names=", ".join(users)),
            subject=subject,
            next_step=(
                _("Give the machine another disk first.")
                if also_off
                else _("Shut the machine down first.")
            ),
        )
    if images and found.built_on_by:
        raise InUse(
            _("{names} builds on it.").format(names=", ".join(found.built_on_by)),
            subject=subject,
            next_step=_("Flatten or delete the images that build on it first."),
        )
    return found


def refuse_while_running(volume: Any, subject: Subject) -> None:  # noqa: ANN401 - libvirt has no types
    """Raise where a machine that runs has a volume as a disk or below one.

    Only the machines that run are asked, who know what their disks build on: that is quick
    however many volumes there are.

    Parameters
    ----------
    volume
        An open libvirt object.
    subject
        For errors.

    Raises
    ------
    InUse
        Somebody uses it; the text names who.
    libvirt.libvirtError
        The host does not answer.
    """
    path = volume.path()
    name = (volume.storagePoolLookupByVolume().name(), volume.name())
    users = [
        domain.name()
        for domain in volume.connect().listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)
        if _has(domain, path, name)
    ]
    if users:
        raise InUse(
            _("It is used by {names}, which runs.").format(names=", ".join(sorted(users))),
            subject=subject,
            next_step=_("Shut the machine down first."),
        )


def _has(domain: Any, path: str, name: tuple[str, str]) -> bool:  # noqa: ANN401 - libvirt has no types
    try:
        definition = parse_xml(domain.XMLDesc(0))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
            # It went since they were listed.
            return False
        raise
    return any(
        path in (source.get("file"), source.get("dev"))
        or name == (source.get("pool"), source.get("volume"))
        for source in definition.iterfind(".//disk//source")
    )


def _is_active(connection: libvirt.virConnect, name: str) -> bool:
    try:
        return bool(connection.lookupByName(name).isActive())
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
            # It went since the survey.
            return False
        raise
