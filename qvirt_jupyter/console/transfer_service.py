"""The kernel's end of transfers: one private unix socket, behind which all of its transfers are.

The Jupyter server has no connection to libvirt of its own for them: the kernel's may have needed
credentials, and its jobs, progress and cancel belong to the kernel. So there is one road for all
connections: browser, server, this socket, libvirt.
"""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import socket
import struct
import threading
from collections import OrderedDict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol

from qvirt_jupyter._temporary_folders import make_temporary_folder, remove_temporary_folder
from qvirt_jupyter._translation import _
from qvirt_jupyter.console import tickets
from qvirt_jupyter.console.refusal import Refusal
from qvirt_jupyter.console.targets import TransferTarget
from qvirt_jupyter.console.transfer_wire import (
    LINE,
    MAXIMUM_CHUNK,
    MAXIMUM_HOLE,
    line_of,
    read_line,
    refusal_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

    from qvirt_jupyter.console.tickets import Ticket

_LOG = logging.getLogger(__name__)
LIFETIME: Final = 3600.0
"""Seconds for which a ticket is good that nobody uses: a download may be resumed for so long."""
STALLED: Final = 120.0
"""Seconds after which a browser that takes nothing is given up; it may ask for the rest later."""
KEPT: Final = 200
"""So many transfers are remembered; the oldest goes first."""
_CREDENTIALS: Final = struct.Struct("3i")  # struct ucred of unix(7): pid, uid, gid


class Served(Protocol):
    """A transfer, as the socket needs it; each method may raise :class:`Refusal`."""

    def look(self) -> dict[str, Any]:
        """Return what it is and how far, as in :mod:`transfer_wire`."""

    def read(self, start: int, end: int, tag: str) -> Iterator[bytes]:
        """Yield the bytes of a download from one place up to another."""

    def write(self, at: int, chunk: bytes | int, digest: str) -> int:
        """Take a chunk of an upload, or the length of a hole, and return how far it is then."""


class TransferService:
    """Serves transfers until the process ends; made when the first one begins."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._transfers: OrderedDict[str, Served] = OrderedDict()
        self._folder: Path | None = None
        self._listener: socket.socket | None = None

    def offer(self, transfer: Served) -> str:
        """Let the Jupyter server reach a transfer, and return its id; see :meth:`ticket`."""
        key = secrets.token_hex(8)
        with self._lock:
            if self._listener is None:
                self._listen()
            self._transfers[key] = transfer
            while len(self._transfers) > KEPT:
                self._transfers.popitem(last=False)
        return key

    def ticket(self, key: str) -> Ticket:
        """Issue a ticket for a transfer.

        Raises
        ------
        OSError
            Jupyter's runtime folder is not writable.
        """
        with self._lock:
            if self._folder is None:
                raise KeyError(key)
            target = TransferTarget(str(self._folder / "serve"), key)
        return tickets.issue(target, lifetime=LIFETIME)

    def withdraw(self, key: str) -> None:
        """Serve a transfer no more; one that is gone already is fine."""
        with self._lock:
            self._transfers.pop(key, None)

    def close(self) -> None:
        """Serve nothing any more."""
        with self._lock:
            listener, self._listener = self._listener, None
            folder, self._folder = self._folder, None
            self._transfers.clear()
        if listener is not None:
            # close() alone would leave the thread in accept().
            try:
                listener.shutdown(socket.SHUT_RDWR)
            finally:
                listener.close()
        if folder is not None:
            remove_temporary_folder(folder)

    def _listen(self) -> None:
        # mkdtemp makes a folder that only its owner may enter, with a path short enough for a
        # socket (unix(7): 108 bytes), which Jupyter's runtime folder may not have.
        self._folder = make_temporary_folder("transfers")
        path = self._folder / "serve"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen()
        threading.Thread(
            target=self._accept, args=(self._listener,), name="qvirt-transfers", daemon=True
        ).start()
        atexit.register(self.close)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                # It was closed.
                return
            threading.Thread(
                target=self._serve, args=(connection,), name="qvirt-transfer", daemon=True
            ).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            if _CREDENTIALS.unpack(peer)[1] != os.geteuid():
                return
            connection.settimeout(STALLED)
            try:
                with connection.makefile("rb") as reader:
                    self._answer(connection, reader)
            except (OSError, ValueError) as error:
                # The browser went, or stands still: whoever wants the rest asks again.
                _LOG.info("A transfer was broken off: %s", error)

    def _answer(self, connection: socket.socket, reader: BufferedReader) -> None:
        asked = read_line(reader.readline(LINE))
        try:
            transfer = self._find(str(asked.get("id")))
            match asked:
                case {"do": "look"}:
                    connection.sendall(line_of(transfer.look()))
                case {"do": "read", "start": int(start), "end": int(end), "tag": str(tag)}:
                    blocks = transfer.read(start, end, tag)
                    connection.sendall(line_of({}))
                    for block in blocks:
                        connection.sendall(block)
                case {
                    "do": "write",
                    "at": int(at),
                    "length": int(length),
                    "hole": bool(is_hole),
                    "digest": str(digest),
                }:
                    chunk = length if is_hole else _chunk(reader, length)
                    if is_hole and not 0 < length <= MAXIMUM_HOLE:
                        raise _too_large()
                    done = transfer.write(at, chunk, digest)
                    connection.sendall(line_of({"at": done}))
                case _:
                    raise ValueError("This is no request for a transfer.")
        except Refusal as refusal:
            connection.sendall(refusal_line(refusal))
            # Closed over a chunk that nobody read, the socket would lose the answer with it.
            connection.shutdown(socket.SHUT_WR)
            while reader.read1(LINE):
                pass

    def _find(self, key: str) -> Served:
        with self._lock:
            transfer = self._transfers.get(key)
        if transfer is None:
            raise Refusal(
                HTTPStatus.GONE,
                "transfer-gone",
                str(_("The kernel does not know this transfer any more: begin it again.")),
            )
        return transfer


def _chunk(reader: BufferedReader, length: int) -> bytes:
    if not 0 < length <= MAXIMUM_CHUNK:
        raise _too_large()
    chunk = reader.read(length)
    if len(chunk) < length:
        raise ValueError("The connection dropped within a chunk.")
    return chunk


def _too_large() -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "chunk-too-large",
        str(_("A chunk has 1 to {most} bytes.").format(most=MAXIMUM_CHUNK)),
    )


service: Final = TransferService()
"""The one of this process."""
