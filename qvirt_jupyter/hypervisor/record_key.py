"""What names an object for good, on all connections."""

from __future__ import annotations

from dataclasses import dataclass


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
