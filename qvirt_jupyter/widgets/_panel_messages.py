"""What the parts of a panel are told; ``frontend/widgets/panel/messages.ts`` is the other half.

A part gets its whole state in one message, since it is small; a picture travels as a buffer.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

VERSION = 1
"""Raised when the messages change so that an older browser module cannot read them."""


class ButtonState(TypedDict):
    """A button; ``reason`` says why it cannot be used, and is missing or empty where it can."""

    id: str
    label: str
    icon: NotRequired[str]
    reason: NotRequired[str]
    kind: NotRequired[Literal["primary", "danger", "plain"]]


class NoticeState(TypedDict):
    """Something that the user should know; ``details`` is folded away."""

    id: str
    level: Literal["info", "success", "warning", "error"]
    title: str
    text: str
    details: str
    buttons: list[ButtonState]


class NoticesState(TypedDict):
    """All notices, the oldest first."""

    notices: list[NoticeState]


class QuestionFieldState(TypedDict):
    """An input of a question; what is typed into a secret one is never a trait.

    ``reason`` says why a check box cannot be set.
    """

    name: str
    label: str
    secret: bool
    value: str
    check: bool
    reason: str


class QuestionState(TypedDict):
    """A question that waits; ``client`` is the window that it is for, empty for any."""

    id: str
    client: str
    title: str
    text: str
    diff: str
    fields: list[QuestionFieldState]
    remember: str
    buttons: list[ButtonState]


class QuestionsState(TypedDict):
    """All questions that wait, the oldest first."""

    questions: list[QuestionState]


class TaskFact(TypedDict):
    """Something of a task that is read when its details are open."""

    name: str
    value: str


class TaskPartState(TypedDict):
    """What became of one of the machines that a task is about."""

    what: str
    outcome: str
    outcomeLabel: str
    error: str


class TaskState(TypedDict):
    """A line of the task list; times in seconds, ``progress`` from 0 to 1 or None.

    ``origin`` says where it was begun; empty for this kernel. ``waiting``: it goes on only once
    somebody has done what ``phase`` says.
    """

    id: int
    what: str
    origin: str
    when: str
    started: float
    duration: float | None
    facts: list[TaskFact]
    outcome: str
    outcomeLabel: str
    phase: str
    progress: float | None
    waiting: bool
    error: str
    code: str
    canCancel: bool
    parts: list[TaskPartState]


class TasksState(TypedDict):
    """The tasks, the newest first."""

    tasks: list[TaskState]


class MachineState(TypedDict):
    """The head of a machine's tab; ``pending`` says that changes wait for the next start."""

    title: str
    name: str
    state: str
    stateLabel: str
    reason: str
    pending: str
    buttons: list[ButtonState]


class SpansState(TypedDict):
    """Which spans of time the graphs can show, and which of them they do."""

    spans: list[str]
    chosen: int


class ConsoleChoiceState(TypedDict):
    """One console of a machine; ``reason`` says why it cannot be opened."""

    id: str
    kind: str
    label: str
    reason: str
    chosen: bool


class ConsoleSwitchState(TypedDict):
    """The consoles between which somebody can switch."""

    choices: list[ConsoleChoiceState]


class RankedCellState(TypedDict):
    """A figure, and its part of the most that there is, from 0 to 1."""

    text: str
    share: float


class RankedState(TypedDict):
    """A running machine, and what it takes of its host; cells in the order of the columns."""

    id: str
    name: str
    cells: list[RankedCellState]


class RankedColumn(TypedDict):
    """What machines take of their host."""

    id: str
    label: str


class RankingState(TypedDict):
    """The running machines; ``by`` is the column that they are sorted by."""

    columns: list[RankedColumn]
    by: str
    rows: list[RankedState]
    more: str


class ScreenState(TypedDict):
    """The small screen; ``interval`` in milliseconds until the next picture, 0 for none."""

    text: str
    alt: str
    picture: bool
    interval: int
