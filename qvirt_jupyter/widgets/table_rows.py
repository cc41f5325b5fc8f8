"""What a table shows: columns, rows, cells, and what can be done with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from qvirt_jupyter._translation import LazyString

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qvirt_jupyter.widgets._table_messages import (
        ActionData,
        Added,
        CellData,
        CellSpec,
        ColumnSpec,
        Patch,
        RowData,
        Tone,
    )

_NO_TEXT = LazyString("")
_LEAST_WIDTH = 64
"""Pixels; the browser's narrowest column is less wide."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    id
        Its name in rows and messages.
    label
        Its heading.
    align
        ``"end"`` for numbers.
    width
        Pixels where there is room; None takes the room that is left.
    sortable
        Whether its heading puts the rows in order.
    description
        The tooltip of its heading.
    least
        Pixels that it keeps where there is little room; None for what is usual.
    """

    id: str
    label: LazyString | str
    align: Literal["start", "end"] = "start"
    width: int | None = None
    sortable: bool = True
    description: LazyString | str = _NO_TEXT
    least: int | None = None

    def spec(self) -> ColumnSpec:
        """Return it as the browser gets it."""
        width = self.width or 2 * _LEAST_WIDTH
        least = width if self.width is None else min(width, _LEAST_WIDTH)
        kind: Literal["wide", "text", "number"] = "number" if self.align == "end" else "text"
        return {
            "id": self.id,
            "label": str(self.label),
            "description": str(self.description),
            "kind": "wide" if self.width is None else kind,
            "width": width,
            "least_width": self.least or least,
            "sortable": self.sortable,
        }


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of which there is more to say than its text.

    Parameters
    ----------
    text
        What stands in it; empty is drawn as a dash.
    sort
        What it is sorted by where that is not the text: bytes of a size in words.
    bar
        How much of a small bar is filled, from 0 to 1; more is drawn as too much.
    title
        Its tooltip.
    tone
        Its colour, beside words that say the same.
    icon
        An icon before it; one of ``frontend/widgets/grid/icons.ts``.
    """

    text: str
    sort: float | str | None = None
    bar: float | None = None
    title: str = ""
    tone: Tone = ""
    icon: str = ""

    def data(self) -> CellSpec:
        """Return it as the browser gets it."""
        data: CellSpec = {"text": self.text}
        if self.sort is not None:
            data["sort"] = self.sort
        if self.bar is not None:
            data["bar"] = self.bar
        if self.title:
            data["title"] = self.title
        if self.tone:
            data["tone"] = self.tone
        if self.icon:
            data["icon"] = self.icon
        return data


AnyCell: TypeAlias = "Cell | str"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Parameters
    ----------
    id
        What its owner calls it; no other row has the same.
    cells
        By column; what is missing is drawn as a dash.
    dimmed
        Whether it is drawn in grey: it is inactive or not there now.
    level
        How deep it stands in a tree: under the nearest row above it with a lower level.
    expandable
        Whether something may stand under it though nothing does now.
    folded
        Whether what is under it is hidden until somebody opens it.
    """

    id: str
    cells: Mapping[str, AnyCell] = field(hash=False)
    dimmed: bool = False
    level: int = 0
    expandable: bool = False
    folded: bool = False

    def data(self, columns: Sequence[Column]) -> RowData:
        """Return it as the browser gets it."""
        data: RowData = {
            "key": self.id,
            "cells": [_cell_data(self.cells.get(column.id, "")) for column in columns],
        }
        if self.dimmed:
            data["dimmed"] = True
        if self.level:
            data["level"] = self.level
        if self.expandable:
            data["expandable"] = True
        if self.folded:
            data["folded"] = True
        return data


def _cell_data(cell: AnyCell) -> CellData:
    return cell if isinstance(cell, str) else cell.data()


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done with the selected rows.

    Parameters
    ----------
    id
        Its name.
    label
        The button's and menu entry's words.
    reason
        Why it is not possible now; empty where it is.
    icon
        One of ``frontend/widgets/grid/icons.ts``.
    key
        The key that does it, as browsers name it: ``"Delete"``.
    toolbar
        Whether it has a button; the menu has all.
    danger
        Whether it takes away what does not come back.
    """

    id: str
    label: LazyString | str
    reason: LazyString | str = _NO_TEXT
    icon: str = ""
    key: str = ""
    toolbar: bool = True
    danger: bool = False

    def data(self) -> ActionData:
        """Return it as the browser gets it."""
        return {
            "id": self.id,
            "label": str(self.label),
            "reason": str(self.reason),
            "icon": self.icon,
            "key": self.key,
            "toolbar": self.toolbar,
            "danger": self.danger,
        }


class Rows:
    """The rows of a table and their version; not thread-safe by itself.

    Parameters
    ----------
    columns
        What they have cells for.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._rows: dict[str, Row] = {}
        self.version = 1

    def __contains__(self, row: object) -> bool:
        return row in self._rows

    def whole(self) -> list[RowData]:
        """Return all rows as the browser gets them."""
        return [row.data(self._columns) for row in self._rows.values()]

    def replace(self, rows: Iterable[Row]) -> Patch | None:
        """Have these rows from now on, and return what that changes; None where nothing is new."""
        before, now = self._rows, {row.id: row for row in rows}
        changed: list[RowData] = []
        added: list[Added] = []
        after = ""
        for key, row in now.items():
            known = before.get(key)
            if known is None:
                added.append({"after": after, "row": row.data(self._columns)})
            elif known is not row and known != row:
                changed.append(row.data(self._columns))
            after = key
        removed = [key for key in before if key not in now]
        kept = (key for key in now if key in before)
        is_in_order = all(
            one == other for one, other in zip((k for k in before if k in now), kept, strict=True)
        )
        self._rows = now
        if is_in_order and not (changed or added or removed):
            return None
        self.version += 1
        return {
            "kind": "patch",
            "version": self.version,
            "changed": changed,
            "added": added,
            "removed": removed,
            "order": None if is_in_order else list(now),
        }
