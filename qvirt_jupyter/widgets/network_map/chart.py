"""The widget that draws the graph, and says what is pressed in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets._panel_messages import VERSION
from qvirt_jupyter.widgets.network_map.graph import Graph
from qvirt_jupyter.widgets.network_map.traffic import shown_rate
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor.statistics.stats import StatsBatch
    from qvirt_jupyter.widgets._topology_messages import (
        TopologyPatch,
        TopologyRates,
        TopologyState,
    )

_Item = TypeVar("_Item")
_OF_HOST: Final = frozenset({"network", "bridge", "device"})
"""The kinds of nodes that the networks of the host's tab say more of."""


class TopologyChart(PanelPart):
    """Networks, bridges and machines as a graph, and the same as a table.

    Parameters
    ----------
    name
        What the host is called.
    open_machine
        Called with a machine's UUID and the browser window when it is pressed.
    open_networks
        Called with the browser window when a network, a bridge or a device is pressed.
    """

    _module: ClassVar[str] = "topology"
    _part: ClassVar[str] = "topology"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "graph": _(
            "Map of networks and virtual machines: arrow keys move it, plus and minus zoom, "
            "0 shows all. The table below says the same."
        ),
        "tools": _("Map"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "fit": _("Show all"),
        "save": _("Save as PNG"),
        "saveSvg": _("Save as SVG"),
        "title": _("Networks of {host}"),
        "find": _("Find"),
        "findHint": _("name, address, MAC"),
        "found": _("{count} of {total} machines"),
        "zoomHint": _(
            "Ctrl and the wheel zoom; a click opens a machine, or the networks of the host."
        ),
        "caption": _("Interfaces of the virtual machines"),
        "networks": _("Networks"),
        "machine": _("Virtual machine"),
        "state": _("State"),
        "network": _("Network"),
        "device": _("Device"),
        "mac": _("MAC address"),
        "link": _("Link"),
        "received": _("Receives"),
        "sent": _("Sends"),
        "mode": _("Kind"),
        "way": _("Goes out by"),
        "machines": _("Machines"),
        "open": _("Open {name}"),
        "none": _("none"),
        "unknown": _("not measured"),
        "noDrawing": _("This browser cannot draw the map; the tables say the same."),
        "empty": _("There is no network and no virtual machine here yet."),
        "legendDown": _("dashed: cable is pulled"),
        "legendOff": _("faint: machine or network is off"),
        "legendWidth": _("thick: much goes through"),
    }

    def __init__(
        self,
        name: str,
        open_machine: Callable[[str, str], object],
        open_networks: Callable[[str], object],
    ) -> None:
        super().__init__()
        self._open_networks = open_networks
        self._name = name
        self._open_machine = open_machine
        self._number = 0
        self._graph = Graph()
        self._rates: dict[str, list[float] | None] = {}

    @property
    def graph(self) -> Graph:
        """What is shown."""
        return self._graph

    def update(self, graph: Graph) -> None:
        """Show a graph; on the publisher thread.

        Parameters
        ----------
        graph
            What is connected to what now.
        """
        before, self._graph = self._graph, graph
        patch: TopologyPatch = {
            "type": "patch",
            "version": VERSION,
            "number": self._number + 1,
            "nodes": _changed(before.nodes, graph.nodes),
            "edges": _changed(before.edges, graph.edges),
            "removed": [
                *(before.nodes.keys() - graph.nodes.keys()),
                *(before.edges.keys() - graph.edges.keys()),
            ],
        }
        is_same = not (patch["nodes"] or patch["edges"] or patch["removed"])
        if is_same and self._shown is not None:
            return
        self._number += 1
        is_first = self._shown is None
        state: TopologyState = {
            "number": self._number,
            "name": self._name,
            "nodes": [*graph.nodes.values()],
            "edges": [*graph.edges.values()],
        }
        self._shown = state
        if is_first:
            self._send_soon()
        elif self._is_drawn and self.comm is not None:
            self.send(patch)

    def measure(self, batch: StatsBatch) -> None:
        """Show how much goes through each interface; on the publisher thread.

        Parameters
        ----------
        batch
            What one tick measured.
        """
        rates: dict[str, list[float] | None] = {}
        for edge, (uuid, device) in self._graph.cards.items():
            found = batch.devices.of((uuid, "network", device))
            rates[edge] = None if found is None else [shown_rate(rate) for rate in found]
        changed = {edge: rate for edge, rate in rates.items() if self._rates.get(edge) != rate}
        # One that is off now has none.
        changed.update(dict.fromkeys(self._rates.keys() - rates.keys()))
        self._rates = rates
        if changed:
            self._tell_rates(changed)

    def _tell_rates(self, rates: Mapping[str, list[float] | None]) -> None:
        if self._is_drawn and self.comm is not None:
            message: TopologyRates = {"type": "rates", "version": VERSION, "rates": {**rates}}
            self.send(message)

    def _send_state(self) -> None:
        super()._send_state()
        known = {edge: rate for edge, rate in self._rates.items() if rate is not None}
        if known and self._shown is not None:
            self._tell_rates(known)

    def _said(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {"type": "press", "id": str(key)}:
                node = self._graph.nodes.get(key)
                if node is None:
                    return
                if node["kind"] == "machine":
                    self._open_machine(key.partition(":")[2], client)
                elif node["kind"] in _OF_HOST:
                    self._open_networks(client)


def _changed(before: Mapping[str, _Item], now: Mapping[str, _Item]) -> list[_Item]:
    return [item for key, item in now.items() if before.get(key) != item]
