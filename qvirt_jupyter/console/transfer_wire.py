"""What the Jupyter server and a kernel say to each other about a transfer, on a private socket.

One connection carries one request: a line of JSON, and for a chunk its bytes behind it. The answer
is a line of JSON, and behind it the bytes that were asked for. Where the kernel refuses, its line
has a status of HTTP, a word for programs and a sentence for people.

=========  ==========================================  ==========================================
``do``     else in the request                         in the answer
=========  ==========================================  ==========================================
``look``                                               ``kind``, ``name``, ``size``; of a download
                                                       ``tag``, of an upload ``at``
``read``   ``start``, ``end``, ``tag``                 the bytes from start up to end behind it
``write``  ``at``, ``length``, ``hole``, ``digest``    ``at``: how far the upload is now
=========  ==========================================  ==========================================

``hole`` says that the chunk is zeros, which then are not sent. ``digest`` is the SHA-256 of the
chunk in hexadecimal, or empty. Sizes and places are in bytes.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final

from qvirt_jupyter.console.refusal import Refusal

LINE: Final = 16 * 1024
"""Bytes of the longest line."""
MAXIMUM_CHUNK: Final = 16 * 1024 * 1024
"""Bytes of the largest chunk that a kernel takes: all of it is in memory until it is checked."""
MAXIMUM_HOLE: Final = 1024 * 1024 * 1024
"""Bytes of the longest run of zeros that is taken at once."""


def line_of(content: dict[str, Any]) -> bytes:
    """Return a message as what is sent."""
    return json.dumps(content).encode() + b"\n"


def read_line(line: bytes) -> dict[str, Any]:
    """Return the message in a line.

    Raises
    ------
    ValueError
        It is none: the connection ended before, or somebody else speaks.
    """
    try:
        content = json.loads(line) if line.endswith(b"\n") else None
    except RecursionError as error:
        raise ValueError("A message has no brackets in brackets without end.") from error
    if not isinstance(content, dict):
        raise ValueError("A message is a JSON object in a line.")  # noqa: TRY004 - it is not a type
    return content


def refusal_line(refusal: Refusal) -> bytes:
    """Return what says that something is refused."""
    return line_of(
        {
            "refused": int(refusal.status),
            "code": refusal.code,
            "message": refusal.message,
            "at": refusal.at,
        }
    )


def answer_of(line: bytes) -> dict[str, Any]:
    """Return what a kernel answered.

    Raises
    ------
    Refusal
        It refused.
    ValueError
        It is no answer.
    """
    content = read_line(line)
    if "refused" in content:
        raise Refusal(
            HTTPStatus(content["refused"]),
            str(content.get("code", "")),
            str(content.get("message", "")),
            at=content.get("at"),
        )
    return content
