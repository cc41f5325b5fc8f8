"""Turns counters into figures, for all machines at once.

With thousands of machines an object for each reading would cost more than libvirt's calls; here
each machine, or device, is one column of a few arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, Literal, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import KeysView, Mapping, Sequence

    from numpy.typing import NDArray

_Key = TypeVar("_Key")
_START: Final = 16


class Counter(NamedTuple):
    """What is read of a group.

    Parameters
    ----------
    name
        Of the figure that it becomes.
    kind
        ``"rate"``: its growth a second is the figure. ``"level"``: it is the figure itself.
    """

    name: str
    kind: Literal["rate", "level"]


class Columns(Generic[_Key]):
    """Gives each key a column, and the columns of keys that are gone to others.

    Parameters
    ----------
    capacity
        For how many there is room at first.
    """

    def __init__(self, capacity: int = _START) -> None:
        self._of: dict[_Key, int] = {}
        self._free: list[int] = []
        self.capacity = capacity

    def __getitem__(self, key: _Key) -> int:
        return self._of[key]

    def get(self, key: _Key) -> int | None:
        """Return the column of a key, or None."""
        return self._of.get(key)

    @property
    def keys(self) -> KeysView[_Key]:
        """All keys that have a column."""
        return self._of.keys()

    def add(self, key: _Key) -> int:
        """Return the column of a key, a new one where it has none."""
        column = self._of.get(key)
        if column is None:
            column = self._free.pop() if self._free else len(self._of)
            self._of[key] = column
            while column >= self.capacity:
                # Not doubled: each column has a day of figures.
                self.capacity += max(_START, self.capacity // 16)
        return column

    def reserve(self, number: int) -> None:
        """Have room for so many at once, instead of growing with each."""
        self.capacity = max(self.capacity, number)

    def remove(self, key: _Key) -> int:
        """Take a key away and return the column that it had."""
        column = self._of.pop(key)
        self._free.append(column)
        return column


def widened(array: NDArray[np.floating], capacity: int) -> NDArray[np.floating]:
    """Return the array with room for so many columns (its last axis), filled with NaN."""
    missing = capacity - array.shape[-1]
    if missing <= 0:
        return array
    room = np.full((*array.shape[:-1], missing), np.nan, dtype=array.dtype)
    return np.concatenate([array, room], axis=-1)


class _Shown(NamedTuple):
    """The figures of a group, and for which questions they are the answer."""

    figures: Mapping[str, NDArray[np.float64]]
    since: float
    oldest: float


class Meter(Generic[_Key]):
    """Reads counters of many things into figures.

    Parameters
    ----------
    groups
        Which counters are read together.
    columns
        Who has which column.
    """

    def __init__(self, groups: Mapping[str, Sequence[Counter]], columns: Columns[_Key]) -> None:
        self._groups = groups
        self._columns = columns
        self._is_rate = {
            group: np.array([[counter.kind == "rate"] for counter in counters])
            for group, counters in groups.items()
        }
        room = columns.capacity
        # By group: counters by column, when they were read, and the figures made of them.
        self._before = {g: np.full((len(c), room), np.nan) for g, c in groups.items()}
        self._figures = {g: np.full((len(c), room), np.nan) for g, c in groups.items()}
        self._at = {group: np.full(room, np.nan) for group in groups}
        # Most groups are read seldom: between two readings their figures are the same arrays.
        self._shown: dict[str, _Shown] = {}

    def restart(self, column: int) -> None:
        """Forget what was read of a column: its next reading is a first one."""
        self._grow()
        self._shown.clear()
        for group in self._groups:
            self._before[group][:, column] = np.nan
            self._figures[group][:, column] = np.nan
            self._at[group][column] = np.nan

    def take(
        self,
        group: str,
        columns: Sequence[int] | NDArray[np.intp] | slice,
        at: Sequence[float] | NDArray[np.floating],
        values: Sequence[Sequence[float | None]] | NDArray[np.floating],
    ) -> None:
        """Take readings of a group.

        Parameters
        ----------
        group
            Which.
        columns
            Whose, without repetition; a slice where they stand side by side, which is quicker.
        at
            When each was read, in seconds of a clock that only goes forward.
        values
            Of each, its counters; None or NaN where there is none.
        """
        if not len(values):
            return
        self._grow()
        index = columns if isinstance(columns, slice) else np.asarray(columns, dtype=np.intp)
        moment = np.asarray(at, dtype=np.float64)
        read = np.array(values, dtype=np.float64).T
        seconds = moment - self._at[group][index]
        # A counter starts again when the machine does; that is no negative traffic.
        grown = np.maximum(0.0, read - self._before[group][:, index])
        rates = np.divide(grown, seconds, out=np.full_like(grown, np.nan), where=seconds > 0)
        self._figures[group][:, index] = np.where(self._is_rate[group], rates, read)
        self._before[group][:, index] = read
        self._at[group][index] = moment
        self._shown.pop(group, None)

    def read_at(self, group: str) -> NDArray[np.float64]:
        """Return when each column was read last; NaN where it was not."""
        self._grow()
        return self._at[group]

    def figures(self, since: Mapping[str, float]) -> dict[str, NDArray[np.float64]]:
        """Return the newest figures by name, for all columns; they are not changed any more.

        Figures of groups of which nothing is known are left out.

        Parameters
        ----------
        since
            By group; what was read before that moment counts as not known.
        """
        self._grow()
        found: dict[str, NDArray[np.float64]] = {}
        for group in self._groups:
            moment, shown = since[group], self._shown.get(group)
            if shown is None or not shown.since <= moment <= shown.oldest:
                shown = self._shown[group] = self._fresh(group, moment)
            found.update(shown.figures)
        return found

    def _fresh(self, group: str, since: float) -> _Shown:
        at = self._at[group]
        # Comparing with NaN, for what was never read, is False.
        fresh = at >= since
        oldest = float(np.min(at, where=fresh, initial=np.inf))
        if oldest == np.inf:
            return _Shown({}, since, oldest)
        rows = np.where(fresh, self._figures[group], np.nan)
        names = (counter.name for counter in self._groups[group])
        return _Shown(dict(zip(names, rows, strict=True)), since, oldest)

    def _grow(self) -> None:
        room = self._columns.capacity
        if next(iter(self._at.values())).shape[-1] >= room:
            return
        self._shown.clear()
        for table in (self._before, self._figures, self._at):
            for group in self._groups:
                table[group] = widened(table[group], room)
