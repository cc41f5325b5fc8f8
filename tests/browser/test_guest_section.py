"""What a guest says of itself on its machine's overview, in a real JupyterLab."""

from __future__ import annotations

import pytest
from a_console_host import a_running_host, a_tiny_guest_for, missing
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter.provision import PackagesMissing

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]
BOOT = 240_000
"""Milliseconds for a guest without hardware help on a busy machine."""
SECTION = ".qvirt-guest"


@pytest.fixture(scope="module")
def a_host():
    with a_running_host() as host:
        yield host


@pytest.fixture
def open_overview(a_context, a_lab_with_our_panels, a_workspace, a_host):
    """Opens the overview of a machine."""
    page = a_lab_with_our_panels.enter(a_context, a_workspace)

    def open_one(machine):
        page.evaluate(
            "machine => jupyterapp.commands.execute('qvirt:open-vm', machine)",
            {"uri": a_host.uri, "uuid": machine.UUIDString(), "title": machine.name()},
        )
        panel = page.locator(".qvirt-vm-panel")
        expect(panel.locator(".qvirt-machine h2")).to_have_text(machine.name(), timeout=180_000)
        panel.locator(".qvirt-tabs").get_by_role("tab", name="Overview").click()
        expect(panel.locator(".qvirt-overview-facts")).to_be_visible()
        return panel

    yield open_one
    a_lab_with_our_panels.end_sessions()
    a_host.remove_all()


def looks_well(panel, name, a_picture):
    """See it in both themes and two widths: axe finds nothing, nothing is cut off."""
    page = panel.page
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
        # It covers the page while the theme's style sheet is fetched.
        page.locator("#jupyterlab-splash").wait_for(state="detached")
        for width in (1280, 800):
            page.set_viewport_size({"width": width, "height": 800})
            section = panel.locator(SECTION)
            section.scroll_into_view_if_needed()
            assert until(page, lambda: fits(panel)), f"cut off at {width} pixels"
            a_picture(page, f"guest-{name}-{theme[11:].lower()}-{width}")
            found = Axe().run(page, context=".qvirt-overview")
            assert found.violations_count == 0, found.generate_report()


def fits(panel):
    return panel.locator(".qvirt-overview-facts").evaluate(
        "one => one.scrollWidth <= one.clientWidth"
    )


def test_a_guest_with_an_agent_says_what_it_is(open_overview, a_host, a_picture):
    try:
        built = a_tiny_guest_for(a_host)
    except PackagesMissing as error:
        pytest.skip(str(error))
    machine = a_host.connection.defineXML(built.definition("web", accelerator="tcg"))
    panel = open_overview(machine)
    section = panel.locator(SECTION)
    # Off: there is nothing to say, and nobody to ask.
    expect(section).to_be_hidden()
    machine.create()
    expect(section.get_by_role("heading", name="In the guest")).to_be_visible()
    looks_well(panel, "boots", a_picture)
    expect(section.locator("dt", has_text="Kernel")).to_be_visible(timeout=BOOT)
    looks_well(panel, "speaks", a_picture)
    machine.destroy()
    expect(section).to_be_hidden()


def test_a_machine_without_a_channel_says_how_to_get_one(open_overview, a_host, a_picture):
    panel = open_overview(a_host.start("mute"))
    section = panel.locator(SECTION)
    expect(section).to_contain_text("Add hardware")
    looks_well(panel, "mute", a_picture)
    section.get_by_role("button", name="Ask again").click()
    expect(section).to_contain_text("Add hardware")
