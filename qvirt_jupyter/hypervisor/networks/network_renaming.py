"""Giving a network another name: libvirt has no call for it, so it is defined anew."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _, ngettext
from qvirt_jupyter.hypervisor.definition_names import checked_name, refuse_taken
from qvirt_jupyter.hypervisor.editing.renaming import write_under_another_name
from qvirt_jupyter.hypervisor.errors import InUse

if TYPE_CHECKING:
    import libvirt

    from qvirt_jupyter.hypervisor.networks.network import Network


def rename(network: Network, new: str, *, force: bool) -> None:
    """Rename a network that is off.

    Parameters
    ----------
    network
        The network.
    new
        The new name.
    force
        Although cards of machines are on it.

    Raises
    ------
    AlreadyExists
        Another network has the name.
    InUse
        Cards of machines are on it.
    InvalidDefinition
        The name is not allowed.
    OperationFailed
        It could not be defined under its new name, nor restored under its old one.
    """
    subject, uuid = network.subject, network.uuid
    checked_name(new, subject)
    if not force:
        _refuse_users(network)

    def write(connection: libvirt.virConnect) -> None:
        wanted = dataclasses.replace(subject, name=new)
        refuse_taken(connection.networkLookupByName, wanted)
        found = connection.networkLookupByUUIDString(uuid)
        write_under_another_name(
            # It is off, so that this is what is stored.
            found.XMLDesc(0),
            new,
            subject,
            autostart=bool(found.autostart()),
            remove=found.undefine,
            define=connection.networkDefineXML,
        )

    network.connection.call(write, subject=subject)


def _refuse_users(network: Network) -> None:
    names = list(dict.fromkeys(user.name for user in network.users()))
    if names:
        text = ngettext(
            "A network card of {names} is on it, by its present name.",
            "Network cards of {names} are on it, by its present name.",
            len(names),
        )
        raise InUse(
            text.format(names=", ".join(names)),
            subject=network.subject,
            next_step=_(
                "Connect them to another network first, or rename it all the same (force=True)."
            ),
        )
