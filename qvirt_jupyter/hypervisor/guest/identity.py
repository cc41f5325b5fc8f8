"""A new host name and machine ID inside a guest that was copied, by its agent.

Two guests with one machine ID get one address from most DHCP servers.
https://www.freedesktop.org/software/systemd/man/latest/machine-id.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, OperationFailed

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.guest.agent_programs import AgentPrograms

NEW_MACHINE_ID: Final = """
if [ -e /etc/machine-id ]; then
    rm -f /etc/machine-id /var/lib/dbus/machine-id
    systemd-machine-id-setup > /dev/null 2>&1 || tr -d - < /proc/sys/kernel/random/uuid \
        > /etc/machine-id
fi
"""
"""A script for the shell of a Linux guest."""
# The name is the script's first argument, so that it is never read as a command.
_SCRIPT: Final = (
    """
set -e
if [ -n "$1" ]; then
    echo "$1" > /etc/hostname
    hostnamectl set-hostname "$1" 2> /dev/null || hostname "$1"
fi
"""
    + NEW_MACHINE_ID
)
_LETTERS: Final = re.compile(r"[^a-z0-9-]+")
_LONGEST: Final = 63
_TIMEOUT: Final = 60
"""Seconds for the guest to get it done."""


def host_name(machine: str) -> str:
    """Return a machine's name as a host may be called (RFC 1123).

    Parameters
    ----------
    machine
        Its name.
    """
    return _LETTERS.sub("-", machine.casefold()).strip("-")[:_LONGEST].strip("-")


def renew(programs: AgentPrograms, name: str, subject: Subject) -> None:
    """Give the guest a host name and a machine ID.

    Parameters
    ----------
    programs
        What runs programs in the guest.
    name
        The host name; empty leaves it.
    subject
        For errors.

    Raises
    ------
    InvalidDefinition
        The name is none for a host.
    OperationFailed
        The guest could not do it.
    """
    if name and name != host_name(name):
        raise InvalidDefinition(
            _("{name} is no name for a host.").format(name=repr(name)),
            subject=subject,
            next_step=_("Use small letters, digits and dashes."),
        )
    result = programs.run(("/bin/sh", "-c", _SCRIPT, "sh", name), timeout=_TIMEOUT)
    if not result.ok:
        raise OperationFailed(
            _("The guest could not change its name and machine ID."),
            subject=subject,
            next_step=_("Do it in the guest."),
            details=result.error_output,
        )
