"""What the XML parts and the kernel say; ``frontend/widgets/xml-editor/messages.ts`` is the rest.

Texts have messages of their own, which are sent when they change; the state around them is small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._panel_messages import ButtonState


class XmlFault(TypedDict):
    """Something that is wrong with the text; ``line`` from 1, 0 where it belongs to none."""

    level: Literal["error", "warning"]
    title: str
    text: str
    line: int
    details: str


class XmlChoice(TypedDict):
    """Something else that can be edited here."""

    id: str
    label: str


class XmlEditorState(TypedDict):
    """What the editor shows around the text; ``refused`` says why nothing can be changed."""

    phase: Literal["loading", "ready", "saving"]
    dirty: bool
    asks: bool
    refused: str
    outcome: str
    faults: list[XmlFault]
    choices: list[XmlChoice]
    chosen: str
    secrets: bool
    revealed: bool
    foreign: bool
    comparing: bool
    question: str
    answers: list[ButtonState]


class XmlText(TypedDict):
    """The text; ``by`` is the view that wrote it, empty where it was none."""

    type: Literal["text"]
    version: int
    document: str
    label: str
    revision: int
    text: str
    by: str


class XmlConflict(TypedDict):
    """Three texts: as it was read, as it is stored now, and as it is wanted."""

    type: Literal["conflict"]
    version: int
    base: str
    theirs: str
    mine: str


class XmlKept(TypedDict):
    """An earlier definition; ``time`` in seconds since the epoch."""

    id: str
    time: float
    cause: str


class XmlHistoryState(TypedDict):
    """The earlier definitions of a machine; ``refused`` says why none can be brought back."""

    entries: list[XmlKept]
    chosen: str
    against: Literal["next", "now"]
    refused: str
    busy: bool
    outcome: str
    problem: str


class XmlDifference(TypedDict):
    """What the chosen definition became."""

    type: Literal["difference"]
    version: int
    before: str
    after: str
