"""A person at the console of a Linux guest: a login, a command, and what the guest made of it.

What the guest understood is read from its serial port, to which the typed command writes.
"""

from __future__ import annotations

import pytest
from a_console_host import a_running_host, a_tiny_guest_for, missing
from a_framed_console import open_framed
from a_jupyter_server import running_server
from a_serial_port import Serial

from qvirt_jupyter.provision import PackagesMissing

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]

BOOT = 180
"""Seconds for a guest without hardware help on a busy machine."""


@pytest.fixture
def a_guest():
    with a_running_host() as host:
        try:
            guest = a_tiny_guest_for(host)
        except PackagesMissing as error:
            pytest.skip(str(error))
        domain = host.connection.createXML(guest.definition("tiny", accelerator="tcg"))
        serial = Serial(domain)
        yield host, domain, serial
        serial.close()


def test_what_is_typed_arrives_in_the_guest(a_guest, a_context, tmp_path, a_picture):
    host, domain, serial = a_guest
    with running_server(tmp_path) as server:
        serial.wait_for("login:", BOOT)
        console = open_framed(a_context, server, host, domain)
        console.phase("connected")
        canvas, keyboard = console.canvas, console.page.keyboard
        canvas.click()
        # By hand: letters, Shift and Enter as a keyboard sends them.
        keyboard.type("root\n", delay=60)
        console.page.wait_for_timeout(3000)
        keyboard.type("echo ", delay=60)
        # Playwright writes an upper-case letter without pressing Shift; a person presses it.
        for key in ("KeyH", "KeyA", "Digit4", "Backslash", "Quote"):
            keyboard.press("Quote")
            keyboard.press(f"Shift+{key}")
            keyboard.press("Quote")
        keyboard.press("Shift+Period")
        keyboard.type("/dev/tty", delay=60)
        keyboard.press("Shift+KeyS")
        keyboard.type("0\n", delay=60)
        serial.wait_for('HA$|"', 60)
        # By the tool, at its own speed.
        console.frame.get_by_role("button", name="Clipboard").click()
        text = "echo 'Tool: <Qv_9>; \"x\" @#%^&*+=?\\\\' > /dev/ttyS0\n"
        console.frame.get_by_label("Text for the guest").fill(text)
        console.frame.get_by_role("button", name="Type as keys").click()
        serial.wait_for('Tool: <Qv_9>; "x" @#%^&*+=?\\', 60)
        a_picture(console.page, "console-typing")
        console.page.close()
