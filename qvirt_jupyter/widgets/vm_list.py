"""The list of virtual machines, with their connections as groups."""

from __future__ import annotations

import json
import threading
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import RecordKey, publisher
from qvirt_jupyter.hypervisor.sample import Samples
from qvirt_jupyter.widgets._assets import ModuleWidget
from qvirt_jupyter.widgets._messages import PROTOCOL
from qvirt_jupyter.widgets.vm_list_actions import CONNECTION_ACTIONS, DOMAIN_ACTIONS
from qvirt_jupyter.widgets.vm_list_columns import COLUMNS
from qvirt_jupyter.widgets.vm_list_rows import ConnectionRow, Rows
from qvirt_jupyter.widgets.vm_list_samples import POINTS, SampleFeed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from qvirt_jupyter.hypervisor import DomainRecord, History
    from qvirt_jupyter.widgets._messages import Packed, Reset, Series
    from qvirt_jupyter.widgets.vm_list_actions import ListAction
    from qvirt_jupyter.widgets.vm_list_columns import Column

__all__ = ["ConnectionRow", "VmList"]

MANY = 100
"""With more machines than this on a connection, rows out of sight get no figures."""
SILENCE = 5.0
"""After so many intervals without a tick, figures are no longer true."""
PACKED_FROM = 2048
"""Bytes from which on a message is deflated."""
LEASE = 60.0
"""Seconds after which a view that says nothing is taken to be gone; views speak every 20 s."""

OnAction: TypeAlias = "Callable[[str, tuple[RecordKey, ...], str], object]"
OnOpen: TypeAlias = "Callable[[Literal['domain', 'connection'], RecordKey, str], object]"
OnWatch: TypeAlias = "Callable[[frozenset[RecordKey]], object]"
OnHistory: TypeAlias = "Callable[[RecordKey, float], History]"

STRINGS: Mapping[str, LazyString] = {
    "list": _("Virtual machines"),
    "toolbar": _("Actions for the selected machines"),
    "filter": _("Filter machines"),
    "selected": _("{count} selected"),
    "shown": _("{count} of {total} machines"),
    "more": _("More actions: {label}"),
    "nothing_selected": _("Select a virtual machine first."),
    "one_only": _("Select one machine only."),
    "running": _("{running} of {total} running"),
    "no_machines": _("no virtual machines"),
    "no_match": _("No machine matches the filter."),
    "empty": _("No connection yet."),
    "cancel": _("Cancel"),
    "unknown": _("not available"),
    "columns": _("Columns"),
    "and_more": _("{first} and {count} more"),
}
"""What the browser side says that is no label of a column or an action."""


@dataclass(frozen=True, slots=True)
class _View:
    """A browser's view: until when it counts as there, what it shows, whose past it has."""

    end: float
    visible: frozenset[str] = frozenset()
    has: frozenset[str] = frozenset()
    wants_all: bool = False


_NOBODY = _View(0.0)


class VmList(ModuleWidget):
    """A tree of connections and their virtual machines, with a toolbar, menus and keyboard.

    It draws what it is told and says what its user does; it calls no libvirt. Nothing is sent while
    no browser looks; a browser that comes late or missed something gets everything anew. All
    callbacks arrive on the thread that brings the browser's messages and must not block.

    Parameters
    ----------
    on_action
        Called with the name of an action, the rows that allow it, and the browser window.
    on_open
        Called for a double click or Enter: the kind of row, its key, and the browser window.
    on_watch
        Called on the publisher thread with the rows that are visible in any browser, whenever that
        changes: an empty set means that nobody looks.
    on_history
        Returns what was measured of a machine that came into sight, for so many seconds until now;
        quickly, and without asking libvirt.
    actions
        What the toolbar and the menus offer.
    columns
        What is shown of each machine.
    """

    _module: ClassVar[str] = "vm-list"

    def __init__(
        self,
        on_action: OnAction,
        on_open: OnOpen,
        *,
        on_watch: OnWatch | None = None,
        on_history: OnHistory | None = None,
        actions: Sequence[ListAction] = (*DOMAIN_ACTIONS, *CONNECTION_ACTIONS),
        columns: Sequence[Column] = COLUMNS,
    ) -> None:
        super().__init__()
        self._on_action = on_action
        self._on_open = on_open
        self._on_watch = on_watch
        self._on_history = on_history
        self._actions = {action.name: action for action in actions}
        self._lock = threading.RLock()
        self._rows = Rows(columns)
        self._feed = SampleFeed(self._rows.graphs)
        self._interval = 1.0
        self._views: dict[str, _View] = {}
        self._watched: frozenset[str] = frozenset()

    @property
    def watched(self) -> frozenset[RecordKey]:
        """The rows that are visible in some browser."""
        with self._lock:
            keys = self._rows.keys
            return frozenset(keys[text] for text in self._watched if text in keys)

    def reset(self, connections: Iterable[ConnectionRow], domains: Iterable[DomainRecord]) -> None:
        """Show these rows and no others."""
        with self._lock:
            self._rows.reset(connections, domains)
        self._send_soon(self._reset)

    def patch(
        self,
        connections: Iterable[ConnectionRow] = (),
        domains: Iterable[DomainRecord] = (),
        removed: Iterable[RecordKey] = (),
    ) -> None:
        """Show rows anew or for the first time, and take rows away.

        A connection that is removed takes its machines with it. Rows that are as they were cost
        nothing.
        """
        with self._lock:
            patch = self._rows.patch(connections, domains, removed)
        if patch is not None:
            self._send_soon(lambda: patch)

    def samples(self, uri: str, samples: Samples, *, interval: float = 1.0) -> None:
        """Show the newest figures of a connection's machines.

        Parameters
        ----------
        uri
            The connection.
        samples
            What was measured; machines that are not in it have no figures.
        interval
            Seconds until the next ones are due: what one step of a sparkline stands for.
        """
        with self._lock:
            self._interval = interval
            rows = self._rows.numbers(uri)
            if len(rows) > MANY and not any(view.wants_all for view in self._views.values()):
                watched = (self._rows.keys.get(text) for text in sorted(self._watched))
                rows = {
                    key.id: rows[key.id]
                    for key in watched
                    if key is not None and key.uri == uri and key.id in rows
                }
            # What is not sent counts as told: to a browser that comes, the history says it.
            message = self._feed.tick(uri, samples, rows, interval)
        if message is not None:
            self._send_soon(lambda: message)
        self._forget_silent_views()

    def close(self) -> None:
        """Take the list away from every browser, and stop watching."""
        with self._lock:
            self._views.clear()
        self._tell_watched()
        super().close()

    def _reset(self) -> Reset:
        with self._lock:
            rows = self._rows
            return {
                "kind": "reset",
                "protocol": PROTOCOL,
                "version": rows.version,
                "now": time.time(),
                "interval": self._interval,
                "columns": [column.spec() for column in rows.columns],
                "actions": [action.spec() for action in self._actions.values()],
                "strings": {name: str(text) for name, text in STRINGS.items()},
                "connections": list(rows.connections.values()),
                "domains": list(rows.domains.values()),
            }

    def _send_soon(self, message: Callable[[], object]) -> None:
        with self._lock:
            if not self._views:
                return

        def send() -> None:
            content = message()
            if content is not None and self.comm is not None:
                self._send_packed(content)

        if publisher.is_publisher_thread():
            send()
        else:
            publisher.post(None, send)

    def _send_packed(self, message: object) -> None:
        text = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
        if len(text) < PACKED_FROM:
            self.send(message)
            return
        packed: Packed = {"kind": "packed"}
        self.send(packed, [zlib.compress(text, 1)])

    def _receive(self, content: dict[str, Any]) -> None:
        match content:
            case {
                "kind": "watching",
                "view": str(view),
                "version": int(version),
                "rows": list(rows),
                "all": bool(wants_all),
            }:
                self._watch(view, version, rows, wants_all=wants_all)
            case {"kind": "action", "action": str(name), "rows": list(rows), "client": str(client)}:
                self._act(name, rows, client)
            case {"kind": "open", "row": str(row), "client": str(client)}:
                with self._lock:
                    key = self._rows.keys.get(row)
                if key is not None:
                    kind: Literal["domain", "connection"] = (
                        "connection" if key.kind == "connection" else "domain"
                    )
                    self._on_open(kind, key, client)
            case _:
                pass  # Of a newer or a hostile browser; there is nothing to do about it.

    def _act(self, name: str, rows: list[object], client: str) -> None:
        action = self._actions.get(name)
        with self._lock:
            known = (self._rows.keys.get(row) for row in rows if isinstance(row, str))
            keys = tuple(
                key
                for key in known
                if key is not None and action is not None and key.kind == action.row
            )
        if keys and action is not None and (action.several or len(keys) == 1):
            self._on_action(name, keys, client)

    def _watch(self, view: str, version: int, rows: list[object], *, wants_all: bool) -> None:
        with self._lock:
            visible = frozenset(row for row in rows if isinstance(row, str))
            before = self._views.get(view, _NOBODY)
            is_behind = version != self._rows.version
            # A view that gets all rows anew says again what it shows.
            has = frozenset() if is_behind else visible
            self._views[view] = _View(time.monotonic() + LEASE, visible, has, wants_all)
        if is_behind:
            self._send_soon(self._reset)
        elif new := has - before.has:
            self._send_soon(lambda: self._series(new))
        self._expire()
        self._forget_silent_views()

    def _series(self, rows: Iterable[str]) -> Series | None:
        """Return what was measured of rows that came into sight."""
        if self._on_history is None:
            return None
        with self._lock:
            keys = [
                (self._rows.domains[row]["number"], self._rows.keys[row])
                for row in rows
                if row in self._rows.domains
            ]
            span = POINTS * self._interval
        message = self._feed.series((number, self._on_history(key, span)) for number, key in keys)
        return message if message["rows"] else None

    def _expire(self) -> None:
        """Take figures away that are not true any more, because nothing is measured."""
        now = time.time()
        with self._lock:
            silent = [
                uri
                for uri in self._rows.connections
                if (at := self._feed.silent_since(uri)) is not None
                and now - at > SILENCE * self._interval
            ]
        for uri in silent:
            self.samples(uri, Samples(now, {}, {}), interval=self._interval)

    def _forget_silent_views(self) -> None:
        now = time.monotonic()
        with self._lock:
            self._views = {name: view for name, view in self._views.items() if view.end >= now}
        self._tell_watched()

    def _tell_watched(self) -> None:
        with self._lock:
            watched = frozenset().union(*(view.visible for view in self._views.values()))
            if watched == self._watched:
                return
            self._watched = watched
        if self._on_watch is not None:
            tell = self._on_watch
            publisher.post(("watched", id(self)), lambda: tell(self.watched))
