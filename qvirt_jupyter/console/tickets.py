"""Tickets: what the kernel hands to the browser so that the Jupyter server opens one target for it.

The kernel writes a small file into Jupyter's runtime folder; the server, a process of the same
user on the same host, reads it. The browser gets only the ticket's id. The file is named by the
id's SHA-256, so that neither a listing of the folder nor a backup of it gives an id away, and it is
for its owner only (0600 in a folder of 0700).

A ticket serves several connections (SPICE opens one a channel, and a dropped one is opened again)
until it expires. The server renews it while a browser that it let in answers pings: a heartbeat
through the kernel would stall behind a busy cell, and would look like a person's activity to a hub.

A ticket is good for its lifetime after the file was last touched, so that renewing is one system
call on an open file: it needs no lock between the two processes and cannot revive a revoked ticket.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

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
    ticket_id = secrets.token_urlsafe(_ID_BYTES)
    data = {"format": _FORMAT, "target": target_to_json(target), "lifetime": lifetime}
    write_private(_file(ticket_id), json.dumps(data))
    return _read(ticket_id)


def renew(ticket_id: str) -> Ticket:
    """Let a ticket live for another lifetime, counted from now.

    Raises
    ------
    TicketUnknown
        It was revoked or never issued here.
    TicketExpired
        The renewal comes too late; issue a new one.
    """
    return _read(ticket_id, touch=True)


def revoke(ticket_id: str) -> None:
    """End a ticket at once; one that is gone already is fine.

    Connections that it opened end when the server next renews it, within half a minute.
    """
    if _well_formed(ticket_id):
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
    oldest = time.time() - GRACE
    try:
        entries = list(os.scandir(tickets_folder()))
    except FileNotFoundError:
        return 0
    for entry in entries:
        path = Path(entry.path)
        try:
            if _touched(path) + _lifetime(path) < oldest:
                path.unlink()
                removed += 1
        except OSError:
            # It vanished, or it is a folder that somebody put here: it opens nothing.
            continue
    return removed


def _touched(path: Path) -> float:
    return path.stat(follow_symlinks=False).st_mtime


def _lifetime(path: Path) -> float:
    try:
        with _open(path) as file:
            return float(_load(file)["lifetime"])
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        # Not a whole ticket (a killed process left half a file): its age alone decides.
        return 0.0


def _well_formed(ticket_id: str) -> bool:
    return (
        len(ticket_id) in _ID_LENGTHS
        and ticket_id.isascii()
        and ticket_id.replace("-", "").replace("_", "").isalnum()
    )


def _file(ticket_id: str) -> Path:
    return tickets_folder() / hashlib.sha256(ticket_id.encode()).hexdigest()


def _read(ticket_id: str, *, touch: bool = False) -> Ticket:
    unknown = TicketUnknown("There is no such ticket.")
    if not _well_formed(ticket_id):
        raise unknown
    try:
        with _open(_file(ticket_id)) as file:
            data = _load(file)
            target = target_from_json(data["target"])
            lifetime = float(data["lifetime"])
            expires = os.fstat(file.fileno()).st_mtime + lifetime
            if expires < time.time():
                raise TicketExpired("The ticket has expired.")
            if touch:
                os.utime(file.fileno())
                expires = os.fstat(file.fileno()).st_mtime + lifetime
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise unknown from error
    return Ticket(ticket_id, target, expires, lifetime)


def _open(path: Path) -> BinaryIO:
    # O_NOFOLLOW and the owner's check: only this user can have put the file here.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    file = os.fdopen(descriptor, "rb")
    status = os.fstat(descriptor)
    ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
    if ours and not status.st_mode & 0o077:
        return file
    file.close()
    raise PermissionError(f"{path} is not a private file of this user.")


def _load(file: BinaryIO) -> dict[str, Any]:
    data = json.loads(file.read(_MAXIMUM_FILE))
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise ValueError("A ticket file holds a JSON object of this version.")
    return data
