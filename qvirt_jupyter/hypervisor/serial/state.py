"""Where a serial line is, in words."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString


class SerialState(enum.Enum):
    """Where a serial line is."""

    CLOSED = "closed"
    """Nobody wants it open."""
    OPENING = "opening"
    """It is being opened."""
    OPEN = "open"
    """What the guest writes arrives, and one can write."""
    OFF = "off"
    """The machine is off; it opens by itself when the machine starts."""
    BUSY = "busy"
    """Somebody else has it open; it can be taken from them."""
    REFUSED = "refused"
    """It cannot be opened; it is tried again when the machine starts anew."""
    LOST = "lost"
    """The connection to the host is away; it opens by itself when that is back."""
    GONE = "gone"
    """The machine does not exist any more."""

    @property
    def label(self) -> LazyString:
        """The state in one or two words."""
        return _LABELS[self]


_LABELS: Final = {
    SerialState.CLOSED: _("Closed"),
    SerialState.OPENING: _("Opening"),
    SerialState.OPEN: _("Open"),
    SerialState.OFF: _("The machine is off"),
    SerialState.BUSY: _("Somebody else has it open"),
    SerialState.REFUSED: _("It cannot be opened"),
    SerialState.LOST: _("No connection to the host"),
    SerialState.GONE: _("The machine is gone"),
}
