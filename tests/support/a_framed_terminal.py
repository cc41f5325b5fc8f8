"""The terminal's page in a frame of a page that plays the widget, on a socket that a test serves."""

from __future__ import annotations

import contextlib
import json
import socket
import threading

from a_framed_console import COLOURS, FRAMING, RUNNING
from a_jupyter_server import BASE_URL
from playwright.sync_api import expect

from qvirt_jupyter.console import SocketTarget, tickets
from qvirt_jupyter.console.whereabouts import whereabouts
from qvirt_jupyter.widgets._terminal_messages import VERSION
from qvirt_jupyter.widgets._terminal_strings import STRINGS
from qvirt_jupyter.widgets.consoles import release_keys

OPEN = {"state": "open", "words": "Open", "reason": "", "log": "", "log_error": ""}


class Line:
    """A private socket as the kernel serves it: it says first what was kept, and hears what is typed."""

    def __init__(self, folder):
        self.path = folder / "serve"
        self.kept = b""
        self.typed = b""
        self.changed = threading.Condition()
        self.connections = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        self.accepting = threading.Thread(target=self.accept, daemon=True)
        self.accepting.start()

    def accept(self):
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return  # closed at the end of the test
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                # Who has gone already hears nothing, as of any server.
                connection.sendall(self.kept)
            with self.changed:
                self.connections.append(connection)
                self.changed.notify_all()
            threading.Thread(target=self.hear, args=(connection,), daemon=True).start()

    def hear(self, connection):
        while True:
            try:
                data = connection.recv(4096)
            except OSError:
                return  # closed at the end of the test
            if not data:
                return
            with self.changed:
                self.typed += data
                self.changed.notify_all()

    def connected(self, number=1):
        """Wait for so many connections, and return the last."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.connections) >= number, 90)
            return self.connections[-1]

    def says(self, data):
        self.connected().sendall(data)

    def hears(self, data):
        with self.changed:
            assert self.changed.wait_for(lambda: data in self.typed, 90), self.typed

    def drop(self):
        """Break the last connection."""
        self.connected().shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.accepting.join(60)
        for connection in self.connections:
            connection.close()


class FramedTerminal:
    """A terminal's page, and the page around it."""

    def __init__(self, page, line):
        self.page, self.line = page, line
        self.frame = page.frame_locator("#frame")
        self.html = self.frame.locator("html")
        self.rows = self.frame.locator(".xterm-rows")

    def tell(self, kind, **fields):
        self.page.evaluate("message => tell(message)", {"kind": kind, **fields})

    def heard(self, kind):
        """Wait until the page said something of a kind, and return the last of them."""
        self.page.wait_for_function("kind => heard.some(each => each.kind === kind)", arg=kind)
        return self.page.evaluate("kind => heard.filter(each => each.kind === kind).at(-1)", kind)

    def is_settled(self):
        expect(self.html).to_have_attribute("data-settled", "true")

    def shows(self, text):
        expect(self.rows).to_contain_text(text)

    def tool(self, name):
        return self.frame.get_by_role("toolbar").get_by_role("button", name=name)

    def inside(self, script):
        """Evaluate a script in the page's own window."""
        return self.page.frames[1].evaluate(script)


def open_framed_terminal(context, server, served, /, *, theme="light", **fields):
    """Open the page; ``fields`` are what the kernel says otherwise than usual."""
    context.request.get(f"{server.origin}{BASE_URL}api/status?token={server.token}")
    page = context.new_page()
    begin = {
        "kind": "terminal",
        "version": VERSION,
        "name": "web",
        "uuid": "00000000-0000-4000-8000-000000000001",
        "connection": "QEMU session",
        "label": "Serial port 1",
        "ticket": tickets.issue(SocketTarget(str(served.path))).id,
        "refusal": "",
        "machine": RUNNING,
        "line": OPEN,
        "log_offer": "/home/somebody/web-serial0.log",
        "lines": 10_000,
        "font_size": 13,
        "screen_reader": False,
        "whereabouts": whereabouts(),
        "release": release_keys.parts_of(release_keys.DEFAULT),
        "strings": release_keys.filled(STRINGS, release_keys.DEFAULT),
        **fields,
    }
    page.add_init_script(f"window.begin = {json.dumps(begin)}")
    address = f"{server.origin}{BASE_URL}framing"
    body = FRAMING.format(base=BASE_URL, style=COLOURS[theme]).replace("/console/", "/terminal/")
    if theme == "dark":
        body = body.replace('light="true"', 'light="false"')
    page.route(address, lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(address)
    return FramedTerminal(page, served)
