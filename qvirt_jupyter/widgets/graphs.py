"""Graphs of a machine's last two minutes: processors, memory, disks, network."""

from __future__ import annotations

import html
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import bqplot
import ipywidgets
import numpy as np

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets import quantities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from qvirt_jupyter.hypervisor.stats import History, Sample

WINDOW: Final = 120.0
"""Seconds that a graph shows."""
RATE_FLOOR: Final = 10 * 1024
"""The least that the scale of a rate reaches to, in bytes a second (STATS-10)."""
_TICKS: Final = 5
_GAP: Final = 3.5
"""Neighbouring samples that are further apart (in seconds) are not joined by a line."""
_PERCENT: Final = 100.0
_HEIGHT: Final = "150px"


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a graph.

    Parameters
    ----------
    attribute
        Its name in the samples and the history.
    label
        What it is.
    color
        A CSS colour; a variable of JupyterLab, so that it follows the theme.
    """

    attribute: str
    label: LazyString
    color: str


@dataclass(frozen=True, slots=True)
class GraphKind:
    """What a graph shows.

    Parameters
    ----------
    title
        What is measured.
    unit
        Of the values: percent, KiB, or bytes a second.
    series
        Its lines.
    missing
        What is said where libvirt has no figures.
    """

    title: LazyString
    unit: Literal["percent", "KiB", "B/s"]
    series: tuple[Series, ...]
    missing: LazyString


_FIRST: Final = "var(--jp-brand-color1)"
_SECOND: Final = "var(--jp-warn-color1)"

GRAPHS: Final[tuple[GraphKind, ...]] = (
    GraphKind(
        _("Processors"),
        "percent",
        (
            Series("cpu_guest", _("machine"), _FIRST),
            Series("cpu_host", _("host"), _SECOND),
        ),
        _("libvirt has no processor times of this machine."),
    ),
    GraphKind(
        _("Memory"),
        "KiB",
        (Series("memory", _("in use"), _FIRST),),
        _("The guest does not say how much memory it uses."),
    ),
    GraphKind(
        _("Disks"),
        "B/s",
        (
            Series("disk_read", _("read"), _FIRST),
            Series("disk_write", _("written"), _SECOND),
        ),
        _("libvirt has no counters of its disks."),
    ),
    GraphKind(
        _("Network"),
        "B/s",
        (
            Series("network_in", _("received"), _FIRST),
            Series("network_out", _("sent"), _SECOND),
        ),
        _("Its network interfaces have no counters, and no guest agent gives them."),
    ),
)
"""The graphs of the tab, in their order (STATS-12)."""

_FORMATS: Final[Mapping[str, Callable[[float | None], str]]] = {
    "percent": quantities.percent,
    "KiB": lambda value: quantities.size(value, unit="KiB"),
    "B/s": quantities.rate,
}


class Graph(ipywidgets.VBox):
    """One figure with its heading, which says the newest values, or those under the pointer.

    Parameters
    ----------
    kind
        What it shows.
    """

    # One whose making failed half-way is closed too, by its deletion.
    _drawn_of: tuple[ipywidgets.Widget, ...] = ()

    def __init__(self, kind: GraphKind) -> None:
        self._kind = kind
        self._format = _FORMATS[kind.unit]
        self._values: dict[str, NDArray[np.float64]] = {}
        self._age: NDArray[np.float64] = np.empty(0)
        self._sample: Sample | None = None
        self._total: float | None = None
        self._pointer: float | None = None
        self._largest = RATE_FLOOR if kind.unit == "B/s" else 1.0
        self._is_active = True

        self._x = bqplot.LinearScale(min=-WINDOW, max=0.0)
        self._y = bqplot.LinearScale(min=0.0, max=_PERCENT)
        self._lines = [
            bqplot.Lines(
                x=np.array([-WINDOW, 0.0]),
                y=np.zeros(2),
                visible=False,
                scales={"x": self._x, "y": self._y},
                colors=[series.color],
                stroke_width=1.5,
                apply_clip=True,
            )
            for series in kind.series
        ]
        # bqplot's own ticks stand at the ends of the axis, whatever numbers these are.
        self._y_axis = bqplot.Axis(
            scale=self._y,
            side="left",
            grid_lines="solid",
            tick_values=np.linspace(0.0, _PERCENT, _TICKS),
            tick_format="~g",
            label_offset="44px",
        )
        self._x_axis = bqplot.Axis(
            scale=self._x,
            tick_values=np.array([-120.0, -60.0, 0.0]),
            tick_labels={
                "-120": str(_("2 min ago")),
                "-60": str(_("1 min ago")),
                "0": str(_("now")),
            },
            grid_lines="none",
        )
        self._figure = bqplot.Figure(
            marks=self._lines,
            axes=[self._x_axis, self._y_axis],
            display_toolbar=False,
            fig_margin={"top": 8, "bottom": 24, "left": 58, "right": 28},
            min_aspect_ratio=0.1,
            max_aspect_ratio=100,
            padding_y=0,
            background_style={"fill": "transparent"},
            layout=ipywidgets.Layout(width="100%", height=_HEIGHT, min_width="0"),
        )
        self._heading = ipywidgets.HTML()
        self._drawn_of = (
            *self._lines,
            self._x_axis,
            self._y_axis,
            self._x,
            self._y,
            self._figure.scale_x,
            self._figure.scale_y,
        )
        super().__init__([self._heading, self._figure])
        self.add_class("qvirt-graph")
        self._say()

    def update(
        self, history: History | None, sample: Sample | None, *, is_active: bool, now: float
    ) -> None:
        """Draw the newest figures; on the publisher thread.

        Parameters
        ----------
        history
            What was measured; None where nothing was.
        sample
            The newest sample.
        is_active
            Whether the machine runs: only then is a missing figure worth a word.
        now
            The time at the right edge, in seconds since the epoch.
        """
        self._is_active = is_active
        self._sample = sample
        self._total = getattr(sample, "memory_total", None) if self._kind.unit == "KiB" else None
        if history is not None:
            self._take(history, now)
        known = any(bool(np.isfinite(values).any()) for values in self._values.values())
        self._show_figure(shown=known or not (is_active and sample is not None))
        if known:
            self._draw()
        self._say()

    def _take(self, history: History, now: float) -> None:
        times = np.asarray(history.time, dtype=float)
        recent = times >= now - WINDOW - _GAP
        times = times[recent]
        # Where nothing was measured the line has a gap: a point without a value goes in between.
        breaks = np.flatnonzero(np.diff(times) > _GAP) + 1
        self._age = np.insert(times, breaks, times[breaks] - 1e-3) - now
        for series in self._kind.series:
            values = np.asarray(getattr(history, series.attribute), dtype=float)[recent]
            self._values[series.attribute] = np.insert(values, breaks, math.nan)

    def _draw(self) -> None:
        divisor, unit = 1.0, "%"
        if self._kind.unit != "percent":
            unit_of_values = "KiB" if self._kind.unit == "KiB" else "B"
            newest = max(
                (
                    float(np.nanmax(values))
                    for values in self._values.values()
                    if np.isfinite(values).any()
                ),
                default=0.0,
            )
            self._largest = max(self._largest, newest, self._total or 0.0)
            divisor, unit = quantities.scale(self._largest, unit=unit_of_values)
            unit = f"{unit}/s" if self._kind.unit == "B/s" else unit
            top = nice_top(self._largest / divisor)
            if self._y.max != top:
                self._y.max = top
                self._y_axis.tick_values = np.linspace(0.0, top, _TICKS)
        self._set(self._y_axis, "label", unit)
        for line, series in zip(self._lines, self._kind.series, strict=True):
            values = self._values[series.attribute]
            known = np.flatnonzero(np.isfinite(values))
            if known.size:
                # bqplot has no use for a line that begins or ends without a value.
                inner = slice(known[0], known[-1] + 1)
                with line.hold_sync():
                    line.x, line.y = self._age[inner], values[inner] / divisor
            self._set(line, "visible", bool(known.size))

    def _say(self) -> None:
        index = self._index_at_pointer()
        parts = []
        for series in self._kind.series:
            value = self._value(series.attribute, index)
            known = value is not None or (self._is_active and self._sample is not None)
            shown = self._format(value) if known else "-"
            if self._total and value is not None:
                shown = str(_("{part} of {whole}")).format(
                    part=shown, whole=self._format(self._total)
                )
            parts.append(
                f'<span class="qvirt-graph-value">'
                f'<span class="qvirt-graph-key" style="color:{series.color}"></span>'
                f'<span class="qvirt-muted">{html.escape(str(series.label))}</span> '
                f"{html.escape(shown)}</span>"
            )
        if index is not None:
            ago = quantities.span(-float(self._age[index]))
            moment = str(_("{span} ago")).format(span=ago)
            parts.append(f'<span class="qvirt-muted">{html.escape(moment)}</span>')
        title = html.escape(str(self._kind.title))
        text = "".join(parts)
        if self._figure.layout.display == "none":
            missing = f"{_('Not available.')} {self._kind.missing}"
            text = f'<span class="qvirt-muted">{html.escape(missing)}</span>'
        heading = f'<div class="qvirt-graph-head"><strong>{title}</strong>{text}</div>'
        self._set(self._heading, "value", heading)

    def _value(self, attribute: str, index: int | None) -> float | None:
        if index is not None:
            value = float(self._values[attribute][index])
            return None if math.isnan(value) else value
        return getattr(self._sample, attribute, None)

    def _index_at_pointer(self) -> int | None:
        if self._pointer is None or self._age.size == 0:
            return None
        nearest = int(np.abs(self._age - self._pointer).argmin())
        return nearest if abs(float(self._age[nearest]) - self._pointer) <= _GAP else None

    def point(self, share: float | None) -> None:
        """Say the values of a moment; on the publisher thread.

        Parameters
        ----------
        share
            Where on the time axis, from 0 to 1; None for the newest values.
        """
        self._pointer = None if share is None else (share - 1.0) * WINDOW
        self._say()

    def _show_figure(self, *, shown: bool) -> None:
        self._set(self._figure.layout, "display", None if shown else "none")

    @staticmethod
    def _set(widget: Any, name: str, value: object) -> None:  # noqa: ANN401 - any widget
        # A trait that is set to what it is costs no message, but bqplot compares by identity.
        if getattr(widget, name) != value:
            setattr(widget, name, value)

    def close(self) -> None:
        """Take the graph away with what it is drawn of, which is in no widget's children."""
        for widget in self._drawn_of:
            widget.close()
        super().close()


def nice_top(value: float) -> float:
    """Return the least 1, 2, 4 or 8 times a power of ten that is not below a value."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(top * power for top in (1, 2, 4, 8, 10) if top * power >= value * (1 - 1e-9))


class Graphs(ipywidgets.Box):
    """The four graphs of a machine."""

    def __init__(self) -> None:
        self._graphs = [Graph(kind) for kind in GRAPHS]
        super().__init__(self._graphs)
        self.add_class("qvirt-graphs")

    def point(self, graph: int, share: float | None) -> None:
        """Say the values under the pointer; on the publisher thread.

        Parameters
        ----------
        graph
            Which graph, from 0; one that is not there is ignored.
        share
            Where on the time axis, from 0 to 1; None where the pointer has left.
        """
        if 0 <= graph < len(self._graphs):
            self._graphs[graph].point(share)

    def update(self, history: History | None, sample: Sample | None, *, is_active: bool) -> None:
        """Draw the newest figures; on the publisher thread. See :meth:`Graph.update`."""
        now = sample.time if sample is not None else time.time()
        for graph in self._graphs:
            graph.update(history, sample, is_active=is_active, now=now)
