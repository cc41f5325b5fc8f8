"""``qvirt/transfer?ticket=ID``: a volume to the browser, or a browser's file into a volume.

The kernel has the volume; this passes bytes on between its private socket and the browser, a block
at a time and at the speed of the slower side. Nothing is kept here: what is stopped goes on from
where the kernel says that it is.

``GET``
    Sends the volume of a download as an attachment; ``Range`` and ``If-Range`` resume one.
``GET`` with ``look=1``
    Says in JSON what the ticket is for, and of an upload in ``at`` how far it is.
``PUT`` with ``at=BYTES``
    Takes the chunk of an upload that begins there. ``Content-Digest: sha-256=:…:`` (RFC 9530) has
    it checked; with ``hole=BYTES`` and no content it is so many zeros. The answer says in ``at``
    how far the upload is.

Besides what :mod:`qvirt_jupyter.server.ticketed` refuses:

====== ===================== ===================================================================
status code                  when
====== ===================== ===================================================================
403    xsrf-missing          a chunk came with a cookie, but without Jupyter's XSRF token
403    site-foreign          another site's page made the browser ask (``Sec-Fetch-Site``)
403    socket-foreign        the socket belongs to another user
400    request-wrong         a place or a length is no number, or the digest is none
405    direction-wrong       a chunk for a download, or the content of an upload
411    length-missing        a chunk without ``Content-Length``
413    chunk-too-large       more than 16 MiB at once
416    range-wrong           the volume ends before
409    offset-wrong          the upload is elsewhere: ``at`` says where
410    transfer-gone         it is over, or was removed
422    digest-wrong          the chunk did not arrive as it was sent
502    socket-closed,        the kernel is gone, or does not answer as it should
       kernel-failed
503    too-many              ``c.QvirtConsole.maximum_transfers``
504    kernel-silent         ``c.QvirtConsole.stalled_transfer``
507    no-room               the pool is full
====== ===================== ===================================================================
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.utils import ensure_async
from tornado import web
from tornado.iostream import StreamClosedError

from qvirt_jupyter._translation import _
from qvirt_jupyter.console import (
    Refusal,
    TicketExpired,
    TicketUnknown,
    TransferTarget,
    renew,
)
from qvirt_jupyter.console.opening import open_target
from qvirt_jupyter.console.transfer_wire import MAXIMUM_CHUNK
from qvirt_jupyter.server.byte_range import part_of
from qvirt_jupyter.server.kernel_line import KernelLine
from qvirt_jupyter.server.ticketed import AUTH_RESOURCE, Ticketed

if TYPE_CHECKING:
    import socket

_RENEWING = 64 * 1024 * 1024
"""Bytes of a download after which its ticket is renewed."""
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]{1,64}):")


@web.stream_request_body
class Transfers(Ticketed):
    """Pass bytes on; holds nothing that outlives its request."""

    opens = (TransferTarget,)
    _kernel: KernelLine | None = None
    _counted = False

    async def prepare(self) -> None:  # type: ignore[override]
        """Find out who asks; of a chunk, make all checks before its content is read."""
        await super().prepare(_redirect_to_login=False)
        if self._finished or self.request.method != "PUT":
            return
        try:
            await self._may_put()
            await self._begin_chunk()
        except Refusal as refusal:
            self._refuse(refusal)

    # -- to the browser -----------------------------------------------------------------------

    @ws_authenticated
    @authorized("execute")  # type: ignore[untyped-decorator]
    async def get(self) -> None:  # type: ignore[override]
        """Send the volume, or say how far a transfer is."""
        try:
            self._check_origin(required=False)
            self._check_site()
            known = await self._ask({"do": "look"})
            if self.get_query_argument("look", ""):
                self._answer(HTTPStatus.OK, "ready", "", **known)
                return
            if known.get("kind") != "download":
                raise _wrong_direction()
            await self._send(known)
        except Refusal as refusal:
            self._refuse(refusal)

    @ws_authenticated
    @authorized("execute")  # type: ignore[untyped-decorator]
    async def head(self) -> None:  # type: ignore[override]
        """Say how large the volume is."""
        await self.get()

    async def _send(self, known: dict[str, Any]) -> None:
        size, tag = int(known["size"]), f'"{known["tag"]}"'
        wanted = self.request.headers.get("Range", "")
        if self.request.headers.get("If-Range", tag) != tag:
            # It has changed since the first part: all of it is needed.
            wanted = ""
        try:
            part = part_of(wanted, size)
        except ValueError as error:
            self.set_header("Content-Range", f"bytes */{size}")
            raise Refusal(
                HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                "range-wrong",
                str(_("The volume has {size} bytes.").format(size=size)),
            ) from error
        start, end = part or (0, size)
        if self.request.method != "HEAD" and end > start:
            await self._ask({"do": "read", "start": start, "end": end, "tag": known["tag"]})
        if part is not None:
            self.set_status(HTTPStatus.PARTIAL_CONTENT)
            self.set_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Disposition", _attachment(str(known["name"])))
        self.set_header("Content-Length", str(end - start))
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Etag", tag)
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        if self.request.method != "HEAD":
            await self._pass_on(end - start)

    async def _pass_on(self, length: int) -> None:
        """Pass the kernel's bytes on; a browser that has got too few of them sees that."""
        kernel, left, renewed = self._kernel, length, length
        if kernel is None:
            # An empty volume.
            return
        try:
            while left:
                block = await kernel.block(left)
                self.write(block)
                # Returns when the browser has taken it: no more than a block waits here.
                await self.flush()
                left -= len(block)
                if renewed - left > _RENEWING:
                    renewed = left
                    await self._renew()
        except (OSError, Refusal, StreamClosedError) as error:
            self.log.info("A download was broken off with %d bytes to go: %s", left, error)
            # Less content than was announced: the browser may ask for the rest.
            self.request.connection.stream.close()  # type: ignore[union-attr]

    def compute_etag(self) -> str | None:
        """Return none of tornado's: it would need all of the content."""
        return None

    def _check_site(self) -> None:
        """Refuse a download that another site's page begins: a link sends no Origin."""
        if self.token_authenticated:
            return
        if self.request.headers.get("Sec-Fetch-Site", "none") in {"cross-site", "same-site"}:
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                "site-foreign",
                str(_("Another site's page may not begin a download here.")),
            )

    # -- from the browser ---------------------------------------------------------------------

    async def _may_put(self) -> None:
        """Make the checks of the decorators, which come too late for what is streamed.

        Raises
        ------
        Refusal
            The request is not allowed.
        """
        user = self.current_user
        allowed = user is not None and await ensure_async(
            self.authorizer.is_authorized(self, user, "execute", AUTH_RESOURCE)
        )
        if not allowed:
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                "login-needed",
                str(_("You are not logged in to this Jupyter server.")),
            )
        self._check_origin(required=True)

    async def _begin_chunk(self) -> None:
        hole, at = self._number("hole", "0"), self._number("at", "")
        length = self.request.headers.get("Content-Length", "")
        if not length.isdigit():
            raise Refusal(
                HTTPStatus.LENGTH_REQUIRED,
                "length-missing",
                str(_("A chunk says how long it is.")),
            )
        if int(length) > MAXIMUM_CHUNK:
            raise Refusal(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "chunk-too-large",
                str(_("A chunk has 1 to {most} bytes.").format(most=MAXIMUM_CHUNK)),
            )
        if bool(hole) == bool(int(length)):
            raise _wrong_request()
        kernel = await self._open()
        await kernel.say(
            {
                "do": "write",
                "at": at,
                "length": hole or int(length),
                "hole": bool(hole),
                "digest": _digest(self.request.headers.get("Content-Digest", "")),
            }
        )

    async def data_received(self, chunk: bytes) -> None:
        """Pass a block of the chunk on; tornado reads on when the kernel has taken it."""
        if self._kernel is not None and not self._finished:
            await self._kernel.send(chunk)

    @ws_authenticated
    @authorized("execute")  # type: ignore[untyped-decorator]
    async def put(self) -> None:  # type: ignore[override]
        """Say how far the upload is, now that the chunk is there."""
        try:
            if self._kernel is None:  # unreachable: prepare() opens it or refuses
                raise _wrong_request()
            answer = await self._kernel.hear()
            await self._renew()
        except Refusal as refusal:
            self._refuse(refusal)
            return
        self._answer(HTTPStatus.OK, "taken", "", **answer)

    def _number(self, name: str, default: str) -> int:
        text = self.get_query_argument(name, default)
        if not re.fullmatch(r"[0-9]{1,19}", text):
            raise _wrong_request()
        return int(text)

    # -- the kernel ---------------------------------------------------------------------------

    async def _open(self) -> KernelLine:
        target = await self._find_target()
        if not isinstance(target, TransferTarget):  # unreachable: other tickets are refused
            raise TypeError("The ticket is for something else.")
        if self.console.transfers >= self.console.maximum_transfers:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "too-many",
                str(_("Too many transfers are under way: wait until one has ended.")),
            )
        self.console.transfers += 1
        self._counted = True
        peer: socket.socket = await self._in_thread(
            lambda: open_target(target), lambda late: late.close()
        )
        self._kernel = await KernelLine.over(peer, target.id, self.console.stalled_transfer)
        return self._kernel

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask the kernel on a connection of its own, which is kept for what follows."""
        self._close_kernel()
        kernel = await self._open()
        await kernel.say(question)
        return await kernel.hear()

    async def _renew(self) -> None:
        """Renew the ticket: its transfer lives."""
        with suppress(TicketExpired, TicketUnknown):
            # What is under way goes on; the kernel says itself when it is over.
            await asyncio.get_running_loop().run_in_executor(None, renew, self._ticket)

    def _close_kernel(self) -> None:
        if self._counted:
            self.console.transfers -= 1
            self._counted = False
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None

    def on_finish(self) -> None:
        """Let the kernel's connection go."""
        self._close_kernel()
        super().on_finish()

    def on_connection_close(self) -> None:
        """Let it go also where the browser went within its chunk."""
        self._close_kernel()
        super().on_connection_close()

    def write_error(self, status_code: int, **keywords: Any) -> None:  # noqa: ANN401 - tornado's
        """Tell a missing XSRF token and another site's page from a missing login."""
        error = keywords.get("exc_info", (None, None))[1]
        if status_code == HTTPStatus.NOT_FOUND:
            # So Jupyter calls a request of another site's page, before we could.
            message = _("Another site's page may not open this here.")
            self._answer(HTTPStatus.FORBIDDEN, "origin-foreign", str(message))
            return
        if isinstance(error, web.HTTPError) and "_xsrf" in str(error.log_message):
            message = _("The request lacks Jupyter's XSRF token.")
            self._answer(status_code, "xsrf-missing", str(message))
            return
        super().write_error(status_code, **keywords)


def _digest(header: str) -> str:
    if not header:
        return ""
    found = _DIGEST.search(header)
    try:
        return base64.b64decode(found[1], validate=True).hex() if found else ""
    except (ValueError, binascii.Error) as error:
        raise _wrong_request() from error


def _attachment(name: str) -> str:
    """Return a Content-Disposition that no name can break (RFC 6266, RFC 8187)."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _wrong_request() -> Refusal:
    return Refusal(
        HTTPStatus.BAD_REQUEST,
        "request-wrong",
        str(_("The request does not say what it wants in a way that is understood.")),
    )


def _wrong_direction() -> Refusal:
    return Refusal(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "direction-wrong",
        str(_("The ticket is for a transfer the other way.")),
    )
