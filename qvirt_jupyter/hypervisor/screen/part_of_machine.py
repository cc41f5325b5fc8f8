"""What is reached as a part of a machine: its screen, its mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from qvirt_jupyter.hypervisor.actions import Submit

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.domain import Domain
    from qvirt_jupyter.hypervisor.errors import Subject


class PartOfMachine:
    """A part of a machine whose actions are told as the machine's.

    Parameters
    ----------
    domain
        The machine.
    """

    kind = "domain"
    _part: ClassVar[str]

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    @property
    def connection(self) -> Connection:
        """The connection that the machine belongs to."""
        return self._domain.connection

    @property
    def subject(self) -> Subject:
        """The machine, for errors, jobs and the action log."""
        return self._domain.subject

    @property
    def code(self) -> str:
        """A Python expression for it."""
        return f"{self._domain.code}.{self._part}"

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)
