"""A real Jupyter server in a thread, with our extension, a login, a prefix and a log to read."""

from __future__ import annotations

import socketserver
import tempfile
import threading

import pytest
from a_jupyter_server import TOKEN, running_server

from qvirt_jupyter.console import SocketTarget, tickets
from qvirt_jupyter.console.transfer_service import TransferService


@pytest.fixture(scope="module")
def a_server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(autouse=True)
def _no_open_consoles(a_server):
    yield
    a_server.close_consoles()


@pytest.fixture(autouse=True)
def no_id_is_logged(a_server):
    """Whatever a test does: the log, at DEBUG, has no ticket in it."""
    issued = []
    original = tickets.secrets.token_urlsafe

    def remember(size):
        issued.append(original(size))
        return issued[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tickets.secrets, "token_urlsafe", remember)
        start = len(a_server.log)
        yield issued
    log = "\n".join(a_server.log[start:])
    assert not [ticket for ticket in issued if ticket in log]


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


@pytest.fixture
def a_service(a_server):  # noqa: ARG001 - it sets the runtime folder
    """The kernel's end of transfers, in this process."""
    service = TransferService()
    yield service
    service.close()


@pytest.fixture
def offer(a_service):
    """Let the server reach a transfer; returns the ticket's id."""
    return lambda transfer: a_service.ticket(a_service.offer(transfer)).id
