"""A person at the console of a Linux guest: a login, a command, and what the guest made of it.

What the guest understood is read from its serial port, to which the typed command writes, or by its
agent.
"""

from __future__ import annotations

import contextlib
import functools
from typing import NamedTuple

import pytest
from a_console_host import a_running_host, a_tiny_guest_for, missing
from a_framed_console import open_framed
from a_jupyter_server import running_server
from a_serial_port import Serial
from inside_a_guest import run_inside
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter.documents import parse_xml
from qvirt_jupyter.hypervisor import Connection
from qvirt_jupyter.hypervisor.guest.agent_answers import is_agent_connected
from qvirt_jupyter.provision import PackagesMissing

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]

BOOT = 180
"""Seconds for a guest without hardware help on a busy machine."""


@pytest.fixture
def a_guest(request):
    """A guest that boots; a test names the type of its display."""
    display = getattr(request, "param", "vnc")
    with a_running_host() as host:
        try:
            # With the keymaps of Debian, which nobody here made.
            guest = a_tiny_guest_for(host, extra=("kbd", "console-data"))
        except PackagesMissing as error:
            pytest.skip(str(error))
        domain = host.connection.createXML(
            guest.definition("tiny", accelerator="tcg", display=display)
        )
        serial = Serial(domain)
        yield host, domain, serial
        serial.close()


@pytest.mark.parametrize(
    ("a_guest", "display"), [("vnc", "vnc"), ("spice", "spice")], indirect=["a_guest"]
)
def test_what_is_typed_arrives_in_the_guest(a_guest, display, a_context, tmp_path, a_picture):
    host, domain, serial = a_guest
    with running_server(tmp_path) as server:
        serial.wait_for("login:", BOOT)
        console = open_framed(a_context, server, host, domain, display=display)
        console.phase("connected")
        canvas, keyboard = console.canvas, console.page.keyboard
        canvas.click()
        # By hand: letters, Shift and Enter as a keyboard sends them.
        serial.hears_a_login(lambda: keyboard.type("root\n", delay=60), BOOT)
        # The shell may throw away what comes before it reads: then once more.
        clear = functools.partial(clear_the_line, keyboard)
        serial.hears('HA$|"', lambda: type_by_hand(keyboard), 2 * BOOT, clear)
        # By the tool, at its own speed.
        text = "echo 'Tool: <Qv_9>; \"x\" @#%^&*+=?\\\\' > /dev/ttyS0\n"

        def type_by_the_tool():
            canvas.click()
            paste(console, text)

        serial.hears('Tool: <Qv_9>; "x" @#%^&*+=?\\', type_by_the_tool, 2 * BOOT, clear)
        a_picture(console.page, f"console-typing-{display}")
        console.page.close()


def type_by_hand(keyboard):
    keyboard.type("echo ", delay=60)
    # Playwright writes an upper-case letter without pressing Shift; a person presses it.
    for key in ("KeyH", "KeyA", "Digit4", "Backslash", "Quote"):
        keyboard.press("Quote", delay=60)
        keyboard.press(f"Shift+{key}", delay=60)
        keyboard.press("Quote", delay=60)
    keyboard.press("Shift+Period", delay=60)
    keyboard.type("/dev/tty", delay=60)
    keyboard.press("Shift+KeyS", delay=60)
    keyboard.type("0\n", delay=60)


def clear_the_line(keyboard):
    """Leave what an earlier attempt began, such as a quoted text without its end."""
    keyboard.press("Control+KeyC", delay=60)


class Keyboard(NamedTuple):
    """What a guest has, what is pasted, and what is pressed by hand."""

    keymap: str
    layout: str
    text: str
    keys: tuple[str, ...]
    written: str


# By hand a key is a place: a German guest has its Z where others have Y.
GERMAN = Keyboard(
    "de-latin1-nodeadkeys",
    "de-nodeadkeys",
    "Zürich ÄÖÜß @{[]}|~ § \\",
    ("KeyY", "KeyZ", "Semicolon", "Shift+Digit7"),
    "zyö/",
)
FRENCH = Keyboard(
    "fr-latin9", "fr", "ça déjà où ê 1234 @#{[]} Ü", ("KeyQ", "KeyW", "Digit2"), "azé"
)


@pytest.mark.parametrize("keyboard", [GERMAN, FRENCH], ids=["german", "french"])
def test_a_guest_with_another_keyboard(a_guest, a_context, tmp_path, keyboard):
    host, domain, serial = a_guest
    with running_server(tmp_path) as server, an_open_machine(host.uri, domain) as vm:
        serial.wait_for("login:", BOOT)
        console = open_framed(a_context, server, host, domain)
        page = console.page
        console.phase("connected")
        assert until(page, lambda: is_agent_connected(parse_xml(vm.xml())), BOOT)
        log_in(console, vm)
        paste(console, "cat > /tmp/typed; touch /tmp/done\n", "us")
        assert until(page, lambda: "typed" in run_inside(vm, "ls /tmp"), BOOT)
        run_inside(vm, f"loadkeys -C /dev/tty1 {keyboard.keymap}; kbd_mode -u -C /dev/tty1")
        paste(console, f"{keyboard.text}\n", keyboard.layout)
        console.canvas.click()
        for key in (*keyboard.keys, "Enter", "Control+KeyD"):
            page.keyboard.press(key)
        assert until(page, lambda: "done" in run_inside(vm, "ls /tmp"), BOOT)
        assert run_inside(vm, "cat /tmp/typed").splitlines() == [keyboard.text, keyboard.written]
        page.close()


def log_in(console, vm):
    """Paste the name until it is taken: who asks for it may not listen yet."""

    def is_in():
        return "-sh" in run_inside(vm, "ps")

    for _ in range(BOOT // 20):
        paste(console, "root\n", "us")
        if until(console.page, is_in, 20):
            return
    raise AssertionError("nobody is logged in")


@contextlib.contextmanager
def an_open_machine(uri, domain):
    """Give a machine by a connection of its own, whose agent can be asked."""
    connection = Connection(uri)
    connection.open().result()
    try:
        yield connection.domains[domain.UUIDString()]
    finally:
        connection.close()


def paste(console, text, layout="us"):
    """Type a text by the tool, for a layout of the guest."""
    console.frame.get_by_role("button", name="Clipboard").click()
    console.frame.get_by_label("Keyboard layout of the guest").select_option(layout)
    console.frame.get_by_label("Text for the guest").fill(text)
    console.frame.get_by_role("button", name="Type as keys").click()
    said = f"{len(text)} characters typed."
    expect(console.frame.locator("#live")).to_have_text(said)
