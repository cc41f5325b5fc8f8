"""A real Jupyter server in a thread, with our extension, a login, a prefix and a log to read."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import websocket
from a_port import a_free_port
from jupyter_server.serverapp import ServerApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


TOKEN = "a-token-of-the-test"  # noqa: S105 - opens a server that lives for a test
BASE_URL = "/user/x/"


class _Lines(logging.Handler):
    """Keeps every line that is logged, as its reader would see it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter("%(name)s %(levelname)s %(message)s").format(record))


@dataclass
class RunningServer:
    app: ServerApp
    port: int
    log: list[str]
    cookie: str = ""
    open: list[websocket.WebSocket] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        connection.request("GET", BASE_URL + path, headers=headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    token = TOKEN

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(
        self,
        ticket: str | None,
        *,
        origin: str | None = "own",
        cookie: str | None = "own",
        token: str | None = None,
        query: str = "",
        **options: Any,
    ) -> websocket.WebSocket:
        """Open a console as a browser does, unless told otherwise."""
        if ticket is not None:
            query = f"ticket={ticket}&{query}"
        headers = [f"Authorization: token {token}"] if token else []
        client = websocket.create_connection(
            f"ws://127.0.0.1:{self.port}{BASE_URL}qvirt/console?{query}",
            timeout=options.pop("timeout", 90),
            header=headers,
            cookie=self.cookie if cookie == "own" else cookie,
            origin=self.origin if origin == "own" else origin,
            suppress_origin=origin is None,
            subprotocols=["binary"],
            **options,
        )
        self.open.append(client)
        return client

    @property
    def console(self) -> Any:
        """The settings that the extension gave to its handlers."""
        return self.app.web_app.settings["qvirt_console"]

    def close_consoles(self) -> None:
        """Break off what a test left open."""
        while self.open:
            with contextlib.suppress(OSError):
                self.open.pop().shutdown()


@contextlib.contextmanager
def running_server(folder: Path) -> Iterator[RunningServer]:
    """Run a Jupyter server with our extension in a thread of this process.

    Parameters
    ----------
    folder
        Where its own folders are made; this process uses the same runtime folder meanwhile.
    """
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for kind in ("CONFIG", "DATA", "RUNTIME"):
            patch.setenv(f"JUPYTER_{kind}_DIR", str(folder / kind.lower()))
        patch.setenv("JUPYTER_PLATFORM_DIRS", "1")
        handler = _Lines()
        root = logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        started: list[Any] = []
        ready = threading.Event()

        def run() -> None:
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            port = a_free_port()
            ServerApp.clear_instance()
            app = ServerApp.instance(
                ip="127.0.0.1",
                port=port,
                port_retries=0,
                base_url=BASE_URL,
                open_browser=False,
                root_dir=str(folder),
                allow_root=True,
                log_level=logging.DEBUG,
                jpserver_extensions={"qvirt_jupyter": True},
            )
            app.init_signal = lambda: None
            try:
                app.initialize(
                    [f"--IdentityProvider.token={TOKEN}", "--ServerApp.terminals_enabled=False"]
                )
                app.log.propagate = True
                app.log.handlers = []
                app.start_app()
                started.extend((app, loop))
            except BaseException:
                ready.set()
                raise
            # The port is bound by a callback that the start left in the loop; this one comes after.
            loop.call_soon_threadsafe(ready.set)
            loop.run_forever()
            loop.run_until_complete(app._cleanup())
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

        def end() -> None:
            if started:
                started[1].call_soon_threadsafe(started[1].stop)
            thread.join(90)
            ServerApp.clear_instance()
            root.removeHandler(handler)
            root.setLevel(level)
            assert not thread.is_alive()

        thread = threading.Thread(target=run, name="jupyter-server")
        thread.start()
        # Also where the test fails: what goes on would keep the whole run from ending.
        stack.callback(end)
        assert ready.wait(180)
        app = started[0]
        server = RunningServer(app, app.port, handler.lines)
        answer = server.get("api/status", Authorization=f"token {TOKEN}")
        server.cookie = "; ".join(
            value.split(";")[0] for name, value in answer.getheaders() if name == "Set-Cookie"
        )
        yield server
