"""What kernel and browser say of a machine in any view into it (``frontend/viewer/machine.ts``).

They are custom messages: a ticket is in no trait, and so in no saved notebook.
"""

from __future__ import annotations

from typing import Literal, TypedDict


class MachineState(TypedDict):
    """What the machine is doing, as far as a console cares."""

    state: str
    words: str
    active: bool
    refused: dict[str, str]


class StateMessage(TypedDict):
    """The machine's state changed."""

    kind: Literal["state"]
    machine: MachineState


class ReleaseMessage(TypedDict):
    """Other keys leave the screen now, of each part one; and the words that name them."""

    kind: Literal["release"]
    release: list[list[str]]
    strings: dict[str, str]


class TicketMessage(TypedDict):
    """A new ticket, or the reason why there is none; the answer to ``ticket``."""

    kind: Literal["ticket"]
    ticket: str
    refusal: str


class ProblemMessage(TypedDict):
    """An action failed."""

    kind: Literal["problem"]
    message: str
