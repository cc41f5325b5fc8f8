"""Ports that somebody is to listen on a moment later."""

from __future__ import annotations

import random
import socket
from pathlib import Path

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 10_000


def a_free_port() -> int:
    """Return a port of the loopback that nobody listens on.

    It is none of those that the kernel gives to whoever asks for any, or to connections that go out:
    one of them might be taken until somebody listens on it.
    """
    first = int(_RANGE.read_text(encoding="ascii").split()[0])
    # Not always the same ones: there may be other runs of these tests beside this one.
    for port in random.sample(range(_LOWEST, first), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("No port of the loopback is free.")
