"""What a form is told; ``frontend/widgets/panel/formMessages.ts`` is the other half.

Values of secret fields are in no state: the browser sends them once, when the form is submitted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._panel_messages import ButtonState

Kind = Literal["text", "multiline", "number", "check", "choice", "suggest", "open", "secret"]


class ChoiceState(TypedDict):
    """One of the values to choose from; ``reason`` says why it cannot be, if it cannot."""

    value: str
    label: str
    reason: NotRequired[str]


class CodeFault(TypedDict):
    """What is wrong in a line of code; lines are counted from 1 on."""

    line: int
    text: str
    level: Literal["error", "warning"]


class CodeState(TypedDict):
    """What is edited as code; ``module`` is the file of the editor's browser module."""

    language: str
    module: str
    faults: list[CodeFault]


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
    code: NotRequired[CodeState]


class BrowsedFieldState(FieldState):
    """An input with a button that looks for its value; ``noBrowse`` says why it cannot."""

    browse: str
    noBrowse: str


class NoteState(TypedDict):
    """A line that follows the values: what they amount to."""

    label: str
    text: str
    help: str


class FoldersState(TypedDict):
    """The folders in a folder of the host, for the field that gets the path of one.

    ``parent`` is empty at the root, ``path`` until the first folder is read.
    """

    field: str
    path: str
    parent: str
    folders: list[str]
    note: str
    problem: str
    busy: str


class FormState(TypedDict):
    """The whole form.

    ``attempt`` grows when a submitted form was refused; ``answered`` is the number of the last edit
    that the state knows of. ``keepsSecrets`` says whether secrets are sent as they are typed,
    ``rests`` whether the form takes no focus when it appears.
    ``buttons`` stand before the one that submits, ``lastButtons`` after it. ``busy`` says what is
    being done with what was submitted, ``preview`` what it becomes, ``code`` how Python says it.
    ``folders`` is there while a folder is looked for.
    """

    title: str
    fields: list[FieldState]
    note: NoteState | None
    problem: str
    attempt: int
    answered: int
    keepsSecrets: bool
    rests: NotRequired[bool]
    buttons: NotRequired[list[ButtonState]]
    lastButtons: NotRequired[list[ButtonState]]
    busy: NotRequired[str]
    preview: NotRequired[str]
    code: NotRequired[str]
    folders: NotRequired[FoldersState | None]
