"""A connection to the kernel that serves a transfer: one question, one answer, and bytes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from qvirt_jupyter._translation import _
from qvirt_jupyter.console import Refusal
from qvirt_jupyter.console.transfer_wire import LINE, answer_of, line_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable
    from typing import TypeVar

    T = TypeVar("T")

BLOCK = 256 * 1024
"""Bytes that are passed on at once."""


class KernelLine:
    """An open connection.

    Parameters
    ----------
    reader, writer
        Its two ends.
    key
        Which of the kernel's transfers it is about.
    patience
        Seconds that the kernel may take for each answer and each block.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str, patience: float
    ) -> None:
        self._reader, self._writer = reader, writer
        self._key, self._patience = key, patience

    @classmethod
    async def over(cls, peer: socket.socket, key: str, patience: float) -> KernelLine:
        """Speak over a socket that is connected; it is closed with the line."""
        peer.setblocking(False)  # noqa: FBT003 - a method of the standard library
        reader, writer = await asyncio.open_unix_connection(sock=peer, limit=max(LINE, BLOCK))
        return cls(reader, writer, key, patience)

    async def say(self, message: dict[str, Any]) -> None:
        """Send a question."""
        await self.send(line_of({**message, "id": self._key}))

    async def send(self, block: bytes) -> None:
        """Send bytes, and return when the kernel has taken them.

        A kernel that takes no more has said why: :meth:`hear` tells.
        """
        self._writer.write(block)
        with suppress(OSError):
            await self._writer.drain()

    async def hear(self) -> dict[str, Any]:
        """Return the answer.

        Raises
        ------
        Refusal
            The kernel refuses, is silent, or does not answer as it should.
        """
        try:
            return answer_of(await self._in_time(self._reader.readline()))
        except (OSError, ValueError) as error:
            raise Refusal(
                HTTPStatus.BAD_GATEWAY,
                "kernel-failed",
                str(_("The kernel broke off; its task list may say why.")),
            ) from error

    async def block(self, at_most: int) -> bytes:
        """Return the next bytes.

        Raises
        ------
        ConnectionResetError
            There are no more.
        Refusal
            The kernel is silent.
        """
        found = await self._in_time(self._reader.read(min(at_most, BLOCK)))
        if not found:
            raise ConnectionResetError("The kernel broke off.")
        return found

    def close(self) -> None:
        """Let it go."""
        self._writer.close()

    async def _in_time(self, waiting: Awaitable[T]) -> T:
        try:
            return await asyncio.wait_for(waiting, self._patience)
        except TimeoutError as error:
            raise Refusal(
                HTTPStatus.GATEWAY_TIMEOUT,
                "kernel-silent",
                str(_("The kernel does not answer in time.")),
            ) from error
