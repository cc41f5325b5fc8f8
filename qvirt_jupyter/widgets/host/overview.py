"""What a host is, how busy it is, and which of its machines makes it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ipywidgets

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import ConnectionLost, QvirtError, publisher
from qvirt_jupyter.hypervisor.host.host import CPUINFO, processor_model
from qvirt_jupyter.widgets.connections.saved_connections import saved_connections
from qvirt_jupyter.widgets.fleet import ConnectionState
from qvirt_jupyter.widgets.graph_kinds import HOST_GRAPHS
from qvirt_jupyter.widgets.host.naming import Naming, naming_form
from qvirt_jupyter.widgets.host.section import HostSection
from qvirt_jupyter.widgets.host_facts import host_facts_html
from qvirt_jupyter.widgets.performance import Performance
from qvirt_jupyter.widgets.ranking import Ranking

if TYPE_CHECKING:
    from concurrent.futures import Future

    from qvirt_jupyter.hypervisor import Subscription
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.host.section import SectionContext

_NOT_MEASURED: Final = _("It is not connected: nothing is measured.")


class HostOverview(HostSection):
    """The first section of a host's tab.

    Parameters
    ----------
    connection, context
        As for each section.
    """

    def __init__(self, connection: Connection, context: SectionContext) -> None:
        self._processor = ""
        self._asked: Future[str] | None = None
        self._watch: Subscription | None = None
        self.facts = ipywidgets.HTML()
        self.graphs = Performance(HOST_GRAPHS)
        self.ranking = Ranking(context.open_machine)
        self.naming = naming_form(connection)
        super().__init__(connection, context, (self.facts, self.graphs, self.ranking, self.naming))
        self.add_class("qvirt-host-overview")
        self.follow(
            saved_connections.observe(
                lambda: publisher.post(("naming", id(self)), self._update_naming)
            )
        )
        self.follow(connection.stats.subscribe(lambda _batch: self._on_stats()))

    @property
    def is_measured(self) -> bool:
        """Whether figures are measured for it, because somebody looks."""
        return self._watch is not None

    def on_seen(self, is_seen: bool) -> None:  # noqa: FBT001 - as the frame calls it
        """Have figures measured while somebody looks."""
        if is_seen and self._watch is None and not self.is_closed:
            self._watch = self.connection.stats.watch()
            self._update_figures()
        elif not is_seen:
            self._stop_watching()

    def update(self) -> None:
        """Show how the host is now."""
        if not self.is_closed:
            self._ask_for_processor()
            self._update_figures()

    def snapshot(self) -> str:
        """Return the facts."""
        return host_facts_html(self.connection, self._processor)

    def close(self) -> None:
        """Take it away, and have nothing measured for it any more."""
        self._stop_watching()
        super().close()

    def _update_naming(self) -> None:
        """Show what is remembered now, unless somebody types just now."""
        if not self.is_closed and not self.naming.changes:
            self.naming.init(Naming.of(self.connection))

    def _stop_watching(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()

    def _on_stats(self) -> None:
        if self.is_measured and not self.is_closed:
            self._update_figures()

    def _update_figures(self) -> None:
        connection = self.connection
        try:
            facts = host_facts_html(connection, self._processor)
        except ConnectionLost:
            # It was never open: the frame says why.
            facts = ""
        if self.facts.value != facts:
            self.facts.value = facts
        stats = connection.stats
        is_connected = connection.state is ConnectionState.CONNECTED
        self.graphs.update(
            stats.host_history, idle="" if is_connected else _NOT_MEASURED, name=connection.label
        )
        records = connection.inventory.snapshot().domains if is_connected else ()
        self.ranking.update(records, stats.newest)

    def _ask_for_processor(self) -> None:
        """Ask once for what opening the connection leaves out, for it takes libvirt a while."""
        connection = self.connection
        if not connection.is_connected or self._asked is not None:
            return
        try:
            cpuinfo = CPUINFO if connection.parts.is_here else None
            self._asked = connection.pool.submit(
                lambda: connection.call(lambda raw: processor_model(raw, cpuinfo))
            )
        except ConnectionLost:
            # It was closed in this moment, which the frame hears next.
            return
        self._asked.add_done_callback(self._on_processor)

    def _on_processor(self, asked: Future[str]) -> None:
        try:
            self._processor = asked.result()
        except QvirtError:
            # The connection went away; the next one is asked.
            self._asked = None
            return
        publisher.post(("host-overview", id(self)), self.update)
