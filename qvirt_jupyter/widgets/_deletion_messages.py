"""What the delete dialog is told; the other half is ``deletionMessages.ts`` of the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._panel_messages import ButtonState


class OutcomeState(TypedDict):
    """What became of something; ``outcome`` is ``deleted``, ``failed``, ... or empty."""

    outcome: str
    outcomeLabel: str
    outcomeReason: str


class DeletionRowState(OutcomeState):
    """A machine or a file; its outcome is empty until it was its turn.

    ``fixed`` says that the tick cannot be changed, ``machines`` names whose it is where there are
    several.
    """

    id: str
    machine: bool
    what: str
    path: str
    machines: str
    size: str
    ticked: bool
    fixed: bool
    reason: str


class DeletionState(TypedDict):
    """The dialog; ``phase`` says what it does.

    ``force`` is the label of the check box that agrees to force machines off; empty where none
    runs. ``view`` says where the last tick was made that this state knows of, and ``answered`` is
    its number there; ``progress`` is from 0 to 1, or None where it is not known.
    """

    title: str
    phase: Literal["looking", "choosing", "deleting", "over"]
    text: str
    problem: str
    rows: list[DeletionRowState]
    total: str
    force: str
    forced: bool
    progress: float | None
    step: str
    view: str
    answered: int
    buttons: list[ButtonState]
