"""A display that is connected and has greeted, whichever way leads to its host."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import ConnectionLost, NotFound, QvirtError, Unsupported
from qvirt_jupyter.hypervisor.screen import rfb_greeting
from qvirt_jupyter.hypervisor.screen.display_line import DisplayLine, direct_line
from qvirt_jupyter.hypervisor.screen.display_place import place_of
from qvirt_jupyter.hypervisor.screen.display_tls import with_tls
from qvirt_jupyter.hypervisor.ssh.line import ssh_line

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.domain import Domain
    from qvirt_jupyter.hypervisor.opening.credentials import Credentials
    from qvirt_jupyter.hypervisor.screen.displays import Display
    from qvirt_jupyter.hypervisor.screen.rfb_greeting import Greeting

GREETING_TIME: Final = 30.0
"""Seconds after which a greeting that goes on byte by byte is given up."""
SILENCE: Final = 15.0
"""Seconds that a display, or a browser, may be silent while they greet."""


class ReachedDisplay:
    """A line to a display of a running machine.

    Parameters
    ----------
    domain
        The machine.
    index
        Which of its displays.
    credentials
        Who answers where the way needs a sign-in; None answers nothing.
    skip_password
        Whether libvirt opens a display of this host without its password.

    Raises
    ------
    QvirtError
        It cannot be reached or does not greet; says at which leg and what to do.
    """

    def __init__(
        self,
        domain: Domain,
        index: int,
        *,
        credentials: Credentials | None,
        skip_password: bool = True,
    ) -> None:
        display = display_at(domain, index)
        uri = domain.connection.parts
        signed_in = domain.connection.needed_credentials
        place = place_of(uri, display, domain.subject, signed_in=signed_in)
        self.greeting: Greeting | None = None
        """What a VNC display has said; one of SPICE waits for its viewer."""
        if place.way == "descriptor":
            wire = domain.open_display(index, skip_password=skip_password)
            self._line = DisplayLine(wire, domain.subject)
        elif place.way == "direct":
            self._line = direct_line(place, domain.subject)
        else:
            self._line = ssh_line(uri, place, domain.subject, credentials)
        try:
            self._line.wire.settimeout(SILENCE)
            name = uri.host or domain.connection.hostname
            if place.tls:
                self._line.wire = with_tls(self._line.wire, uri, name, domain.subject)
                self._line.ready()
            if display.type == "vnc":
                self._greet(name, domain)
        except BaseException:
            self._line.close()
            raise

    @property
    def wire(self) -> socket.socket:
        """The connected socket, which belongs to this."""
        return self._line.wire

    def why_mute(self) -> QvirtError:
        """Return why it ended without a word."""
        return self._line.failure()

    def close(self) -> None:
        """End it, and all that belongs to it; safe to call again."""
        self._line.close()

    def _greet(self, name: str, domain: Domain) -> None:
        line, subject = self._line, domain.subject
        # Shut from here, the socket ends whatever waits for it.
        limit = threading.Timer(GREETING_TIME, _shut, (line.wire,))
        limit.daemon = True
        limit.start()
        try:
            line.wire, self.greeting = rfb_greeting.greet(
                line.wire, domain.connection.parts, name, subject, heard=line.ready
            )
        except EOFError:
            raise line.failure() from None
        except rfb_greeting.NotVncError as error:
            raise Unsupported(
                _("What listens there is no VNC screen."),
                subject=subject,
                next_step=_("Try again: the machine may have been restarted meanwhile."),
                details=str(error),
            ) from error
        except OSError as error:
            raise ConnectionLost(
                _("The screen does not answer: {reason}.").format(reason=error),
                subject=subject,
                next_step=_("Try again; if it stays so, the machine may hang."),
                details=str(error),
            ) from error
        finally:
            limit.cancel()


def _shut(wire: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # Of the class: an ssl socket would drop its session under the one who uses it.
        socket.socket.shutdown(wire, socket.SHUT_RDWR)


def display_at(domain: Domain, index: int) -> Display:
    """Return a display as it is now.

    Raises
    ------
    QvirtError
        The machine has none of that number, or cannot be asked.
    """
    for display in domain.displays():
        if display.index == index:
            return display
    raise NotFound(
        _("The machine does not have this display any more."),
        subject=domain.subject,
        next_step=_("Close this console and open the machine's console again."),
    )
