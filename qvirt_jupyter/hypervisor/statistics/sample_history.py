"""What was measured in the last 24 hours, at three resolutions, in rings that never grow."""

from __future__ import annotations

import csv
import importlib
import io
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

import numpy as np

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import Unsupported
from qvirt_jupyter.hypervisor.statistics.meter import Columns, widened
from qvirt_jupyter.hypervisor.statistics.sample import PERCENTAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


_Key = TypeVar("_Key")


class Resolution(NamedTuple):
    """How finely, and how long, samples are kept.

    Parameters
    ----------
    step
        Seconds that one point stands for; 0 keeps each tick.
    span
        Seconds that are kept.
    length
        Points that are kept.
    """

    step: float
    span: float
    length: int


RESOLUTIONS: Final = (
    # One more than fits: the point that a line comes from, left of the edge.
    Resolution(0.0, 300.0, 301),
    Resolution(15.0, 3600.0, 241),
    Resolution(300.0, 86400.0, 289),
)
"""Each tick for 5 minutes, 15 s for an hour, 5 minutes for a day."""
TOGETHER: Final = 8
"""Samples that are added to a mean at once."""
SPAN: Final = RESOLUTIONS[0].span
LONGEST: Final = RESOLUTIONS[-1].span


@dataclass(frozen=True, eq=False)
class History:
    """What was measured of one thing, the oldest first; NaN where there was no figure.

    Each figure is also an attribute: ``history.cpu_guest``. Units are those of
    :class:`~qvirt_jupyter.hypervisor.statistics.sample.Sample`.

    Parameters
    ----------
    time
        In seconds since the epoch.
    step
        Seconds that one point stands for. Neighbours that are much further apart have a gap
        between them: nothing was measured.
    figures
        By name, a value for each time.
    disks, interfaces
        Of a machine, by the name of the device: ``read`` and ``write``, ``received`` and ``sent``,
        in bytes per second. Only those of machines that somebody has looked at closely.
    """

    time: NDArray[np.float64]
    step: float
    figures: Mapping[str, NDArray[np.float64]]
    disks: Mapping[str, History] = field(default_factory=dict)
    interfaces: Mapping[str, History] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.time)

    def __getattr__(self, name: str) -> NDArray[np.float64]:
        try:
            return self.figures[name]
        except KeyError:
            raise AttributeError(f"There is no figure {name!r} in this history.") from None

    @property
    def is_empty(self) -> bool:
        """Whether no figure is known at any of the times."""
        return all(bool(np.isnan(values).all()) for values in self.figures.values())

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """Return all figures, also those of the devices, such as ``disk vda read``."""
        found = dict(self.figures)
        for kind, devices in (("disk", self.disks), ("interface", self.interfaces)):
            for device, history in devices.items():
                for name, values in history.figures.items():
                    found[f"{kind} {device} {name}"] = values
        return found

    def csv(self) -> str:
        """Return it as comma-separated values: times in UTC, empty where there was no figure."""
        return csv_of((), [((), self)])

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas is optional
        """Return it as a table of pandas: a row for each time (UTC), a column for each figure.

        Raises
        ------
        Unsupported
            pandas is not installed.
        """
        pandas = import_pandas()
        index = pandas.to_datetime(self.time, unit="s", utc=True)
        return pandas.DataFrame(self.columns(), index=index.rename("time"))


def csv_of(names: Sequence[str], histories: Sequence[tuple[Sequence[str], History]]) -> str:
    """Return histories as one table of comma-separated values.

    Parameters
    ----------
    names
        Headings of the columns that say whose figures a line has.
    histories
        What stands in those columns, and the figures.
    """
    headings = list(dict.fromkeys(name for _who, one in histories for name in one.columns()))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time", *names, *headings])
    for who, history in histories:
        columns = history.columns()
        empty = np.full(len(history), np.nan)
        rows = np.array([columns.get(name, empty) for name in headings]).T
        for moment, row in zip(history.time, rows, strict=True):
            written = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
            cells = ["" if np.isnan(value) else f"{value:.10g}" for value in row]
            writer.writerow([written, *who, *cells])
    return text.getvalue()


def import_pandas() -> Any:  # noqa: ANN401 - pandas is optional
    """Return pandas.

    Raises
    ------
    Unsupported
        It is not installed.
    """
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise Unsupported(
            _("The package pandas is not installed."),
            next_step=_("Install it with `pip install pandas`, or use the export as CSV."),
            details=str(error),
        ) from error


class _Ring:
    """The newest rows of a table at one resolution; a row is one time for all columns."""

    def __init__(self, resolution: Resolution, coarser: _Ring | None = None) -> None:
        self.resolution = resolution
        self._coarser = coarser
        self._times = np.full(resolution.length, np.nan)
        self._next = 0
        self._rows: dict[str, NDArray[np.floating]] = {}
        # Of the step that is under way: sums and numbers of figures, and what is not in them yet.
        self._slot = -1
        self._newest = np.nan
        self._waiting: list[Mapping[str, NDArray[np.float64]]] = []
        self._sums: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def add(self, moment: float, figures: Mapping[str, NDArray[np.float64]]) -> None:
        """Add what was measured at a moment."""
        if not self.resolution.step:
            self._put(moment, figures)
            return
        slot = int(moment // self.resolution.step)
        if slot != self._slot:
            self._finish()
            self._slot = slot
        self._newest = moment
        self._waiting.append(figures)
        if len(self._waiting) >= TOGETHER:
            self._add_up()

    def column(self, column: int, since: float) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """Return the times after a moment, and the figures of a column."""
        order = np.concatenate([np.arange(self._next, len(self._times)), np.arange(self._next)])
        # Comparing with NaN, where nothing is yet, is False.
        order = order[self._times[order] >= since]
        times = self._times[order]
        figures = {
            name: rows[order, column].astype(np.float64)
            if column < rows.shape[-1]
            else np.full(len(order), np.nan)
            for name, rows in self._rows.items()
        }
        self._add_up()
        if self._sums:
            # The step that is under way, so that nobody waits minutes for a first point.
            times = np.append(times, self._newest)
            means = self._means()
            for name in {**figures, **means}:
                mean = means.get(name, np.empty(0))
                value = mean[column] if column < len(mean) else np.nan
                before = figures.get(name, np.full(len(order), np.nan))
                figures[name] = np.append(before, value)
        return times, figures

    def erase(self, column: int) -> None:
        """Forget a column, for another thing to use it."""
        self._add_up()
        for rows in self._rows.values():
            if column < rows.shape[-1]:
                rows[:, column] = np.nan
        for total, count in self._sums.values():
            if column < len(total):
                total[column] = count[column] = 0.0

    def is_empty(self, column: int) -> bool:
        """Whether nothing is kept of a column."""
        _times, figures = self.column(column, -np.inf)
        return all(bool(np.isnan(values).all()) for values in figures.values())

    def _add_up(self) -> None:
        """Add what waits to the sums; several at once cost hardly more than one."""
        waiting, self._waiting = self._waiting, []
        for name in dict.fromkeys(name for figures in waiting for name in figures):
            arrays = [figures[name] for figures in waiting if name in figures]
            # The newest has the most columns.
            width = arrays[-1].shape[-1]
            values = np.array([widened(array, width) for array in arrays])
            known = ~np.isnan(values)
            before = self._sums.get(name)
            if before is None and not known.any():
                continue
            total, count = values.sum(axis=0, where=known), known.sum(axis=0, dtype=np.float64)
            if before is not None:
                total[: len(before[0])] += before[0]
                count[: len(before[1])] += before[1]
            self._sums[name] = (total, count)

    def _means(self) -> dict[str, NDArray[np.float64]]:
        return {
            name: np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
            for name, (total, count) in self._sums.items()
        }

    def _finish(self) -> None:
        """Put the step that is under way into the ring."""
        self._add_up()
        if self._sums:
            moment, means = (self._slot + 0.5) * self.resolution.step, self._means()
            self._put(moment, means)
            if self._coarser is not None:
                self._coarser.add(moment, means)
            self._sums = {}

    def _put(self, moment: float, figures: Mapping[str, NDArray[np.float64]]) -> None:
        self._times[self._next] = moment
        for name, values in figures.items():
            rows = self._rows.get(name)
            if rows is None:
                # A figure that nobody ever asked for takes no room.
                if np.isnan(values).all():
                    continue
                # Two bytes tell a share to 0.03 percent; sizes and rates need four.
                kind: type[np.floating] = np.float16 if name in PERCENTAGES else np.float32
                rows = np.full((self.resolution.length, len(values)), np.nan, dtype=kind)
            self._rows[name] = rows = widened(rows, len(values))
            rows[self._next] = values
        for name in self._rows.keys() - figures.keys():
            self._rows[name][self._next] = np.nan
        self._next = (self._next + 1) % self.resolution.length


class SampleTable(Generic[_Key]):
    """The histories of many things that are measured together.

    Parameters
    ----------
    columns
        Who has which column.
    names
        The figures.
    """

    def __init__(self, columns: Columns[_Key], names: Sequence[str]) -> None:
        self._columns = columns
        self._names = tuple(names)
        fine, medium, coarse = RESOLUTIONS
        longest = _Ring(coarse)
        self._rings = (_Ring(fine), _Ring(medium, longest), longest)

    def add(
        self, moment: float, figures: Mapping[str, NDArray[np.float64]], *, fine: bool = True
    ) -> None:
        """Add what was measured.

        Parameters
        ----------
        moment
            In seconds since the epoch.
        figures
            By name, a value for each column.
        fine
            Whether somebody looks; otherwise it is only kept for the longer spans.
        """
        shortest, longer, _longest = self._rings
        if fine:
            shortest.add(moment, figures)
        longer.add(moment, figures)

    def erase(self, column: int) -> None:
        """Forget a column."""
        for ring in self._rings:
            ring.erase(column)

    def is_empty(self, column: int) -> bool:
        """Whether nothing is kept of a column."""
        return all(ring.is_empty(column) for ring in self._rings)

    def history(self, key: _Key, span: float, tick: float, now: float | None = None) -> History:
        """Return what is kept of a thing.

        Parameters
        ----------
        key
            Which; one that is not known has an empty history.
        span
            Seconds until now; the finest resolution that reaches so far is taken.
        tick
            Seconds between two samples while somebody looks.
        now
            In seconds since the epoch.
        """
        ring = next((ring for ring in self._rings if ring.resolution.span >= span), self._rings[-1])
        step = max(ring.resolution.step, tick)
        column = self._columns.get(key)
        since = (time.time() if now is None else now) - span - step
        times: NDArray[np.float64] = np.empty(0)
        found: dict[str, NDArray[np.float64]] = {}
        if column is not None:
            times, found = ring.column(column, since)
        nothing = np.full(len(times), np.nan)
        return History(times, step, {name: found.get(name, nothing) for name in self._names})
