"""A connection to a display, before anybody looks at it: by libvirt, by TCP, or through ssh."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import ConnectionLost, OperationFailed, QvirtError

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.errors import Subject
    from qvirt_jupyter.hypervisor.screen.display_place import Place

REACH: Final = 10.0
"""Seconds that a display of another host may take to accept."""


class DisplayLine:
    """A connected socket, and who can say why it broke.

    Parameters
    ----------
    wire
        The socket; the line owns it until somebody else takes it.
    subject
        The machine, for errors.
    """

    def __init__(self, wire: socket.socket, subject: Subject) -> None:
        self.wire = wire
        self.subject = subject

    def failure(self) -> QvirtError:
        """Return why the display said nothing."""
        return OperationFailed(
            _("The screen was closed before it said a word."),
            subject=self.subject,
            next_step=_("Try again; if it stays so, the machine's log on the host says more."),
        )

    def ready(self) -> None:
        """Take note that the display speaks: nothing of the way has to be kept but the way."""

    def close(self) -> None:
        """End it, and all that belongs to it; safe to call again."""
        self.wire.close()


def direct_line(place: Place, subject: Subject) -> DisplayLine:
    """Connect to a display that listens on a network, or on a socket of this host.

    Raises
    ------
    ConnectionLost
        Nobody accepts.
    """
    try:
        if place.socket:
            wire = socket.socket(socket.AF_UNIX)
            with contextlib.ExitStack() as stack:
                stack.callback(wire.close)
                wire.connect(place.socket)
                stack.pop_all()
            return DisplayLine(wire, subject)
        wire = socket.create_connection((place.host, place.port), REACH)
    except OSError as error:
        raise ConnectionLost(
            _("The screen listens at {place}, and one cannot connect to it: {reason}.").format(
                place=place, reason=error.strerror or error
            ),
            subject=subject,
            next_step=_(
                "Check that a firewall and the rights of its socket let you through, or connect "
                "to the host by SSH, which needs no open port."
            ),
        ) from error
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return DisplayLine(wire, subject)
