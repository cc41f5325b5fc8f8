"""What a watcher keeps between two looks: raw values, definitions, and what is still to be read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.object_kinds import ObjectKind


class KnownObjects:
    """What is known of the objects of one kind, by UUID or name.

    Parameters
    ----------
    kind
        How they are read.
    """

    def __init__(self, kind: ObjectKind) -> None:
        self.kind = kind
        self.raw: dict[str, Any] = {}
        self.definitions: dict[str, Any] = {}
        self.texts: dict[str, int] = {}
        self.versions: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        # Ordered: what was asked for first is read first.
        self.unread: dict[str, Any] = {}
        self.retry: set[str] = set()

    def forget(self, key: str) -> None:
        """Drop what is known of an object that is gone."""
        for table in (self.raw, self.definitions, self.texts, self.failures, self.unread):
            table.pop(key, None)
        self.retry.discard(key)
