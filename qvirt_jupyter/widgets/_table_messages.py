"""What kernel and browser say of a table; ``frontend/widgets/table/messages.ts`` has the same.

Custom messages, never synced traits: a saved notebook has no rows in it. Keys of rows are what the
table's owner calls them; what a browser sends is looked up among those that it was shown.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

PROTOCOL = 1
"""Raised when the messages change so that an older browser module cannot read them."""

Tone: TypeAlias = Literal["", "good", "warning", "error"]
"""How a cell is coloured, beside what its words say."""


class ColumnSpec(TypedDict):
    """How a column looks; one of the kind ``wide`` takes the room that is left."""

    id: str
    label: str
    description: str
    kind: Literal["wide", "text", "number"]
    width: int
    least_width: int
    sortable: bool


class CellSpec(TypedDict):
    """A cell of which there is more to say than its text; what is empty is left out.

    ``sort`` is what it is sorted by, ``bar`` the filled part of a bar (more than 1 is too much).
    """

    text: str
    sort: NotRequired[float | str]
    bar: NotRequired[float]
    title: NotRequired[str]
    tone: NotRequired[str]
    icon: NotRequired[str]


CellData: TypeAlias = str | CellSpec


class RowData(TypedDict):
    """A row; ``cells`` are in the order of the columns, what is empty is left out."""

    key: str
    cells: list[CellData]
    dimmed: NotRequired[bool]
    level: NotRequired[int]
    expandable: NotRequired[bool]
    folded: NotRequired[bool]


class ActionData(TypedDict):
    """A button and menu entry; ``reason`` says why it is not possible with what is selected."""

    id: str
    label: str
    reason: str
    icon: str
    key: str
    toolbar: bool
    danger: bool


class Reset(TypedDict):
    """Everything: what a view needs to begin, or to begin anew.

    ``selected`` is for a view that begins; later it has its own.
    """

    kind: Literal["reset"]
    protocol: int
    version: int
    label: str
    empty: str
    sort: str
    descending: bool
    strings: dict[str, str]
    columns: list[ColumnSpec]
    rows: list[RowData]
    selected: list[str]


class Added(TypedDict):
    """A new row, and the row before it; empty for the first."""

    after: str
    row: RowData


class Patch(TypedDict):
    """What changed since the version before; ``order`` is None where rows kept their places."""

    kind: Literal["patch"]
    version: int
    changed: list[RowData]
    added: list[Added]
    removed: list[str]
    order: list[str] | None


class Actions(TypedDict):
    """What can be done with what a view has selected: the answer to its request of that number."""

    kind: Literal["actions"]
    view: str
    request: int
    actions: list[ActionData]


class Select(TypedDict):
    """Select these rows, in all views; they are brought into sight."""

    kind: Literal["select"]
    rows: list[str]


class Say(TypedDict):
    """What is said where there are no rows is another now."""

    kind: Literal["say"]
    empty: str


class Watching(TypedDict):
    """From the browser: a view is there, which version it has, and whether it is to be seen.

    Sent when a view begins or misses a patch (``version`` 0), when it comes into sight or goes out
    of it, and every 20 s.
    """

    kind: Literal["watching"]
    view: str
    version: int
    visible: bool


class Selected(TypedDict):
    """From the browser: what a view has selected; it wants to know what can be done with it."""

    kind: Literal["selected"]
    view: str
    request: int
    rows: list[str]


class ActionRequest(TypedDict):
    """From the browser: somebody pressed a button."""

    kind: Literal["action"]
    action: str
    rows: list[str]
    client: str


class ActivateRequest(TypedDict):
    """From the browser: a double click, or Enter."""

    kind: Literal["activate"]
    rows: list[str]
    client: str
