"""What a watcher keeps between two looks: raw values, definitions, and what is still to be read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
        # Of running machines, what counts from their next start.
        self.stored: dict[str, int] = {}
        self.versions: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        # Ordered: what was asked for first is read first.
        self.unread: dict[str, Any] = {}
        self.retry: set[str] = set()

    def take(self, key: str, raw: Any, item: Any) -> bool:  # noqa: ANN401 - any kind
        """Keep raw values; return whether they changed.

        Parameters
        ----------
        key
            UUID or name.
        raw
            What the driver says of the object.
        item
            libvirt's object.
        """
        before = self.raw.get(key)
        if before == raw:
            return False
        self.raw[key] = raw
        # Name or instance changed: what libvirt writes into the definition changed too.
        if before is None or before[:2] != raw[:2]:
            self.unread.setdefault(key, item)
        return True

    def waiting(self, preferred: Iterable[str]) -> Iterator[str]:
        """Return the keys that are to be read, the preferred ones first; reading takes them away.

        Parameters
        ----------
        preferred
            Keys; those that need not be read are left out.
        """
        for key in preferred:
            if key in self.unread:
                yield key
        while self.unread:
            yield next(iter(self.unread))

    def forget(self, key: str) -> None:
        """Drop what is known of an object that is gone."""
        for table in (self.raw, self.definitions, self.texts, self.stored, self.unread):
            table.pop(key, None)
        self.failures.pop(key, None)
        self.retry.discard(key)
