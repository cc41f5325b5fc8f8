"""Servers of the tests' own for installation trees: HTTP and FTP on the loopback."""

from __future__ import annotations

import contextlib
import posixpath
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_ANSWERS = {"USER": "331 password?", "PASS": "230 fine", "TYPE": "200 fine", "QUIT": "221 bye"}


class _Handler(BaseHTTPRequestHandler):
    """Serves what a dictionary has: bytes, a status code, or a function that answers."""

    def do_GET(self):
        self.server.asked.append(self.path)
        answer = self.server.files.get(self.path, 404)
        if isinstance(answer, Path):
            answer = answer.read_bytes()
        if callable(answer):
            with contextlib.suppress(OSError):
                answer(self)
            return
        if isinstance(answer, int):
            self.send_error(answer)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(answer)

    def log_message(self, *_arguments):
        """Say nothing."""


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_arguments):
        """A client that goes away is what some tests are about."""


@contextlib.contextmanager
def an_http_server(files):
    """Serve the files of a dictionary, by path; yield the server, whose ``url`` reaches it."""
    server = _HttpServer(("127.0.0.1", 0), _Handler)
    server.files = files
    server.asked = []
    server.released = threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextlib.contextmanager
def an_ftp_server(files):
    """Serve the files of a dictionary by FTP, as far as a client needs that fetches them."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, files), daemon=True).start()
    try:
        yield f"ftp://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.close()


def _accept(listener, files):
    while True:
        try:
            client, _address = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, files), daemon=True).start()


def _serve(client, files):
    """Answer the commands of RFC 959 and 2428 that ftplib sends."""
    data = contextlib.ExitStack()
    listener = None
    folder = "/"

    def say(text):
        client.sendall(f"{text}\r\n".encode())

    # Who breaks off leaves the listener for the data, which is closed all the same.
    with client, data, contextlib.suppress(OSError), client.makefile("r") as commands:
        say("220 ready")
        for line in commands:
            command, _space, argument = line.strip().partition(" ")
            path = posixpath.normpath(posixpath.join(folder, argument))
            match command.upper():
                case name if name in _ANSWERS:
                    say(_ANSWERS[name])
                case "PWD":
                    say(f'257 "{folder}"')
                case "CWD" if any(posixpath.dirname(name).startswith(path) for name in files):
                    folder = path
                    say("250 fine")
                case "EPSV" | "PASV" as kind:
                    listener = data.enter_context(socket.create_server(("127.0.0.1", 0)))
                    port = listener.getsockname()[1]
                    say(
                        f"229 here (|||{port}|)"
                        if kind == "EPSV"
                        else f"227 here (127,0,0,1,{port // 256},{port % 256})"
                    )
                case "RETR" if path in files:
                    connection, _address = listener.accept()
                    say(f"150 opening ({len(files[path])} bytes)")
                    with connection:
                        connection.sendall(files[path])
                    listener.close()
                    say("226 done")
                case "RETR" | "CWD":
                    say("550 there is no such file")
                case _:
                    say("502 unknown")
