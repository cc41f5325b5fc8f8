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
"""How much is read from the target at once, in bytes."""


class Bridge:
    """One open target; it owns the socket and closes it.

    Parameters
    ----------
    target
        A connected stream socket.
    deliver
        Sends one block to the browser; its awaitable ends when the block is on its way.
    """

    def __init__(self, target: socket.socket, deliver: Callable[[bytes], Awaitable[None]]) -> None:
        target.setblocking(False)  # noqa: FBT003 - a method of the standard library
        self._target = target
        self._deliver = deliver
        self._sending = asyncio.Lock()
        self._reader: asyncio.Task[None] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._closed = False

    def start(self, on_end: Callable[[BaseException | None], None]) -> None:
        """Begin to carry the target's bytes; call back once when it has no more.

        Parameters
        ----------
        on_end
            Gets None after an ordinary end, else what went wrong. Not called after :meth:`close`.
        """
        self._reader = asyncio.get_running_loop().create_task(self._read())

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and not self._closed:
                on_end(task.exception())

        self._reader.add_done_callback(ended)

    async def send(self, data: bytes) -> None:
        """Give the target one message, and return when it took all of it.

        Raises
        ------
        OSError
            The target is closed.
        """
        async with self._sending:
            if self._closed:
                raise ConnectionResetError("The bridge is closed.")
            try:
                sent = self._target.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            if sent == len(data):
                return
            # A task, so that close() can end the wait for a target that takes nothing more.
            loop = asyncio.get_running_loop()
            rest = memoryview(data)[sent:]
            self._writer = loop.create_task(loop.sock_sendall(self._target, rest))
            await asyncio.wait({self._writer})
            if self._writer.cancelled():
                raise ConnectionResetError("The bridge was closed.")
            self._writer.result()

    def close(self) -> None:
        """Close the target and stop carrying; safe to call again."""
        if self._closed:
            return
        self._closed = True
        for task in (self._reader, self._writer):
            if task is not None and not task.done():
                task.cancel()
        # A descriptor must leave the loop before it is closed, or its number, given to the next
        # socket, would wake the wrong reader.
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._target)
        loop.remove_writer(self._target)
        self._target.close()

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while block := await loop.sock_recv(self._target, BLOCK):
            await self._deliver(block)
