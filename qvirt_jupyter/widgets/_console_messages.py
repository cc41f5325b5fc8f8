"""What kernel and browser say about a console; ``frontend/console/messages.ts`` is the other half.

They are custom messages: a ticket is in no trait, and so in no saved notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from qvirt_jupyter.console.whereabouts import Whereabouts
    from qvirt_jupyter.widgets._view_messages import MachineState

VERSION = 5
"""The version of this protocol; both sides must speak the same."""


class ConsoleMessage(TypedDict):
    """Everything that a page needs; the answer to ``hello``."""

    kind: Literal["console"]
    version: int
    name: str
    uuid: str
    connection: str
    display: str
    ticket: str
    refusal: str
    remedy: str
    machine: MachineState
    scaling: str
    autoconnect: bool
    layout: str
    layouts: dict[str, str]
    keyNames: list[str]
    tablet: bool
    release: list[list[str]]
    whereabouts: Whereabouts
    strings: dict[str, str]


class DisplayTicketMessage(TypedDict):
    """A new ticket, and what it opens; the answer to ``ticket``."""

    kind: Literal["ticket"]
    display: str
    ticket: str
    refusal: str
    remedy: str


class LayoutMessage(TypedDict):
    """A keyboard layout, or what is wrong with its name; the answer to ``layout``."""

    kind: Literal["layout"]
    name: str
    layout: dict[str, Any] | None
    problem: str


class KeysMessage(TypedDict):
    """The keys of a combination, or what is wrong with it; the answer to ``keys``."""

    kind: Literal["keys"]
    text: str
    codes: list[str]
    problem: str


class TabletMessage(TypedDict):
    """Whether the machine has a tablet now, after one was added for good: it may need a restart."""

    kind: Literal["tablet"]
    tablet: bool


class RecalledMessage(TypedDict):
    """What is remembered of the display, the answer to ``recall``; empty where nothing is."""

    kind: Literal["recalled"]
    username: str
    password: str


class ViewerMessage(TypedDict):
    """A connection file for remote-viewer, the answer to ``viewer``; without a password."""

    kind: Literal["viewer"]
    name: str
    text: str


class PlannedMessage(TypedDict):
    """What a change of the display takes, the answer to ``plan``: sentences and a diff of XML."""

    kind: Literal["planned"]
    title: str
    yes: str
    notes: list[str]
    diff: str


class SaidMessage(TypedDict):
    """Something that was done."""

    kind: Literal["said"]
    message: str
