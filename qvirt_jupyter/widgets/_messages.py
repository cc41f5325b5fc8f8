"""What kernel and browser say to each other; ``frontend/widgets/*/messages.ts`` is the other half.

All of it travels as custom messages and none as synced traits, so a saved notebook has no rows in
it. Keys of rows are opaque texts that the kernel makes and understands.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

PROTOCOL = 2
"""Raised when the VM list's messages change so that an older browser module cannot read them."""

Value: TypeAlias = float | int | str | list[str] | None
"""What stands in a cell; None is drawn as a dash: it is not known."""

ColumnKind: TypeAlias = Literal[
    "name",
    "state",
    "text",
    "list",
    "tags",
    "number",
    "graph",
    "since",
    "flag",
    "changes",
    "connection",
]
"""How a column is drawn, sorted and searched."""

Unit: TypeAlias = Literal["", "KiB", "percent", "B/s"]

Grouping: TypeAlias = Literal["connection", "tag", "state", "nothing"]
"""What machines stand under."""


class ModuleText(TypedDict):
    """The text of a browser module, where no server of ours serves it."""

    kind: Literal["qvirt-module"]
    file: str
    text: str


class ColumnSpec(TypedDict):
    """How a column looks; its values are in the rows, or in the samples for graphs.

    ``search`` is the word before the colon in a filter; empty where there is none.
    """

    id: str
    label: str
    description: str
    kind: ColumnKind
    unit: Unit
    width: int
    least_width: int
    shown: bool
    required: bool
    search: str


class ActionSpec(TypedDict):
    """A button and menu entry.

    ``refused`` gives, by state, why it is not possible now; a state that is not in it allows it.
    Actions with the same ``slot`` share one place: the first that is possible, or else the last, is
    shown. Those with a ``submenu`` are behind the button of that name. ``key`` does it on a row.
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
    key: str


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
    """A row of a virtual machine; what is empty is left out.

    ``refused`` holds what this one refuses in any state. In a patch of a row that is known there is
    only what changed, also where it is empty now, and ``cells`` has only the cells that changed.
    """

    key: str
    connection: NotRequired[str]
    name: NotRequired[str]
    title: NotRequired[str]
    description: NotRequired[str]
    state: NotRequired[str]
    reason: NotRequired[str]
    mark: NotRequired[str]
    warning: NotRequired[str]
    template: NotRequired[bool]
    cells: NotRequired[dict[str, Value]]
    refused: NotRequired[dict[str, str]]


class Arrangement(TypedDict):
    """What the person chose; see ``list_arrangement.py``."""

    columns: dict[str, bool]
    widths: dict[str, int]
    sort: str
    descending: bool
    compact: bool
    group: Grouping
    hide_stopped: bool
    filters: list[str]
    pane: bool


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
    states: dict[str, str]
    arrangement: Arrangement
    unmeasured: list[str]
    connections: list[ConnectionData]
    domains: list[DomainData]


class Patch(TypedDict):
    """What changed since version ``version - 1``; other rows stay as they are."""

    kind: Literal["patch"]
    version: int
    connections: list[ConnectionData]
    domains: list[DomainData]
    removed: list[str]


class Samples(TypedDict):
    """One tick: the newest values of the rows for which one differs from before.

    ``rows`` are keys of rows as numbers, ``values`` has a list for each of ``columns``. Rows that
    are not in it have their values still; ``since`` is the time of the tick before, so that a
    pause is seen.
    """

    kind: Literal["samples"]
    time: float
    since: float
    interval: float
    columns: list[str]
    rows: list[int]
    values: list[list[float | None]]


class Series(TypedDict):
    """What was measured before of rows that came into sight.

    ``rows`` and ``columns`` as in :class:`Samples`; ``values`` has, for each row and each column,
    a value for each of the row's ``times``.
    """

    kind: Literal["series"]
    columns: list[str]
    rows: list[int]
    times: list[list[float]]
    values: list[list[list[float | None]]]


class Arranged(TypedDict):
    """The arrangement changed; ``view`` is who changed it, empty where it was no view.

    ``unmeasured`` names columns that nothing is measured for, by the person's preferences.
    """

    kind: Literal["arranged"]
    view: str
    arrangement: Arrangement
    unmeasured: list[str]


class Packed(TypedDict):
    """Any of the above that is long: its JSON, deflated, is the message's only buffer."""

    kind: Literal["packed"]


class Watching(TypedDict):
    """From the browser: a view is there, which version it has and which rows it shows.

    Sent when a view begins (``version`` 0), when what is visible changes, and every 20 s. An empty
    list says that nobody looks; so does silence. ``asked`` names columns that are needed though
    they are not shown: a filter looks into them.
    """

    kind: Literal["watching"]
    view: str
    version: int
    rows: list[str]
    asked: list[str]


class Arrange(TypedDict):
    """From the browser: the person chose something."""

    kind: Literal["arrange"]
    view: str
    arrangement: Arrangement


class Selecting(TypedDict):
    """From the browser: the row whose details are wanted beside the list; empty for none."""

    kind: Literal["selected"]
    row: str


class Choosing(TypedDict):
    """From the browser: another row is selected; empty for none."""

    kind: Literal["chosen"]
    row: str


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
