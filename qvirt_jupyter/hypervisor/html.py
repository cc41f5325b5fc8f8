"""HTML that stays readable in a saved notebook: escaped, no script, colours inherited."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
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


def text_block(text: str) -> str:
    """Return text that keeps its lines and spaces; empty where there is none."""
    style = "color:inherit;background:none;margin:0;white-space:pre-wrap"
    return f'<pre style="{style}">{_text(text)}</pre>' if text.strip() else ""


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


def plain(markup: str) -> str:
    """Return what HTML of this module says in plain text, for where no HTML is shown.

    Parameters
    ----------
    markup
        The HTML; each row, caption and paragraph becomes a line.
    """
    reader = _PlainText()
    reader.feed(markup)
    reader.close()
    return "\n".join(line for line in map(str.rstrip, reader.lines) if line)


class _PlainText(HTMLParser):
    """Collects text, line by line."""

    _ENDS_LINE: Final = frozenset({"caption", "tr", "p", "div", "li", "pre", "summary"})
    _ENDS_CELL: Final = frozenset({"td", "th"})

    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]

    def handle_data(self, data: str) -> None:
        # Lines within a cell stay in its row.
        self.lines[-1] += _line(" ".join(data.split("\n")))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._ENDS_CELL:
            self.lines[-1] += "  "
        elif tag in self._ENDS_LINE:
            self.lines.append("")


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
