"""Ports that another host reaches, tried through the user's own ssh to it.

``ssh -W`` connects from there and says nothing where it has. So one of three things tells: bytes
that come, the words with which ssh ends, or its quiet end after the other side has closed. A
connection that is shared tells its own master only why a port refused: then ssh is asked once more
by itself, though not at each look.
"""

from __future__ import annotations

import re
import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import AccessDenied
from qvirt_jupyter.hypervisor.guest.waiting import NotYet
from qvirt_jupyter.hypervisor.screen.display_place import Place
from qvirt_jupyter.hypervisor.ssh.line import ssh_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.opening.credentials import Credentials
    from qvirt_jupyter.hypervisor.uri import ConnectionUri

_SPEAK: Final = 4.0
"""Seconds for ssh to connect, and for a service to say something or to close."""
_ASK_AGAIN: Final = 15.0
"""Seconds for which the reason of a refusal is taken for that of the next ones."""

# The words of OpenSSH's channels.c.
_FORBIDDEN: Final = re.compile("administratively prohibited")
_REFUSED: Final = re.compile("connect failed: Connection refused")
_UNREACHED: Final = re.compile("connect failed: ([A-Za-z ]+)")


class FarPorts:
    """Tries ports as a host sees them.

    Parameters
    ----------
    uri
        The connection to that host, by ssh.
    subject
        The machine, for errors.
    credentials
        Who answers ssh's questions.
    """

    def __init__(
        self, uri: ConnectionUri, subject: Subject, credentials: Credentials | None
    ) -> None:
        self._uri, self._subject, self._credentials = uri, subject, credentials
        self._why: tuple[Place, str, float] | None = None

    def look(self, address: str, port: int, *, close: bool) -> bool | NotYet:
        """Try to connect.

        Parameters
        ----------
        address, port
            As that host sees them.
        close
            Whether to say at once that nothing will come from here. Most services close then, too,
            which shows that there is one; whatever takes connections for another does not stay.

        Returns
        -------
        bool or NotYet
            True where something spoke; False where it took the connection and closed it; else what
            ssh saw. Silence is a ``NotYet`` with no words at all.

        Raises
        ------
        AccessDenied
            The host does not let ssh through, or not in.
        QvirtError
            The host cannot be reached.
        """
        place = Place("ssh", address, port)
        line = ssh_line(self._uri, place, self._subject, self._credentials)
        with closing(line):
            line.wire.settimeout(_SPEAK)
            try:
                if close:
                    line.wire.shutdown(socket.SHUT_WR)
                if line.wire.recv(1):
                    return True
            except TimeoutError:
                return NotYet("")
            if line.ended_well:
                return False
            return self._seen(place, self._reason(place, line.why))

    def _reason(self, place: Place, ask: Callable[[], str]) -> str:
        now = time.monotonic()
        if self._why is not None:
            known, words, since = self._why
            if known == place and now - since < _ASK_AGAIN:
                return words
        words = ask()
        self._why = place, words, now
        return words

    def _seen(self, place: Place, words: str) -> NotYet:
        host = self._uri.host
        if _FORBIDDEN.search(words):
            raise AccessDenied(
                _(
                    "You may sign in to {host}, but its sshd does not let you through to {place}."
                ).format(host=host, place=place),
                subject=self._subject,
                next_step=_(
                    "Ask its administrator for AllowTcpForwarding (sshd_config) and for this "
                    "PermitOpen."
                ),
                details=words,
            )
        if _REFUSED.search(words):
            return NotYet(
                _("{place} refuses {host}: nothing listens there yet").format(
                    place=place, host=host
                ),
                _("Look in the guest whether the service runs."),
            )
        found = _UNREACHED.search(words)
        return NotYet(
            _("{host} does not reach {place}: {reason}").format(
                host=host, place=place, reason=found[1] if found else words
            ),
            _("Look for a firewall in the guest, and whether the link of its card is up."),
        )
