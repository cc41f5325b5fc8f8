"""What a form is told; ``frontend/widgets/panel/formMessages.ts`` is the other half.

Values of secret fields are in no state: the browser sends them once, when the form is submitted.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Kind = Literal["text", "multiline", "number", "check", "choice", "suggest", "open", "secret"]


class ChoiceState(TypedDict):
    """One of the values to choose from; ``reason`` says why it cannot be, if it cannot."""

    value: str
    label: str
    reason: NotRequired[str]


class FieldState(TypedDict):
    """One input; ``error`` is empty where its value is right."""

    name: str
    kind: Kind
    label: str
    help: str
    group: str
    unit: str
    advanced: bool
    shown: bool
    value: str
    choices: list[ChoiceState]
    placeholder: str
    error: str


class NoteState(TypedDict):
    """A line that follows the values: what they amount to."""

    label: str
    text: str
    help: str


class FormState(TypedDict):
    """The whole form.

    ``attempt`` grows when a submitted form was refused; ``answered`` is the number of the last edit
    that the state knows of. ``keepsSecrets`` says whether secrets are sent as they are typed.
    """

    title: str
    fields: list[FieldState]
    note: NoteState | None
    problem: str
    attempt: int
    answered: int
    keepsSecrets: bool
