"""The map of a host's networks, by mouse and by keyboard, on the made-up host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import etree
from playwright.sync_api import expect

SVG = "{http://www.w3.org/2000/svg}"
HOST = "Made-up host"
NEWCOMER = (
    "<domain type='test'><name>newcomer</name><memory>1024</memory><os><type>hvm</type></os>"
    "<devices><interface type='network'><mac address='52:54:00:00:00:0a'/>"
    "<source network='default'/></interface></devices></domain>"
)


@pytest.fixture
def a_map(a_context, a_lab_with_a_host, a_workspace):
    """The page with the map in front, opened from the menu for the connection that is selected."""
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text=HOST)
    expect(row).to_have_attribute("data-qvirt-state", "connected")
    row.click()
    page.get_by_role("menuitem", name="Virtual Machines").click()
    page.get_by_role("menuitem", name="Network Topology").click()
    expect(graph(page)).to_have_attribute("data-nodes", re.compile(r"\d\d"))
    yield page
    a_lab_with_a_host.end_sessions()


def graph(page):
    return page.locator(".qvirt-topology-graph")


def cards(page):
    return page.get_by_role("table", name="Interfaces of the virtual machines")


def axe_finds_nothing(page):
    found = Axe().run(
        page, context=".qvirt-topology-panel", options={"resultTypes": ["violations"]}
    )
    assert found.violations_count == 0, found.generate_report()


def test_the_map_is_readable_in_both_themes_and_names_its_host(a_map, a_picture):
    page = a_map
    expect(page.locator(".lm-TabBar-tab", has_text=f"Networks of {HOST}")).to_be_visible()
    networks = page.get_by_role("table", name="Networks", exact=True)
    row = networks.locator("tbody tr", has=page.get_by_role("rowheader", name="default"))
    expect(row).to_contain_text("NAT · 10.7.0.0/24 · Bridge tbr0")
    expect(row).to_contain_text("Outside")
    # Somebody looks, so traffic is measured.
    expect(cards(page)).to_contain_text(re.compile(r"\d B/s|\d KiB/s"))
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
        page.wait_for_timeout(600)
        page.set_viewport_size({"width": 1280, "height": 800})
        a_picture(page, f"network-map-{theme.split()[-1].lower()}")
        axe_finds_nothing(page)
        page.set_viewport_size({"width": 800, "height": 900})
        page.wait_for_timeout(600)
        a_picture(page, f"network-map-narrow-{theme.split()[-1].lower()}")
        axe_finds_nothing(page)


def test_a_new_machine_appears_in_graph_and_table(a_map, a_lab_with_a_host):
    page = a_map
    before = int(graph(page).get_attribute("data-nodes"))
    lines = int(graph(page).get_attribute("data-edges"))
    connection = "__import__('qvirt_jupyter').hypervisor.connections()[0]"
    a_lab_with_a_host.run(f"{connection}.domains.define({NEWCOMER!r}).name")
    expect(graph(page)).to_have_attribute("data-nodes", str(before + 1))
    expect(graph(page)).to_have_attribute("data-edges", str(lines + 1))
    row = cards(page).locator("tbody tr", has_text="newcomer")
    expect(row).to_contain_text("52:54:00:00:00:0a")
    expect(row).to_contain_text("machine is off")
    a_lab_with_a_host.run(f"{connection}.domains['newcomer'].start()")
    expect(row).to_contain_text("up")


def test_who_is_searched_is_found_and_opened_by_keyboard(a_map):
    page = a_map
    page.get_by_label("Find").fill("52:54:00:cb:19:71")
    expect(page.locator(".qvirt-topology [role=status]")).to_have_text(re.compile("^1 of 48"))
    opener = cards(page).get_by_role("button").first
    name = opener.inner_text()
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".qvirt-machine h2", has_text=name)).to_be_visible(timeout=120_000)


def test_a_click_on_a_machine_in_the_graph_opens_it(a_map):
    page = a_map
    tip = page.locator(".qvirt-topology-tip")
    box = graph(page).bounding_box()
    machines = set(cards(page).locator("tbody th").all_inner_texts())

    def on_a_machine():
        # A canvas has no elements: move over it until something says that it can be opened.
        for down in range(30, int(box["height"]), 12):
            for right in range(40, int(box["width"]), 60):
                page.mouse.move(box["x"] + right, box["y"] + down)
                if "qvirt-can-open" not in graph(page).get_attribute("class"):
                    continue
                # Networks can be opened, too.
                if tip.locator("div").first.inner_text() in machines:
                    return True
        return False

    assert on_a_machine()
    name = tip.locator("div").first.inner_text()
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".qvirt-machine h2", has_text=name)).to_be_visible(timeout=120_000)


def test_the_whole_map_is_saved_as_a_picture(a_map):
    page = a_map
    graph(page).focus()
    for key in ("+", "ArrowRight", "0"):
        page.keyboard.press(key)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as PNG").click()
    assert download.value.suggested_filename == "Made-up-host-networks.png"
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_whole_map_is_saved_as_lines_and_words(a_map, a_picture, a_context, theme):
    page = a_map
    name = f"JupyterLab {theme}"
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=name)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as SVG").click()
    assert download.value.suggested_filename == "Made-up-host-networks.svg"
    text = Path(download.value.path()).read_text()
    svg = etree.fromstring(text.encode())
    titles = [found.text for found in svg.iterfind(f".//{SVG}title")]
    assert titles[0] == f"Networks of {HOST}"
    # What the tables say is in it, by its whole name.
    machines = cards(page).locator("tbody th").all_inner_texts()
    for machine in {words.split("\n")[0] for words in machines}:
        assert any(title.startswith(machine) for title in titles), machine
    assert len(svg.findall(f".//{SVG}polyline")) == int(graph(page).get_attribute("data-edges"))
    # It can be read by itself: its ground is that of the theme, and its words are of another shade.
    other = a_context.new_page()
    other.set_content(text)
    a_picture(other, f"network-map-svg-{theme.lower()}")
    ground, ink = svg.find(f"{SVG}rect").get("fill"), svg.find(f".//{SVG}text").get("fill")
    assert abs(brightness(ground) - brightness(ink)) > 100


def brightness(colour):
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3
