"""The panel with the map of a host's networks, for a tab, a section or a cell."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html, publisher
from qvirt_jupyter.hypervisor.host.links import read_members
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.network_map.chart import TopologyChart
from qvirt_jupyter.widgets.network_map.graph import graph_of
from qvirt_jupyter.widgets.notices import NoticeBoard, Notices
from qvirt_jupyter.widgets.panel import Panel
from qvirt_jupyter.widgets.presence import Presence
from qvirt_jupyter.widgets.shell import open_host_tab, open_tab, rename_tab, topology_title

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Subscription
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.statistics.stats import StatsBatch
    from qvirt_jupyter.widgets.network_map.graph import Graph

_LOG = logging.getLogger(__name__)
_HEADINGS: Final = (
    _("Virtual machine"),
    _("Network"),
    _("Device"),
    _("MAC address"),
    _("Link"),
)


class Topology(Panel):
    """What is connected to what on a host, and how much goes through, while somebody looks.

    Parameters
    ----------
    connection
        The connection to the host.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._title = ""
        self._watch: Subscription | None = None
        self._watched: frozenset[str] = frozenset()
        self._notices = NoticeBoard()
        self._members: dict[str, tuple[str, ...]] = {}
        self._asked: object = None
        self._presence = Presence(self._on_presence)
        self._chart = TopologyChart(connection.label, self._open_machine, self._open_networks)
        super().__init__((self._presence, Notices(self._notices), self._chart))
        self.add_class("qvirt-topology-panel")
        self.follow(
            connection.observe(lambda _connection: self._update_soon()),
            connection.inventory.subscribe(lambda _batch: self._update_soon()),
            connection.stats.subscribe(self._on_stats),
        )
        self._update_soon()
        fleet.open_if_idle(connection)

    def snapshot(self) -> str:
        """Return the interfaces and what they are on as a table of plain HTML."""
        graph = self._graph()
        rows = [
            (
                graph.nodes[edge["source"]]["label"],
                graph.nodes[edge["target"]]["label"],
                edge["device"],
                edge["mac"],
                edge["linkLabel"],
            )
            for edge in graph.edges.values()
            if edge["kind"] == "interface"
        ]
        caption = _("Network topology of {host}").format(host=self._connection.label)
        return html.table(caption, _HEADINGS, rows)

    def close(self) -> None:
        """Close the panel's widgets; networks and machines are not touched."""
        self._stop_watching()
        super().close()

    # What comes up: on the publisher thread.

    def _update_soon(self) -> None:
        publisher.post(("topology", id(self)), self._update)

    def _update(self) -> None:
        if self.is_closed:
            return
        title = topology_title(self._connection)
        if title != self._title:
            self._title = title
            rename_tab("topology", {"uri": self._connection.uri}, title)
        fleet.explain(self._connection, self._notices)
        self._look_at_bridges()
        self._chart.update(self._graph())
        if self._watch is not None:
            self._look_closely()

    def _graph(self) -> Graph:
        connection = self._connection
        inventory = connection.inventory
        snapshot = inventory.snapshot()
        return graph_of(snapshot, inventory.definition, connection.label, self._members)

    def _look_at_bridges(self) -> None:
        """Ask what is in the host's bridges, once for each connection and set of networks."""
        connection = self._connection
        now = (connection.is_connected, connection.inventory.snapshot().networks)
        if now == self._asked or not connection.is_connected:
            self._asked = now
            return
        self._asked = now

        def take(members: dict[str, tuple[str, ...]]) -> None:
            if members != self._members:
                self._members = members
                self._update()

        work_in_pool(
            connection,
            lambda: connection.call(read_members, subject=connection.subject),
            take,
            # Without them the map shows the bridges alone; why nothing answers is said above it.
            lambda error: _LOG.debug("The bridges of %s: %s", connection.label, error),
        )

    def _on_stats(self, batch: StatsBatch) -> None:
        self._presence.check()
        if self._watch is not None and not self.is_closed:
            self._chart.measure(batch)

    def _on_presence(self, is_seen: bool) -> None:  # noqa: FBT001 - what the part calls it with
        if self.is_closed:
            return
        if is_seen:
            self._look_closely()
        else:
            self._stop_watching()

    def _look_closely(self) -> None:
        """Have each interface measured of the machines that run."""
        uuids = frozenset(uuid for uuid, _device in self._chart.graph.cards.values())
        if self._watch is not None and uuids == self._watched:
            return
        # First the new one: the tick goes on between them.
        watch = self._connection.stats.watch(uuids, groups=("network",))
        self._stop_watching()
        self._watch, self._watched = watch, uuids

    def _stop_watching(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()

    # What goes down.

    def _open_networks(self, client: str) -> None:
        open_host_tab(self._connection, client, "networks")

    def _open_machine(self, uuid: str, client: str) -> None:
        domain = fleet.domain(self._connection.uri, uuid)
        arguments = {"uri": self._connection.uri, "uuid": uuid}
        open_tab("vm", arguments, str(domain.subject), client)


def topology(connection: Connection) -> Topology:
    """Return a live map of a host's networks: the last value of a cell shows it.

    Parameters
    ----------
    connection
        The connection to the host.
    """
    return Topology(connection)
