"""What every part of an agent's handle needs: the machine, the way to the agent, how it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.actions import Submit
from qvirt_jupyter.hypervisor.errors import QvirtError
from qvirt_jupyter.hypervisor.guest.agent_line import AgentLine

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.domain_handle import DomainHandle
    from qvirt_jupyter.hypervisor.errors import Subject


class AgentHandle:
    """The agent of a machine, which can be asked whether it is there.

    Parameters
    ----------
    machine
        The machine.
    """

    def __init__(self, machine: DomainHandle) -> None:
        self.machine = machine
        self.line = AgentLine(machine)

    @property
    def connection(self) -> Connection:
        """The connection that the machine belongs to."""
        return self.machine.connection

    @property
    def subject(self) -> Subject:
        """The machine, for titles and errors."""
        return self.machine.subject

    @property
    def code(self) -> str:
        """A Python expression for it."""
        return f"{self.machine.code}.agent"

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)

    def ping(self, timeout: int = 5) -> None:
        """Return when it has answered.

        Parameters
        ----------
        timeout
            Seconds.

        Raises
        ------
        QvirtError
            It does not; the error says why, as far as anybody can know.
        """
        self.line.ping(timeout)

    def __repr__(self) -> str:
        return f"<Agent of {self.subject}: {self._condition()}>"

    def _repr_html_(self) -> str:
        return html.properties(
            _("Guest agent of {name}").format(name=self.subject.name),
            ((_("State"), self._condition()),),
        )

    def _condition(self) -> str:
        """Return whether it answers, in words; it is asked for two seconds at most."""
        try:
            self.ping(2)
        except QvirtError as error:
            return error.reason
        return str(_("It answers."))
