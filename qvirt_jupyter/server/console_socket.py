"""``qvirt/console?ticket=ID``: from a browser's WebSocket to what its ticket names.

All checks are made, and the target is opened, before the connection is upgraded, so that what is
refused is refused with an HTTP status and a sentence:

====== ===================== ===================================================================
status code                  when
====== ===================== ===================================================================
403    login-needed          nobody is logged in, or the token is wrong
403    origin-foreign        the page is another site's
403    origin-missing        a cookie came without an Origin: no browser opens a WebSocket like that
400    ticket-missing        there is no ``ticket`` parameter
404    ticket-unknown        it was revoked, or was issued on another computer
410    ticket-expired        nobody renewed it
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
504    host-silent           ``c.QvirtConsole.open_timeout``
====== ===================== ===================================================================

A request with a token (``Authorization`` header or ``token`` parameter) may come without an Origin
and from anywhere: whoever has the token needs no trick of a foreign page.

A browser's script does not see why its WebSocket was refused. So the same address asked without an
upgrade makes the same checks, opens nothing, and answers in JSON.
"""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server_proxy.websocket import WebSocketHandlerMixin
from tornado.websocket import WebSocketClosedError

from qvirt_jupyter._translation import _
from qvirt_jupyter.console import (
    Bridge,
    Refusal,
    TicketExpired,
    TicketUnknown,
    find,
    renew,
    sweep,
)
from qvirt_jupyter.console.activity import is_user_input
from qvirt_jupyter.console.opening import check_target, open_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado import web
    from tornado.httputil import HTTPServerRequest

    from qvirt_jupyter.console import Target
    from qvirt_jupyter.server.settings import QvirtConsole

TICKET_PARAMETER = "ticket"
AUTH_RESOURCE = "qvirt"
_SUBPROTOCOL = "binary"
_UNSENT = 128 * 1024
"""Bytes that may wait in the kernel's socket: more only makes pings and frames late."""

# https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
_NORMAL, _GOING_AWAY, _UNSUPPORTED_DATA, _TARGET_BROKE = 1000, 1001, 1003, 1011
# Not in the socket module before Python 3.12; tcp(7) of Linux.
_TCP_NOTSENT_LOWAT = 25

T = TypeVar("T")


class ConsoleSocket(WebSocketHandlerMixin, JupyterHandler):
    """Check, open, bridge; holds nothing that outlives its connection.

    jupyter-server-proxy's mixin lets one address serve WebSockets and ordinary requests. Its raw
    socket itself is not used: it has no flow control (see :mod:`qvirt_jupyter.console.bridge`).
    """

    auth_resource = AUTH_RESOURCE

    def __init__(
        self,
        application: web.Application,
        request: HTTPServerRequest,
        **keywords: Any,  # noqa: ANN401 - what initialize() takes
    ) -> None:
        # The id leaves the request before anything can log it: access logs, tornado's report of an
        # uncaught exception and the repr of the request all print the address.
        ticket = request.arguments.pop(TICKET_PARAMETER, [b""])[-1]
        request.query_arguments.pop(TICKET_PARAMETER, None)
        request.query = ""
        request.uri = f"{request.path}?{TICKET_PARAMETER}=[secret]"
        self._ticket = ticket.decode("ascii", "replace")
        self._bridge: Bridge | None = None
        self._target: Target | None = None
        super().__init__(application, request, **keywords)

    def initialize(self, console: QvirtConsole) -> None:
        """Take the settings that the extension made.

        Parameters
        ----------
        console
            Limits, policy and threads.
        """
        self.console = console

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

    def check_origin(self, origin: str | None = None) -> bool:
        """Judge by Jupyter's rules (``allow_origin``, ``allow_origin_pat``), not by tornado's."""
        del origin
        return JupyterHandler.check_origin(self)

    def _check_origin(self, *, required: bool) -> None:
        if self.token_authenticated:
            return
        if self.get_origin() is None:
            # A cookie alone may have been sent by any program or page that got hold of it; all
            # browsers name the page that opens a WebSocket (RFC 6455, section 4.1).
            if required:
                raise Refusal(
                    HTTPStatus.FORBIDDEN,
                    "origin-missing",
                    str(_("The request does not say which page it comes from.")),
                )
        elif not self.check_origin():
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                "origin-foreign",
                str(_("Another site's page may not open a console here.")),
            )

    async def _find_target(self) -> Target:
        if not self._ticket:
            raise Refusal(
                HTTPStatus.BAD_REQUEST, "ticket-missing", str(_("The request names no ticket."))
            )
        try:
            # Not in our pool: a libvirt that hangs in it must not keep other consoles from opening.
            return await asyncio.get_running_loop().run_in_executor(None, self._look_up)
        except TicketExpired as error:
            raise Refusal(
                HTTPStatus.GONE,
                "ticket-expired",
                str(_("The console's permission has expired: open the console again.")),
            ) from error
        except TicketUnknown as error:
            raise Refusal(
                HTTPStatus.NOT_FOUND,
                "ticket-unknown",
                str(
                    _(
                        "The Jupyter server does not know this console. Either it was closed, or "
                        "its kernel runs on another computer or with another runtime folder."
                    )
                ),
            ) from error

    def _look_up(self) -> Target:
        target = find(self._ticket)
        sweep()
        return target

    async def _in_thread(self, work: Callable[[], T], discard: Callable[[T], object]) -> T:
        """Do blocking work on a thread of ours; what comes too late is discarded."""
        future = asyncio.get_running_loop().run_in_executor(self.console.pool, work)
        done, _pending = await asyncio.wait({future}, timeout=self.console.open_timeout)
        if done:
            return future.result()

        def late(finished: asyncio.Future[T]) -> None:
            if not finished.cancelled() and finished.exception() is None:
                discard(finished.result())

        future.add_done_callback(late)
        raise Refusal(
            HTTPStatus.GATEWAY_TIMEOUT,
            "host-silent",
            str(_("libvirt does not answer in time.")),
        )

    # -- answers ------------------------------------------------------------------------------

    def _refuse(self, refusal: Refusal) -> None:
        self.log.info("Console refused (%s): %s", refusal.code, refusal.message)
        self._answer(refusal.status, refusal.code, refusal.message)

    def _answer(self, status: int, code: str, message: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps({"code": code, "message": message}))

    def write_error(self, status_code: int, **_keywords: Any) -> None:  # noqa: ANN401 - tornado's
        """Say in JSON what went wrong before or beside our own checks."""
        if status_code == HTTPStatus.FORBIDDEN:
            code, message = "login-needed", _("You are not logged in to this Jupyter server.")
        else:
            code, message = "failed", _("The Jupyter server failed; its log says more.")
        self._answer(status_code, code, str(message))

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

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Speak ``binary``, the name that VNC and SPICE viewers ask for."""
        return _SUBPROTOCOL if _SUBPROTOCOL in subprotocols else None

    def open(self) -> None:
        """Start to carry what the target sends."""
        bridge, target = self._bridge, self._target
        if bridge is None or target is None:  # unreachable: get() opens the bridge first
            raise RuntimeError("A console was upgraded before its target was open.")
        self.set_nodelay(True)
        stream = self.ws_connection.stream
        # tornado notices a closed stream when it reads on, which it does not while a message waits
        # for its target.
        stream.set_close_callback(bridge.close)
        if stream.socket.family in {socket.AF_INET, socket.AF_INET6}:
            stream.socket.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, _UNSENT)
        self.log.info("Console opened: %s", target.describe())
        bridge.start(self._target_ended)

    async def on_message(self, message: str | bytes) -> None:
        """Give the target what the browser sent; tornado reads on when it is taken."""
        if self._bridge is None or self._target is None:
            return
        if isinstance(message, str):
            self.close(_UNSUPPORTED_DATA, "A console takes binary messages.")
            return
        if is_user_input(self._target, message):
            # Jupyter counts every setting that ends like this as activity of its user.
            self.settings["qvirt_last_activity"] = datetime.now(UTC)
        try:
            await self._bridge.send(message)
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

    async def _deliver(self, block: bytes) -> None:
        await self.write_message(block, binary=True)

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
