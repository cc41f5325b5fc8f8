"""What names an object for good, on all connections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class RecordKey:
    """What names an object for good: it survives renames and reconnects.

    Parameters
    ----------
    kind
        ``"domain"``, ``"network"``, ``"pool"``, ``"node_device"`` or ``"secret"``.
    uri
        The connection's URI.
    id
        The UUID, or the name for kinds without one.
    """

    kind: str
    uri: str
    id: str


class Recorded:
    """What a record has whose object has a UUID; the record itself says which kind it is of."""

    __slots__ = ()

    _kind: ClassVar[str]
    uri: str
    uuid: str

    @property
    def key(self) -> tuple[str, str]:
        """The connection's URI and the UUID."""
        return (self.uri, self.uuid)

    @property
    def record_key(self) -> RecordKey:
        """The key under which batches say that it was removed."""
        return RecordKey(self._kind, self.uri, self.uuid)
