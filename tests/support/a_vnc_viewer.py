"""A VNC viewer that knows the first messages, over a WebSocket."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from websocket import WebSocket

NONE, VNC, VENCRYPT = 1, 2, 19


class VncViewer:
    """The first messages of a VNC viewer (RFC 6143, section 7)."""

    def __init__(self, client: WebSocket) -> None:
        self.client, self.buffer = client, b""

    def read(self, size: int) -> bytes:
        while len(self.buffer) < size:
            block = self.client.recv()
            assert block, "the display closed"
            self.buffer += block
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def security(self) -> list[int]:
        """Return the security types that the display offers."""
        assert self.read(12).startswith(b"RFB 003.")
        self.client.send_binary(b"RFB 003.008\n")
        return list(self.read(self.read(1)[0]))

    def name(self) -> str:
        """Go through the handshake, and return the name of the screen."""
        assert NONE in self.security()
        self.client.send_binary(bytes([NONE]))
        assert self.read(4) == bytes(4)
        self.client.send_binary(b"\x01")
        header = self.read(24)
        return self.read(struct.unpack("!I", header[20:])[0]).decode()
