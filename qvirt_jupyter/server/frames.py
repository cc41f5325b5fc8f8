"""Frames of a WebSocket: taken apart as they come, and the few bytes that stand before one.

https://www.rfc-editor.org/rfc/rfc6455#section-5 . Nothing here reads or writes a socket.
"""

from __future__ import annotations

import struct
from typing import Final

from tornado.util import _websocket_mask

CONTINUATION, TEXT, BINARY = 0x0, 0x1, 0x2
_FINAL: Final = 0x80
_RESERVED: Final = 0x70
_OPCODE: Final = 0x0F
_CONTROL: Final = 0x08
_MASKED: Final = 0x80
_LENGTH: Final = 0x7F
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_MASK: Final = 4
"""Bytes of a mask."""


class FrameError(Exception):
    """What came is no frame that a client may send here."""


class MessageTooLarge(Exception):  # noqa: N818 - as the code 1009 is named
    """A message has more bytes than are allowed."""


class Frames:
    """What a client sends, as messages.

    Parameters
    ----------
    largest
        Bytes of the largest message. No more than that, and one read, is ever kept.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._data = bytearray()
        self._parts: bytearray | None = None
        self._opcode = CONTINUATION

    @property
    def kept(self) -> int:
        """Bytes that came and are not yet in a message."""
        return len(self._data)

    def feed(self, data: bytes | memoryview) -> None:
        """Take what came from the client."""
        self._data += data

    def next(self) -> tuple[int, bytes] | None:
        """Return the opcode and the bytes of the next message, None where it is not whole yet.

        Raises
        ------
        FrameError
            The client broke the rules.
        MessageTooLarge
            Of the message's length, as soon as that is known.
        """
        while (frame := self._frame()) is not None:
            opcode, is_final, data = frame
            if opcode & _CONTROL:
                # Such a frame may come between those of a message.
                return opcode, data
            if (opcode == CONTINUATION) != (self._parts is not None):
                raise FrameError("A message begins or goes on where it may not.")
            if self._parts is None:
                if is_final:
                    return opcode, data
                self._parts, self._opcode = bytearray(data), opcode
                continue
            self._parts += data
            if is_final:
                whole, self._parts = bytes(self._parts), None
                return self._opcode, whole
        return None

    def _frame(self) -> tuple[int, bool, bytes] | None:
        data = self._data
        begin = 2
        if len(data) < begin:
            return None
        first, length = data[0], data[1] & _LENGTH
        is_final = bool(first & _FINAL)
        if first & _RESERVED or not data[1] & _MASKED:
            # No extension was agreed on, and a client masks (section 5.1).
            raise FrameError("A frame has bits that it may not have, or no mask.")
        if first & _CONTROL and (length >= _TWO_BYTES or not is_final):
            raise FrameError("A control frame is too long, or in parts.")
        if length >= _TWO_BYTES:
            begin += 2 if length == _TWO_BYTES else 8
            if len(data) < begin:
                return None
            length = int.from_bytes(data[2:begin], "big")
        if length + len(self._parts or b"") > self._largest and not first & _CONTROL:
            raise MessageTooLarge
        end = begin + _MASK + length
        if len(data) < end:
            return None
        mask = bytes(data[begin : begin + _MASK])
        payload = _websocket_mask(mask, bytes(data[begin + _MASK : end]))
        del data[:end]
        return first & _OPCODE, is_final, payload


def binary_header(length: int) -> bytes:
    """Return what stands before a binary message of so many bytes from a server."""
    if length < _TWO_BYTES:
        return bytes((_FINAL | BINARY, length))
    if length < 1 << 16:
        return struct.pack("!BBH", _FINAL | BINARY, _TWO_BYTES, length)
    return struct.pack("!BBQ", _FINAL | BINARY, _EIGHT_BYTES, length)
