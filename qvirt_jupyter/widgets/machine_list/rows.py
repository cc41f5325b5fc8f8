"""What the VM list knows: its rows, and the version that browsers compare."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import RecordKey
from qvirt_jupyter.widgets.machine_list.actions import connection_refusals, record_refusals
from qvirt_jupyter.widgets.room_words import room_mark, room_warning

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from qvirt_jupyter.hypervisor import DomainRecord
    from qvirt_jupyter.widgets._messages import ConnectionData, DomainData, Patch
    from qvirt_jupyter.widgets.machine_list.columns import Column

_SUFFIXES: dict[str, LazyString] = {
    "connected": LazyString(""),
    "connecting": _("connecting…"),
    "reconnecting": _("connection lost, trying again"),
    "failed": _("not connected"),
    "disconnected": _("not connected"),
    "closed": _("not connected"),
}


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A top-level row of the VM list.

    Parameters
    ----------
    uri
        The connection's URI, which is also the row's tooltip.
    label
        What it is called.
    state
        The value of its ``ConnectionState``.
    error
        Why it is not connected, in a sentence; empty where that was not asked for.
    read_only
        Why its machines cannot be changed; empty where they can.
    remembered
        Whether it is there again when JupyterLab is started the next time.
    """

    uri: str
    label: str
    state: str
    error: str = ""
    read_only: str = ""
    remembered: bool = True

    @property
    def record_key(self) -> RecordKey:
        """What names the row in callbacks."""
        return RecordKey("connection", self.uri, self.uri)

    def data(self) -> ConnectionData:
        """Return it as the browser needs it."""
        return {
            "key": self.uri,
            "label": self.label,
            "uri": self.uri,
            "state": self.state,
            "suffix": str(_SUFFIXES.get(self.state, "")),
            "error": self.error,
            "dimmed": self.state != "connected",
            "read_only": self.read_only,
            "refused": connection_refusals(remembered=self.remembered),
        }


def domain_data(key: str, record: DomainRecord, columns: Iterable[Column]) -> DomainData:
    """Return all that a browser needs to draw a machine's row.

    Parameters
    ----------
    key
        What stands for the row in messages.
    record
        The machine.
    columns
        Those whose values are wanted.
    """
    return {
        "key": key,
        "connection": record.uri,
        "name": record.name,
        "title": record.title,
        "description": record.description,
        "state": record.state.value,
        "reason": record.reason,
        "mark": room_mark(record),
        "warning": room_warning(record),
        "template": record.is_template,
        "cells": {
            column.id: column.value(record) for column in columns if column.value is not None
        },
        "refused": record_refusals(record),
    }


def _spare(data: DomainData) -> DomainData:
    """Leave out what is empty: there may be thousands of rows."""
    cells = {name: value for name, value in data["cells"].items() if value is not None}
    kept = {name: value for name, value in data.items() if value and name != "cells"}
    return cast("DomainData", {**kept, "cells": cells})


def _difference(before: DomainData, now: DomainData) -> DomainData | None:
    """Return what is different now, or None where nothing is."""
    old: Mapping[str, object] = cast("Mapping[str, object]", before)
    changed: dict[str, object] = {
        name: value for name, value in now.items() if name != "cells" and old[name] != value
    }
    cells = {
        name: value
        for name, value in now["cells"].items()
        if name not in before["cells"] or before["cells"][name] != value
    }
    if cells:
        changed["cells"] = cells
    return cast("DomainData", {"key": now["key"], **changed}) if changed else None


class Rows:
    """The rows of a VM list, with the columns that somebody needs; not thread-safe by itself.

    Parameters
    ----------
    columns
        The list's columns.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.version = 1
        self.connections: dict[str, ConnectionData] = {}
        self.domains: dict[str, DomainData] = {}
        self.keys: dict[str, RecordKey] = {}
        self._asked: tuple[Column, ...] = ()
        self._records: dict[str, DomainRecord] = {}
        self._texts: dict[RecordKey, str] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._some_numbers: dict[
            str, tuple[Mapping[str, int], frozenset[str], Mapping[str, int]]
        ] = {}
        self._counter = itertools.count()

    def text(self, key: RecordKey) -> str:
        """Return what stands for a row in messages: short, for it is in many."""
        if key.kind == "connection":
            return key.uri
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = str(next(self._counter))
            self._numbers.pop(key.uri, None)
        return text

    def numbers(self, uri: str) -> Mapping[str, int]:
        """Return the numbers of a connection's machines by UUID; the same object while it fits."""
        found = self._numbers.get(uri)
        if found is None:
            found = {key.id: int(text) for key, text in self._texts.items() if key.uri == uri}
            self._numbers[uri] = found
        return found

    def numbers_of(self, uri: str, texts: frozenset[str]) -> Mapping[str, int]:
        """Return the same for some of the rows; the same object while it fits."""
        numbers = self.numbers(uri)
        before = self._some_numbers.get(uri)
        if before is not None and before[0] is numbers and before[1] is texts:
            return before[2]
        keys = (self.keys.get(text) for text in sorted(texts))
        found = {
            key.id: numbers[key.id]
            for key in keys
            if key is not None and key.uri == uri and key.id in numbers
        }
        self._some_numbers[uri] = (numbers, texts, found)
        return found

    def known(self, key: RecordKey) -> str | None:
        """Return what stands for a row that is there, else None."""
        text = key.uri if key.kind == "connection" else self._texts.get(key)
        return text if text in self.keys else None

    def has(self, name: str) -> bool:
        """Whether somebody needs the values of a column."""
        return any(column.id == name for column in self._asked)

    def ask(self, names: Collection[str]) -> Patch | None:
        """Have the values of these columns and no others; return those that are new.

        Parameters
        ----------
        names
            Names of columns; unknown ones are none.
        """
        asked = tuple(
            column for column in self.columns if column.value is not None and column.id in names
        )
        new = [column for column in asked if column not in self._asked]
        gone = [column.id for column in self._asked if column not in asked]
        self._asked = asked
        for data in self.domains.values():
            for name in gone:
                data["cells"].pop(name, None)
        if not new:
            return None
        changes: list[DomainData] = []
        for key, data in self.domains.items():
            record = self._records[key]
            cells = {column.id: column.value(record) for column in new if column.value is not None}
            data["cells"].update(cells)
            changes.append({"key": key, "cells": cells})
        return self._patch([], changes, []) if changes else None

    def reset(self, connections: Iterable[ConnectionRow], domains: Iterable[DomainRecord]) -> None:
        """Replace all rows."""
        self.version += 1
        self.connections = {}
        self.domains = {}
        self.keys = {}
        self._records = {}
        self._some_numbers = {}
        self._set(connections, domains)

    def patch(
        self,
        connections: Iterable[ConnectionRow],
        domains: Iterable[DomainRecord],
        removed: Iterable[RecordKey],
    ) -> Patch | None:
        """Change rows and return what changed, or None where nothing did.

        A connection that is removed takes its machines with it.
        """
        gone = []
        for key in removed:
            for text in self._under(key):
                gone.append(text)
                self.connections.pop(text, None)
                self.domains.pop(text, None)
                self._records.pop(text, None)
                self._texts.pop(self.keys.pop(text), None)
                self._numbers.pop(key.uri, None)
        changed_connections, changed_domains = self._set(connections, domains)
        if not (gone or changed_connections or changed_domains):
            return None
        return self._patch(changed_connections, changed_domains, gone)

    def whole(self) -> list[DomainData]:
        """Return the machines' rows for a browser that has none."""
        return [_spare(data) for data in self.domains.values()]

    def _patch(
        self,
        connections: list[ConnectionData],
        domains: list[DomainData],
        removed: list[str],
    ) -> Patch:
        self.version += 1
        return {
            "kind": "patch",
            "version": self.version,
            "connections": connections,
            "domains": domains,
            "removed": removed,
        }

    def _under(self, key: RecordKey) -> list[str]:
        text = self.known(key)
        if text is None:
            return []
        if key.kind != "connection":
            return [text]
        return [
            *(each for each, domain in self.domains.items() if domain["connection"] == text),
            text,
        ]

    def _set(
        self, connections: Iterable[ConnectionRow], domains: Iterable[DomainRecord]
    ) -> tuple[list[ConnectionData], list[DomainData]]:
        changed_connections = []
        for row in connections:
            data = row.data()
            self.keys[data["key"]] = row.record_key
            if self.connections.get(data["key"]) != data:
                self.connections[data["key"]] = data
                changed_connections.append(data)
        changed_domains = []
        for record in domains:
            key = self.text(record.record_key)
            before = self.domains.get(key)
            domain = domain_data(key, record, self._asked)
            change = _spare(domain) if before is None else _difference(before, domain)
            self.keys[key] = record.record_key
            self._records[key] = record
            if change is not None:
                self.domains[key] = domain
                changed_domains.append(change)
        return changed_connections, changed_domains
