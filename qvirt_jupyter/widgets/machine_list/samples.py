"""Figures of the VM list on their way to browsers: only those that differ, in few bytes."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from qvirt_jupyter.hypervisor import History
    from qvirt_jupyter.hypervisor.statistics.sample import Samples as MeasuredSamples
    from qvirt_jupyter.widgets._messages import Samples, Series
    from qvirt_jupyter.widgets.machine_list.columns import Column

POINTS: Final = 40
"""How many samples a sparkline shows (MGR-25)."""
_DIGITS: Final = 3
"""That count in a size or a rate: more can be neither read nor seen."""
_GAP: Final = 2.5
"""Steps between two samples from which on there is a gap."""


class SampleFeed:
    """Says what is new since the tick before; not thread-safe by itself.

    Parameters
    ----------
    columns
        Those of the list that plot figures.
    """

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        self.columns = tuple(columns)
        # By connection: whose figures browsers have, which, and since when.
        self._told: dict[str, tuple[Mapping[str, int], NDArray[np.float64], float]] = {}

    def choose(self, columns: Sequence[Column]) -> bool:
        """Plot these columns and no others; return whether that is a change."""
        if self.columns == tuple(columns):
            return False
        self.columns = tuple(columns)
        self._told = {}
        return True

    def tick(
        self,
        uri: str,
        samples: MeasuredSamples,
        rows: Mapping[str, int],
        interval: float,
    ) -> Samples | None:
        """Return what browsers have to hear of a tick, or None where nothing differs.

        Parameters
        ----------
        uri
            The connection.
        samples
            What was measured.
        rows
            The numbers of the rows whose figures matter, by UUID.
        interval
            Seconds until the next tick.
        """
        values = self._shown(lambda names: samples.table(rows, names))
        before, since = self._before(uri, rows, samples.time)
        self._told[uri] = (rows, values, samples.time)
        same = (values == before) | (np.isnan(values) & np.isnan(before))
        changed = np.flatnonzero(~same.all(axis=1))
        paused = samples.time - since > _GAP * interval and not np.isnan(before).all()
        if not len(changed) and not paused:
            return None
        numbers = list(rows.values())
        return {
            "kind": "samples",
            "time": round(samples.time, 2),
            "since": round(since, 2),
            "interval": interval,
            "columns": [column.id for column in self.columns],
            "rows": [numbers[index] for index in changed],
            "values": [_plain(column) for column in values[changed].T],
        }

    def silent_since(self, uri: str) -> float | None:
        """Return the time of the newest tick; None where no browser has a figure."""
        told = self._told.get(uri)
        return None if told is None or np.isnan(told[1]).all() else told[2]

    def series(self, histories: Iterable[tuple[int, History]]) -> Series:
        """Return what rows have had before.

        Parameters
        ----------
        histories
            Numbers of rows, and what was measured of their machines.
        """
        rows, times, values = [], [], []
        for number, history in histories:
            if not len(history):
                continue
            steps = np.diff(history.time)
            # A pause is a point without values, just after the last that was measured.
            breaks = np.flatnonzero(steps > _GAP * history.step) + 1
            table = self._shown(functools.partial(_columns, history))
            table = np.insert(table, breaks, math.nan, axis=0)
            moments = np.insert(history.time, breaks, history.time[breaks - 1] + history.step)
            rows.append(number)
            times.append(np.round(moments, 2).tolist())
            values.append([_plain(column) for column in table.T])
        return {
            "kind": "series",
            "columns": [column.id for column in self.columns],
            "rows": rows,
            "times": times,
            "values": values,
        }

    def _before(
        self, uri: str, rows: Mapping[str, int], now: float
    ) -> tuple[NDArray[np.float64], float]:
        """Return what browsers have of these rows, and of when."""
        nothing = np.full((len(rows), len(self.columns)), np.nan)
        told = self._told.get(uri)
        if told is None:
            return nothing, now
        if told[0] is rows or told[0] == rows:
            return told[1], told[2]
        places = {uuid: place for place, uuid in enumerate(told[0])}
        for place, uuid in enumerate(rows):
            if uuid in places:
                nothing[place] = told[1][places[uuid]]
        return nothing, told[2]

    def _shown(self, table: Callable[[Sequence[str]], NDArray[np.float64]]) -> NDArray[np.float64]:
        """Return a column of figures for each of ours, as people read them.

        Parameters
        ----------
        table
            Returns a column for each of some figures.
        """
        names = [name for column in self.columns for name in column.figures]
        figures = table(names)
        found = np.empty((len(figures), len(self.columns)))
        place = 0
        for index, column in enumerate(self.columns):
            parts = figures[:, place : place + len(column.figures)]
            place += len(column.figures)
            total = parts[:, 0]
            if len(column.figures) > 1:
                total = np.where(np.isnan(parts).all(axis=1), math.nan, np.nansum(parts, axis=1))
            found[:, index] = _rounded(total, column)
        return found


def _columns(history: History, names: Sequence[str]) -> NDArray[np.float64]:
    if not names:
        return np.empty((len(history), 0))
    return np.array([getattr(history, name) for name in names]).T


def _rounded(figures: NDArray[np.float64], column: Column) -> NDArray[np.float64]:
    """Return whole numbers, and of large ones only the first digits."""
    if column.unit == "percent":
        return np.rint(figures)
    power = np.floor(np.log10(np.fmax(figures, 1.0))) - (_DIGITS - 1)
    unit = 10.0 ** np.maximum(power, 0.0)
    rounded: NDArray[np.float64] = np.rint(figures / unit) * unit
    return rounded


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    """Return numbers as JSON has them, in the fewest characters."""
    return [None if math.isnan(value) else int(value) for value in values.tolist()]
