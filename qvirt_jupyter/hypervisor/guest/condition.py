"""Whether a guest's agent could answer, as far as libvirt itself knows, and what to do if not."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.domain_handle import read_state
from qvirt_jupyter.hypervisor.errors import OperationFailed, Unsupported, WrongState
from qvirt_jupyter.hypervisor.guest.agent_answers import has_agent_channel, is_agent_connected
from qvirt_jupyter.hypervisor.guest.waiting import NotYet
from qvirt_jupyter.hypervisor.records import DomainState

if TYPE_CHECKING:
    import libvirt
    from lxml.etree import _Element

    from qvirt_jupyter.hypervisor.errors import QvirtError, Subject


class AgentCondition(enum.Enum):
    """How far a machine is from an agent that answers."""

    OFF = "off"
    CRASHED = "crashed"
    PAUSED = "paused"
    ASLEEP = "asleep"
    NO_CHANNEL = "no-channel"
    ABSENT = "absent"
    SILENT = "silent"
    """Somebody opened the channel in the guest: only asking tells whether he answers."""

    @property
    def not_yet(self) -> NotYet:
        """What a wait says of it."""
        return _WORDS[self]

    @property
    def is_hopeless(self) -> bool:
        """Whether no guest changes it by itself."""
        return self in _HOPELESS

    def error(self, subject: Subject, *, details: str = "", code: int | None = None) -> QvirtError:
        """Return what is raised where the agent was needed and could not be asked.

        Parameters
        ----------
        subject
            The machine.
        details, code
            What libvirt said, where it was asked.
        """
        seen = str(self.not_yet.seen)
        return _CLASSES.get(self, WrongState)(
            f"{seen[:1].upper()}{seen[1:]}.",
            subject=subject,
            next_step=self.not_yet.next_step,
            details=details,
            code=code,
        )


_HOPELESS: Final = frozenset(
    {AgentCondition.OFF, AgentCondition.CRASHED, AgentCondition.NO_CHANNEL}
)
_CLASSES: Final = {
    AgentCondition.NO_CHANNEL: Unsupported,
    AgentCondition.ABSENT: Unsupported,
    AgentCondition.SILENT: OperationFailed,
}
_WORDS: Final = {
    AgentCondition.OFF: NotYet(_("the machine is off"), _("Start it first.")),
    AgentCondition.CRASHED: NotYet(
        _("the machine has crashed"), _("Look at its screen, then reset it or force it off.")
    ),
    AgentCondition.PAUSED: NotYet(_("the machine is paused"), _("Resume it.")),
    AgentCondition.ASLEEP: NotYet(_("the guest sleeps"), _("Resume it to wake it up.")),
    AgentCondition.NO_CHANNEL: NotYet(
        _("the machine has no channel for a guest agent"),
        _(
            "Add one, also while it runs: vm.attach(qvirt_jupyter.documents.Channel("
            "name='org.qemu.guest_agent.0'))."
        ),
    ),
    AgentCondition.ABSENT: NotYet(
        _("no agent has opened its channel in the guest"),
        _(
            "Let the guest boot to its end; if it has, install qemu-guest-agent in it and start "
            "the service (Windows: from the virtio-win disc)."
        ),
    ),
    AgentCondition.SILENT: NotYet(
        _("the agent's channel is open in the guest, but nothing answers on it"),
        _("Restart qemu-guest-agent in the guest; it may also be busy with a command."),
    ),
}
_STATES: Final = {
    DomainState.PAUSED: AgentCondition.PAUSED,
    DomainState.SUSPENDED: AgentCondition.ASLEEP,
    DomainState.CRASHED: AgentCondition.CRASHED,
}


@dataclass(frozen=True, slots=True)
class GuestSight:
    """One look at a machine whose guest somebody wants something of.

    Parameters
    ----------
    state
        What the machine does.
    definition
        Its live definition.
    """

    state: DomainState
    definition: _Element

    @property
    def agent(self) -> AgentCondition:
        """How far it is from an agent that answers."""
        # Crashed machines that libvirt kept are active, but nothing runs in them.
        if self.state in _STATES:
            return _STATES[self.state]
        if not self.state.is_active:
            return AgentCondition.OFF
        if not has_agent_channel(self.definition):
            return AgentCondition.NO_CHANNEL
        if not is_agent_connected(self.definition):
            return AgentCondition.ABSENT
        return AgentCondition.SILENT


def sight_of(domain: libvirt.virDomain) -> GuestSight:
    """Look at an open libvirt object."""
    return GuestSight(read_state(domain), parse_xml(domain.XMLDesc(0)))
