"""Which virtual machine is eating the host: those that run, and what each takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from qvirt_jupyter.hypervisor import DomainRecord
    from qvirt_jupyter.hypervisor.statistics.stats import Sample
    from qvirt_jupyter.widgets._panel_messages import RankedState, RankingState

SHOWN: Final = 50
"""How many machines are listed; the others take less."""
_PERCENT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that machines take of their host.

    Parameters
    ----------
    id
        Its name in messages.
    label
        What it is.
    value
        Reads it of a sample; None where there is no figure.
    text
        Writes it with its unit.
    whole
        The most that it can be; None where there is no such limit.
    """

    id: str
    label: LazyString
    value: Callable[[Sample], float | None]
    text: Callable[[float | None], str]
    whole: float | None = None


def _sum(*parts: float | None) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _memory(sample: Sample) -> float | None:
    # What its process has; the driver may know no more than what the guest was given.
    return sample.memory_total if sample.memory_host is None else sample.memory_host


COLUMNS: Final = (
    Column(
        "cpu",
        _("Processors"),
        lambda sample: sample.cpu_host,
        quantities.percent,
        _PERCENT,
    ),
    Column("memory", _("Memory"), _memory, lambda value: quantities.size(value, unit="KiB")),
    Column(
        "disk",
        _("Disks"),
        lambda sample: _sum(sample.disk_read, sample.disk_write),
        quantities.rate,
    ),
    Column(
        "network",
        _("Network"),
        lambda sample: _sum(sample.network_in, sample.network_out),
        quantities.rate,
    ),
)


class Ranking(PanelPart):
    """A table of the running machines, the greediest first.

    Parameters
    ----------
    open_machine
        Called with a machine's UUID and the browser window when its name is pressed.
    """

    _part: ClassVar[str] = "ranking"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "caption": _("Which virtual machine is eating the host?"),
        "name": _("Virtual machine"),
        "none": _("No virtual machine runs here."),
        "sort": _("Sort by this"),
    }

    def __init__(self, open_machine: Callable[[str, str], object]) -> None:
        super().__init__()
        self._open_machine = open_machine
        self._by = COLUMNS[0]
        self._records: tuple[DomainRecord, ...] = ()
        self._samples: Mapping[str, Sample] = {}

    def update(self, records: Iterable[DomainRecord], samples: Mapping[str, Sample]) -> None:
        """Show what the machines take now; on the publisher thread.

        Parameters
        ----------
        records
            The machines; only those that run are listed.
        samples
            What was measured of them last, by UUID.
        """
        self._records = tuple(record for record in records if record.is_active)
        self._samples = samples
        self._draw()

    def _draw(self) -> None:
        values = {
            record.uuid: [
                None if (sample := self._samples.get(record.uuid)) is None else column.value(sample)
                for column in COLUMNS
            ]
            for record in self._records
        }
        place = COLUMNS.index(self._by)

        def rank(record: DomainRecord) -> tuple[bool, float, str]:
            value = values[record.uuid][place]
            return (value is None, -(value or 0.0), record.label.casefold())

        wholes = [
            column.whole or max((row[number] or 0.0 for row in values.values()), default=0.0) or 1.0
            for number, column in enumerate(COLUMNS)
        ]
        ranked = sorted(self._records, key=rank)
        more = len(ranked) - SHOWN
        state: RankingState = {
            "columns": [{"id": column.id, "label": str(column.label)} for column in COLUMNS],
            "by": self._by.id,
            "rows": [_row(record, values[record.uuid], wholes) for record in ranked[:SHOWN]],
            "more": str(ngettext("and {number} more", "and {number} more", more))
            if more > 0
            else "",
        }
        if state != self.shown:
            self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {"type": "sort", "id": str(name)}:
                for column in COLUMNS:
                    if column.id == name:
                        self._by = column
                        publisher.post(("ranking", id(self)), self._draw)
            case {"type": "press", "id": str(uuid)}:
                if any(record.uuid == uuid for record in self._records):
                    self._open_machine(uuid, client)


def _row(record: DomainRecord, values: list[float | None], wholes: list[float]) -> RankedState:
    return {
        "id": record.uuid,
        "name": record.label,
        "cells": [
            {"text": column.text(value), "share": round(min(1.0, (value or 0.0) / whole), 3)}
            for column, value, whole in zip(COLUMNS, values, wholes, strict=True)
        ],
    }
