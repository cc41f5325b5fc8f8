"""Where a connection is, in words."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString


class ConnectionState(enum.Enum):
    """Where a connection is."""

    DISCONNECTED = "disconnected"
    """It has not been opened yet."""
    CONNECTING = "connecting"
    """It is being opened, and everything is read for the first time."""
    CONNECTED = "connected"
    """It works, and its inventory is complete."""
    RECONNECTING = "reconnecting"
    """It broke, and is tried again and again."""
    FAILED = "failed"
    """It could not be opened; a person has to do something."""
    CLOSED = "closed"
    """It was closed on purpose."""

    @property
    def label(self) -> LazyString:
        """The state in one or two words."""
        return _LABELS[self]


_LABELS = {
    ConnectionState.DISCONNECTED: _("Not connected"),
    ConnectionState.CONNECTING: _("Connecting"),
    ConnectionState.CONNECTED: _("Connected"),
    ConnectionState.RECONNECTING: _("Reconnecting"),
    ConnectionState.FAILED: _("Failed"),
    ConnectionState.CLOSED: _("Closed"),
}
