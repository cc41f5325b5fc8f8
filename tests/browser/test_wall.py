"""The wall of screens, by mouse and by keyboard, on the made-up host."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

HOST = "Made-up host"
MODULES = "__import__('qvirt_jupyter.widgets.screen_wall', fromlist=['panel', 'tiles'])"
# Pictures come often, so that a test need not wait for long.
HASTE = f"[setattr({MODULES}.panel, 'INTERVAL', 200), setattr({MODULES}.tiles, '_YOUNG', 0.0)]"
WALLS = (
    "[panel for panel in __import__('qvirt_jupyter.widgets.panel_tabs', fromlist=['_open'])"
    "._open.values() if type(panel).__name__ == 'Wall']"
)
LAST = f"max(kept.asked for wall in {WALLS} for kept in wall._tiles._kept.values())"


@pytest.fixture
def a_manager_page(a_context, a_lab_with_a_host, a_workspace):
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text=HOST)
    expect(row).to_have_attribute("data-qvirt-state", "connected")
    a_lab_with_a_host.run(HASTE)
    yield page
    a_lab_with_a_host.end_sessions()


@pytest.fixture
def a_wall(a_manager_page):
    """The page with the wall of all hosts, opened by the manager's button."""
    page = a_manager_page
    page.locator(".qvirt-bar-wall").click()
    expect(pictures(page).first).to_be_visible(timeout=120_000)
    return page


def tiles(page):
    return page.locator(".qvirt-wall-tile")


def pictures(page):
    return page.locator(".qvirt-wall-tile img[src]")


def axe_finds_nothing(page):
    found = Axe().run(page, context=".qvirt-wall", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_the_wall_is_readable_in_both_themes_and_narrow(a_wall, a_picture):
    page = a_wall
    expect(page.locator(".qvirt-wall h2")).to_have_text("Screens of all hosts")
    paused = page.locator(".qvirt-wall-tile[data-state=paused]").first
    expect(paused.locator(".qvirt-wall-words")).to_have_text("Paused")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
        # JupyterLab hides the page until the theme is there.
        expect(page.locator("#jupyterlab-splash")).to_have_count(0)
        for width, name in ((1280, "wall"), (800, "wall-narrow")):
            page.set_viewport_size({"width": width, "height": 800})
            # All that are in sight have their picture.
            page.wait_for_function(
                """() => [...document.querySelectorAll('.qvirt-wall-tile')].every(tile => {
                  const { top, bottom } = tile.getBoundingClientRect();
                  return bottom < 0 || top > 780 || tile.dataset.state !== 'running' ||
                    tile.querySelector('img').naturalWidth > 0;
                })"""
            )
            a_picture(page, f"{name}-{theme.split()[-1].lower()}")
            axe_finds_nothing(page)


def test_nothing_is_asked_for_while_nobody_looks(a_wall, a_lab_with_a_host):
    page = a_wall

    def asked():
        return float(a_lab_with_a_host.run(LAST))

    first = asked()
    assert until(page, lambda: asked() > first), "pictures go on while somebody looks"
    page.locator(".lm-TabBar-tab", has_text="Virtual Machine Manager").click()
    expect(tiles(page).first).to_be_hidden()
    last = settled(page, asked)
    page.wait_for_timeout(1500)
    assert asked() == last
    page.locator(".lm-TabBar-tab", has_text="Screens of all hosts").click()
    assert until(page, lambda: asked() > last)


def settled(page, read):
    """Return a value once it has stayed the same for a while."""

    def same():
        before = read()
        page.wait_for_timeout(1500)
        return (before,) if read() == before else None

    (value,) = until(page, same)
    return value


def test_only_tiles_in_sight_are_asked_for(a_wall, a_lab_with_a_host):
    page = a_wall
    page.get_by_label("Size").select_option("large")
    page.set_viewport_size({"width": 900, "height": 420})
    live = page.locator(".qvirt-wall-tile[data-state=running]")
    total = live.count()
    page.wait_for_function("() => document.querySelectorAll('.qvirt-wall-tile img[src]').length")
    below = live.last.get_attribute("data-id")
    at = f"max(wall._tiles._kept[{below!r}].asked for wall in {WALLS})"
    # What was on its way while the window became small is over.
    before = settled(page, lambda: a_lab_with_a_host.run(at))
    first = float(a_lab_with_a_host.run(LAST))
    assert until(page, lambda: float(a_lab_with_a_host.run(LAST)) > first + 1)
    assert total > 6
    assert a_lab_with_a_host.run(at) == before
    live.last.scroll_into_view_if_needed()
    assert until(page, lambda: a_lab_with_a_host.run(at) != before)


def test_tiles_are_reached_and_opened_by_keyboard(a_wall):
    page = a_wall
    page.get_by_label("Size").focus()
    page.keyboard.press("Tab")
    expect(tiles(page).first).to_be_focused()
    page.keyboard.press("End")
    expect(tiles(page).last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(tiles(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    columns = page.evaluate(
        """() => getComputedStyle(document.querySelector('.qvirt-wall-tiles'))
          .gridTemplateColumns.split(' ').length"""
    )
    opened = tiles(page).nth(1 + columns)
    expect(opened).to_be_focused()
    name = opened.locator(".qvirt-wall-name").inner_text()
    page.keyboard.press("Enter")
    tab = page.locator(".lm-TabBar-tab.lm-mod-current", has_text=name)
    expect(tab).to_be_visible()


def test_a_machine_that_is_paused_or_stopped_says_so(a_wall, a_lab_with_a_host):
    page = a_wall
    tile = page.locator(".qvirt-wall-tile[data-state=running]").first
    key = tile.get_attribute("data-id")
    tile = page.locator(f".qvirt-wall-tile[data-id='{key}']")
    expect(tile.locator("img")).to_be_visible()
    uri, uuid = key.split(" ")
    machine = (
        "__import__('qvirt_jupyter.widgets.fleet', fromlist=['fleet']).fleet"
        f".domain({uri!r}, {uuid!r})"
    )
    a_lab_with_a_host.run(f"{machine}.suspend()")
    expect(tile.locator(".qvirt-wall-words")).to_have_text("Paused")
    expect(tile.locator("img")).to_be_visible()
    expect(tile).to_have_accessible_name(re.compile("Paused"))
    a_lab_with_a_host.run(f"{machine}.destroy()")
    expect(tile).to_be_hidden()
    page.get_by_label("Also those that are off").check()
    expect(tile.locator(".qvirt-wall-words")).to_have_text("Shut off")
    expect(tile.locator("img")).to_be_hidden()


def test_selected_machines_have_a_wall_of_their_own_that_survives_a_reload(
    a_manager_page, a_lab_with_a_host
):
    page = a_manager_page
    rows = page.locator(".qvirt-vm-list [role=row][aria-level='2'][data-qvirt-state='running']")
    expect(rows.nth(1)).to_be_visible()
    rows.nth(0).click()
    rows.nth(1).click(modifiers=["Control"])
    page.get_by_role("menuitem", name="Virtual Machines").click()
    page.get_by_role("menuitem", name="Wall of Screens").click()
    expect(page.locator(".qvirt-wall h2")).to_have_text("Screens of 2 machines")
    expect(tiles(page)).to_have_count(2)
    a_lab_with_a_host.reload(page, "machines")
    expect(tiles(page)).to_have_count(2)
    expect(pictures(page).first).to_be_visible(timeout=120_000)


def test_a_wall_without_machines_says_so_and_what_to_do(a_wall, a_lab_with_a_host, a_picture):
    page = a_wall
    machines = f"[tile.domain for wall in {WALLS} for tile in wall._tiles.tiles]"
    a_lab_with_a_host.run(f"[machine.destroy() for machine in {machines}]")
    expect(tiles(page)).to_have_count(0)
    nothing = page.locator(".qvirt-wall-empty")
    expect(nothing).to_contain_text("No machine runs")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
        expect(page.locator("#jupyterlab-splash")).to_have_count(0)
        page.set_viewport_size({"width": 800, "height": 800})
        a_picture(page, f"wall-empty-{theme.split()[-1].lower()}")
        axe_finds_nothing(page)
    page.get_by_label("Also those that are off").check()
    expect(tiles(page).first).to_be_visible()
