"""Tell a person's input from a display's own traffic.

A hub stops a server that nobody uses. A screen that repaints itself is nobody, and so is its
viewer asking for the next update; keys, the pointer and the clipboard are somebody.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# RFB: message types of RFC 6143, section 7.5, and of the QEMU extension
# (https://github.com/rfbproto/rfbproto/blob/master/rfbproto.rst#client-to-server-messages)
_RFB: Final = b"RFB 00"
_KEY, _POINTER, _CUT_TEXT, _QEMU = 4, 5, 6, 255
_QEMU_KEY = 0

# SPICE: what opens the link of a channel, and message types of the inputs channel
# (https://www.spice-space.org/spice-protocol.html)
_SPICE: Final = b"REDQ"
_LINK: Final = struct.Struct("<4s3IIB")  # magic, version, size; connection, type of the channel
_INPUTS: Final = 3
_INPUT_TYPES: Final = range(101, 115)


class Activity:
    """One connection of a browser; its first message says what it speaks.

    noVNC and spice-html5 send each message in a WebSocket message of its own, so its first bytes
    are its type. What is neither VNC nor SPICE (a serial console) carries nothing but input.
    """

    def __init__(self) -> None:
        self._judge: Callable[[bytes], bool] | None = None

    def is_input(self, message: bytes) -> bool:
        """Whether a message from the browser is something that a person did."""
        if not message:
            return False
        if self._judge is None:
            self._judge = _judge_of(message)
            if self._judge is not _anything:
                return False
        return self._judge(message)


def _judge_of(first: bytes) -> Callable[[bytes], bool]:
    if first.startswith(_RFB):
        return _is_rfb_input
    if first.startswith(_SPICE) and len(first) >= _LINK.size:
        return _is_spice_input if _LINK.unpack_from(first)[5] == _INPUTS else _nothing
    return _anything


def _is_rfb_input(message: bytes) -> bool:
    if message[0] == _QEMU:
        return len(message) > 1 and message[1] == _QEMU_KEY
    return message[0] in {_KEY, _POINTER, _CUT_TEXT}


def _is_spice_input(message: bytes) -> bool:
    return int.from_bytes(message[:2], "little") in _INPUT_TYPES


def _anything(_message: bytes) -> bool:
    return True


def _nothing(_message: bytes) -> bool:
    return False
