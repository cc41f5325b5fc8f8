"""Passwords of displays, in the memory of this kernel and nowhere else (CONSOLE-11)."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.domain import Domain

_LONGEST: Final = 1024
"""Characters of a user name or a password that are kept."""


@dataclass(frozen=True, slots=True)
class DisplayPassword:
    """What one display asks for.

    Parameters
    ----------
    username
        Empty where it asks for none.
    password
        The secret; no repr shows it.
    """

    username: str
    password: str = field(repr=False)


class DisplayPasswords:
    """By URI, machine and display, what was right once; safe from any thread.

    It is lost when the kernel ends, and written nowhere.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str, int], DisplayPassword] = {}

    def remember(self, uri: str, uuid: str, index: int, username: object, password: object) -> None:
        """Keep what a page says was right.

        Parameters
        ----------
        uri, uuid, index
            Which display.
        username, password
            What is neither text nor of a likely length is not kept.
        """
        if not isinstance(username, str) or not isinstance(password, str) or not password:
            return
        if max(len(username), len(password)) <= _LONGEST:
            with self._lock:
                self._known[uri, uuid, index] = DisplayPassword(username, password)

    def recall(self, uri: str, uuid: str, index: int) -> DisplayPassword | None:
        """Return what is remembered of a display."""
        with self._lock:
            return self._known.get((uri, uuid, index))

    def forget(self, uri: str, uuid: str, index: int) -> None:
        """Keep it no more; one that is not known is fine."""
        with self._lock:
            self._known.pop((uri, uuid, index), None)


def password_in_definition(domain: Domain, index: int) -> DisplayPassword | None:
    """Return the password of a display as libvirt tells it to those who may read secrets.

    Parameters
    ----------
    domain
        The machine.
    index
        Which of its displays.

    Raises
    ------
    QvirtError
        The definition with its secrets cannot be read.
    """
    for number, graphics in enumerate(domain.document(secure=True).devices.graphics):
        if number == index and (password := getattr(graphics.source, "password", None)):
            return DisplayPassword("", password)
    return None


display_passwords = DisplayPasswords()
"""Those of this kernel."""
