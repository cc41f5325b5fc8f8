"""A host between libvirt's client and a real daemon, which sends other pictures of screens.

It passes everything on but the data of ``virDomainScreenshot``, as the daemon of a host might that
somebody else has taken over: https://libvirt.org/kbase/internals/rpc.html
"""

from __future__ import annotations

import contextlib
import socket
import struct
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_HEADER = struct.Struct("!IIIiIII")
"""Length of all, program, version, procedure, type, serial, status."""
_SCREENSHOT = 211
"""REMOTE_PROC_DOMAIN_SCREENSHOT of libvirt's src/remote/remote_protocol.x."""
_STREAM, _CONTINUE, _ERROR = 3, 2, 1
_PIECE = 200_000
"""Bytes of data in one message: libvirt takes 262,120."""


class EvilHost:
    """What a client connects to.

    Attributes: ``says`` makes the pieces of what it sends as a picture, None for the real one;
    ``goes_on`` is whether it has no end; ``sent`` counts the bytes.
    """

    def __init__(self, daemon: Path, folder: Path) -> None:
        self._daemon = daemon
        self.path = folder / "libvirt-sock"
        self.says: Callable[[], Iterable[bytes]] | None = None
        self.goes_on = False
        self.sent = 0
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._run(self._accept)

    @property
    def uri(self) -> str:
        return f"qemu+unix:///session?socket={self.path}"

    def close(self) -> None:
        for end in (self._listener, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()
        for end in (self._listener, *self._ends):
            end.close()

    def _run(self, function, *arguments) -> None:
        self._threads.append(threading.Thread(target=function, args=arguments))
        self._threads[-1].start()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            daemon = socket.socket(socket.AF_UNIX)
            daemon.connect(str(self._daemon))
            self._ends += (client, daemon)
            # Pictures that the client gave up, by the numbers of their calls, and those begun.
            given_up, begun = set(), set()
            as_client = partial(self._as_client, given_up)
            as_daemon = partial(self._as_daemon, given_up, begun)
            self._run(self._pass_on, client, daemon, as_client)
            self._run(self._pass_on, daemon, client, as_daemon)

    def _pass_on(self, source: socket.socket, target: socket.socket, change) -> None:
        with contextlib.suppress(OSError):
            while header := _exactly(source, _HEADER.size):
                rest = _exactly(source, _HEADER.unpack(header)[0] - _HEADER.size)
                change(target, header, rest)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _as_client(
        self, given_up: set[int], target: socket.socket, header: bytes, rest: bytes
    ) -> None:
        *_others, procedure, kind, serial, status = _HEADER.unpack(header)
        if (procedure, kind, status) == (_SCREENSHOT, _STREAM, _ERROR):
            given_up.add(serial)
        target.sendall(header + rest)

    def _as_daemon(
        self,
        given_up: set[int],
        begun: set[int],
        target: socket.socket,
        header: bytes,
        rest: bytes,
    ) -> None:
        _length, program, version, procedure, kind, serial, status = _HEADER.unpack(header)
        is_data = (procedure, kind, status) == (_SCREENSHOT, _STREAM, _CONTINUE)
        if not is_data or self.says is None:
            # Not into the middle of what is being said.
            with self._lock:
                target.sendall(header + rest)
            return
        if rest and serial not in begun:
            begun.add(serial)
            # On its own: a client that does not read must not keep others waiting.
            fields = (program, version, procedure, kind, serial, status)
            self._run(self._say, given_up, target, fields)

    def _say(self, given_up: set[int], target: socket.socket, fields: tuple[int, ...]) -> None:
        def send(data: bytes) -> None:
            with self._lock:
                target.sendall(_HEADER.pack(_HEADER.size + len(data), *fields) + data)

        serial = fields[4]
        with contextlib.suppress(OSError):
            for part in self.says():
                for at in range(0, len(part), _PIECE):
                    if serial in given_up:
                        return
                    send(part[at : at + _PIECE])
                    self.sent += len(part[at : at + _PIECE])
            if not self.goes_on:
                send(b"")


@contextlib.contextmanager
def an_evil_host(daemon: Path) -> Iterator[EvilHost]:
    """Put one before a daemon's socket."""
    with tempfile.TemporaryDirectory(prefix="qv-evil-", dir="/tmp") as folder:
        host = EvilHost(daemon, Path(folder))
        try:
            yield host
        finally:
            host.close()


def _exactly(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = source.recv(size - len(data))
        if not part:
            raise OSError("It has ended.")
        data += part
    return data
