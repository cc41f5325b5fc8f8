"""The console's page in a frame of a page that plays the widget, for tests in Chromium."""

from __future__ import annotations

import json

from a_jupyter_server import BASE_URL
from playwright.sync_api import expect

from qvirt_jupyter.console import DisplayTarget, tickets
from qvirt_jupyter.console.whereabouts import whereabouts
from qvirt_jupyter.hypervisor.screen.key_combination import names
from qvirt_jupyter.hypervisor.screen.keyboard_layouts import layout_labels
from qvirt_jupyter.widgets._console_messages import VERSION
from qvirt_jupyter.widgets._console_strings import STRINGS
from qvirt_jupyter.widgets.consoles import release_keys
from qvirt_jupyter.widgets.consoles.input import keys_message, layout_message

RUNNING = {"state": "running", "words": "Running", "active": True, "refused": {}}
PAUSED = {"state": "paused", "words": "Paused (by the user)", "active": True, "refused": {}}
OFF = {"state": "shutoff", "words": "Shut off (destroyed)", "active": False, "refused": {}}
COLOURS = {
    "light": "--jp-layout-color1:#fff;--jp-layout-color2:#eee;--jp-ui-font-color1:rgba(0,0,0,.87);"
    "--jp-ui-font-color2:rgba(0,0,0,.6);--jp-brand-color1:#1976d2;--jp-border-color1:#bdbdbd",
    "dark": "--jp-layout-color1:#212121;--jp-layout-color2:#424242;"
    "--jp-ui-font-color1:rgba(255,255,255,.87);--jp-ui-font-color2:rgba(255,255,255,.7);"
    "--jp-brand-color1:#2196f3;--jp-border-color1:#616161;--jp-ui-inverse-font-color1:#111",
}
FRAMING = """<!doctype html>
<html lang="en"><title>Test</title>
<body data-jp-theme-light="true" data-jp-theme-name="light" style="margin:0;{style}">
<button id="outside">outside</button>
<iframe title="console" id="frame" src="{base}qvirt/static/console/index.html"
  allow="fullscreen; clipboard-read; clipboard-write"
  style="border:0;width:100vw;height:calc(100vh - 30px);display:block"></iframe>
<script>
  window.heard = []; window.keys = 0;
  const frame = document.getElementById('frame');
  window.tell = message => frame.contentWindow.postMessage(message, location.origin);
  addEventListener('keydown', () => window.keys++, true);
  addEventListener('message', event => {{
    heard.push(event.data);
    if (event.data.kind === 'ready') tell(window.begin);
    const layout = event.data.kind === 'layout' && window.layouts[event.data.name];
    if (layout) tell(layout);
    else if (['layout', 'keys'].includes(event.data.kind)) askKernel(event.data).then(tell);
  }});
</script>
"""


# Keeps the sockets that the page opens, and what it sends by them.
LISTENING = """
window.sockets = []; window.sent = [];
window.WebSocket = new Proxy(WebSocket, {
  construct(Socket, [url, protocols]) {
    const socket = new Socket(window.deadEnd ?? url, protocols);
    socket.begunAt = performance.now();
    const send = socket.send.bind(socket);
    // noVNC wants the names of its methods on the prototype, so no subclass.
    socket.send = data => {
      sent.push(Array.from(new Uint8Array(data.buffer ?? data, data.byteOffset, data.byteLength)));
      send(data);
    };
    sockets.push(socket);
    return socket;
  }
});
"""


class Framed:
    """A console's page, and the page around it."""

    def __init__(self, page, uri, uuid):
        self.page, self.uri, self.uuid = page, uri, uuid
        self.frame = page.frame_locator("#frame")
        self.canvas = self.frame.locator("#screen canvas")

    def tell(self, kind, **fields):
        self.page.evaluate("message => tell(message)", {"kind": kind, **fields})

    def hears(self, kind):
        """Wait until the page around the console was told something of a kind."""
        self.page.wait_for_function("kind => heard.some(each => each.kind === kind)", arg=kind)

    def heard(self, kind):
        return self.page.evaluate("kind => heard.filter(each => each.kind === kind)", kind)

    def new_ticket(self):
        return tickets.issue(DisplayTarget(self.uri, self.uuid)).id

    def phase(self, name, seconds=120):
        expect(self.frame.locator("html")).to_have_attribute(
            "data-phase", name, timeout=seconds * 1000
        )

    def inside(self, script):
        """Evaluate a script in the page's own window.

        It is asked again and again for what is to come: to wait in the page itself, Playwright
        evaluates texts there, which the page forbids.
        """
        return self.page.frames[1].evaluate(script)

    def sent(self):
        """Return the messages that the page sent since the last time."""
        return [bytes(message) for message in self.inside("window.sent.splice(0)")]

    def changes(self, before, seconds=120):
        self.page.wait_for_function(
            """before => {
              const canvas = document.getElementById('frame').contentDocument
                .querySelector('canvas');
              return canvas && canvas.width && canvas.toDataURL() !== before;
            }""",
            arg=before,
            timeout=seconds * 1000,
        )

    def data_url(self):
        return self.canvas.evaluate("canvas => canvas.toDataURL()")

    def has_a_tablet(self):
        """Play what QEMU says once the guest's driver uses its tablet; a firmware has none."""
        self.inside(
            """() => {
              const rectangle = new Uint8Array([0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0,
                0xff, 0xff, 0xfe, 0xff]);
              sockets.at(-1).dispatchEvent(new MessageEvent('message', { data: rectangle.buffer }));
            }"""
        )

    def is_settled(self):
        """Wait until the firmware has drawn and waits for a key."""
        self.phase("connected")
        self.page.wait_for_function(
            """() => {
              const canvas = document.getElementById('frame').contentDocument
                .querySelector('canvas');
              const now = canvas.width ? canvas.toDataURL() : '';
              const still = now && now === window.last && now.length > 3000;
              window.last = now;
              return still;
            }""",
            polling=700,
            timeout=120_000,
        )


def answered(question):
    """Answer what the page asks the kernel."""
    if question["kind"] == "layout":
        return layout_message(question["name"])
    return keys_message(question["text"], question["layout"])


def open_framed(context, server, host, web, *, theme="light", before=None, **fields):
    """Open the page for a machine.

    Parameters
    ----------
    before
        Called with the page before it is loaded.
    **fields
        What the kernel says otherwise than usual.
    """
    context.request.get(f"{server.origin}{BASE_URL}api/status?token={server.token}")
    page = context.new_page()
    console = Framed(page, host.uri, web.UUIDString())
    begin = {
        "kind": "console",
        "version": VERSION,
        "name": "web",
        "uuid": console.uuid,
        "connection": "QEMU session",
        "display": "vnc",
        "ticket": console.new_ticket(),
        "refusal": "",
        "remedy": "",
        "machine": RUNNING,
        "scaling": "fit",
        "autoconnect": True,
        "layout": "us",
        "layouts": layout_labels(),
        "keyNames": list(names()),
        "tablet": True,
        "whereabouts": whereabouts(),
        "release": release_keys.parts_of(release_keys.DEFAULT),
        "strings": release_keys.filled(STRINGS, release_keys.DEFAULT),
        **fields,
    }
    page.expose_function("askKernel", answered)
    # At hand, as nothing is answered while a test waits for a guest's serial port.
    layouts = {name: layout_message(name) for name in ("us", "de-nodeadkeys", "fr")}
    page.add_init_script(f"window.layouts = {json.dumps(layouts)}")
    page.add_init_script(LISTENING)
    page.add_init_script(f"window.begin = {json.dumps(begin)}")
    address = f"{server.origin}{BASE_URL}framing"
    body = FRAMING.format(base=BASE_URL, style=COLOURS[theme])
    page.route(address, lambda route: route.fulfill(content_type="text/html", body=body))
    if before is not None:
        before(page)
    page.goto(address)
    return console
