"""The columns of the VM list: what stands in them, said once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from qvirt_jupyter._translation import LazyString, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import DomainRecord
    from qvirt_jupyter.widgets._messages import ColumnSpec, Value

_NO_TEXT = LazyString("")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the VM list.

    Parameters
    ----------
    id
        Its name in messages and settings.
    label
        Its heading.
    kind
        How it is drawn and sorted: ``name`` (the tree), ``state``, ``text``, ``list`` (the first of
        several), ``number``, ``graph`` (a sparkline and its newest value).
    value
        What stands in it, from the record; not for ``name``, ``state`` and ``graph``.
    figure
        What its graph plots: the name of a figure of
        :class:`~qvirt_jupyter.hypervisor.sample.Sample`; nothing for other kinds.
    unit
        ``"KiB"``, ``"percent"``, ``"B/s"`` or nothing.
    width, least_width
        Pixels where there is room, and where there is not; the name takes what is left.
    shown
        Whether it is there before the user chose.
    required
        Whether it cannot be hidden.
    description
        The tooltip of its heading.
    """

    id: str
    label: LazyString
    kind: Literal["name", "state", "text", "list", "number", "graph"]
    value: Callable[[DomainRecord], Value] | None = None
    figure: str = ""
    unit: Literal["", "KiB", "percent", "B/s"] = ""
    width: int = 100
    least_width: int = 72
    shown: bool = True
    required: bool = False
    description: LazyString = _NO_TEXT

    def spec(self) -> ColumnSpec:
        """Return it as the browser needs it."""
        return {
            "id": self.id,
            "label": str(self.label),
            "description": str(self.description) if self.description else "",
            "kind": self.kind,
            "unit": self.unit,
            "width": self.width,
            "least_width": self.least_width,
            "shown": self.shown,
            "required": self.required,
        }


COLUMNS: tuple[Column, ...] = (
    Column("name", _("Name"), "name", least_width=132, required=True),
    Column("state", _("State"), "state", width=140, least_width=52),
    Column(
        "cpu",
        _("CPU"),
        "graph",
        figure="cpu_guest",
        unit="percent",
        width=156,
        least_width=68,
        description=_("Use of the machine's own processors"),
    ),
    Column(
        "memory",
        _("Memory"),
        "number",
        value=lambda record: record.memory or None,
        unit="KiB",
        width=92,
        least_width=76,
        description=_("Memory that the machine has now"),
    ),
    Column(
        "address",
        _("IP address"),
        "list",
        value=lambda record: list(record.addresses),
        width=150,
        least_width=84,
    ),
)
"""The columns of the list, in their order."""
