"""A list without a browser: what would be sent to one is counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.connections.view import ConnectionView
from qvirt_jupyter.widgets.machine_list.list_arrangement import ListArrangement
from qvirt_jupyter.widgets.machine_list.vm_list import VmList

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Connection, RecordKey
    from qvirt_jupyter.hypervisor.statistics.sample import Samples

ROWS_IN_SIGHT = 40


class _CountedList(VmList):
    """A list whose messages go to a browser that only counts them."""

    def __init__(
        self, browser: Browser, connection: Connection, arrangement: ListArrangement
    ) -> None:
        self._browser = browser
        super().__init__(
            lambda *_: None,
            lambda *_: None,
            on_watch=browser.watch,
            on_history=lambda key, span: connection.stats.history(key.id, span),
            arrangement=arrangement,
        )

    def send(self, content: object, buffers: list[bytes] | None = None) -> None:
        """Keep a message, to be counted when nobody measures time."""
        self._browser.messages.append((content, buffers or []))


class Browser:
    """Stands for a browser that shows the list of one connection.

    Parameters
    ----------
    connection
        What is shown.
    sorted_by_figure
        Whether the order follows figures, so that those of all rows matter.
    """

    def __init__(self, connection: Connection, *, sorted_by_figure: bool = False) -> None:
        self.messages: list[tuple[object, list[bytes]]] = []
        self._connection = connection
        self._view: ConnectionView | None = None
        sort = "cpu" if sorted_by_figure else "name"
        self._list = _CountedList(self, connection, ListArrangement(sort=sort))
        self._view = ConnectionView(connection, self._list)
        self._publish()
        # A view that comes has nothing; then it has all rows, and says what it shows.
        self._say(0, [])
        self._publish()
        rows = self._list._rows  # noqa: SLF001 - what a browser would have been told
        self._say(rows.version, list(rows.domains)[:ROWS_IN_SIGHT])
        self._publish()

    @property
    def sizes(self) -> list[int]:
        """Bytes of each message: of what makes it differ from others."""
        return [
            len(json.dumps(content, separators=(",", ":"))) + sum(map(len, buffers))
            for content, buffers in self.messages
        ]

    def watch(self, keys: frozenset[RecordKey]) -> None:
        """Take the list's word of which rows are seen, as the manager does."""
        if self._view is not None:
            self._view.watch(frozenset(key.id for key in keys))

    def show(self, samples: Samples) -> None:
        """Let the list show what was measured."""
        self._list.samples(self._connection.uri, samples)
        self._publish()

    def close(self) -> None:
        """Take the list away."""
        if self._view is not None:
            self._view.close()
        self._list.close()

    def _say(self, version: int, rows: list[str]) -> None:
        self._list._receive(  # noqa: SLF001 - the way by which browsers speak
            {
                "kind": "watching",
                "view": "benchmark",
                "version": version,
                "rows": rows,
                "asked": [],
            }
        )

    @staticmethod
    def _publish() -> None:
        publisher.flush(60)
