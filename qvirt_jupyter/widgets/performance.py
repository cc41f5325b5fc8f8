"""Graphs over a span of time that the user chooses, with an export of what they show."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import ipywidgets

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.statistics.stat_groups import GROUPS
from qvirt_jupyter.widgets._panel_messages import VERSION
from qvirt_jupyter.widgets.graphs import Graph
from qvirt_jupyter.widgets.panel import close_all
from qvirt_jupyter.widgets.panel_part import PanelPart
from qvirt_jupyter.widgets.pointer import Pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from qvirt_jupyter.hypervisor import History
    from qvirt_jupyter.widgets._panel_messages import SpansState
    from qvirt_jupyter.widgets.graph_kinds import GraphKind

    HistoryOf = Callable[[float], History]


@dataclass(frozen=True, slots=True)
class Span:
    """A length of the time axis.

    Parameters
    ----------
    seconds
        How long.
    label
        What its button says.
    name
        The same for a file's name.
    """

    seconds: float
    label: LazyString
    name: str


SPANS: Final = (
    Span(60.0, _("1 min"), "1min"),
    Span(600.0, _("10 min"), "10min"),
    Span(3600.0, _("1 h"), "1h"),
    Span(86400.0, _("24 h"), "24h"),
)
_NEWEST: Final = 60.0
"""Seconds in which the newest figures are looked for."""


class SpanBar(PanelPart):
    """Buttons for the span of the graphs, and for the export.

    Parameters
    ----------
    choose
        Called with the place of the chosen span.
    export
        Returns a file's name and its text.
    """

    _part: ClassVar[str] = "spans"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "spans": _("Time span"),
        "export": _("Save as CSV"),
        "exportHint": _("Save the figures of these graphs as a file of comma-separated values"),
    }

    def __init__(
        self, choose: Callable[[int], object], export: Callable[[], tuple[str, str]]
    ) -> None:
        super().__init__()
        self._choose = choose
        self._export = export
        self.mark(0)

    def mark(self, chosen: int) -> None:
        """Show which span is chosen."""
        state: SpansState = {"spans": [str(span.label) for span in SPANS], "chosen": chosen}
        self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {"type": "span", "index": int(index)} if 0 <= index < len(SPANS):
                publisher.post(("span", id(self)), lambda: self._choose(index))
            case {"type": "export"}:
                publisher.post(("export", id(self), client), lambda: self._send_file(client))

    def _send_file(self, client: str) -> None:
        name, text = self._export()
        # Only for the window that asked, and in no synced state.
        self.send(
            {"type": "file", "version": VERSION, "client": client, "name": name, "text": text}
        )


class Performance(ipywidgets.VBox):
    """The graphs of one machine or host.

    Parameters
    ----------
    kinds
        Which graphs.
    """

    def __init__(self, kinds: Sequence[GraphKind]) -> None:
        self._kinds = tuple(kinds)
        self._span = SPANS[0]
        self._history_of: HistoryOf | None = None
        self._idle: str | LazyString = ""
        self._measured: Collection[str] = ()
        self._name = ""
        # By the title of the whole, and the name of the device.
        self._graphs: dict[tuple[int, str], Graph] = {}
        self._grid = ipywidgets.Box()
        self._grid.add_class("qvirt-graphs")
        self._bar = SpanBar(self._choose, self._file)
        super().__init__([self._bar, self._grid, Pointer(self._point)])
        self.add_class("qvirt-performance")
        self._lay_out([(place, "", kind) for place, kind in enumerate(self._kinds)])

    def update(
        self,
        history_of: HistoryOf,
        *,
        idle: str | LazyString,
        name: str,
        measured: Collection[str] = tuple(GROUPS),
    ) -> None:
        """Draw the newest figures; on the publisher thread.

        Parameters
        ----------
        history_of
            Returns what was measured in so many seconds until now.
        idle
            Why nothing is measured now; empty where it is.
        name
            Whose figures these are, for the export's name.
        measured
            The groups of figures that are measured at all.
        """
        self._history_of, self._idle, self._name = history_of, idle, name
        self._measured = measured
        newest = history_of(_NEWEST)
        seconds = self._span.seconds
        history = newest if seconds == _NEWEST else history_of(seconds)
        wanted = []
        for place, kind in enumerate(self._kinds):
            wanted.append((place, "", kind))
            devices = self._devices(history, kind)
            # The graph of all is that of the only one.
            if len(devices) > 1 and kind.of_device is not None:
                wanted += [(place, device, kind.of_device(device)) for device in sorted(devices)]
        self._lay_out(wanted)
        now = time.time()
        for (place, device), graph in self._graphs.items():
            shown, last = history, newest
            if device:
                kind = self._kinds[place]
                shown = self._devices(history, kind)[device]
                last = self._devices(newest, kind).get(device, shown)
            graph.update(shown, last, window=seconds, idle=self._why_idle(place), now=now)

    def _why_idle(self, place: int) -> str | LazyString:
        group = self._kinds[place].group
        if not self._idle and group and group not in self._measured:
            return _("The preferences say that this is not measured.")
        return self._idle

    @staticmethod
    def _devices(history: History, kind: GraphKind) -> Mapping[str, History]:
        found: Mapping[str, History] = getattr(history, kind.devices) if kind.devices else {}
        return found

    def _lay_out(self, wanted: Sequence[tuple[int, str, GraphKind]]) -> None:
        """Have these graphs in this order."""
        keys = [(place, device) for place, device, _kind in wanted]
        if keys == list(self._graphs):
            return
        before = self._graphs
        self._graphs = {
            (place, device): before.get((place, device)) or Graph(kind)
            for place, device, kind in wanted
        }
        self._grid.children = tuple(self._graphs.values())
        for key in before.keys() - self._graphs.keys():
            close_all(before[key])

    def _choose(self, index: int) -> None:
        self._span = SPANS[index]
        self._bar.mark(index)
        if self._history_of is not None:
            self.update(self._history_of, idle=self._idle, name=self._name, measured=self._measured)

    def _file(self) -> tuple[str, str]:
        name = re.sub(r"[^\w.-]+", "-", self._name).strip("-.") or "figures"
        text = "" if self._history_of is None else self._history_of(self._span.seconds).csv()
        return f"{name}-{self._span.name}.csv", text

    def _point(self, graph: int, share: float | None) -> None:
        graphs = list(self._graphs.values())
        if 0 <= graph < len(graphs):
            graphs[graph].point(share)
