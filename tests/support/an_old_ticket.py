"""Tickets whose time is over, without waiting for it."""

from __future__ import annotations

import os

from qvirt_jupyter.console import tickets


def age(ticket, seconds):
    """Let it be as if a ticket had been issued so many seconds earlier."""
    path = tickets._file(ticket.id)
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def an_expired_ticket(target):
    """Return the id of a ticket for a target that has just expired."""
    ticket = tickets.issue(target, lifetime=60)
    age(ticket, 61)
    return ticket.id
