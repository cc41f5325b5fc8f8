"""What an administrator may set for consoles and transfers: ``c.QvirtConsole.*``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from traitlets import Bool, Float, Integer
from traitlets.config import Configurable


class QvirtConsole(Configurable):
    """Limits and policy of consoles and transfers, and threads that talk to libvirt for them."""

    skip_display_password = Bool(
        True,  # noqa: FBT003 - traitlets' own way of a default
        help="""Open displays that have a password without asking for it.

        The machine's owner, who is logged in to this server, could read the password anyway.
        Set it to False to have the console ask for it.
        """,
    ).tag(config=True)

    ping_interval = Float(
        25.0,
        min=0.0,
        help="""Seconds between two pings to the browser; 0 turns them off.

        Proxies often cut a connection that is silent for 60 seconds.
        """,
    ).tag(config=True)

    pong_timeout = Float(
        20.0,
        min=0.0,
        help="Seconds that a browser may take to answer a ping before its console is closed.",
    ).tag(config=True)

    maximum_message = Integer(
        4 * 1024 * 1024,
        min=1024,
        help="Bytes of the largest message that a browser may send (a pasted text, say).",
    ).tag(config=True)

    maximum_connections = Integer(
        100,
        min=1,
        help="How many console connections may be open at once.",
    ).tag(config=True)

    open_timeout = Float(
        15.0,
        min=0.1,
        help="Seconds that libvirt may take to open a display.",
    ).tag(config=True)

    workers = Integer(
        4,
        min=1,
        help="How many displays may be opened at once; further ones wait.",
    ).tag(config=True)

    maximum_transfers = Integer(
        32,
        min=1,
        help="How many uploads and downloads of volumes may be under way at once.",
    ).tag(config=True)

    stalled_transfer = Float(
        120.0,
        min=0.1,
        help="Seconds that a kernel may take for the next piece of an upload or a download.",
    ).tag(config=True)

    def start(self) -> None:
        """Make the pool of threads; it starts a thread when one is needed."""
        self.connections = 0
        self.transfers = 0
        # Of our own, so that a libvirt that hangs does not take the server's other threads along.
        self.pool = ThreadPoolExecutor(self.workers, "qvirt-console")
