"""Graphs of what was measured: lines with gaps, and the values in words above them."""

from __future__ import annotations

import html
import math
import time
from typing import TYPE_CHECKING, Any, Final

import bqplot
import ipywidgets
import numpy as np

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets import quantities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from qvirt_jupyter.hypervisor import History
    from qvirt_jupyter.widgets.graph_kinds import GraphKind, Series

RATE_FLOOR: Final = 10 * 1024
"""The least that the scale of a rate reaches to, in bytes a second (STATS-10)."""
GAP: Final = 2.5
"""Neighbouring points that are further apart, in steps of their history, have no line between."""
_TICKS: Final = 5
_PERCENT: Final = 100.0
_HEIGHT: Final = "150px"
_STILL: Final = 600
"""Where this part of the time axis has not passed, nothing would be seen to move."""
_SEEN: Final = 300
"""This part of the time axis is wide enough to be seen."""

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
        self._newest: dict[str, float | None] = {}
        self._reach = 0.0
        self._window = 0.0
        self._drawn = -math.inf
        self._pointer: float | None = None
        self._largest = 0.0
        self._idle: str | LazyString = ""

        self._x = bqplot.LinearScale(min=-1.0, max=0.0)
        self._y = bqplot.LinearScale(min=0.0, max=_PERCENT)
        self._lines = [
            bqplot.Lines(
                x=np.array([-1.0, 0.0]),
                y=np.zeros(2),
                visible=False,
                scales={"x": self._x, "y": self._y},
                colors=[series.color],
                line_style=series.style,
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
        self._x_axis = bqplot.Axis(scale=self._x, grid_lines="none")
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
            self._figure,
            self._figure.layout,
            *self._lines,
            self._x_axis,
            self._y_axis,
            self._x,
            self._y,
            self._figure.scale_x,
            self._figure.scale_y,
        )
        super().__init__([self._heading])
        self.add_class("qvirt-graph")
        self._say()

    def update(
        self,
        history: History,
        newest: History,
        *,
        window: float,
        idle: str | LazyString,
        now: float,
    ) -> None:
        """Draw the newest figures; on the publisher thread.

        Parameters
        ----------
        history
            What was measured in the window.
        newest
            What was measured last, as finely as it is kept.
        window
            Seconds that the graph shows.
        idle
            Why nothing is measured now; empty where it is, only then is a missing figure worth a
            word.
        now
            The time at the right edge, in seconds since the epoch.
        """
        self._idle = idle
        self._newest = {
            series.figure: _last(newest, series.figure, now) for series in self._kind.series
        }
        if window != self._window:
            self._set_window(window)
        known = any(
            bool(np.isfinite(_column(history, series.figure)).any()) for series in self._kind.series
        )
        self._show_figure(shown=known)
        if known and now - self._drawn >= window / _STILL:
            self._drawn = now
            self._take(history, now)
            self._draw()
        self._say()

    def _set_window(self, window: float) -> None:
        self._window = window
        self._drawn = -math.inf
        self._largest = RATE_FLOOR if self._kind.unit == "B/s" else 1.0
        ticks = (-window, -window / 2, 0.0)
        self._x.min = -window
        self._x_axis.tick_labels = {
            f"{tick:g}": _ago(-tick) if tick else str(_("now")) for tick in ticks
        }
        self._x_axis.tick_values = np.array(ticks)

    def _take(self, history: History, now: float) -> None:
        self._reach = GAP * history.step
        recent = history.time >= now - self._window - self._reach
        times = history.time[recent]
        # Where nothing was measured the line has a gap: a point without a value goes in between.
        # What comes after it begins with what its first point stands for, or one that is alone
        # would not be seen.
        breaks = np.flatnonzero(np.diff(times) > self._reach) + 1
        starts = np.insert(breaks, 0, 0) if times.size else breaks
        lead = max(history.step, self._window / _SEEN)
        places = np.concatenate([breaks, starts])
        before = np.concatenate([times[breaks] - lead - 1e-3, times[starts] - lead])
        self._age = np.insert(times, places, before) - now
        for series in self._kind.series:
            values = _column(history, series.figure)[recent]
            added = np.concatenate([np.full(breaks.size, math.nan), values[starts]])
            self._values[series.figure] = np.insert(values, places, added)

    def _draw(self) -> None:
        divisor, unit = 1.0, "%"
        if self._kind.unit != "percent":
            largest = max(
                (
                    float(np.nanmax(values))
                    for values in self._values.values()
                    if np.isfinite(values).any()
                ),
                default=0.0,
            )
            # It grows and does not shrink, or peaks would be all the same height (STATS-10).
            self._largest = max(self._largest, largest)
            divisor, unit = quantities.scale(
                self._largest, unit="KiB" if self._kind.unit == "KiB" else "B"
            )
            unit = f"{unit}/s" if self._kind.unit == "B/s" else unit
            top = nice_top(self._largest / divisor)
            if self._y.max != top:
                self._y.max = top
                self._y_axis.tick_values = np.linspace(0.0, top, _TICKS)
        _set(self._y_axis, "label", unit)
        for line, series in zip(self._lines, self._kind.series, strict=True):
            values = self._values[series.figure]
            known = np.flatnonzero(np.isfinite(values))
            if known.size:
                # bqplot has no use for a line that begins or ends without a value.
                inner = slice(known[0], known[-1] + 1)
                with line.hold_sync():
                    line.x, line.y = self._age[inner], values[inner] / divisor
            _set(line, "visible", bool(known.size))

    def _say(self) -> None:
        index = self._index_at_pointer()
        if self._figure in self.children:
            parts = [self._said(series, self._value(series, index)) for series in self._kind.series]
            if index is not None:
                parts.append(_muted(self._moment(index)))
        elif self._idle:
            parts = [_muted(str(self._idle))]
        elif self._newest:
            parts = [_muted(f"{_('Not available.')} {self._kind.missing}")]
        else:
            parts = []
        title = html.escape(str(self._kind.title))
        heading = f'<div class="qvirt-graph-head"><strong>{title}</strong>{"".join(parts)}</div>'
        _set(self._heading, "value", heading)

    def _said(self, series: Series, value: float | None) -> str:
        if value is None and series.optional:
            return ""
        shown = "-" if value is None and self._idle else self._format(value)
        return (
            f'<span class="qvirt-graph-value">'
            f'<span class="qvirt-graph-key qvirt-line-{series.style}"'
            f' style="color:{series.color}"></span>'
            f"{_muted(str(series.label))} {html.escape(shown)}</span>"
        )

    def _value(self, series: Series, index: int | None) -> float | None:
        if index is None:
            return self._newest.get(series.figure)
        value = float(self._values[series.figure][index])
        return None if math.isnan(value) else value

    def _moment(self, index: int) -> str:
        age = -float(self._age[index])
        clock = time.strftime("%H:%M:%S", time.localtime(self._drawn - age))
        return f"{_ago(age)}, {clock}"

    def _index_at_pointer(self) -> int | None:
        if self._pointer is None or self._age.size == 0:
            return None
        moment = (self._pointer - 1.0) * self._window
        nearest = int(np.abs(self._age - moment).argmin())
        # Half a step and one pixel or so on either side.
        reach = self._reach + self._window / _STILL
        return nearest if abs(float(self._age[nearest]) - moment) <= reach else None

    def point(self, share: float | None) -> None:
        """Say the values of a moment; on the publisher thread.

        Parameters
        ----------
        share
            Where on the time axis, from 0 to 1; None for the newest values.
        """
        self._pointer = share
        self._say()

    def _show_figure(self, *, shown: bool) -> None:
        # Taken out and not hidden: bqplot computes negative sizes where it has no room.
        wanted = (self._heading, self._figure) if shown else (self._heading,)
        _set(self, "children", wanted)

    def close(self) -> None:
        """Take the graph away with what it is drawn of, which may be in no widget's children."""
        for widget in self._drawn_of:
            widget.close()
        super().close()


def nice_top(value: float) -> float:
    """Return the least 1, 2, 4 or 8 times a power of ten that is not below a value."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(top * power for top in (1, 2, 4, 8, 10) if top * power >= value * (1 - 1e-9))


def _column(history: History, figure: str) -> NDArray[np.float64]:
    values = history.figures.get(figure)
    return np.full(len(history), math.nan) if values is None else values


def _last(history: History, figure: str, now: float) -> float | None:
    """Return the newest figure, unless it is too old to be that of now."""
    if not len(history) or now - history.time[-1] > GAP * history.step:
        return None
    value = float(_column(history, figure)[-1])
    return None if math.isnan(value) else value


def _ago(seconds: float) -> str:
    return str(_("{span} ago")).format(span=quantities.span(seconds))


def _muted(words: str) -> str:
    return f'<span class="qvirt-muted">{html.escape(words)}</span>'


def _set(widget: Any, name: str, value: object) -> None:  # noqa: ANN401 - any widget
    # A trait that is set to what it is costs no message, but bqplot compares by identity.
    if getattr(widget, name) != value:
        setattr(widget, name, value)
