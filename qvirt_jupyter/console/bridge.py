"""Carry bytes between a target's socket and a WebSocket, at the speed of the slower one.

jupyter-server-proxy's raw sockets drop the futures of their writes, so a slow browser makes the
server buffer a whole film. Here each direction holds one block at a time: the target is read only
after the browser's connection took the block before, and a message from the browser is accepted
only after the target took the last one. The operating systems' own buffers do the rest.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

BLOCK = 64 * 1024
"""How much is read from the target at first, in bytes."""
LARGE = 256 * 1024
"""How much from one that had a whole block to say: a little more than a unix socket holds."""


class Bridge:
    """One open target; it owns the socket and closes it.

    Parameters
    ----------
    target
        A connected stream socket.
    deliver
        Sends one block to the browser. Where the browser's connection has not taken it at once, it
        returns a future that is done when it has. The block is valid until it returns.
    """

    def __init__(
        self,
        target: socket.socket,
        deliver: Callable[[bytes | memoryview], asyncio.Future[None] | None],
    ) -> None:
        target.setblocking(False)  # noqa: FBT003 - a method of the standard library
        self._target = target
        self._deliver = deliver
        self._large: memoryview | None = None
        self._sending = asyncio.Lock()
        self._waiting = 0
        self._on_end: Callable[[BaseException | None], None] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._closed = False

    def start(self, on_end: Callable[[BaseException | None], None]) -> None:
        """Begin to carry the target's bytes; call back once when it has no more.

        Parameters
        ----------
        on_end
            Gets None after an ordinary end, else what went wrong. Not called after :meth:`close`.
        """
        self._on_end = on_end
        self._listen()

    def send(self, data: bytes) -> Awaitable[None] | None:
        """Give the target one message.

        Returns
        -------
        Awaitable or None
            None where the target took all of it at once, as it nearly always does; otherwise it
            ends when all of it is taken, and raises OSError where the target is closed meanwhile.

        Raises
        ------
        OSError
            The target is closed.
        """
        if self._closed:
            raise ConnectionResetError("The bridge is closed.")
        sent = 0
        # What waits already goes first.
        if not self._waiting:
            try:
                sent = self._target.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            if sent == len(data):
                return None
        self._waiting += 1
        return self._send_rest(memoryview(data)[sent:])

    def close(self) -> None:
        """Close the target and stop carrying; safe to call again."""
        if self._closed:
            return
        self._closed = True
        if self._writer is not None and not self._writer.done():
            self._writer.cancel()
        # A descriptor must leave the loop before it is closed, or its number, given to the next
        # socket, would wake the wrong reader.
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._target)
        loop.remove_writer(self._target)
        self._target.close()

    async def _send_rest(self, rest: memoryview) -> None:
        try:
            async with self._sending:
                if self._closed:
                    raise ConnectionResetError("The bridge is closed.")
                # A task, so that close() can end the wait for a target that takes nothing more.
                loop = asyncio.get_running_loop()
                self._writer = loop.create_task(loop.sock_sendall(self._target, rest))
                await asyncio.wait({self._writer})
                if self._writer.cancelled():
                    raise ConnectionResetError("The bridge was closed.")
                self._writer.result()
        finally:
            self._waiting -= 1

    def _listen(self) -> None:
        # Called by the loop itself: a task would wake a turn of the loop later for each block.
        asyncio.get_running_loop().add_reader(self._target, self._read)

    def _read(self) -> None:
        try:
            block = self._receive()
            on_its_way = self._deliver(block) if block else None
        except (BlockingIOError, InterruptedError):
            return
        except Exception as error:  # noqa: BLE001 - whoever opened the bridge is told
            self._end(error)
            return
        if not block:
            self._end(None)
        elif on_its_way is not None and not on_its_way.done():
            asyncio.get_running_loop().remove_reader(self._target)
            on_its_way.add_done_callback(self._delivered)

    def _receive(self) -> bytes | memoryview:
        if self._large is not None:
            return self._large[: self._target.recv_into(self._large)]
        block = self._target.recv(BLOCK)
        if len(block) == BLOCK:
            # It streams. Room that is made anew for each block costs more than what it is for.
            self._large = memoryview(bytearray(LARGE))
        return block

    def _delivered(self, future: asyncio.Future[None]) -> None:
        # Asked for in any case: asyncio logs an exception that nobody asked for.
        error = None if future.cancelled() else future.exception()
        if self._closed:
            return
        if error is None:
            self._listen()
        else:
            self._end(error)

    def _end(self, error: BaseException | None) -> None:
        if self._closed:
            return
        asyncio.get_running_loop().remove_reader(self._target)
        if self._on_end is not None:
            self._on_end(error)
