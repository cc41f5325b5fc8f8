"""Setting a guest's clock when it goes on: it stood still while the guest was paused or saved.

Only the guest agent can do it, and after a restore it needs a moment until it answers. Whatever
takes the machine out of its running state meanwhile ends the wait (ERR-09 of the parity list).
https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetTime
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

import libvirt

from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.errors import QvirtError
from qvirt_jupyter.hypervisor.guest.agent_answers import has_agent_channel, is_agent_connected
from qvirt_jupyter.hypervisor.records import DomainState

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.domain_handle import DomainHandle

_LOG = logging.getLogger(__name__)
THREAD_NAME: Final = "qvirt-clock"
PATIENCE: Final = 30.0
"""Seconds to wait for the agent."""
_PAUSE: Final = 0.5


def set_soon(machine: DomainHandle) -> None:
    """Give the guest the time of this machine as soon as its agent listens; returns at once.

    Parameters
    ----------
    machine
        It runs again. Without a channel for an agent nothing happens, and what fails is logged.
    """
    if machine.connection.features.agent:
        # A thread of its own: the action has ended, and no thread of the pool should wait.
        threading.Thread(
            target=_set_when_ready, args=(machine,), name=THREAD_NAME, daemon=True
        ).start()


def _set_when_ready(machine: DomainHandle) -> None:
    end = time.monotonic() + PATIENCE
    try:
        while machine.state is DomainState.RUNNING and time.monotonic() < end:
            definition = parse_xml(machine.xml())
            if not has_agent_channel(definition):
                return
            if is_agent_connected(definition) and _is_set(machine):
                return
            time.sleep(_PAUSE)
    except QvirtError as error:
        _LOG.info("The clock of %s was not set: %s", machine.subject, error)


def _is_set(machine: DomainHandle) -> bool:
    """Set it; an agent whose channel is open may not answer yet, or be busy."""
    try:
        machine.connection.call(lambda raw: _set(raw, machine.uuid))
    except QvirtError as error:
        if error.code != libvirt.VIR_ERR_AGENT_UNRESPONSIVE:
            raise
        _LOG.debug("%s: %s", machine.subject, error)
        return False
    return True


def _set(connection: libvirt.virConnect, uuid: str) -> None:
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    connection.lookupByUUIDString(uuid).setTime({"seconds": seconds, "nseconds": nanoseconds})
