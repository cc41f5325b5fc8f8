"""Where this process is, in words that two processes can compare."""

from __future__ import annotations

import socket
from typing import TypedDict

from qvirt_jupyter._private_files import jupyter_folder


class Whereabouts(TypedDict):
    """What kernel and server must have in common for a console to work."""

    host: str
    runtime: str


def whereabouts() -> Whereabouts:
    """Return the name of this host and the runtime folder that tickets are written to."""
    return {
        "host": socket.gethostname(),
        "runtime": str(jupyter_folder("runtime").resolve()),
    }
