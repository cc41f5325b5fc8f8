"""A real Jupyter server in a thread, with our extension, a login, a prefix and a log to read."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import logging
import socket
import socketserver
import tempfile
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest
import websocket
from jupyter_server.serverapp import ServerApp

from qvirt_jupyter.console import SocketTarget, tickets

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
    loop: asyncio.AbstractEventLoop
    cookie: str = ""
    open: list[websocket.WebSocket] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", BASE_URL + path, headers=headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

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
            timeout=options.pop("timeout", 20),
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

    def in_loop(self, function: Any) -> Any:
        """Call a function on the server's own thread and return its result."""

        async def call() -> Any:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(20)


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jupyter")
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
            with socket.create_server(("127.0.0.1", 0)) as probe:
                port = probe.getsockname()[1]
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

        thread = threading.Thread(target=run, name="jupyter-server")
        thread.start()
        assert ready.wait(60)
        app, loop = started
        server = RunningServer(app, app.port, handler.lines, loop)
        answer = server.get("api/status", Authorization=f"token {TOKEN}")
        server.cookie = "; ".join(
            value.split(";")[0] for name, value in answer.getheaders() if name == "Set-Cookie"
        )
        yield server
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        ServerApp.clear_instance()
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.fixture(autouse=True)
def _no_open_consoles(a_server):
    yield
    while a_server.open:
        with contextlib.suppress(OSError):
            a_server.open.pop().shutdown()


@pytest.fixture
def an_echo():
    """The path of a unix socket whose server sends everything back."""

    class Echo(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while data := self.request.recv(65536):
                self.request.sendall(data)

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True
        request_queue_size = 128

    # A temporary folder's own path may be longer than a socket's may be (unix(7): 108 bytes).
    with tempfile.TemporaryDirectory() as folder, Server(f"{folder}/echo", Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"{folder}/echo"
        server.shutdown()
        thread.join()


@pytest.fixture
def a_ticket(a_server, an_echo):  # noqa: ARG001 - it sets the runtime folder
    """The id of a ticket that opens the echo."""
    return tickets.issue(SocketTarget(an_echo)).id


@pytest.fixture
def a_token():
    return TOKEN
