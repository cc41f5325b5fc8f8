"""Tell a person's input from a display's own traffic.

A hub stops a server that nobody uses. A screen that repaints itself is nobody, and so is its
viewer asking for the next update; keys, the pointer and the clipboard are somebody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qvirt_jupyter.console.targets import DisplayTarget

if TYPE_CHECKING:
    from qvirt_jupyter.console.targets import Target

# Message types of RFC 6143, section 7.5, and of the QEMU extension
# (https://github.com/rfbproto/rfbproto/blob/master/rfbproto.rst#client-to-server-messages)
_KEY, _POINTER, _CUT_TEXT, _QEMU = 4, 5, 6, 255
_QEMU_KEY = 0


def is_user_input(target: Target, message: bytes) -> bool:
    """Whether a message from the browser is something that a person did.

    noVNC sends each RFB message in a WebSocket message of its own, so the first byte is its type.
    """
    if not message:
        return False
    if not isinstance(target, DisplayTarget):
        return True
    if message[0] == _QEMU:
        return len(message) > 1 and message[1] == _QEMU_KEY
    return message[0] in {_KEY, _POINTER, _CUT_TEXT}
