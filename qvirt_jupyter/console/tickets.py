"""Tickets: what the kernel hands to the browser so that the Jupyter server opens one target for it.

The kernel writes a small file into Jupyter's runtime folder; the server, a process of the same
user on the same host, reads it. The browser gets only the ticket's id. The file is named by the
id's SHA-256, so that neither a listing of the folder nor a backup of it gives an id away, and it is
for its owner only (0600 in a folder of 0700).

A ticket serves several connections (SPICE opens one a channel, and a dropped one is opened again)
until it expires. The kernel renews it while its tab lives.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvirt_jupyter._private_files import jupyter_folder, private_folder, write_private
from qvirt_jupyter.console.targets import Target, target_from_json, target_to_json

LIFETIME = 60
"""How long a ticket that nobody renews is good, in seconds."""

MAXIMUM_LIFETIME = 3600
"""The longest lifetime that may be asked for, in seconds: a ticket is not a key."""

GRACE = 600
"""How long an expired ticket's file stays, in seconds: so it is called expired, not unknown."""

_ID_BYTES = 32  # 256 random bits
_ID_LENGTHS = range(40, 101)
_MAXIMUM_FILE = 16 * 1024
_FORMAT = 1

# A ticket belongs to the process that issued it; this keeps a renewal from reviving a revoked one.
_lock = threading.Lock()


class TicketUnknown(LookupError):  # noqa: N818 - reads as the answer that it is
    """There is no such ticket: it was revoked, is long gone, or was issued on another computer."""


class TicketExpired(LookupError):  # noqa: N818 - reads as the answer that it is
    """The ticket was good once, and nobody renewed it."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A permission to open one target for a while.

    Parameters
    ----------
    id
        The secret that the browser shows; never log it.
    target
        What it opens.
    expires
        When it ends unless renewed, in seconds since the epoch.
    lifetime
        How long each renewal lasts, in seconds.
    """

    id: str
    target: Target
    expires: float
    lifetime: float

    def __repr__(self) -> str:
        # Without the id: a repr ends up in logs and tracebacks.
        return f"Ticket({self.target!r}, expires={self.expires:.0f})"


def tickets_folder() -> Path:
    """Return the folder that kernel and server share; it need not exist yet."""
    return jupyter_folder("runtime") / "tickets"


def issue(target: Target, *, lifetime: float = LIFETIME) -> Ticket:
    """Write a new ticket, and sweep away those that expired long ago.

    Parameters
    ----------
    target
        What the ticket opens.
    lifetime
        How long it is good without a renewal, in seconds.

    Raises
    ------
    ValueError
        The lifetime is not positive or longer than :data:`MAXIMUM_LIFETIME`.
    OSError
        The runtime folder is not writable, or not the user's own.
    """
    if not 0 < lifetime <= MAXIMUM_LIFETIME:
        raise ValueError(f"A ticket lives between 0 and {MAXIMUM_LIFETIME} seconds.")
    private_folder(tickets_folder())
    sweep()
    ticket = Ticket(secrets.token_urlsafe(_ID_BYTES), target, time.time() + lifetime, lifetime)
    with _lock:
        _write(ticket)
    return ticket


def renew(ticket_id: str) -> Ticket:
    """Let a ticket live for another lifetime, counted from now.

    Raises
    ------
    TicketUnknown
        It was revoked or never issued here.
    TicketExpired
        The renewal comes too late; issue a new one.
    """
    with _lock:
        old = _read(ticket_id)
        ticket = Ticket(old.id, old.target, time.time() + old.lifetime, old.lifetime)
        _write(ticket)
    return ticket


def revoke(ticket_id: str) -> None:
    """End a ticket at once; one that is gone already is fine.

    Connections that it opened stay: they end with the tab that holds them.
    """
    if _well_formed(ticket_id):
        with _lock:
            _file(ticket_id).unlink(missing_ok=True)


def find(ticket_id: str) -> Target:
    """Return what a ticket opens.

    Raises
    ------
    TicketUnknown
        There is no such ticket, or its file is not one that only its owner could have written.
    TicketExpired
        It was not renewed in time.
    """
    return _read(ticket_id).target


def sweep() -> int:
    """Remove the files of tickets that expired more than :data:`GRACE` seconds ago.

    Returns
    -------
    int
        How many were removed. Files that vanish meanwhile are somebody else's sweep.
    """
    removed = 0
    now = time.time()
    try:
        entries = list(os.scandir(tickets_folder()))
    except FileNotFoundError:
        return 0
    for entry in entries:
        path = Path(entry.path)
        try:
            expires = _load(path)["expires"]
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError):
            # Not a ticket of ours (half a file of a killed process): its age decides.
            try:
                expires = entry.stat(follow_symlinks=False).st_mtime
            except FileNotFoundError:
                continue
        if expires + GRACE < now:
            try:
                path.unlink()
            except FileNotFoundError:
                continue
            except OSError:
                # A folder that somebody put here, say: it opens nothing, so it may stay.
                continue
            removed += 1
    return removed


def _well_formed(ticket_id: str) -> bool:
    return (
        len(ticket_id) in _ID_LENGTHS
        and ticket_id.isascii()
        and ticket_id.replace("-", "").replace("_", "").isalnum()
    )


def _file(ticket_id: str) -> Path:
    return tickets_folder() / hashlib.sha256(ticket_id.encode()).hexdigest()


def _write(ticket: Ticket) -> None:
    data = {
        "format": _FORMAT,
        "target": target_to_json(ticket.target),
        "expires": ticket.expires,
        "lifetime": ticket.lifetime,
    }
    write_private(_file(ticket.id), json.dumps(data))


def _read(ticket_id: str) -> Ticket:
    unknown = TicketUnknown("There is no such ticket.")
    if not _well_formed(ticket_id):
        raise unknown
    try:
        data = _load(_file(ticket_id))
        if data.get("format") != _FORMAT:
            raise ValueError("The ticket was written by another version.")  # noqa: TRY301
        ticket = Ticket(
            ticket_id,
            target_from_json(data["target"]),
            float(data["expires"]),
            float(data["lifetime"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unknown from error
    if ticket.expires < time.time():
        raise TicketExpired("The ticket has expired.")
    return ticket


def _load(path: Path) -> dict[str, Any]:
    # O_NOFOLLOW and the owner's check: only this user can have put the file here.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            raise PermissionError(f"{path} is not a file of this user.")
        if status.st_mode & 0o077:
            raise PermissionError(f"{path} can be read by others.")
        data = json.loads(file.read(_MAXIMUM_FILE))
    if not isinstance(data, dict):
        raise ValueError("A ticket file holds a JSON object.")  # noqa: TRY004 - bad content
    return data
