"""What kernel and browser say to each other; ``frontend/widgets/*/messages.ts`` is the other half.

All of it travels as custom messages and none as synced traits, so a saved notebook has no rows in
it. Keys of rows are opaque texts that the kernel makes and understands.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

PROTOCOL = 1
"""Raised when the VM list's messages change so that an older browser module cannot read them."""

Value: TypeAlias = float | int | str | list[str] | None
"""What stands in a cell; None is drawn as a dash: it is not known."""


class ModuleText(TypedDict):
    """The text of a browser module, where no server of ours serves it."""

    kind: Literal["qvirt-module"]
    file: str
    text: str


class ColumnSpec(TypedDict):
    """How a column looks; its values are in the rows, or in the samples for graphs."""

    id: str
    label: str
    description: str
    kind: Literal["name", "state", "text", "list", "number", "graph"]
    unit: Literal["", "KiB", "percent", "B/s"]
    width: int
    least_width: int
    shown: bool
    required: bool


class ActionSpec(TypedDict):
    """A button and menu entry.

    ``refused`` gives, by state, why it is not possible now; a state that is not in it allows it.
    Actions with the same ``slot`` share one place: the first that is possible, or else the last, is
    shown. Those with a ``submenu`` are behind the button of that name.
    """

    name: str
    row: Literal["domain", "connection"]
    label: str
    icon: str
    refused: dict[str, str]
    slot: str
    submenu: str
    toolbar: bool
    menu: bool
    several: bool
    changes: bool
    confirm: str
    danger: bool


class ConnectionData(TypedDict):
    """A top-level row; ``refused`` holds what this one refuses in any state."""

    key: str
    label: str
    uri: str
    state: str
    suffix: str
    error: str
    dimmed: bool
    read_only: str
    refused: dict[str, str]


class DomainData(TypedDict):
    """A row of a virtual machine; ``refused`` holds what this one refuses in any state."""

    key: str
    connection: str
    name: str
    title: str
    description: str
    state: str
    state_text: str
    reason: str
    cells: dict[str, Value]
    refused: NotRequired[dict[str, str]]


class SampleSeries(TypedDict):
    """Recent samples of one row: times in seconds since the epoch, and values by column."""

    times: list[float]
    values: dict[str, list[float | None]]


class Reset(TypedDict):
    """Everything: what a view needs to begin, or to begin anew."""

    kind: Literal["reset"]
    protocol: int
    version: int
    now: float
    interval: float
    columns: list[ColumnSpec]
    actions: list[ActionSpec]
    strings: dict[str, str]
    connections: list[ConnectionData]
    domains: list[DomainData]
    samples: dict[str, SampleSeries]


class Patch(TypedDict):
    """What changed since version ``version - 1``; rows are whole, others stay as they are."""

    kind: Literal["patch"]
    version: int
    connections: list[ConnectionData]
    domains: list[DomainData]
    removed: list[str]


class Samples(TypedDict):
    """One tick: the newest value of each row, in the order of ``columns``."""

    kind: Literal["samples"]
    time: float
    interval: float
    columns: list[str]
    values: dict[str, list[float | None]]


class Watching(TypedDict):
    """From the browser: a view is there, which version it has and which rows it shows.

    Sent when a view begins (``version`` 0), when what is visible changes, and every 20 s. An empty
    list says that nobody looks; so does silence.
    """

    kind: Literal["watching"]
    view: str
    version: int
    rows: list[str]


class ActionRequest(TypedDict):
    """From the browser: somebody pressed a button."""

    kind: Literal["action"]
    action: str
    rows: list[str]
    client: str


class OpenRequest(TypedDict):
    """From the browser: a double click, or Enter."""

    kind: Literal["open"]
    row: str
    client: str
