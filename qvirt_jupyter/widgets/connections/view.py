"""One connection as the manager shows it: its row, its machines, their figures."""

from __future__ import annotations

import html
import time
from typing import TYPE_CHECKING

from qvirt_jupyter.hypervisor import DomainRecord
from qvirt_jupyter.hypervisor.statistics.sample import Samples
from qvirt_jupyter.widgets import quantities
from qvirt_jupyter.widgets.connections.saved_connections import saved_connections
from qvirt_jupyter.widgets.machine_list.vm_list import ConnectionRow

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Subscription
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.hypervisor.statistics.stats import StatsBatch
    from qvirt_jupyter.widgets.machine_list.vm_list import VmList


class ConnectionView:
    """Feeds a VM list with one connection; it calls no libvirt.

    Parameters
    ----------
    connection
        What is shown.
    rows
        Where it is shown.
    """

    def __init__(self, connection: Connection, rows: VmList) -> None:
        self.connection = connection
        self._rows = rows
        self._visible: frozenset[str] = frozenset()
        self._watch: Subscription | None = None
        self._groups: frozenset[str] = frozenset()
        self._comparison: Subscription | None = None
        self.show()
        self._subscriptions = (
            connection.inventory.subscribe(self._on_batch),
            connection.stats.subscribe(self._on_stats),
        )

    def show(self) -> None:
        """Bring the connection's own row up to date."""
        connection = self.connection
        error = connection.error
        if not connection.is_connected:
            # Nothing is measured, so nothing is true any more.
            self._rows.samples(connection.uri, Samples(time.time(), {}, {}))
        self._rows.patch(
            connections=[
                ConnectionRow(
                    connection.uri,
                    connection.label,
                    connection.state.value,
                    error=error.reason if error is not None else "",
                    read_only=connection.features.reason("write")
                    if connection.is_connected
                    else "",
                    remembered=saved_connections.get(connection.uri) is not None,
                )
            ]
        )

    def watch(self, visible: frozenset[str]) -> None:
        """Find out what the list shows while somebody sees a machine of this connection.

        Parameters
        ----------
        visible
            UUIDs of the rows on the screen.
        """
        if visible and visible != self._visible:
            self.connection.inventory.prefer(visible)
        self._visible = visible
        self._compare(wanted=bool(visible) and self._rows.compares)
        groups = self._rows.groups if visible else frozenset()
        if groups == self._groups:
            return
        before, self._watch = self._watch, None
        self._groups = groups
        if groups:
            self._watch = self.connection.stats.watch(groups=groups)
        if before is not None:
            before.close()

    def _compare(self, *, wanted: bool) -> None:
        if wanted and self._comparison is None:
            self._comparison = self.connection.compare_definitions()
        elif not wanted and self._comparison is not None:
            before, self._comparison = self._comparison, None
            before.close()

    def close(self) -> None:
        """Stop following the connection."""
        for subscription in self._subscriptions:
            subscription.close()
        self.watch(frozenset())

    def _on_batch(self, batch: Batch) -> None:
        records = (*batch.added, *batch.changed)
        self._rows.patch(
            domains=[record for record in records if isinstance(record, DomainRecord)],
            removed=[key for key in batch.removed if key.kind == "domain"],
        )

    def _on_stats(self, batch: StatsBatch) -> None:
        if self._watch is None:
            return
        self._rows.samples(batch.uri, batch.samples, interval=self.connection.stats.tick)


def snapshot_rows(connection: Connection) -> str:
    """Return a connection's rows of a plain HTML table."""
    label = html.escape(f"{connection.label} ({connection.state.label})")
    rows = [f'<tr><th colspan="4" style="text-align:left">{label}</th></tr>']
    records = connection.inventory.snapshot().domains
    for record in sorted(records, key=lambda record: record.label.casefold()):
        cells = (
            record.label,
            str(record.state.label),
            quantities.size(record.memory, unit="KiB"),
            ", ".join(record.addresses),
        )
        rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>")
    return "".join(rows)
