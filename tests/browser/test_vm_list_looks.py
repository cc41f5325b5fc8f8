"""The VM list's looks: both themes, narrow windows, high contrast, and what axe finds."""

from __future__ import annotations

import math
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

# How wide the mark is where it cuts the name; nothing where the name is whole.
WIDTH_OF_A_MARK_THAT_CUTS = """row => {
  const name = row.querySelector('.qvirt-cell-name .qvirt-label');
  const range = document.createRange();
  range.selectNodeContents(name);
  const cut = range.getBoundingClientRect().width - name.getBoundingClientRect().width;
  return cut < 0.02 ? 0 : row.querySelector('.qvirt-row-warning').getBoundingClientRect().width;
}"""


@pytest.fixture
def a_busy_list(a_page, a_lab):
    """A list with figures that rise and fall."""
    a_page.get_by_text("Virtual Machine Manager").first.click()
    grid = a_page.locator(".qvirt-vm-list")
    expect(grid.locator("[role=row]", has_text="machine-1")).to_be_visible(timeout=120_000)
    a_lab.run("panel.fill(21)")
    values = [50 + 45 * math.sin(step / 4) for step in range(45)]
    a_lab.run(
        "[panel.measure(step - 44, {number: None if step in (12, 13) and number else"
        f" {values}[(step + number) % 45] / (1 + number % 3)"
        " for number in (0, 1, 2, 7, 8, 9, 14)}) for step in range(45)][-1]"
    )
    expect(grid.locator(".qvirt-sparkline-line").first).to_have_attribute("d", re.compile("M"))
    return grid


def use_theme(page, theme: str) -> None:
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.wait_for_timeout(300)


def select_some(grid) -> None:
    grid.locator("[data-qvirt-name=machine-2]").click()
    grid.locator("[data-qvirt-name=machine-4]").click(modifiers=["Control"])


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_both_themes(a_busy_list, a_page, a_picture, theme):
    use_theme(a_page, theme)
    select_some(a_busy_list)
    a_picture(a_page, f"vm-list-{theme[11:].lower()}")
    a_busy_list.locator("[data-qvirt-name=machine-8]").click(button="right")
    a_page.get_by_role("menuitem", name="Shut down").hover()
    a_picture(a_page, f"vm-list-menu-{theme[11:].lower()}")
    a_page.get_by_role("menuitem", name="Force off").click()
    a_picture(a_page, f"vm-list-question-{theme[11:].lower()}")
    found = Axe().run(a_page, context=".qvirt-vm-list", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_in_the_list(a_busy_list, a_page):
    select_some(a_busy_list)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        use_theme(a_page, theme)
        found = Axe().run(a_page, context=".qvirt-PanelTab")
        assert found.violations_count == 0, found.generate_report()


def test_no_room_for_a_disk_is_marked_and_said(a_busy_list, a_page, a_lab, a_picture):
    row = a_busy_list.locator("[data-qvirt-name=machine-2]")
    mark = row.get_by_role("img", name="Its disk vda is in the pool images, which is 97 % full.")
    expect(mark).to_have_count(0)
    a_lab.run(
        "panel.list.patch(domains=[record(2, tight_disks=(TightDisk('vda', 'images', 97),)),"
        " record(1, full_disks=('vda',), reason='no space is left for its disk vda')])"
    )
    expect(mark).to_be_visible()
    other = a_busy_list.locator("[data-qvirt-name=machine-1]")
    expect(other.locator(".qvirt-row-warning")).to_have_attribute(
        "title", re.compile("press Resume")
    )
    words = row.get_by_text("pool 97 % full")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        use_theme(a_page, theme)
        a_page.set_viewport_size({"width": 1280, "height": 800})
        expect(words).to_be_in_viewport(ratio=1)
        a_picture(a_page, f"vm-list-room-{theme[11:].lower()}-1280")
        # Where both have no room, the sign alone says it, and takes no more from the name.
        a_page.set_viewport_size({"width": 800, "height": 600})
        expect(words).not_to_be_in_viewport()
        expect(mark).to_be_in_viewport(ratio=1)
        assert row.evaluate(WIDTH_OF_A_MARK_THAT_CUTS) < 15
        a_picture(a_page, f"vm-list-room-{theme[11:].lower()}-800")
        found = Axe().run(a_page, context=".qvirt-PanelTab")
        assert found.violations_count == 0, found.generate_report()
    # There is room again: the row is as it was.
    a_lab.run("panel.list.patch(domains=[record(2)])")
    expect(mark).to_have_count(0)


def test_800_pixels_are_enough(a_busy_list, a_page, a_picture):
    a_page.set_viewport_size({"width": 800, "height": 600})
    select_some(a_busy_list)
    a_picture(a_page, "vm-list-800")
    for action in ("restore", "shutdown", "open_console"):
        expect(a_busy_list.locator(f".qvirt-button[data-action={action}]")).to_be_in_viewport()
    cell = a_busy_list.locator("[data-qvirt-name=machine-7] .qvirt-cell-list")
    expect(cell).to_be_in_viewport(ratio=0.5)


def test_high_contrast(a_busy_list, a_page, a_picture):
    a_page.emulate_media(forced_colors="active", reduced_motion="reduce")
    select_some(a_busy_list)
    a_picture(a_page, "vm-list-contrast")
    marked = a_busy_list.locator("[aria-selected=true]").first
    plain = a_busy_list.locator("[aria-selected=false]").first
    colour = "node => getComputedStyle(node).backgroundColor"
    assert marked.evaluate(colour) != plain.evaluate(colour)
