"""The list of virtual machines, with their connections as groups."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from qvirt_jupyter.hypervisor import RecordKey, publisher
from qvirt_jupyter.hypervisor.statistics.sample import Samples
from qvirt_jupyter.widgets._assets import ModuleWidget
from qvirt_jupyter.widgets._messages import PROTOCOL
from qvirt_jupyter.widgets.machine_list.actions import CONNECTION_ACTIONS, DOMAIN_ACTIONS
from qvirt_jupyter.widgets.machine_list.columns import COLUMNS, PENDING, STATES
from qvirt_jupyter.widgets.machine_list.list_arrangement import ListArrangement
from qvirt_jupyter.widgets.machine_list.list_choice import ListChoice
from qvirt_jupyter.widgets.machine_list.rows import ConnectionRow, Rows
from qvirt_jupyter.widgets.machine_list.samples import POINTS, SampleFeed
from qvirt_jupyter.widgets.machine_list.strings import STRINGS
from qvirt_jupyter.widgets.machine_list.views import Views
from qvirt_jupyter.widgets.packing import packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from qvirt_jupyter.hypervisor import DomainRecord, History
    from qvirt_jupyter.widgets._messages import (
        Arranged,
        Reset,
        Series,
    )
    from qvirt_jupyter.widgets.machine_list.actions import ListAction
    from qvirt_jupyter.widgets.machine_list.columns import Column

__all__ = ["ConnectionRow", "VmList"]

OnAction: TypeAlias = "Callable[[str, tuple[RecordKey, ...], str], object]"
OnOpen: TypeAlias = "Callable[[Literal['domain', 'connection'], RecordKey, str], object]"
OnWatch: TypeAlias = "Callable[[frozenset[RecordKey]], object]"
OnArrange: TypeAlias = "Callable[[ListArrangement], object]"
OnSelect: TypeAlias = "Callable[[RecordKey | None], object]"
OnHistory: TypeAlias = "Callable[[RecordKey, float], History]"
_Watched: TypeAlias = "tuple[frozenset[str], frozenset[str], bool]"

MANY = 100
"""With more machines than this on a connection, rows out of sight get no figures."""
SILENCE = 5.0
"""After so many intervals without a tick, figures are no longer true."""


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
        Called on the publisher thread with the rows that are visible in any browser, whenever they,
        :attr:`groups` or :attr:`compares` are others: an empty set means that nobody looks.
    on_arrange
        Called when somebody arranged the list in another way.
    on_select
        Called with the row whose details are wanted, or None; only while they are beside the list.
    on_choose
        Called with the selected row that has the focus, or None.
    on_history
        Returns what was measured of a machine that came into sight, for so many seconds until now;
        quickly, and without asking libvirt.
    arrangement
        How the list is arranged at first.
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
        on_arrange: OnArrange | None = None,
        on_select: OnSelect | None = None,
        on_choose: OnSelect | None = None,
        on_history: OnHistory | None = None,
        arrangement: ListArrangement | None = None,
        actions: Sequence[ListAction] = (*DOMAIN_ACTIONS, *CONNECTION_ACTIONS),
        columns: Sequence[Column] = COLUMNS,
    ) -> None:
        super().__init__()
        self._on_action = on_action
        self._on_open = on_open
        # Nobody looks yet, which is no news.
        self._on_watch: OnWatch | None = None
        self._on_arrange = on_arrange
        self._on_select = on_select
        self._on_choose = on_choose
        self._on_history = on_history
        self._actions = {action.name: action for action in actions}
        self._lock = threading.RLock()
        self._rows = Rows(columns)
        self._feed = SampleFeed()
        self._interval = 1.0
        self._choice = ListChoice(columns, arrangement or ListArrangement())
        self._views = Views()
        self._watched: _Watched = (frozenset(), frozenset(), False)
        self._choose()
        self._on_watch = on_watch

    @property
    def watched(self) -> frozenset[RecordKey]:
        """The rows that are visible in some browser."""
        with self._lock:
            keys = self._rows.keys
            return frozenset(keys[text] for text in self._watched[0] if text in keys)

    @property
    def groups(self) -> frozenset[str]:
        """What must be measured for the graphs that are shown: groups of ``Stats.watch``."""
        with self._lock:
            return frozenset(column.group for column in self._feed.columns if column.group)

    @property
    def compares(self) -> bool:
        """Whether somebody wants to know which changes wait for a machine's next start."""
        with self._lock:
            return self._rows.has(PENDING)

    @property
    def needs_all(self) -> bool:
        """Whether the figures of all rows are wanted: the list is sorted by one."""
        with self._lock:
            return any(column.id == self._choice.arrangement.sort for column in self._feed.columns)

    def arrange(self, arrangement: ListArrangement, view: str = "") -> None:
        """Arrange the list in another way, in all browsers.

        Parameters
        ----------
        arrangement
            What was chosen.
        view
            The browser's view that knows already.
        """
        with self._lock:
            if arrangement == self._choice.arrangement:
                return
            self._choice.arrangement = arrangement
        self._arranged(view)

    def measure(self, groups: frozenset[str]) -> None:
        """Offer graphs of these groups of figures only: the others are not measured (MGR-24).

        Parameters
        ----------
        groups
            Groups of ``Stats.watch``.
        """
        with self._lock:
            if groups == self._choice.measured:
                return
            self._choice.measured = groups
        self._arranged()

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
            if len(rows) > MANY and not self.needs_all:
                rows = self._rows.numbers_of(uri, self._watched[0])
            # What is not sent counts as told: to a browser that comes, the history says it.
            message = self._feed.tick(uri, samples, rows, interval)
        if message is not None:
            self._send_soon(lambda: message)
        with self._lock:
            has_silent_views = self._views.forget_silent()
        if has_silent_views:
            self._tell_watched()

    def close(self) -> None:
        """Take the list away from every browser, and stop watching."""
        with self._lock:
            self._views.clear()
        self._tell_watched()
        super().close()

    def _arranged(self, view: str = "") -> None:
        with self._lock:
            message: Arranged = {
                "kind": "arranged",
                "view": view,
                "arrangement": self._choice.data,
                "unmeasured": self._choice.unmeasured,
            }
        self._send_soon(lambda: message)
        self._choose()

    def _choose(self) -> None:
        """Have the columns that are shown or asked for, and tell what is new in them."""
        with self._lock:
            asked = self._choice.asked(self._views.asked)
            patch = self._rows.ask(asked)
            is_new = self._feed.choose(self._choice.graphs(asked))
            new = self._watched[0] if is_new else frozenset()
        if patch is not None:
            self._send_soon(lambda: patch)
        if new:
            self._send_soon(lambda: self._series(new))
        self._tell_watched()

    def _series(self, rows: Iterable[str]) -> Series | None:
        """Return what was measured of rows that came into sight."""
        if self._on_history is None:
            return None
        with self._lock:
            keys = [(int(row), self._rows.keys[row]) for row in rows if row in self._rows.domains]
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
                "states": {state.value: str(state.label) for state in STATES},
                "arrangement": self._choice.data,
                "unmeasured": self._choice.unmeasured,
                "connections": list(rows.connections.values()),
                "domains": rows.whole(),
            }

    def _send_soon(self, message: Callable[[], object]) -> None:
        with self._lock:
            if not self._views:
                return

        def send() -> None:
            content = message()
            if content is not None and self.comm is not None:
                self.send(*packed(content))

        if publisher.is_publisher_thread():
            send()
        else:
            publisher.post(None, send)

    def _receive(self, content: dict[str, Any]) -> None:
        match content:
            case {
                "kind": "watching",
                "view": str(view),
                "version": int(version),
                "rows": list(rows),
                "asked": list(asked),
            }:
                self._watch(view, version, _texts(rows), _texts(asked))
            case {"kind": "arrange", "view": str(view), "arrangement": arrangement}:
                self._rearrange(ListArrangement.understood(arrangement), view)
            case {"kind": "selected", "row": str(row)} if self._on_select is not None:
                with self._lock:
                    selected = self._rows.keys.get(row)
                self._on_select(selected)
            case {"kind": "chosen", "row": str(row)} if self._on_choose is not None:
                with self._lock:
                    chosen = self._rows.keys.get(row)
                self._on_choose(chosen)
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

    def _rearrange(self, arrangement: ListArrangement, view: str) -> None:
        self.arrange(arrangement, view)
        if self._on_arrange is not None:
            self._on_arrange(arrangement)

    def _watch(
        self, view: str, version: int, visible: frozenset[str], asked: frozenset[str]
    ) -> None:
        with self._lock:
            before = self._views.take(view, visible, asked)
            is_behind = version != self._rows.version
            # A view that gets all rows anew knows nothing of what they did.
            new = visible - (before.visible if before is not None else frozenset())
        if is_behind:
            self._send_soon(self._reset)
            new = visible
        if before is None or before.asked != asked:
            self._choose()
        if new:
            self._send_soon(lambda: self._series(new))
        self._expire()
        with self._lock:
            self._views.forget_silent()
        self._tell_watched()

    def _tell_watched(self) -> None:
        with self._lock:
            watched = (self._views.visible, self.groups, self.compares)
            if watched == self._watched:
                return
            self._watched = watched
        if self._on_watch is not None:
            tell = self._on_watch
            publisher.post(("watched", id(self)), lambda: tell(self.watched))


def _texts(values: list[object]) -> frozenset[str]:
    return frozenset(value for value in values if isinstance(value, str))
