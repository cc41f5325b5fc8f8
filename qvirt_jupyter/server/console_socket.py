"""``qvirt/console?ticket=ID``: from a browser's WebSocket to what its ticket names.

All checks are made, and the target is opened, before the connection is upgraded, so that what is
refused is refused with an HTTP status and a sentence:

====== ===================== ===================================================================
status code                  when
====== ===================== ===================================================================
409    machine-stopped       the machine does not run
404    machine-gone,         it was undefined, or has no such display
       display-missing
403    access-denied,        libvirt or the owner of the socket is somebody else
       socket-foreign
501    display-remote,       it is another host's, or libvirt cannot hand it out
       display-unsupported
502    host-unreachable,     libvirt, the hypervisor or the kernel does not answer as it should
       display-failed,
       socket-closed
503    too-many              ``c.QvirtConsole.maximum_connections``
====== ===================== ===================================================================

Those about logins, origins and tickets are in :mod:`qvirt_jupyter.server.ticketed`.

A browser's script does not see why its WebSocket was refused. So the same address asked without an
upgrade makes the same checks, opens nothing, and answers in JSON.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server_proxy.websocket import WebSocketHandlerMixin
from tornado.websocket import WebSocketClosedError

from qvirt_jupyter._translation import _
from qvirt_jupyter.console import (
    Bridge,
    CarriedTarget,
    DisplayTarget,
    Refusal,
    SocketTarget,
    TicketExpired,
    TicketUnknown,
    renew,
)
from qvirt_jupyter.console.activity import Activity
from qvirt_jupyter.console.opening import check_target, open_target
from qvirt_jupyter.server.direct_socket import DirectProtocol
from qvirt_jupyter.server.ticketed import Ticketed

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from qvirt_jupyter.console import Target

_SUBPROTOCOL = "binary"
_UNSENT = 128 * 1024
"""Bytes that may wait in the kernel's socket: more only makes pings and frames late."""

# https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
_NORMAL, _GOING_AWAY, _UNSUPPORTED_DATA, _TARGET_BROKE = 1000, 1001, 1003, 1011
# Not in the socket module before Python 3.12; tcp(7) of Linux.
_TCP_NOTSENT_LOWAT = 25


class ConsoleSocket(WebSocketHandlerMixin, Ticketed):
    """Check, open, bridge; holds nothing that outlives its connection.

    jupyter-server-proxy's mixin lets one address serve WebSockets and ordinary requests. Its raw
    socket itself is not used: it has no flow control (see :mod:`qvirt_jupyter.console.bridge`).
    """

    opens = (DisplayTarget, CarriedTarget, SocketTarget)
    _bridge: Bridge | None = None
    _target: Target | None = None

    async def prepare(self) -> None:  # type: ignore[override]
        """Find out who asks; a WebSocket is never redirected to the login page."""
        await super().prepare(_redirect_to_login=False)

    @ws_authenticated
    @authorized("execute")  # type: ignore[untyped-decorator]
    async def get(self) -> None:  # type: ignore[override]
        """Upgrade to a WebSocket and carry its bytes, or say why not."""
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            await super().get()  # type: ignore[misc]
            return
        self._activity = Activity()
        try:
            self._bridge = await self._open_bridge()
        except Refusal as refusal:
            self._refuse(refusal)
            return
        self.console.connections += 1
        try:
            # Returns when the connection is over, or when tornado refused to upgrade it.
            await super().get()  # type: ignore[misc]
        finally:
            self.console.connections -= 1
            self._bridge.close()

    async def http_get(self) -> None:
        """Say, to a request that is no WebSocket, whether the console could be opened."""
        try:
            self._check_origin(required=False)
            target = await self._find_target()
            await self._in_thread(lambda: check_target(target), lambda _nothing: None)
        except Refusal as refusal:
            self._refuse(refusal)
            return
        self._answer(HTTPStatus.OK, "ready", "")

    # -- checks -------------------------------------------------------------------------------

    def check_origin(self, origin: str | None = None) -> bool:
        """Judge by Jupyter's rules; tornado's own class for WebSockets comes before ours."""
        return Ticketed.check_origin(self, origin)

    async def _open_bridge(self) -> Bridge:
        self._check_origin(required=True)
        target = await self._find_target()
        if self.console.connections >= self.console.maximum_connections:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "too-many",
                str(_("Too many consoles are open: close some of them.")),
            )
        skip = self.console.skip_display_password
        peer = await self._in_thread(
            lambda: open_target(target, skip_password=skip), socket.socket.close
        )
        self._target = target
        return Bridge(peer, self._deliver)

    # -- the open connection ------------------------------------------------------------------

    @property
    def ping_interval(self) -> float:
        """Seconds between two pings."""
        return self.console.ping_interval

    @property
    def ping_timeout(self) -> float:
        """Seconds to wait for a pong; tornado takes at most the interval."""
        return min(self.console.pong_timeout, self.console.ping_interval)

    @property
    def max_message_size(self) -> int:
        """Bytes of the largest message from the browser."""
        return self.console.maximum_message

    def get_websocket_protocol(self) -> DirectProtocol | None:
        """Speak as tornado does, but for messages of data."""
        usual = super().get_websocket_protocol()
        return None if usual is None else DirectProtocol(self, False, usual.params)  # noqa: FBT003

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Speak ``binary``, the name that VNC and SPICE viewers ask for."""
        return _SUBPROTOCOL if _SUBPROTOCOL in subprotocols else None

    def open(self) -> None:
        """Start to carry what the target sends."""
        bridge, target = self._bridge, self._target
        if bridge is None or target is None:  # unreachable: get() opens the bridge first
            raise RuntimeError("A console was upgraded before its target was open.")
        self.set_nodelay(True)
        stream = self.ws_connection.take_over()
        # tornado notices a closed stream when it reads on, which it does not while a message waits
        # for its target.
        stream.set_close_callback(bridge.close)
        if stream.socket is None:
            # The browser went away while the target was opened: get() ends, and closes it.
            return
        if stream.socket.family in {socket.AF_INET, socket.AF_INET6}:
            stream.socket.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, _UNSENT)
        self.log.info("Console opened: %s", target.describe())
        bridge.start(self._target_ended)

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Give the target what the browser sent; tornado reads on when it is taken."""
        if self._bridge is None or self._target is None:
            return None
        if isinstance(message, str):
            self.close(_UNSUPPORTED_DATA, "A console takes binary messages.")
            return None
        if self._activity.is_input(message):
            # Jupyter counts every setting that ends like this as activity of its user.
            self.settings["qvirt_last_activity"] = datetime.now(UTC)
        try:
            taken = self._bridge.send(message)
        except OSError:
            self.close(_TARGET_BROKE, "The console broke off.")
            return None
        return None if taken is None else self._until_taken(taken)

    async def _until_taken(self, taken: Awaitable[None]) -> None:
        try:
            await taken
        except OSError:
            self.close(_TARGET_BROKE, "The console broke off.")

    def on_pong(self, data: bytes) -> None:
        """Renew the ticket: its tab lives."""
        del data
        future = asyncio.get_running_loop().run_in_executor(None, self._renew)
        future.add_done_callback(self._renewed)

    def _renew(self) -> bool:
        with suppress(TicketExpired):
            # A laptop slept, say. What is open stays open; the next connection needs a new ticket.
            renew(self._ticket)
        return True

    def _renewed(self, future: asyncio.Future[bool]) -> None:
        if not future.cancelled() and isinstance(future.exception(), TicketUnknown):
            self.close(_GOING_AWAY, "The console was closed.")

    def _deliver(self, block: bytes | memoryview) -> asyncio.Future[None] | None:
        if self.ws_connection is None:
            raise WebSocketClosedError
        protocol: DirectProtocol = self.ws_connection
        return protocol.write_binary(block)

    def _target_ended(self, error: BaseException | None) -> None:
        if isinstance(error, WebSocketClosedError):
            return
        if error is None:
            self.close(_NORMAL, "The console ended.")
        else:
            self.log.info("Console broke off: %s", error)
            self.close(_TARGET_BROKE, "The console broke off.")

    def on_close(self) -> None:
        """Close the target; the end of get() would do it too, a moment later."""
        if self._bridge is not None:
            self._bridge.close()
