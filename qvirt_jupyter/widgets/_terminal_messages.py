"""What kernel and browser say of a terminal; ``frontend/terminal/messages.ts`` is the other half.

They are custom messages: a ticket is in no trait, and so in no saved notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from qvirt_jupyter.console.whereabouts import Whereabouts
    from qvirt_jupyter.widgets._view_messages import MachineState

VERSION = 2
"""The version of this protocol; both sides must speak the same."""


class LineState(TypedDict):
    """What the kernel's end of the line is doing."""

    state: str
    words: str
    reason: str
    log: str
    log_error: str


class TerminalMessage(TypedDict):
    """Everything that a page needs; the answer to ``hello``."""

    kind: Literal["terminal"]
    version: int
    name: str
    uuid: str
    connection: str
    label: str
    ticket: str
    refusal: str
    machine: MachineState
    line: LineState
    log_offer: str
    lines: int
    font_size: int
    screen_reader: bool
    release: list[list[str]]
    whereabouts: Whereabouts
    strings: dict[str, str]


class LineMessage(TypedDict):
    """The line does something else, or is logged otherwise."""

    kind: Literal["line"]
    line: LineState
