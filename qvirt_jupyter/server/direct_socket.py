"""A console's WebSocket without the costs that tornado has for each message.

tornado reads a frame in four steps, each of which a task waits for, copies what it sends twice, and
makes a task for each message that it sends. For pages that is nothing. For a console each key, each
movement of the pointer and each piece of the screen is a message. So, once tornado has made the
handshake, the connection is taken over: its socket is read and written when the loop says that it
can be, and nothing waits in between.

What is rare stays tornado's: pings and pongs, the closing handshake, their time limits. So does all
of it where this server encrypts the connection itself.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from tornado.iostream import IOStream, StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketProtocol13

from qvirt_jupyter.server.frames import FrameError, Frames, MessageTooLarge, binary_header

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

_BLOCK: Final = 64 * 1024
"""Bytes that are read from the browser at once, and kept while a message waits for its target."""
_SMALL: Final = 4096
"""Bytes up to which one copy more is cheaper than a list for the operating system."""
_TOO_LARGE: Final = 1009
"""https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1"""


class DirectStream:
    """As much of an :class:`~tornado.iostream.IOStream` as a WebSocket of tornado's needs.

    Parameters
    ----------
    stream
        The connection, which nobody reads and to which all was written. It is closed: its socket
        lives on under another descriptor, of which tornado's stream knows nothing.
    """

    def __init__(self, stream: IOStream) -> None:
        self.io_loop = stream.io_loop
        self.socket: socket.socket = stream.socket.dup()
        self.socket.setblocking(False)  # noqa: FBT003 - a method of the standard library
        # What came with the request itself, and is in the stream's buffer.
        early = asyncio.ensure_future(stream.read_bytes(stream.max_buffer_size, partial=True))
        self._early = early.result() if early.done() and early.exception() is None else b""
        stream.close()
        self._loop = asyncio.get_running_loop()
        self._unsent = bytearray()
        self._sent: asyncio.Future[None] | None = None
        self._ended = self._loop.create_future()
        self._on_data: Callable[[bytes], None] | None = None
        self._on_close: Callable[[], None] | None = None

    def set_close_callback(self, callback: Callable[[], None]) -> None:
        """Call back once, when the connection is closed by whomever."""
        self._on_close = callback

    async def read(self, on_data: Callable[[bytes], None]) -> None:
        """Give away all that comes, until the connection is closed."""
        self._on_data = on_data
        self.resume()
        if self._early and not self.closed():
            on_data(self._early)
        await self._ended

    def pause(self) -> None:
        """Read nothing more until :meth:`resume`."""
        if not self.closed():
            self._loop.remove_reader(self.socket)

    def resume(self) -> None:
        """Read again."""
        if not self.closed():
            self._loop.add_reader(self.socket, self._read)

    def write(self, data: bytes) -> asyncio.Future[None]:
        """Send bytes; the future is done when the operating system has taken them."""
        sent = self.send(b"", data)
        if sent is None:
            sent = self._loop.create_future()
            sent.set_result(None)
        return sent

    def send(self, header: bytes, data: bytes | memoryview) -> asyncio.Future[None] | None:
        """Send both, and return None where the operating system took all of it at once.

        Raises
        ------
        StreamClosedError
            The connection is closed.
        """
        if self.closed():
            raise StreamClosedError
        taken = 0
        if self._sent is None:
            try:
                if len(data) > _SMALL:
                    taken = self.socket.sendmsg((header, data))
                else:
                    taken = self.socket.send(header + data)
            except (BlockingIOError, InterruptedError):
                taken = 0
            except OSError as error:
                self.close()
                raise StreamClosedError(real_error=error) from error
            if taken == len(header) + len(data):
                return None
            self._sent = self._loop.create_future()
            self._loop.add_writer(self.socket, self._write)
        self._unsent += b"".join((header, data))[taken:]
        return self._sent

    def writing(self) -> bool:
        """Whether something waits until the operating system takes it."""
        return self._sent is not None

    def closed(self) -> bool:
        """Whether the connection is closed."""
        return self._ended.done()

    def close(self) -> None:
        """Close the connection; what was not sent is lost. Safe to call again."""
        if self.closed():
            return
        self._ended.set_result(None)
        # A descriptor must leave the loop before it is closed, or its number, given to the next
        # socket, would wake the wrong reader.
        self._loop.remove_reader(self.socket)
        self._loop.remove_writer(self.socket)
        self.socket.close()
        self._unsent.clear()
        if self._sent is not None:
            self._sent.set_exception(StreamClosedError())
            # Asked for in any case: asyncio logs an exception that nobody asked for.
            self._sent.exception()
            self._sent = None
        on_close, self._on_close, self._on_data = self._on_close, None, None
        if on_close is not None:
            on_close()

    def _read(self) -> None:
        try:
            data = self.socket.recv(_BLOCK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self.close()
        elif self._on_data is not None:
            self._on_data(data)

    def _write(self) -> None:
        try:
            taken = self.socket.send(self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        del self._unsent[:taken]
        if not self._unsent and self._sent is not None:
            self._loop.remove_writer(self.socket)
            self._sent.set_result(None)
            self._sent = None


class DirectProtocol(WebSocketProtocol13):
    """tornado's protocol, in which messages of data take the short way."""

    stream: IOStream | DirectStream  # type: ignore[assignment]
    _direct: DirectStream
    _frames: Frames
    _is_waiting = False

    def take_over(self) -> IOStream | DirectStream:
        """Take the short way from here on, where there is one; return the stream in use."""
        stream = self.stream
        # A subclass encrypts. What is still to be sent of an answer would be lost.
        if type(stream) is IOStream and not stream.closed() and not stream.writing():
            self.stream = self._direct = DirectStream(stream)
            self._frames = Frames(self.params.max_message_size)
        return self.stream

    def write_binary(self, data: bytes | memoryview) -> asyncio.Future[None] | None:
        """Send a binary message.

        Returns
        -------
        Future or None
            None where the operating system took all of it at once; otherwise it is done when it
            has.

        Raises
        ------
        WebSocketClosedError
            The connection is closed, or about to be.
        """
        if self.is_closing():
            raise WebSocketClosedError
        if not isinstance(self.stream, DirectStream):
            sent = self.write_message(bytes(data), binary=True)
            return sent if self.stream.writing() else None
        try:
            return self.stream.send(binary_header(len(data)), data)
        except StreamClosedError as error:
            raise WebSocketClosedError from error

    async def _receive_frame_loop(self) -> None:
        if not isinstance(self.stream, DirectStream):
            await super()._receive_frame_loop()
            return
        try:
            await self.stream.read(self._take)
        finally:
            self._abort()
            self.handler.on_ws_connection_close(self.close_code, self.close_reason)

    def _take(self, data: bytes) -> None:
        self._frames.feed(data)
        if not self._is_waiting:
            self._hand_on()
        elif self._frames.kept > _BLOCK:
            # Up to there it is read, so that the browser's end is noticed.
            self._direct.pause()

    def _hand_on(self) -> None:
        """Hand the messages to the handler, as long as their target takes them."""
        try:
            while not self.stream.closed() and (message := self._frames.next()) is not None:
                taken = self._handle_message(*message)
                if taken is not None and not taken.done():
                    self._is_waiting = True
                    taken.add_done_callback(self._go_on)
                    return
        except FrameError:
            self._abort()
        except MessageTooLarge:
            self.close(_TOO_LARGE, "message too big")
            self._abort()

    def _go_on(self, _taken: asyncio.Future[None]) -> None:
        self._is_waiting = False
        self._hand_on()
        if not self._is_waiting:
            self._direct.resume()
