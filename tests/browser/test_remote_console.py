"""The screen of another host's machine in a tab: through ssh and a jump host, and back after loss."""

from __future__ import annotations

import contextlib
import re

import a_libvirtd
import a_sshd
import libvirt
import pytest
from a_console_host import a_tiny_guest_for
from a_serial_port import Serial
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter.provision import PackagesMissing

pytestmark = [pytest.mark.qemu, pytest.mark.slow, pytest.mark.timeout(1200)]

BOOT = 240
"""Seconds for a guest without hardware help on a busy machine."""
LOOPBACK = (
    "<graphics type='vnc' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>"
)


@pytest.fixture
def a_far_guest():
    """A guest behind two sshd, its URI from here, and its serial port."""
    if reason := a_libvirtd.missing() or a_sshd.missing():
        pytest.skip(reason)
    user = a_libvirtd.ordinary_user()
    with contextlib.ExitStack() as stack:
        daemon = a_libvirtd.a_session()
        stack.callback(daemon.stop)
        names = ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME")
        environment = {name: daemon.environment[name] for name in names}
        far = stack.enter_context(a_sshd.a_running_sshd(user, environment))
        near = stack.enter_context(a_sshd.a_running_sshd(user, {"IS": "jump"}))
        far.know_host()
        near.know_host()
        try:
            guest = a_tiny_guest_for(daemon)
        except PackagesMissing as error:
            pytest.skip(str(error))
        connection = stack.enter_context(contextlib.closing(libvirt.open(daemon.uri)))
        definition, count = re.subn(
            r"<graphics .*?</graphics>",
            LOOPBACK,
            guest.definition("tiny", accelerator="tcg"),
            flags=re.DOTALL,
        )
        assert count == 1
        domain = connection.createXML(definition)
        stack.callback(domain.destroy)
        serial = Serial(domain)
        stack.callback(serial.close)
        serial.wait_for("login:", BOOT)
        yield far, near, domain, serial


def connected(page):
    frame = page.frame_locator(".qvirt-console iframe")
    expect(frame.locator("html")).to_have_attribute("data-phase", "connected", timeout=120_000)
    return frame


def type_until_heard(page, serial, word):
    """Type a command until the guest has done it: a shell that just begins forgets what it got."""
    frame = connected(page)
    frame.locator("canvas").click()
    for _attempt in range(8):
        page.keyboard.type("tee /dev/tty", delay=60)
        # A person presses Shift for it, and Playwright does not.
        page.keyboard.press("Shift+KeyS")
        page.keyboard.type(f"0\n{word}\n", delay=60)
        if until(page, lambda: word in serial.text, 15):
            return
    pytest.fail(f"{word} did not arrive: {serial.text[-2000:]}")


def test_a_screen_behind_a_jump_host_is_typed_into_and_survives_a_reload_and_a_cut(
    a_far_guest, a_context, a_lab_with_our_panels, a_workspace, a_picture
):
    far, near, domain, serial = a_far_guest
    lab = a_lab_with_our_panels
    page = lab.enter(a_context, a_workspace)
    page.evaluate(
        "machine => jupyterapp.commands.execute('qvirt:open-console', machine)",
        {"uri": far.uri_behind(near), "uuid": domain.UUIDString(), "title": "tiny"},
    )
    frame = connected(page)
    frame.locator("canvas").click()
    serial.hears_a_login(lambda: page.keyboard.type("root\n", delay=60), BOOT)
    type_until_heard(page, serial, "typed-from-afar")
    a_picture(page, "console-remote")
    assert near.log.count("Accepted publickey") == 1, "one connection, through the jump host"
    assert far.log.count("Accepted publickey") == 1

    lab.reload(page, domain.UUIDString())
    type_until_heard(page, serial, "after-the-reload")

    frame = connected(page)
    far.cut()
    expect(frame.locator("html")).not_to_have_attribute("data-phase", "connected")
    a_picture(page, "console-remote-cut")
    far.start()
    type_until_heard(page, serial, "after-the-cut")

    log = (lab.folder / "lab.log").read_text()
    assert not re.search(r"ticket=[A-Za-z0-9_-]{43}", log)
    lab.end_sessions()
