"""Long messages on their way to browsers: deflated, for thousands of rows are alike."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qvirt_jupyter.widgets._messages import Packed

PACKED_FROM = 2048
"""Bytes from which on a message is deflated."""


def packed(message: object) -> tuple[object, list[bytes] | None]:
    """Return what is to be sent for a message, and its buffers.

    Parameters
    ----------
    message
        What JSON can hold.
    """
    text = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
    if len(text) < PACKED_FROM:
        return message, None
    content: Packed = {"kind": "packed"}
    return content, [zlib.compress(text, 1)]
