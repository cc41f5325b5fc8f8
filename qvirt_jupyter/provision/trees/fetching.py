"""Fetches files of installation trees by HTTP, HTTPS or FTP, and gives up when it must.

The standard library does the talking, with the proxies of the environment (``http_proxy`` and the
like). It can only be told how long to wait for the next byte, so it works on a thread of its own,
and whoever waits for it may stop at any time.
"""

from __future__ import annotations

import ftplib
import queue
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import OperationFailed, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

SCHEMES: Final = ("http", "https", "ftp")
STALL: Final = 20.0
"""Seconds without a byte after which a server is given up."""
TEXT_LIMIT: Final = 2 * 1024**2
"""Bytes of a file that describes a tree, at most."""
CHUNK: Final = 256 * 1024
_LOOK: Final = 0.1
"""Seconds between two looks whether somebody asked to stop."""
_WAITING: Final = 8
"""Chunks that may wait for whoever takes them."""
_GONE: Final = frozenset({404, 410})
_AGENT: Final = "qvirt-jupyter"


class Missing(OperationFailed):
    """The server has no such file."""


@dataclass(frozen=True, slots=True)
class Body:
    """A file that arrives.

    Parameters
    ----------
    url
        Where it came from in the end.
    length
        Its bytes; None where the server does not say.
    chunks
        Its contents, as they arrive.
    """

    url: str
    length: int | None
    chunks: Iterator[bytes]


def checked_url(url: str) -> str:
    """Return an address as a tree's files are joined to it: with a slash at its end.

    Raises
    ------
    OperationFailed
        It is no address of a server, or carries a password, which would be kept in logs.
    """
    text = url.strip()
    try:
        parts = urllib.parse.urlsplit(text)
        valid = parts.scheme in SCHEMES and bool(parts.hostname) and text.isprintable()
        # Asking for a port that is no number raises.
        valid = valid and (parts.port is None or parts.port > 0) and " " not in text
    except ValueError:
        valid = False
    if not valid:
        raise OperationFailed(
            _("This is no address of a server."),
            subject=Subject("tree", text, text),
            next_step=_("Give one that begins with http://, https:// or ftp://."),
        )
    if parts.password is not None:
        host = parts.hostname or ""
        raise OperationFailed(
            _("The address has a password in it, which would stay in logs."),
            subject=Subject("tree", host, host),
            next_step=_("Give an address that needs none."),
        )
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    return parts._replace(path=path, query="", fragment="").geturl()


def fetch_text(url: str, check: Callable[[], object], *, most: int = TEXT_LIMIT) -> str:
    """Return a small file as text.

    Parameters
    ----------
    url
        Where it is.
    check
        Asked all the time; it raises to stop.
    most
        Bytes that are taken; what is behind them is left.

    Raises
    ------
    Missing
        There is none.
    OperationFailed
        The server does not answer, or stops answering.
    """
    found = b""
    body = fetch(url, check)
    for chunk in body.chunks:
        found += chunk
        if len(found) >= most:
            break
    return found[:most].decode("utf-8", "replace")


def fetch(url: str, check: Callable[[], object], *, stall: float | None = None) -> Body:
    """Begin to fetch a file; return once the server has answered.

    Parameters
    ----------
    url
        Where it is.
    check
        Asked all the time; it raises to stop.
    stall
        Seconds without a byte after which it is given up.

    Raises
    ------
    Missing
        There is none.
    OperationFailed
        The server does not answer, or refuses.
    """
    line = _Line(url, STALL if stall is None else stall, check)
    final, length = line.take()
    return Body(final, length, line.chunks(length))


class _Line:
    """A thread that talks to a server, and the queue through which its answers come."""

    def __init__(self, url: str, stall: float, check: Callable[[], object]) -> None:
        self._url = url
        self._stall = stall
        self._check = check
        self._answers: queue.Queue[Any] = queue.Queue(_WAITING)
        self._left = threading.Event()
        threading.Thread(target=self._talk, name="qvirt-fetch", daemon=True).start()

    def take(self) -> Any:  # noqa: ANN401 - the head, then chunks, then None
        """Return the next answer, or raise what came instead."""
        # The thread waits so long for one byte; looking up a name has no limit of its own.
        end = time.monotonic() + self._stall + 1
        while True:
            try:
                self._check()
                answer = self._answers.get(timeout=_LOOK)
            except queue.Empty:
                if time.monotonic() > end:
                    self._left.set()
                    raise self._error(TimeoutError()) from None
            except BaseException:
                self._left.set()
                raise
            else:
                if isinstance(answer, Exception):
                    raise self._error(answer) from answer
                return answer

    def chunks(self, length: int | None) -> Iterator[bytes]:
        """Yield what arrives; fewer bytes than promised are an error."""
        arrived = 0
        try:
            while (chunk := self.take()) is not None:
                arrived += len(chunk)
                yield chunk
        finally:
            self._left.set()
        if length is not None and arrived != length:
            raise self._failed(
                _("Only {arrived} of {length} bytes arrived.").format(
                    arrived=arrived, length=length
                )
            )

    def _talk(self) -> None:
        try:
            request = urllib.request.Request(self._url, headers={"User-Agent": _AGENT})  # noqa: S310 - the opener knows no other schemes
            with _opener().open(request, timeout=self._stall) as response:
                said = response.headers.get("Content-Length", "")
                encoded = response.headers.get("Content-Encoding", "identity") != "identity"
                length = int(said) if said.isdigit() and not encoded else None
                self._put((response.url, length))
                while not self._left.is_set():
                    chunk = response.read1(CHUNK) if hasattr(response, "read1") else None
                    if chunk is None:
                        chunk = response.read(CHUNK)
                    if not chunk:
                        break
                    self._put(chunk)
                self._put(None)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            self._put(error)

    def _put(self, answer: object) -> None:
        while not self._left.is_set():
            try:
                self._answers.put(answer, timeout=_LOOK)
            except queue.Full:
                continue
            return

    def _error(self, error: Exception) -> OperationFailed:
        reason = getattr(error, "reason", error)
        code = getattr(error, "code", None)
        if code in _GONE or (isinstance(error, urllib.error.URLError) and "550" in str(reason)):
            return Missing(
                _("The server has no such file (404)."),
                subject=Subject("tree", self._url, self._url),
                next_step=_("Check the address."),
            )
        if code is not None:
            return self._failed(
                _("The server refuses: {code} {reason}.").format(code=code, reason=reason)
            )
        if isinstance(reason, TimeoutError) or "timed out" in str(reason):
            return self._failed(
                _("The server has sent nothing for {seconds} seconds.").format(
                    seconds=round(self._stall)
                )
            )
        known = isinstance(error, OSError | HTTPException | EOFError | ftplib.Error | ValueError)
        if not known:
            raise error
        text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return self._failed(_("The server cannot be reached: {reason}.").format(reason=text))

    def _failed(self, reason: Any) -> OperationFailed:  # noqa: ANN401 - a text of ours
        return OperationFailed(
            reason,
            subject=Subject("tree", self._url, self._url),
            next_step=_("Check the address and the network, then try again."),
        )


def _opener() -> urllib.request.OpenerDirector:
    """Return what opens addresses of servers, and neither files nor data."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.FTPHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener
