"""Consoles without open doors: tickets, what they open, and the bytes in between."""

from __future__ import annotations

from qvirt_jupyter.console.bridge import Bridge
from qvirt_jupyter.console.refusal import Refusal
from qvirt_jupyter.console.targets import (
    CarriedTarget,
    DisplayTarget,
    SocketTarget,
    Target,
    TransferTarget,
)
from qvirt_jupyter.console.tickets import (
    Ticket,
    TicketExpired,
    TicketUnknown,
    find,
    issue,
    renew,
    revoke,
    sweep,
)

__all__ = [
    "Bridge",
    "CarriedTarget",
    "DisplayTarget",
    "Refusal",
    "SocketTarget",
    "Target",
    "Ticket",
    "TicketExpired",
    "TicketUnknown",
    "TransferTarget",
    "find",
    "issue",
    "renew",
    "revoke",
    "sweep",
]
