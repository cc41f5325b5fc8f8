"""One open console: libvirt's stream, which one thread uses.

It does not block: a read that waits inside of libvirt would be in the way of all other calls of the
connection. libvirt's event loop says when there is something, and is asked anew each time.
https://libvirt.org/html/libvirt-libvirt-stream.html
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Final, Self

import libvirt

from qvirt_jupyter.hypervisor.errors import QvirtError, Subject
from qvirt_jupyter.hypervisor.libvirt_errors import error_text
from qvirt_jupyter.hypervisor.storage import streams

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection

_LOG = logging.getLogger(__name__)
PIECE: Final = 64 * 1024
"""Bytes that are read at once, at most."""
PATIENCE: Final = 2.0
"""Seconds to wait until a stream of a lost connection is given up; one that hangs is left."""
_INTERESTING: Final = (
    libvirt.VIR_STREAM_EVENT_READABLE
    | libvirt.VIR_STREAM_EVENT_ERROR
    | libvirt.VIR_STREAM_EVENT_HANGUP
)


class StreamEnded(Exception):  # noqa: N818 - it is an end, and mostly no error
    """The other end has closed it: the machine stopped, or somebody took the console.

    Parameters
    ----------
    details
        libvirt's own words; empty where it ended in order.
    """

    def __init__(self, details: str = "") -> None:
        super().__init__(details)
        self.details = details


class SerialStream:
    """The stream of an open console.

    Parameters
    ----------
    stream
        libvirt's.
    wake
        Called on the event thread when there is something to read.
    """

    def __init__(self, stream: libvirt.virStream, wake: Callable[[], object]) -> None:
        self._stream = stream
        self._wake = wake
        stream.eventAddCallback(_INTERESTING, self._on_event, None)

    @classmethod
    def open(
        cls,
        domain: libvirt.virDomain,
        alias: str | None,
        wake: Callable[[], object],
        *,
        force: bool,
    ) -> Self:
        """Open a console; the parameters are those of the class and of libvirt.

        https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenConsole

        Raises
        ------
        libvirt.libvirtError
            It cannot be opened.
        """
        stream = domain.connect().newStream(libvirt.VIR_STREAM_NONBLOCK)
        flags = libvirt.VIR_DOMAIN_CONSOLE_FORCE if force else 0
        try:
            domain.openConsole(alias, stream, flags)
            return cls(stream, wake)
        except BaseException:
            streams.abort(stream)
            raise

    def read(self) -> bytes:
        """Return what has come; empty where there is nothing just now.

        Raises
        ------
        StreamEnded
            Nothing comes any more.
        """
        try:
            data = self._stream.recv(PIECE)
        except libvirt.libvirtError as error:
            raise StreamEnded(error_text(error)) from error
        # A number below zero says that it would have to wait.
        if isinstance(data, int):
            return b""
        if not data:
            raise StreamEnded
        received: bytes = data
        return received

    def send(self, data: bytes) -> int:
        """Send some bytes; return how many were taken.

        Raises
        ------
        StreamEnded
            Nothing is taken any more.
        """
        try:
            sent: int = self._stream.send(data)
        except libvirt.libvirtError as error:
            raise StreamEnded(error_text(error)) from error
        # A number below zero says that it would have to wait.
        return max(0, sent)

    def arm(self) -> None:
        """Have the event loop say once when there is something to read.

        Raises
        ------
        StreamEnded
            Nothing comes any more.
        """
        try:
            self._stream.eventUpdateCallback(_INTERESTING)
        except libvirt.libvirtError as error:
            raise StreamEnded(error_text(error)) from error

    def belongs_to(self, raw: libvirt.virConnect) -> bool:
        """Whether this is the connection that it was opened on."""
        return bool(self._stream.connect() is raw)

    def close(self, connection: Connection, subject: Subject) -> None:
        """Give it up, so that others can open the console.

        Parameters
        ----------
        connection
            Ours; it may be another one of libvirt's by now.
        subject
            The machine.
        """
        try:
            self._stream.eventRemoveCallback()
        except libvirt.libvirtError as error:
            _LOG.debug("%s: no callback to take out: %s", subject, error)
        try:
            connection.call(self._abort_on, subject=subject)
        except QvirtError as error:
            _LOG.debug("%s: the connection of a console is away: %s", subject, error)
            self._drop()

    def _abort_on(self, raw: libvirt.virConnect) -> None:
        if self.belongs_to(raw):
            streams.abort(self._stream)
        else:
            self._drop()

    def _drop(self) -> None:
        """Abort it on a lost connection, which may hang: nobody waits long for it."""
        thread = threading.Thread(
            target=streams.abort, args=(self._stream,), name="qvirt-serial-drop", daemon=True
        )
        thread.start()
        thread.join(PATIENCE)

    def _on_event(self, stream: libvirt.virStream, _events: int, _opaque: Any) -> None:  # noqa: ANN401 - libvirt's signature
        try:
            # It would be called again and again until everything is read.
            stream.eventUpdateCallback(0)
        except libvirt.libvirtError as error:
            _LOG.debug("A console was closed meanwhile: %s", error)
        self._wake()
