"""What the VM list knows: its rows, and the version that browsers compare."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import RecordKey
from qvirt_jupyter.widgets.vm_list_actions import connection_refusals, record_refusals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from qvirt_jupyter.hypervisor import DomainRecord
    from qvirt_jupyter.widgets._messages import (
        ConnectionData,
        DomainData,
        Patch,
    )
    from qvirt_jupyter.widgets.vm_list_columns import Column

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
            "key": wire_key(self.record_key),
            "label": self.label,
            "uri": self.uri,
            "state": self.state,
            "suffix": str(_SUFFIXES.get(self.state, "")),
            "error": self.error,
            "dimmed": self.state != "connected",
            "read_only": self.read_only,
            "refused": connection_refusals(remembered=self.remembered),
        }


def wire_key(key: RecordKey) -> str:
    """Return the text that stands for a row in messages."""
    return key.uri if key.kind == "connection" else f"{key.id}@{key.uri}"


def domain_data(record: DomainRecord, number: int, columns: Iterable[Column]) -> DomainData:
    """Return a machine's row as the browser needs it."""
    data: DomainData = {
        "key": wire_key(record.record_key),
        "number": number,
        "connection": record.uri,
        "name": record.name,
        "title": record.title,
        "description": record.description,
        "state": record.state.value,
        "state_text": str(record.state.label),
        "reason": record.reason,
        "cells": {
            column.id: column.value(record) for column in columns if column.value is not None
        },
    }
    if refused := record_refusals(record):
        data["refused"] = refused
    return data


class Rows:
    """The rows of a VM list; not thread-safe by itself.

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
        self._counter = itertools.count()
        self._numbers: dict[str, tuple[int, dict[str, int]]] = {}

    @property
    def graphs(self) -> tuple[Column, ...]:
        """The columns that plot figures."""
        return tuple(column for column in self.columns if column.figure)

    def numbers(self, uri: str) -> Mapping[str, int]:
        """Return the numbers of a connection's machines by UUID; the same object while it fits."""
        kept = self._numbers.get(uri)
        if kept is None or kept[0] != self.version:
            found = {
                self.keys[text].id: domain["number"]
                for text, domain in self.domains.items()
                if domain["connection"] == uri
            }
            kept = self._numbers[uri] = (self.version, found)
        return kept[1]

    def reset(self, connections: Iterable[ConnectionRow], domains: Iterable[DomainRecord]) -> None:
        """Replace all rows."""
        self.version += 1
        self.connections = {}
        self.domains = {}
        self.keys = {}
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
                del self.keys[text]
        changed_connections, changed_domains = self._set(connections, domains)
        if not (gone or changed_connections or changed_domains):
            return None
        self.version += 1
        return {
            "kind": "patch",
            "version": self.version,
            "connections": changed_connections,
            "domains": changed_domains,
            "removed": gone,
        }

    def _under(self, key: RecordKey) -> list[str]:
        text = wire_key(key)
        if text not in self.keys:
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
            before = self.domains.get(wire_key(record.record_key))
            number = before["number"] if before is not None else next(self._counter)
            domain = domain_data(record, number, self.columns)
            self.keys[domain["key"]] = record.record_key
            if before != domain:
                self.domains[domain["key"]] = domain
                changed_domains.append(domain)
        return changed_connections, changed_domains
