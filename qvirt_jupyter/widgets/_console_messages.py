"""What kernel and browser say about a console; ``frontend/console/messages.ts`` is the other half.

They are custom messages: a ticket is in no trait, and so in no saved notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from qvirt_jupyter.console.whereabouts import Whereabouts

VERSION = 2
"""The version of this protocol; both sides must speak the same."""


class MachineState(TypedDict):
    """What the machine is doing, as far as a console cares."""

    state: str
    words: str
    active: bool
    refused: dict[str, str]


class ConsoleMessage(TypedDict):
    """Everything that a page needs; the answer to ``hello``."""

    kind: Literal["console"]
    version: int
    name: str
    uuid: str
    connection: str
    ticket: str
    refusal: str
    machine: MachineState
    scaling: str
    autoconnect: bool
    whereabouts: Whereabouts
    strings: dict[str, str]


class StateMessage(TypedDict):
    """The machine's state changed."""

    kind: Literal["state"]
    machine: MachineState


class TicketMessage(TypedDict):
    """A new ticket, or the reason why there is none; the answer to ``ticket``."""

    kind: Literal["ticket"]
    ticket: str
    refusal: str


class ProblemMessage(TypedDict):
    """An action failed."""

    kind: Literal["problem"]
    message: str
