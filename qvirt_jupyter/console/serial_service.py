"""The kernel's end of terminals in browsers: for each serial line a private unix socket.

What the line says goes to everybody who is connected, what was kept of it first; what anybody
sends goes to the line. It is bytes both ways and nothing else: who holds the line, why it is
closed and where it is logged is said by the panel's own messages.

Whoever takes it slowly makes nobody wait: each connection has a listener of its own, which leaves
the oldest out where it lags, and says so in the text. Whoever sends faster than the guest takes it
waits: the socket is read no further meanwhile, and so the bridge reads no further from the browser.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import threading
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._temporary_folders import make_temporary_folder, remove_temporary_folder
from qvirt_jupyter._translation import _
from qvirt_jupyter.console.targets import SocketTarget
from qvirt_jupyter.hypervisor.errors import QvirtError
from qvirt_jupyter.hypervisor.serial.state import SerialState

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.serial.line import SerialLine

_LOG = logging.getLogger(__name__)
MOST: Final = 32
"""Connections to one line at a time: more browsers than that are somebody's mistake."""
PAUSE: Final = 0.05
"""Seconds until a guest that took nothing is tried again."""
_PIECE: Final = 4096
"""Bytes that are taken from a browser at once."""
_CREDENTIALS: Final = struct.Struct("3i")  # struct ucred of unix(7): pid, uid, gid


class Offer:
    """A line that browsers may reach; close it when its panel closes.

    Parameters
    ----------
    target
        What a ticket names.
    """

    def __init__(self, target: SocketTarget, close: Callable[[], None]) -> None:
        self.target = target
        self._close = close
        self._is_closed = False

    def close(self) -> None:
        """Serve it no more, once nobody else offers it; safe to call again."""
        if not self._is_closed:
            self._is_closed = True
            self._close()


class SerialService:
    """The sockets of this process, one for each line that somebody offers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: dict[int, tuple[_LineSocket, int]] = {}

    def offer(self, line: SerialLine) -> Offer:
        """Let the Jupyter server reach a line.

        Parameters
        ----------
        line
            It need not be open.

        Raises
        ------
        OSError
            No socket can be made.
        """
        key = id(line)
        with self._lock:
            served, offers = self._sockets.get(key, (None, 0))
            if served is None:
                served = _LineSocket(line)
            self._sockets[key] = (served, offers + 1)
        return Offer(SocketTarget(served.path), lambda: self._withdraw(key))

    @property
    def connections(self) -> int:
        """How many browsers are connected now."""
        with self._lock:
            return sum(served.connections for served, _offers in self._sockets.values())

    def _withdraw(self, key: int) -> None:
        with self._lock:
            served, offers = self._sockets[key]
            if offers > 1:
                self._sockets[key] = (served, offers - 1)
                return
            del self._sockets[key]
        served.close()


class _LineSocket:
    """The socket of one line, and who is connected to it."""

    def __init__(self, line: SerialLine) -> None:
        self._line = line
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._is_closed = False
        # mkdtemp makes a folder that only its owner may enter, with a path short enough for a
        # socket (unix(7): 108 bytes), which Jupyter's runtime folder may not have.
        self._folder = make_temporary_folder("serial")
        path = self._folder / "serve"
        self.path = str(path)
        self._listener = socket.socket(socket.AF_UNIX)
        try:
            self._listener.bind(self.path)
            path.chmod(0o600)
            self._listener.listen()
        except OSError:
            self._listener.close()
            remove_temporary_folder(self._folder)
            raise
        threading.Thread(target=self._accept, name="qvirt-serial", daemon=True).start()

    @property
    def connections(self) -> int:
        with self._lock:
            return len(self._open)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            connections = tuple(self._open)
        # close() alone would leave the threads in accept(), recv() and sendall().
        _end(self._listener)
        self._listener.close()
        for connection in connections:
            _end(connection)
        remove_temporary_folder(self._folder)

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                # It was closed.
                return
            peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            with self._lock:
                is_welcome = (
                    _CREDENTIALS.unpack(peer)[1] == os.geteuid()
                    and not self._is_closed
                    and len(self._open) < MOST
                )
                if is_welcome:
                    self._open.add(connection)
            if is_welcome:
                threading.Thread(
                    target=self._serve, args=(connection,), name="qvirt-serial-viewer", daemon=True
                ).start()
            else:
                connection.close()

    def _serve(self, connection: socket.socket) -> None:
        ended = threading.Event()

        def deliver(data: bytes) -> None:
            try:
                connection.sendall(data)
            except OSError:
                # The browser went: what is waited for below ends too.
                _end(connection)

        subscription = self._line.listen(
            deliver, replay=True, on_loss=lambda count: deliver(_loss(count))
        )
        try:
            while data := connection.recv(_PIECE):
                self._type(data, connection, ended)
        except OSError as error:
            _LOG.info("A terminal was broken off: %s", error)
        finally:
            ended.set()
            # Before the subscription, whose thread may be in sendall().
            _end(connection)
            subscription.close()
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _type(self, data: bytes, connection: socket.socket, ended: threading.Event) -> None:
        """Give the line what somebody typed, as soon as it takes it."""
        while True:
            try:
                self._line.write(data)
            except QvirtError as error:
                if self._line.state is not SerialState.OPEN:
                    # Nobody is there to read it, which the page says before anybody types.
                    _LOG.info("What was typed is lost: %s", error)
                    return
            else:
                return
            # It has too much already. A browser that goes meanwhile is not waited for.
            if ended.wait(PAUSE) or _is_gone(connection):
                return


def _is_gone(connection: socket.socket) -> bool:
    """Whether the other end has closed, without taking anything that it sent."""
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other end was quicker.
        return


def _loss(count: int) -> bytes:
    words = _("[{size} KiB were left out: they came faster than they could be sent.]").format(
        size=-(-count // 1024)
    )
    return f"\x1b[0m\r\n\x1b[7m{words}\x1b[0m\r\n".encode()


service: Final = SerialService()
"""The one of this process."""
