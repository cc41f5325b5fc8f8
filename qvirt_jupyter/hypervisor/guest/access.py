"""What a machine offers of its guest: its agent, and waiting for what the guest does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.domain_handle import DomainHandle
from qvirt_jupyter.hypervisor.errors import InvalidDefinition, WrongState
from qvirt_jupyter.hypervisor.guest import identity as guest_identity
from qvirt_jupyter.hypervisor.guest import info as guest_info
from qvirt_jupyter.hypervisor.guest.agent import Agent
from qvirt_jupyter.hypervisor.guest.agent_line import AgentLine
from qvirt_jupyter.hypervisor.guest.agent_programs import AgentPrograms
from qvirt_jupyter.hypervisor.guest.wait import GuestWait
from qvirt_jupyter.hypervisor.records import DomainState

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.guest.info import GuestInfo
    from qvirt_jupyter.hypervisor.guest.ready import GuestReady


def _looks_itself(_machine: object) -> Callable[[], object]:
    """Return what stops a wait: nothing more is needed, as it looks whether somebody wants it."""
    return lambda: None


class GuestAccess(DomainHandle):
    """The half of a machine that deals with its guest."""

    @property
    def agent(self) -> Agent:
        """The guest agent: programs, files, accounts, file systems of the guest."""
        return Agent(self)

    @action(_("Wait for {name}"), cancel=_looks_itself, own_thread=True)
    def wait_for(
        self,
        *,
        state: DomainState | str | None = None,
        agent: bool = False,
        address: bool = False,
        port: int | None = None,
        timeout: float = 60.0,
    ) -> GuestReady:
        """Wait for the guest: ``vm.wait_for(agent=True, address=True, port=22).address``.

        What is asked for is waited for in this order: state, agent, address, port. A machine that
        stops meanwhile ends the wait at once.

        Parameters
        ----------
        state
            What the machine is to do, as ``"shutoff"``; nothing of the guest can be waited for
            together with a state other than ``"running"``.
        agent
            The guest agent is to answer.
        address
            Somebody is to know an address of the guest: its agent, a DHCP lease of libvirt's
            networks, or the host's ARP table.
        port
            A TCP port of the guest that is to take connections from this machine, by the guest's
            address or by a forward.
        timeout
            Seconds for all of it together; ``math.inf`` waits for ever.

        Returns
        -------
        GuestReady
            What was found: addresses, and where the port was reached.

        Raises
        ------
        TimedOut
            It did not come in time. The error says what was seen last and why: a link that is
            down, no DHCP lease yet, no agent in the guest.
        WrongState
            The machine is off or has crashed.
        Unsupported
            It cannot come: no channel for an agent, no way from here to the port.
        """
        if isinstance(state, str):
            states = {known.value: known for known in DomainState}
            if state not in states:
                raise InvalidDefinition(
                    _("There is no state {state}.").format(state=repr(state)),
                    subject=self.subject,
                    next_step=_("Use one of {states}.").format(states=", ".join(sorted(states))),
                )
            state = states[state]
        return GuestWait(self, timeout).run(state=state, agent=agent, address=address, port=port)

    def guest_info(self) -> GuestInfo:
        """Return what the guest says of its own system; its agent is asked.

        ``vm.agent.info()`` says more.

        Raises
        ------
        QvirtError
            It is off, or has no agent that answers.
        """
        return self._call(guest_info.read)

    @action(_("Give the guest of {name} a name of its own"), cancel=_looks_itself, own_thread=True)
    def renew_guest(self, host_name: str | None = None, *, patience: float = 180) -> None:
        """Give the guest another host name and machine ID, by its agent: after it was copied.

        Parameters
        ----------
        host_name
            The name; None makes one of the machine's, empty leaves it.
        patience
            Seconds to wait for the agent at most.

        Raises
        ------
        WrongState
            It does not run.
        Unsupported
            It has no channel for an agent.
        OperationFailed
            The agent does not answer in time, or the guest could not do it.
        """
        if not self.is_active:
            raise WrongState(
                _("It does not run."), subject=self.subject, next_step=_("Start it first.")
            )
        name = guest_identity.host_name(self.name) if host_name is None else host_name
        GuestWait(self, patience).run(state=None, agent=True, address=False, port=None)
        guest_identity.renew(AgentPrograms(AgentLine(self)), name, self.subject)
