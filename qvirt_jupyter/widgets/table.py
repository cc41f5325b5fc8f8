"""A table of records: thousands of rows, sorted, filtered and selected in the browser."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets._assets import ModuleWidget
from qvirt_jupyter.widgets._table_messages import PROTOCOL
from qvirt_jupyter.widgets.machine_list.views import Views
from qvirt_jupyter.widgets.packing import packed
from qvirt_jupyter.widgets.table_rows import Action, Cell, Column, Row, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from qvirt_jupyter.widgets._table_messages import Actions, Reset, Say, Select

__all__ = ["Action", "Cell", "Column", "RecordTable", "Row"]

Ids: TypeAlias = tuple[str, ...]
OnRows: TypeAlias = "Callable[[Ids, str], object]"
OnSelect: TypeAlias = "Callable[[Ids], object]"
OnAction: TypeAlias = "Callable[[str, Ids, str], object]"
Offers: TypeAlias = "Callable[[Ids], Sequence[Action]]"

_FLIGHT: Final = 5.0
"""Seconds for which a patch may be on its way to a browser; views speak every 20 s."""
STRINGS: Final[Mapping[str, LazyString]] = {
    "filter": _("Filter"),
    "filter_help": _(
        "Words that a row has to have. -word leaves rows out, heading:word looks into one column."
    ),
    "heading_help": _("Alt+Left and Alt+Right change the width."),
    "more": _("More actions"),
    "actions": _("Actions"),
    "no_match": _("No row fits the filter."),
    "shown": _("Shown: {shown} of {total}"),
    "total": _("Total: {total}"),
    "selected": _("Selected: {count}"),
}


class RecordTable(ModuleWidget):
    """Rows with a toolbar, a filter, menus and keyboard; only rows in sight are in the page.

    It draws what it is told and says what its user does; it calls no libvirt. Sorting, filtering
    and selecting happen in the browser and stay over updates, of which only what changed is sent.

    Parameters
    ----------
    columns
        What is shown of each row; the first names it.
    label
        What the table is, for those who do not see it.
    empty
        What is said where there are no rows.
    on_activate
        Called for a double click or Enter with the selected rows and the browser window.
    on_select
        Called with the selected rows whenever they are others.
    on_action
        Called with an action's name, the rows and the browser window; only for what
        ``actions`` offers without a reason against it.
    actions
        Returns what can be done with these rows, quickly and without asking libvirt; on the
        publisher thread or on that of a browser's message.
    sort, descending
        The column by which rows are sorted at first; empty keeps the order in which they come.

    Notes
    -----
    The other callbacks arrive on the thread that brings the browser's messages, must not block,
    and get only rows that exist.
    """

    _module: ClassVar[str] = "table"

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        label: LazyString | str,
        empty: LazyString | str,
        on_activate: OnRows | None = None,
        on_select: OnSelect | None = None,
        on_action: OnAction | None = None,
        actions: Offers | None = None,
        sort: str = "",
        descending: bool = False,
    ) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._label = label
        self._empty = empty
        self._on_activate = on_activate
        self._on_select = on_select
        self._on_action = on_action
        self._offers = actions
        self._sort = (sort, descending)
        self._lock = threading.RLock()
        self._rows = Rows(self._columns)
        self._views = Views()
        # The newest patches that were sent, without a gap: the version of each, and when.
        self._told: deque[tuple[int, float]] = deque()
        self._first: Ids = ()
        # What each view has selected, and the number of its newest request.
        self._selected: dict[str, tuple[int, Ids]] = {}

    def update(self, rows: Iterable[Row]) -> None:
        """Show these rows, in this order, and no others; from any thread.

        Rows that are as they were cost nothing.
        """
        with self._lock:
            patch = self._rows.replace(rows)
            is_told = patch is not None and self._is_looked_at()
            if patch is not None and is_told:
                self._told.append((patch["version"], time.monotonic()))
            elif patch is not None:
                self._told.clear()
        if is_told:
            self._send_soon(lambda: patch, also_unseen=True)
        self.offer()

    def offer(self) -> None:
        """Ask again what can be done with what is selected: something else decides about it."""
        with self._lock:
            views = list(self._selected)
        for view in views:
            self._answer_soon(view)

    def say(self, empty: LazyString | str) -> None:
        """Say something else where there are no rows.

        Parameters
        ----------
        empty
            Such as why nothing can be listed now.
        """
        with self._lock:
            if str(empty) == str(self._empty):
                return
            self._empty = empty
        message: Say = {"kind": "say", "empty": str(empty)}
        self._send_soon(lambda: message)

    def select(self, *rows: str) -> None:
        """Select a row in all views and bring it into sight: what was just made.

        Parameters
        ----------
        rows
            The rows; one that a browser does not have yet is selected when it comes there.
            Browsers that come later begin with them.
        """
        with self._lock:
            self._first = rows
        message: Select = {"kind": "select", "rows": list(rows)}
        # Also to views out of sight: they get their rows when they are looked at, this only now.
        self._send_soon(lambda: message, also_unseen=True)

    def close(self) -> None:
        """Take the table away from every browser."""
        with self._lock:
            self._views.clear()
            self._selected.clear()
        super().close()

    def _reset(self) -> Reset:
        with self._lock:
            return {
                "kind": "reset",
                "protocol": PROTOCOL,
                "version": self._rows.version,
                "label": str(self._label),
                "empty": str(self._empty),
                "sort": self._sort[0],
                "descending": self._sort[1],
                "strings": {name: str(text) for name, text in STRINGS.items()},
                "columns": [column.spec() for column in self._columns],
                "rows": self._rows.whole(),
                "selected": list(self._first),
            }

    def _is_looked_at(self) -> bool:
        self._views.forget_silent()
        return bool(self._views)

    def _is_on_its_way(self, version: int) -> bool:
        """Whether all that a view with this version lacks was sent a moment ago.

        What is lost all the same is missed by the view at the next patch, or here when it speaks
        next.
        """
        while self._told and self._told[0][1] < time.monotonic() - _FLIGHT:
            self._told.popleft()
        return bool(self._told) and self._told[0][0] <= version + 1 <= self._rows.version

    def _send_soon(self, message: Callable[[], object], *, also_unseen: bool = False) -> None:
        with self._lock:
            if not also_unseen and not self._is_looked_at():
                return

        def send() -> None:
            content = message()
            if content is not None and self.comm is not None:
                self.send(*packed(content))

        if publisher.is_publisher_thread():
            send()
        else:
            publisher.post(None, send)

    def _answer_soon(self, view: str) -> None:
        publisher.post(("table-actions", id(self), view), lambda: self._answer(view))

    def _answer(self, view: str) -> None:
        with self._lock:
            request, ids = self._selected.get(view, (0, ()))
            # Rows may have gone since; then the browser asks anew, and gets what fits until then.
            ids = tuple(row for row in ids if row in self._rows)
        offers = self._offers(ids) if self._offers is not None else ()
        message: Actions = {
            "kind": "actions",
            "view": view,
            "request": request,
            "actions": [action.data() for action in offers],
        }
        if self.comm is not None:
            self.send(*packed(message))

    def _receive(self, content: dict[str, Any]) -> None:
        match content:
            case {
                "kind": "watching",
                "view": str(view),
                "version": int(version),
                "visible": bool(visible),
            }:
                self._watch(view, version, is_visible=visible)
            case {
                "kind": "selected",
                "view": str(view),
                "request": int(request),
                "rows": list(rows),
            }:
                ids = self._known(rows)
                with self._lock:
                    self._selected[view] = (request, ids)
                self._answer_soon(view)
                if self._on_select is not None:
                    self._on_select(ids)
            case {"kind": "action", "action": str(name), "rows": list(rows), "client": str(client)}:
                self._act(name, self._known(rows), client)
            case {"kind": "activate", "rows": list(rows), "client": str(client)}:
                ids = self._known(rows)
                if ids and self._on_activate is not None:
                    self._on_activate(ids, client)
            case _:
                pass  # Of a newer or a hostile browser; there is nothing to do about it.

    def _known(self, rows: list[object]) -> Ids:
        with self._lock:
            return tuple(row for row in rows if isinstance(row, str) and row in self._rows)

    def _act(self, name: str, ids: Ids, client: str) -> None:
        if self._on_action is None or self._offers is None:
            return
        # What was possible a moment ago may be so no longer.
        offers = {action.id: action for action in self._offers(ids)}
        if name in offers and not str(offers[name].reason):
            self._on_action(name, ids, client)

    def _watch(self, view: str, version: int, *, is_visible: bool) -> None:
        with self._lock:
            if is_visible:
                self._views.take(view, frozenset(), frozenset())
            else:
                self._views.drop(view)
            is_behind = version != self._rows.version and not self._is_on_its_way(version)
        if is_visible and is_behind:
            self._send_soon(self._reset)
