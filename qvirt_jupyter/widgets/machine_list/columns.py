"""The columns of the VM list: what stands in them, said once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from qvirt_jupyter._translation import LazyString, _, ngettext
from qvirt_jupyter.hypervisor import DomainState
from qvirt_jupyter.widgets.machine.pending import lines_of
from qvirt_jupyter.widgets.system_names import system_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.documents import Change
    from qvirt_jupyter.hypervisor import DomainRecord
    from qvirt_jupyter.widgets._messages import ColumnKind, ColumnSpec, Unit, Value

_NO_TEXT = LazyString("")
PENDING = "pending"
"""The column for which definitions are compared while it is wanted."""


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
        How it is drawn, sorted and searched: ``name`` (the tree), ``state``, ``text``, ``list``
        (the first of several), ``tags``, ``number``, ``graph`` (a sparkline and its newest
        value), ``since`` (how long it has been), ``flag``, ``changes`` (how many they are in words,
        then each of them), ``connection``.
    value
        What stands in it, from the record; not for ``name``, ``state``, ``graph`` and
        ``connection``.
    figures
        What its graph plots: the sum of these figures of a
        :class:`~qvirt_jupyter.hypervisor.statistics.sample.Sample`; nothing for other kinds.
    group
        What must be measured for it: a group of ``Stats.watch``.
    unit
        Of numbers and figures.
    width, least_width
        Pixels where there is room, and where there is not; the name takes what is left.
    shown
        Whether it is there before the user chose.
    required
        Whether it cannot be hidden.
    search
        The word before the colon by which a filter looks into it.
    description
        The tooltip of its heading.
    """

    id: str
    label: LazyString
    kind: ColumnKind
    value: Callable[[DomainRecord], Value] | None = None
    figures: tuple[str, ...] = ()
    group: Literal["", "cpu", "memory", "disk", "network"] = ""
    unit: Unit = ""
    width: int = 100
    least_width: int = 72
    shown: bool = True
    required: bool = False
    search: str = ""
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
            "search": self.search,
        }


def _pending(changes: tuple[Change, ...] | None) -> list[str] | None:
    if changes is None:
        return None
    number = len(changes)
    words = str(ngettext("{number} change", "{number} changes", number))
    return [words, *lines_of(changes)] if changes else []


COLUMNS: tuple[Column, ...] = (
    Column("name", _("Name"), "name", least_width=132, required=True, search="name"),
    Column("state", _("State"), "state", width=140, least_width=52, search="state"),
    Column(
        "title",
        _("Title"),
        "text",
        value=lambda record: record.title or None,
        width=180,
        shown=False,
        search="title",
    ),
    Column(
        "cpu",
        _("CPU"),
        "graph",
        figures=("cpu_guest",),
        group="cpu",
        unit="percent",
        width=156,
        least_width=68,
        search="cpu",
        description=_("Use of the machine's own processors"),
    ),
    Column(
        "host_cpu",
        _("Host CPU"),
        "graph",
        figures=("cpu_host",),
        group="cpu",
        unit="percent",
        width=156,
        least_width=68,
        shown=False,
        description=_("Use of all processors of the host"),
    ),
    Column(
        "memory_used",
        _("Memory in use"),
        "graph",
        figures=("memory",),
        group="memory",
        unit="KiB",
        width=164,
        least_width=76,
        shown=False,
        description=_("Memory that the guest uses of what it has"),
    ),
    Column(
        "disk",
        _("Disk"),
        "graph",
        figures=("disk_read", "disk_write"),
        group="disk",
        unit="B/s",
        width=172,
        least_width=84,
        shown=False,
        description=_("What is read from all disks and written to them"),
    ),
    Column(
        "network",
        _("Network"),
        "graph",
        figures=("network_in", "network_out"),
        group="network",
        unit="B/s",
        width=172,
        least_width=84,
        shown=False,
        description=_("What all network interfaces receive and send"),
    ),
    Column(
        "vcpus",
        _("vCPUs"),
        "number",
        value=lambda record: record.vcpus or None,
        width=72,
        least_width=56,
        shown=False,
        search="vcpus",
        description=_("Virtual processors"),
    ),
    Column(
        "memory",
        _("Memory"),
        "number",
        value=lambda record: record.memory or None,
        unit="KiB",
        width=92,
        least_width=76,
        search="memory",
        description=_("Memory that the machine has now"),
    ),
    Column(
        "address",
        _("IP address"),
        "list",
        value=lambda record: list(record.addresses) or None,
        width=150,
        least_width=84,
        search="ip",
    ),
    Column(
        "os",
        _("Operating system"),
        "text",
        value=lambda record: system_name(record.os_id) if record.os_id else None,
        width=130,
        shown=False,
        search="os",
    ),
    Column(
        "tags",
        _("Tags"),
        "tags",
        value=lambda record: list(record.tags) or None,
        width=140,
        shown=False,
        search="tag",
    ),
    Column(
        "uptime",
        _("Uptime"),
        "since",
        value=lambda record: round(record.started_at) if record.started_at is not None else None,
        width=90,
        least_width=64,
        shown=False,
        description=_("How long ago it was started"),
    ),
    Column(
        "autostart",
        _("Autostart"),
        "flag",
        value=lambda record: int(record.autostart),
        width=84,
        least_width=64,
        shown=False,
        search="autostart",
        description=_("Whether it starts with its host"),
    ),
    Column(
        PENDING,
        _("Pending changes"),
        "changes",
        value=lambda record: _pending(record.pending),
        width=124,
        least_width=72,
        shown=False,
        search="pending",
        description=_("What is stored otherwise and waits for the next start"),
    ),
    Column(
        "connection",
        _("Connection"),
        "connection",
        width=140,
        shown=False,
        search="connection",
    ),
)
"""The columns of the list, in their order."""

STATES = (
    DomainState.RUNNING,
    DomainState.SHUTTING_DOWN,
    DomainState.PAUSED,
    DomainState.SUSPENDED,
    DomainState.CRASHED,
    DomainState.SAVED,
    DomainState.SHUTOFF,
)
"""In the order in which the list sorts them: what runs comes first."""
