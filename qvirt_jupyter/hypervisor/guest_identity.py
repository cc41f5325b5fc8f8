"""A new host name and machine ID inside a guest that was copied, by its agent.

Two guests with one machine ID get one address from most DHCP servers.
https://www.freedesktop.org/software/systemd/man/latest/machine-id.html
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any, Final

import libvirt_qemu

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, OperationFailed, Unsupported
from qvirt_jupyter.hypervisor.guest_agent import has_agent_channel, is_agent_connected

if TYPE_CHECKING:
    from collections.abc import Callable

    import libvirt

    from qvirt_jupyter.hypervisor.errors import Subject

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
_TIMEOUT: Final = 20
"""Seconds for one answer of the agent."""


def host_name(machine: str) -> str:
    """Return a machine's name as a host may be called (RFC 1123).

    Parameters
    ----------
    machine
        Its name.
    """
    return _LETTERS.sub("-", machine.casefold()).strip("-")[:_LONGEST].strip("-")


def wait_for_agent(
    domain: libvirt.virDomain, subject: Subject, seconds: float, check: Callable[[], object]
) -> None:
    """Wait until the guest's agent answers.

    Parameters
    ----------
    domain
        An open libvirt object of a machine that runs.
    subject
        For errors.
    seconds
        How long.
    check
        Called now and then; raises where somebody asked to stop.

    Raises
    ------
    Unsupported
        The machine has no channel for an agent.
    OperationFailed
        It does not answer in time.
    """
    if not has_agent_channel(parse_xml(domain.XMLDesc(0))):
        raise Unsupported(
            _("It has no channel for a guest agent."),
            subject=subject,
            next_step=_("Add the channel org.qemu.guest_agent.0, and the agent in the guest."),
        )
    end = time.monotonic() + seconds
    while not is_agent_connected(parse_xml(domain.XMLDesc(0))):
        check()
        if time.monotonic() > end:
            raise OperationFailed(
                _("Its guest agent does not answer."),
                subject=subject,
                next_step=_("Install qemu-guest-agent in the guest, or change its name there."),
            )
        time.sleep(0.5)


def renew(domain: libvirt.virDomain, name: str, subject: Subject) -> None:
    """Give the guest a host name and a machine ID.

    Parameters
    ----------
    domain
        An open libvirt object; its agent answers.
    name
        The host name; empty leaves it.
    subject
        For errors.

    Raises
    ------
    libvirt.libvirtError
        The agent refuses.
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
    started = _ask(
        domain,
        "guest-exec",
        {"path": "/bin/sh", "arg": ["-c", _SCRIPT, "sh", name], "capture-output": True},
    )
    end = time.monotonic() + _TIMEOUT
    while True:
        status = _ask(domain, "guest-exec-status", {"pid": started.get("pid")})
        if status.get("exited"):
            break
        if time.monotonic() > end:
            raise OperationFailed(_("The guest does not get it done."), subject=subject)
        time.sleep(0.2)
    if status.get("exitcode"):
        raise OperationFailed(
            _("The guest could not change its name and machine ID."),
            subject=subject,
            next_step=_("Do it in the guest."),
        )


def _ask(domain: libvirt.virDomain, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps({"execute": command, "arguments": arguments})
    try:
        answer = json.loads(libvirt_qemu.qemuAgentCommand(domain, text, _TIMEOUT, 0))
    except ValueError:
        return {}
    found = answer.get("return") if isinstance(answer, dict) else None
    return found if isinstance(found, dict) else {}
