"""Serial and text consoles in a real JupyterLab, of a guest that answers."""

from __future__ import annotations

import re

import pytest
from a_console_host import a_running_host, a_tiny_guest_for, missing
from a_machine_with_consoles import CONSOLES
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter.provision import PackagesMissing

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]
BOOT = 150_000
"""Milliseconds until a guest says something, on a machine that emulates it and is busy."""
TAB = ".lm-DockPanel-tabBar .lm-TabBar-tab"


@pytest.fixture(scope="module")
def a_host():
    with a_running_host() as host:
        yield host


@pytest.fixture
def a_machine(a_host):
    try:
        guest = a_tiny_guest_for(a_host)
    except PackagesMissing as error:
        pytest.skip(str(error))
    xml = guest.definition("web", accelerator="tcg", memory=160 * 1024)
    consoles = CONSOLES.format(folder=a_host.folder)
    machine = a_host.connection.defineXML(xml.replace("</devices>", f"{consoles}</devices>"))
    machine.create()
    yield machine
    a_host.remove_all()


@pytest.fixture
def a_lab_page(a_context, a_lab_with_our_panels, a_workspace):
    yield a_lab_with_our_panels.enter(a_context, a_workspace)
    a_lab_with_our_panels.end_sessions()


class Terminal:
    """The terminal in front of a page's console tab, as somebody sees it."""

    def __init__(self, page):
        self.page = page
        self.frame = page.frame_locator(".qvirt-console:visible iframe")
        self.html = self.frame.locator("html")
        self.rows = self.frame.locator(".xterm-rows")

    def is_open(self):
        expect(self.html).to_have_attribute("data-line", "open", timeout=BOOT)
        expect(self.html).to_have_attribute("data-settled", "true")

    def says(self, text, timeout=BOOT):
        expect(self.rows).to_contain_text(text, timeout=timeout)

    def type(self, text):
        self.frame.locator(".xterm").click()
        self.page.keyboard.type(text)

    def logs_in(self):
        """Get the guest's prompt, also where it asked before anybody listened."""
        asked = re.compile(r"login: *$")
        assert until(self.page, lambda: self.asks_for(asked), BOOT / 1000)
        self.type("root\n")
        self.says("# ")

    def asks_for(self, asked):
        """Press Enter, and return whether the last line that came asks for something."""
        self.type("\n")
        self.page.wait_for_timeout(3000)
        return asked.search(self.rows.inner_text().rstrip())

    def adds(self, left, right):
        """Have the guest work something out, so that no echo is taken for its answer."""
        self.type(f"echo [$(({left}+{right}))]\n")
        self.says(f"[{left + right}]")


def open_consoles(page, host, machine):
    """Open the tab of a machine's consoles by its command."""
    page.evaluate(
        "machine => jupyterapp.commands.execute('qvirt:open-console', machine)",
        {"uri": host.uri, "uuid": machine.UUIDString(), "title": "web"},
    )
    switch = page.get_by_role("radiogroup", name="Consoles")
    expect(switch).to_be_visible(timeout=180_000)
    return switch


def test_a_serial_port_from_login_to_reboot_and_start_again(
    a_lab_page, a_host, a_machine, a_picture
):
    page = a_lab_page
    switch = open_consoles(page, a_host, a_machine)
    # What cannot be opened is listed with its reason.
    file = switch.get_by_role("radio", name="Serial port 3")
    expect(file).to_have_attribute("aria-disabled", "true")
    expect(file).to_have_attribute("title", re.compile("file of the host"))
    switch.get_by_role("radio", name="Serial port 1").click()
    terminal = Terminal(page)
    terminal.is_open()
    terminal.logs_in()
    terminal.adds(40, 2)
    a_picture(page, "terminal")
    # The machine reboots under it, and it goes on.
    terminal.type("clear; reboot -f\n")
    terminal.says("Restarting system")
    terminal.logs_in()
    # Off: the last words stay, with Start above them.
    a_machine.destroy()
    expect(terminal.html).to_have_attribute("data-line", "off")
    terminal.says("# ")
    a_picture(page, "terminal-off")
    terminal.frame.get_by_role("button", name="View").click()
    terminal.frame.get_by_role("menuitem", name="Clear what scrolled away").click()
    terminal.frame.get_by_role("button", name="Start").click()
    terminal.is_open()
    terminal.says("login:")


def test_the_switch_keeps_both_alive_a_reload_brings_them_back_and_a_removal_ends_them(
    a_lab_page, a_host, a_machine, a_lab_with_our_panels
):
    page = a_lab_page
    switch = open_consoles(page, a_host, a_machine)
    expect(switch.get_by_role("radio", name="Screen (VNC)")).to_have_attribute(
        "aria-checked", "true"
    )
    # By the keyboard, too.
    switch.get_by_role("radio", name="Screen (VNC)").focus()
    page.keyboard.press("ArrowRight")
    terminal = Terminal(page)
    terminal.is_open()
    terminal.logs_in()
    terminal.adds(40, 2)
    terminal.html.evaluate("html => { html.dataset.same = 'yes'; }")
    switch.get_by_role("radio", name="Screen (VNC)").click()
    screen = page.frame_locator(".qvirt-console:visible iframe").locator("canvas")
    expect(screen).to_be_visible(timeout=120_000)
    switch.get_by_role("radio", name="Serial port 1").click()
    expect(terminal.html).to_have_attribute("data-same", "yes")
    terminal.says("[42]")
    # The page is loaded again: what was in front is, with what the guest wrote.
    a_lab_with_our_panels.reload(page, a_machine.UUIDString())
    terminal.is_open()
    terminal.says("[42]")
    terminal.adds(50, 5)
    # The machine is removed: its tab goes.
    expect(page.locator(TAB, has_text="web on")).to_have_count(1)
    a_machine.destroy()
    a_machine.undefine()
    expect(page.locator(TAB, has_text="web on")).to_have_count(0)


def test_two_windows_share_a_serial_port_one_of_them_in_the_machines_own_tab(
    a_lab_page, a_host, a_machine, a_lab_with_our_panels, a_picture
):
    first = a_lab_page
    switch = open_consoles(first, a_host, a_machine)
    switch.get_by_role("radio", name="Serial port 1").click()
    one = Terminal(first)
    one.is_open()
    one.logs_in()
    one.adds(40, 2)
    # A second window opens the machine's own tab, which has the same switch.
    second = a_lab_with_our_panels.enter(first.context, "second-window")
    second.evaluate(
        "machine => jupyterapp.commands.execute('qvirt:open-vm', machine)",
        {"uri": a_host.uri, "uuid": a_machine.UUIDString(), "title": "web"},
    )
    own = second.locator(".qvirt-vm-panel").get_by_role("radiogroup", name="Consoles")
    expect(own).to_be_visible(timeout=180_000)
    # What was chosen last for this machine is in front here, too.
    expect(own.get_by_role("radio", name="Serial port 1")).to_have_attribute("aria-checked", "true")
    two = Terminal(second)
    two.is_open()
    # It has the room that is left below the machine's own bars.
    frame = second.locator(".qvirt-console:visible iframe")
    assert frame.bounding_box()["height"] > 300
    # What was said before it came, what the other one types, and the other way round.
    two.says("[42]")
    one.adds(50, 5)
    two.says("[55]")
    two.adds(60, 6)
    one.says("[66]")
    # Each chooses for itself, and comes back to what went on meanwhile.
    own.get_by_role("radio", name="Screen (VNC)").click()
    screen = second.frame_locator(".qvirt-console:visible iframe").locator("canvas")
    expect(screen).to_be_visible(timeout=120_000)
    expect(switch.get_by_role("radio", name="Serial port 1")).to_have_attribute(
        "aria-checked", "true"
    )
    one.adds(70, 7)
    own.get_by_role("radio", name="Serial port 1").click()
    two.says("[77]")
    a_picture(second, "terminal-own-tab")
    # One goes, and the line stays open for the other.
    first.locator(TAB, has_text="web on").locator(".lm-TabBar-tabCloseIcon").click()
    expect(first.locator(TAB, has_text="web on")).to_have_count(0)
    two.adds(80, 8)
    second.close()
