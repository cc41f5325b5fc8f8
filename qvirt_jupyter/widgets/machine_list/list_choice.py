"""Which columns a VM list needs: those that the person chose, as far as they are measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from qvirt_jupyter.widgets._messages import Arrangement
    from qvirt_jupyter.widgets.machine_list.columns import Column
    from qvirt_jupyter.widgets.machine_list.list_arrangement import ListArrangement


class ListChoice:
    """What one list shows of its columns; not thread-safe by itself.

    Parameters
    ----------
    columns
        The list's columns.
    arrangement
        How it is arranged.

    Attributes
    ----------
    measured
        The groups of figures that are measured; None for all.
    """

    def __init__(self, columns: Sequence[Column], arrangement: ListArrangement) -> None:
        self._columns = tuple(columns)
        self.arrangement = arrangement
        self.measured: frozenset[str] | None = None

    @property
    def data(self) -> Arrangement:
        """The arrangement as browsers have it."""
        return cast("Arrangement", self.arrangement.document())

    @property
    def unmeasured(self) -> list[str]:
        """The columns that nothing is measured for."""
        measured = self.measured
        return [
            column.id
            for column in self._columns
            if column.group and measured is not None and column.group not in measured
        ]

    def asked(self, also: Iterable[str]) -> set[str]:
        """Return the columns whose values somebody needs.

        Parameters
        ----------
        also
            Those that filters look into.
        """
        chosen = self.arrangement.columns
        asked = {
            column.id
            for column in self._columns
            if column.required or chosen.get(column.id, column.shown)
        }
        asked.add(self.arrangement.sort)
        asked.update(also)
        if self.arrangement.group == "tag":
            asked.add("tags")
        return asked.difference(self.unmeasured)

    def graphs(self, asked: Collection[str]) -> list[Column]:
        """Return those of the columns that plot figures."""
        return [column for column in self._columns if column.figures and column.id in asked]
