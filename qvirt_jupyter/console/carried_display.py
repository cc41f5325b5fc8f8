"""One display that the kernel carries: opened in advance, opened again, looked at, closed."""

from __future__ import annotations

import secrets
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.console.opened_display import OpenedDisplay
from qvirt_jupyter.console.refusal import Refusal
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.hypervisor.errors import AccessDenied, QvirtError
from qvirt_jupyter.hypervisor.screen.display_place import NotListening

if TYPE_CHECKING:
    import socket

    from qvirt_jupyter.hypervisor import Display, Domain

WAITS: Final = 20.0
"""Seconds for which a display that was opened in advance waits for its browser."""
_AWAY: Final = frozenset({ConnectionState.CONNECTING, ConnectionState.RECONNECTING})


class CarriedDisplay:
    """One display that is served, to as many viewers as come.

    Parameters
    ----------
    domain
        The machine.
    display
        Which of its displays.
    """

    def __init__(self, domain: Domain, display: Display) -> None:
        self.id = secrets.token_hex(8)
        self.users = 0
        self.type = display.type
        self._domain, self._index = domain, display.index
        self._lock = threading.Lock()
        self._spare: OpenedDisplay | None = None
        self._timer: threading.Timer | None = None
        self._open: set[OpenedDisplay] = set()
        self._failure: QvirtError | None = None
        self._is_closed = False

    def prepare(self) -> None:
        """Open it in advance, and let it wait for the browser; questions may be asked.

        Raises
        ------
        QvirtError
            It cannot be opened.
        """
        with self._lock:
            if self._spare is not None:
                return
        opened: OpenedDisplay | None = OpenedDisplay(
            self._domain, self._index, credentials=self._domain.connection.credentials
        )
        with self._lock:
            self._failure = None
            if self._spare is None and not self._is_closed:
                self._spare, opened = opened, None
                self._timer = threading.Timer(WAITS, self._drop_spare)
                self._timer.daemon = True
                self._timer.start()
        if opened is not None:
            opened.close()

    def look(self) -> None:
        """Say why it could not be opened, if that is known without opening it.

        Raises
        ------
        Refusal
            It could not.
        """
        connection = self._domain.connection
        try:
            if connection.state in _AWAY:
                raise _away()
            if not self._domain.is_active:
                raise self._stopped()
            if self._failure is not None:
                raise self._failure
        except QvirtError as error:
            raise self._refusal(error) from error

    def open(self, *, skip_password: bool) -> OpenedDisplay:
        """Return a connection to it, the one that waits or a new one.

        Raises
        ------
        Refusal
            It cannot be opened.
        """
        with self._lock:
            opened, self._spare = self._spare, None
            if self._timer is not None:
                self._timer.cancel()
        if opened is not None and not skip_password and not self._domain.connection.parts.is_remote:
            # It was opened as the server's policy does not want it.
            opened.close()
            opened = None
        if opened is None:
            self._failure = None
            self.look()
            try:
                opened = OpenedDisplay(
                    self._domain, self._index, credentials=None, skip_password=skip_password
                )
            except QvirtError as error:
                raise self._refusal(error) from error
        with self._lock:
            if not self._is_closed:
                self._open.add(opened)
                return opened
        opened.close()
        raise route_gone()

    def carry(self, opened: OpenedDisplay, browser: socket.socket) -> None:
        """Let a browser see what :meth:`open` returned, until one of them ends."""
        try:
            opened.carry(browser)
        finally:
            with self._lock:
                self._open.discard(opened)
                self._failure = opened.failure

    def close(self) -> None:
        """End all that is open of it."""
        with self._lock:
            self._is_closed = True
            opened = list(self._open)
        self._drop_spare()
        for each in opened:
            each.close()

    def _drop_spare(self) -> None:
        with self._lock:
            spare, self._spare = self._spare, None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        if spare is not None:
            spare.close()

    def _stopped(self) -> Refusal:
        return Refusal(
            HTTPStatus.CONFLICT,
            "machine-stopped",
            str(
                _("{name} is not running: start it to see its screen.").format(
                    name=self._domain.name
                )
            ),
        )

    def _refusal(self, error: QvirtError) -> Refusal:
        was_asked = not isinstance(error, AccessDenied) or error.cancelled
        if not was_asked or isinstance(error, NotListening):
            # The kernel asks when it makes a new way, and offers what mends it.
            return Refusal(HTTPStatus.GONE, "route-gone", str(error))
        if self._domain.connection.state in _AWAY:
            return _away()
        return Refusal(HTTPStatus.BAD_GATEWAY, "display-failed", str(error))


def route_gone() -> Refusal:
    """Return what a page understands as: ask the kernel for a new ticket."""
    return Refusal(
        HTTPStatus.GONE,
        "route-gone",
        str(_("The kernel does not serve this screen any more: open it again.")),
    )


def _away() -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "host-away",
        str(_("The connection to the host is lost; it is being tried again.")),
    )
