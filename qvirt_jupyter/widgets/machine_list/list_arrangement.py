"""How the list of machines is arranged: what a person chose once, for all panels and for good."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, get_args

from qvirt_jupyter.widgets._messages import Grouping

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GROUPINGS: Final = frozenset(get_args(Grouping))
NARROWEST, WIDEST = 40, 1200
"""Pixels that a column may be wide."""
LONGEST: Final = 200
"""Characters of a saved filter."""
MOST: Final = 50
"""Saved filters, and columns that anything is said about."""


@dataclass(frozen=True, kw_only=True)
class ListArrangement:
    """What the list shows, and in which order.

    Parameters
    ----------
    columns
        Columns that were shown or hidden, by their names; others are as they come.
    widths
        Columns that were drawn wider or narrower, in pixels.
    sort, descending
        The column that the list is sorted by.
    compact
        Whether rows are low.
    group
        What machines stand under.
    hide_stopped
        Whether machines that are off are left out.
    filters
        Filters that were kept, as they are typed.
    pane
        Whether the selected machine's details stand beside the list.
    """

    columns: Mapping[str, bool] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    sort: str = "name"
    descending: bool = False
    compact: bool = False
    group: Grouping = "connection"
    hide_stopped: bool = False
    filters: tuple[str, ...] = ()
    pane: bool = False

    @classmethod
    def understood(cls, document: object) -> ListArrangement:
        """Return what makes sense in a document, which a file or a browser gave.

        Parameters
        ----------
        document
            What :meth:`document` returned once, perhaps in another version.
        """
        if not isinstance(document, dict):
            return cls()
        values = {
            name: value
            for name, read in _READERS.items()
            if name in document and (value := read(document[name])) is not None
        }
        return cls(**values)

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "filters": list(self.filters)}


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _grouping(value: object) -> str | None:
    return value if isinstance(value, str) and value in GROUPINGS else None


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= LONGEST else None


def _columns(value: object) -> dict[str, bool] | None:
    if not isinstance(value, dict) or len(value) > MOST:
        return None
    return {
        name: shown for name, shown in value.items() if _name(name) and _flag(shown) is not None
    }


def _widths(value: object) -> dict[str, int] | None:
    if not isinstance(value, dict) or len(value) > MOST:
        return None
    return {
        name: min(max(round(width), NARROWEST), WIDEST)
        for name, width in value.items()
        if _name(name) and isinstance(width, int | float) and not isinstance(width, bool)
    }


def _filters(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    kept = (text.strip() for text in value if isinstance(text, str) and len(text) <= LONGEST)
    return tuple(dict.fromkeys(text for text in kept if text))[:MOST]


_READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "columns": _columns,
    "widths": _widths,
    "sort": _name,
    "descending": _flag,
    "compact": _flag,
    "group": _grouping,
    "hide_stopped": _flag,
    "filters": _filters,
    "pane": _flag,
}
assert _READERS.keys() == {item.name for item in fields(ListArrangement)}  # noqa: S101 - of this file
