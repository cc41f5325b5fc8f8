"""What is behind a login and a ticket: the checks that consoles and transfers have in common.

====== ===================== ===================================================================
status code                  when
====== ===================== ===================================================================
403    login-needed          nobody is logged in, or the token is wrong
403    origin-foreign        the page is another site's
403    origin-missing        a cookie came without an Origin where browsers send one
400    ticket-missing        there is no ``ticket`` parameter
400    ticket-wrong          it is for something else
404    ticket-unknown        it was revoked, or was issued on another computer
410    ticket-expired        nobody renewed it
504    host-silent           ``c.QvirtConsole.open_timeout``
====== ===================== ===================================================================

A request with a token (``Authorization`` header or ``token`` parameter) may come without an Origin
and from anywhere: whoever has the token needs no trick of a foreign page.
"""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from jupyter_server.base.handlers import JupyterHandler

from qvirt_jupyter._translation import _
from qvirt_jupyter.console import Refusal, TicketExpired, TicketUnknown, find, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado import web
    from tornado.httputil import HTTPServerRequest

    from qvirt_jupyter.console import Target
    from qvirt_jupyter.server.settings import QvirtConsole

TICKET_PARAMETER = "ticket"
AUTH_RESOURCE = "qvirt"

T = TypeVar("T")


class Ticketed(JupyterHandler):
    """A request with a ticket; its id leaves the request before anything can log it."""

    auth_resource = AUTH_RESOURCE
    opens: ClassVar[tuple[type, ...]]
    """The kinds of targets that tickets for this address name."""

    def __init__(
        self,
        application: web.Application,
        request: HTTPServerRequest,
        **keywords: Any,  # noqa: ANN401 - what initialize() takes
    ) -> None:
        if hasattr(self, "_ticket"):
            # jupyter-server-proxy's mixin begins its other parent once more.
            super().__init__(application, request, **keywords)
            return
        # Access logs, tornado's report of an uncaught exception and the repr of the request all
        # print the address.
        ticket = request.arguments.pop(TICKET_PARAMETER, [b""])[-1]
        request.query_arguments.pop(TICKET_PARAMETER, None)
        request.query = ""
        request.uri = f"{request.path}?{TICKET_PARAMETER}=[secret]"
        self._ticket = ticket.decode("ascii", "replace")
        super().__init__(application, request, **keywords)

    def initialize(self, console: QvirtConsole) -> None:
        """Take the settings that the extension made.

        Parameters
        ----------
        console
            Limits, policy and threads.
        """
        self.console = console

    # -- checks -------------------------------------------------------------------------------

    def check_origin(self, origin: str | None = None) -> bool:
        """Judge by Jupyter's rules (``allow_origin``, ``allow_origin_pat``), not by tornado's."""
        del origin
        return JupyterHandler.check_origin(self)

    def _check_origin(self, *, required: bool) -> None:
        if self.token_authenticated:
            return
        if self.get_origin() is None:
            # A cookie alone may have been sent by any program or page that got hold of it; all
            # browsers name the page that opens a WebSocket (RFC 6455, section 4.1) or puts
            # something (https://fetch.spec.whatwg.org/#origin-header).
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
                str(_("Another site's page may not open this here.")),
            )

    async def _find_target(self) -> Target:
        if not self._ticket:
            raise Refusal(
                HTTPStatus.BAD_REQUEST, "ticket-missing", str(_("The request names no ticket."))
            )
        try:
            # Not in our pool: a libvirt that hangs in it must not keep others from opening.
            target = await asyncio.get_running_loop().run_in_executor(None, self._look_up)
        except TicketExpired as error:
            raise Refusal(
                HTTPStatus.GONE,
                "ticket-expired",
                str(_("The permission has expired: open it again.")),
            ) from error
        except TicketUnknown as error:
            raise Refusal(
                HTTPStatus.NOT_FOUND,
                "ticket-unknown",
                str(
                    _(
                        "The Jupyter server does not know this ticket. Either what it opens was "
                        "closed, or its kernel runs on another computer or with another runtime "
                        "folder."
                    )
                ),
            ) from error
        if not isinstance(target, self.opens):
            raise Refusal(
                HTTPStatus.BAD_REQUEST,
                "ticket-wrong",
                str(_("The ticket is for something else.")),
            )
        return target

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
        self.log.info("Refused (%s): %s", refusal.code, refusal.message)
        more = {} if refusal.at is None else {"at": refusal.at}
        self._answer(refusal.status, refusal.code, refusal.message, **more)

    def _answer(self, status: int, code: str, message: str, **more: object) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps({"code": code, "message": message, **more}))

    def write_error(self, status_code: int, **_keywords: Any) -> None:  # noqa: ANN401 - tornado's
        """Say in JSON what went wrong before or beside our own checks."""
        if status_code == HTTPStatus.FORBIDDEN:
            code, message = "login-needed", _("You are not logged in to this Jupyter server.")
        else:
            code, message = "failed", _("The Jupyter server failed; its log says more.")
        self._answer(status_code, code, str(message))
