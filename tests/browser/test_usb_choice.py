"""The dialog of USB devices in a real JupyterLab: from the console's tab, by mouse and keyboard."""

from __future__ import annotations

import a_host_with_usb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SLOW = 60_000
"""Milliseconds for what libvirt is asked."""


@pytest.fixture
def a_console_tab(a_context, a_lab_of_a_user, a_workspace, tmp_path):
    """The tab of the consoles of a machine whose host has USB devices, and that host."""
    uri = a_host_with_usb.uri_of(tmp_path)
    lab = a_lab_of_a_user(
        "from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections\n"
        f"saved_connections.add(SavedConnection({uri!r}, 'Lab', autoconnect=True))\n"
    )
    page = lab.enter(a_context, a_workspace, qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row]", has_text="holder").first
    expect(row).to_be_visible(timeout=SLOW)
    page.evaluate(
        "machine => jupyterapp.commands.execute('qvirt:open-console', machine)",
        {"uri": uri, "uuid": a_host_with_usb.BARE, "title": "bare"},
    )
    yield page
    lab.end_sessions()


def use_theme(page, theme):
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    # JupyterLab hides the page until the theme is there.
    expect(page.locator("#jupyterlab-splash")).to_have_count(0)


def test_devices_are_ticked_and_come_at_the_next_start(a_console_tab, a_picture):
    page = a_console_tab
    button = page.get_by_role("button", name="USB devices…").locator("visible=true")
    button.click(timeout=SLOW)
    dialog = page.get_by_role("dialog").or_(page.get_by_role("alertdialog")).locator("visible=true")
    expect(dialog).to_contain_text("USB devices for bare", timeout=SLOW)
    expect(dialog).to_contain_text("It has no USB controller")
    # What another machine has and uses cannot be ticked, and says why.
    camera = dialog.get_by_role("checkbox", name="001:004 Logi & Sons Camera, given to holder")
    expect(camera).to_be_disabled()
    expect(dialog).to_contain_text("holder has it and runs: detach it there first.")
    for theme, name in (("JupyterLab Dark", "dark"), ("JupyterLab Light", "light")):
        use_theme(page, theme)
        a_picture(page, f"usb-{name}")
    found = Axe().run(page, context=".qvirt-console-tab", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    # By keyboard.
    stick = dialog.get_by_role("checkbox", name="001:007 Logi & Sons Stick")
    stick.focus()
    page.keyboard.press("Space")
    expect(stick).to_be_checked()
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_be_hidden()
    notices = page.locator(".qvirt-console-tab").get_by_text(
        "The guest has it from its next start."
    )
    expect(notices).to_be_visible(timeout=SLOW)
    a_picture(page, "usb-given")
    # It is ticked when one looks again, and Escape leaves all as it is.
    button.click()
    expect(dialog.get_by_role("checkbox", name="001:007 Logi & Sons Stick")).to_be_checked(
        timeout=SLOW
    )
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
