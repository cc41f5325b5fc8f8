"""The main job, as a person does it: from the launcher's tile to typing on a real guest's screen.

What the guest understood is read from its serial port, to which the typed command writes.
"""

from __future__ import annotations

import re

import pytest
from a_console_host import a_running_host, a_tiny_guest_for, missing
from a_serial_port import Serial
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter.provision import PackagesMissing

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]

BOOT = 180
"""Seconds for a guest without hardware help on a busy machine."""
TAB = ".lm-DockPanel-tabBar .lm-TabBar-tab"
SAVED = """
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
saved_connections.add(SavedConnection({uri!r}, "Workshop", autoconnect=True))
"""


@pytest.fixture
def a_host():
    """A daemon with the tiny guest, which is off."""
    with a_running_host() as host:
        try:
            guest = a_tiny_guest_for(host)
        except PackagesMissing as error:
            pytest.skip(str(error))
        host.connection.defineXML(guest.definition("tiny", accelerator="tcg"))
        yield host


@pytest.fixture
def a_lab_of_the_host(a_host, start_a_lab):
    """JupyterLab below a prefix, for a user who has saved the connection."""
    return start_a_lab(SAVED.format(uri=a_host.uri))


def row(page):
    return page.locator(".qvirt-vm-list [role=row][data-qvirt-name='tiny']")


def is_in_state(page, state):
    expect(row(page)).to_have_attribute("data-qvirt-state", state)


def press(page, action):
    """Press a button of the manager's list."""
    page.locator(f".qvirt-vm-list .qvirt-button[data-action={action}]").click()


def choose(page, entry):
    """Choose from what stands behind the manager's shut-down button."""
    page.locator(".qvirt-vm-list").get_by_label("More actions: Shut down").click()
    page.get_by_role("menuitem", name=entry).click()


def bring_forward(page, title):
    page.locator(TAB, has_text=title).click()


def screen_of(page):
    frame = page.frame_locator(".qvirt-console iframe")
    expect(frame.locator("html")).to_have_attribute("data-phase", "connected", timeout=180_000)
    return frame


def type_a_command(keyboard):
    # Playwright writes ">" and "S" without pressing Shift; a person presses it.
    keyboard.type("echo main job ", delay=60)
    keyboard.press("Shift+Period")
    keyboard.type(" /dev/tty", delay=60)
    keyboard.press("Shift+KeyS")
    keyboard.type("0\n", delay=60)


def test_from_the_launcher_to_typing_on_the_screen(a_lab_of_the_host, a_host, a_context, a_picture):
    page = a_lab_of_the_host.enter(a_context, "main-job")
    page.locator(".jp-LauncherCard", has_text="Virtual Machine Manager").first.click()
    is_in_state(page, "shutoff")

    # Boot.
    row(page).click()
    press(page, "start")
    is_in_state(page, "running")
    serial = Serial(a_host.connection.lookupByName("tiny"))
    try:
        serial.wait_for("login:", BOOT)
        expect(row(page)).to_contain_text(re.compile(r"\d ?%"))
        a_picture(page, "main-job-manager")

        # Type, and see the pixels change.
        press(page, "open_console")
        screen = screen_of(page)
        canvas = screen.locator("canvas")
        before = canvas.evaluate("canvas => canvas.toDataURL()")
        canvas.click()
        serial.hears_a_login(lambda: page.keyboard.type("root\n", delay=60), BOOT)
        # The shell may throw away what comes before it reads: then once more.
        serial.hears("main job", lambda: type_a_command(page.keyboard), 2 * BOOT)
        assert until(page, lambda: canvas.evaluate("canvas => canvas.toDataURL()") != before)
        a_picture(page, "main-job-console")

        # Pause and resume, by keys of JupyterLab again.
        page.keyboard.press("Control+Alt+Shift")
        bring_forward(page, "Virtual Machine Manager")
        press(page, "suspend")
        is_in_state(page, "paused")
        press(page, "resume")
        is_in_state(page, "running")

        # A reload finds the kernel, the tabs and the screen again.
        a_lab_of_the_host.reload(page, "manager")
        bring_forward(page, "tiny")
        screen = screen_of(page)
        bring_forward(page, "Virtual Machine Manager")
        is_in_state(page, "running")

        # Force off: asked first; then the console offers to start it.
        row(page).click()
        choose(page, "Force off")
        page.get_by_role("alertdialog").get_by_role("button", name="Force off").click()
        is_in_state(page, "shutoff")
        bring_forward(page, "tiny")
        expect(screen.get_by_role("button", name="Start")).to_be_visible(timeout=120_000)
        a_picture(page, "main-job-off")
    finally:
        serial.close()


def test_a_daemon_that_dies_is_said_and_its_machines_come_back(
    a_lab_of_the_host, a_host, a_context, a_picture
):
    page = a_lab_of_the_host.enter(a_context, "bad-day", qvirt="manager")
    is_in_state(page, "shutoff")
    row(page).click()
    press(page, "start")
    is_in_state(page, "running")
    connection = page.locator(".qvirt-vm-list [role=row]", has_text="Workshop")
    a_host.kill()
    expect(connection).to_contain_text("connection lost, trying again")
    expect(connection).to_contain_text("The libvirt service does not run")
    expect(row(page)).to_have_count(0)
    a_picture(page, "bad-day-gone")
    a_host.begin()
    is_in_state(page, "running")
    expect(connection).to_have_attribute("data-qvirt-state", "connected")
    # What one does next works.
    row(page).click()
    press(page, "suspend")
    is_in_state(page, "paused")
    a_picture(page, "bad-day-back")


def test_a_daemon_that_hangs_is_named_and_nothing_is_lost(
    a_lab_of_the_host, a_host, a_context, a_picture
):
    page = a_lab_of_the_host.enter(a_context, "hanging", qvirt="manager")
    is_in_state(page, "shutoff")
    row(page).click()
    a_host.hang()
    try:
        press(page, "start")
        notice = page.locator(".qvirt-notice", has_text="Workshop")
        expect(notice).to_contain_text("No answer to “Start tiny”")
        # The rest of the page is alive.
        page.locator(".qvirt-tasks").get_by_text("Tasks").click()
        expect(page.locator(".qvirt-tasks")).to_contain_text("No answer from the host")
        a_picture(page, "hanging")
    finally:
        a_host.go_on()
    is_in_state(page, "running")
    expect(notice).to_have_count(0)
    a_picture(page, "hanging-over")
