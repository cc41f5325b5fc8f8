"""What the wizard is told; ``frontend/widgets/panel/wizardMessages.ts`` is the other half.

It is one message: the page in front, and what is under way. XML and code are in it only while
somebody looks at them. Secrets that are typed come up as messages and are in no state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from qvirt_jupyter.widgets._form_messages import FieldState

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._details_messages import StorageState
    from qvirt_jupyter.widgets._panel_messages import ButtonState


class StepState(TypedDict):
    """A page of the wizard; ``reached`` says whether one can go there."""

    id: str
    label: str
    current: bool
    reached: bool


class WayState(TypedDict):
    """A way to install; ``reason`` says why it cannot be chosen, where it cannot."""

    id: str
    label: str
    summary: str
    reason: str
    chosen: bool


class SystemState(TypedDict):
    """An operating system that can be chosen; ``note`` says that it is no longer maintained."""

    id: str
    label: str
    note: str


class SystemsState(TypedDict):
    """The search for an operating system.

    ``options`` are those that are found for ``text``; ``more`` says how many are left out.
    """

    label: str
    chosen: str
    options: list[SystemState]
    text: str
    more: str
    old: bool
    automatic: bool
    busy: bool
    note: str
    error: str


class WizardFieldState(FieldState):
    """An input of a page.

    ``browse`` is the label of the button that looks for a file, ``mend`` that of the one that takes
    away what is wrong, and ``waive`` that of the one that lets it be; empty where there is none.
    """

    browse: str
    mend: str
    waive: str


class SummaryState(TypedDict):
    """A line of the summary; ``step`` is the page where it can be changed."""

    label: str
    value: str
    step: str


class RunState(TypedDict):
    """What is being made, or why it failed; ``progress`` from 0 to 1 or None, times in seconds."""

    phase: str
    progress: float | None
    rate: str
    left: str
    started: float
    log: list[str]
    running: bool
    cancellable: bool
    problem: str
    details: str


class WizardState(TypedDict):
    """All of it.

    ``attempt`` grows when what is on the page was refused; ``answered`` is the number of the last
    edit that the state knows of. ``page`` is another text where the focus goes to a new page.
    ``upload`` says whether a file can be uploaded now, and ``awaits`` the name of the one that is
    to come by itself. ``leaving`` says what becomes of what is under way where the tab is closed,
    and ``goesOn`` whether it goes on.
    """

    title: str
    page: str
    steps: list[StepState]
    lead: str
    note: str
    warnings: list[str]
    ways: list[WayState]
    fields: list[WizardFieldState]
    systems: SystemsState | None
    summary: list[SummaryState]
    upload: bool
    awaits: str
    text: str
    textLabel: str
    storage: StorageState | None
    run: RunState | None
    leaving: str
    goesOn: bool
    busy: str
    problem: str
    attempt: int
    answered: int
    buttons: list[ButtonState]
