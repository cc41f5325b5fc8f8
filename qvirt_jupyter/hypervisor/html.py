"""HTML that stays readable in a saved notebook: escaped, no script, colours inherited."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qvirt_jupyter._translation import LazyString

ROWS_AT_MOST: Final = 200
"""A saved notebook keeps every row that is shown; what is beyond is only counted."""

_CELL: Final = "text-align:left;vertical-align:top;white-space:pre-wrap"


def table(
    caption: str | LazyString,
    headings: Sequence[str | LazyString],
    rows: Sequence[Sequence[object]],
) -> str:
    """Return a table with a row of headings.

    Parameters
    ----------
    caption
        What the table shows.
    headings
        One for each column.
    rows
        Cells of any kind; their ``str()`` is shown as it is, never taken for markup.
    """
    head = "".join(f'<th scope="col" style="{_CELL}">{_text(cell)}</th>' for cell in headings)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_text(cell)}</td>' for cell in row) + "</tr>"
        for row in rows[:ROWS_AT_MOST]
    )
    return (
        f"<table>{_caption(caption)}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"{_more(len(rows) - ROWS_AT_MOST)}"
    )


def properties(caption: str | LazyString, pairs: Iterable[tuple[object, object]]) -> str:
    """Return a table of names and values, for one object.

    Parameters
    ----------
    caption
        What the table shows.
    pairs
        Name and value; a value that is empty is left out.
    """
    body = "".join(
        f'<tr><th scope="row" style="{_CELL}">{_text(name)}</th>'
        f'<td style="{_CELL}">{_text(value)}</td></tr>'
        for name, value in pairs
        if str(value)
    )
    return f"<table>{_caption(caption)}<tbody>{body}</tbody></table>"


def text_table(headings: Sequence[str | LazyString], rows: Sequence[Sequence[object]]) -> str:
    """Return the same as :func:`table` in plain text, for a terminal."""
    shown = [[_line(cell) for cell in row] for row in (headings, *rows[:ROWS_AT_MOST])]
    widths = [max(len(row[column]) for row in shown) for column in range(len(headings))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]
    if len(rows) > ROWS_AT_MOST:
        lines.append(str(_more_text(len(rows) - ROWS_AT_MOST)))
    return "\n".join(lines)


def _text(value: object) -> str:
    return escape(str(value), quote=True)


def _line(value: object) -> str:
    # A name may hold a line break or an escape sequence, which a terminal would obey.
    return "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value)
    )


def _caption(caption: str | LazyString) -> str:
    return f'<caption style="text-align:left;color:inherit">{_text(caption)}</caption>'


def _more(number: int) -> str:
    return f"<p>{_text(_more_text(number))}</p>" if number > 0 else ""


def _more_text(number: int) -> LazyString:
    return ngettext("and {number} more", "and {number} more", number)
