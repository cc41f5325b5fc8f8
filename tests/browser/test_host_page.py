"""A host's page and the graphs, by mouse and by keyboard, on the made-up host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

TAB = ".lm-DockPanel-tabBar .lm-TabBar-tab"
HOST = "Made-up host"


@pytest.fixture
def a_host_page(a_context, a_lab_with_a_host, a_workspace):
    """A page with the host's tab in front, opened from the manager."""
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text=HOST)
    expect(row).to_have_attribute("data-qvirt-state", "connected")
    row.dblclick()
    expect(page.locator(TAB, has_text=HOST)).to_be_visible(timeout=120_000)
    expect(panel(page).locator("h2")).to_have_text(HOST)
    yield page
    a_lab_with_a_host.end_sessions()


def panel(page):
    return page.locator(".qvirt-host-panel")


def graph(page, title):
    return panel(page).get_by_role("img", name=re.compile(f"^{title}"))


def axe_finds_nothing(page, context):
    found = Axe().run(page, context=context, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_a_double_click_on_a_connection_opens_its_host(a_host_page, a_lab_with_a_host, a_picture):
    page = a_host_page
    facts = panel(page).locator(".widget-html .qvirt-facts")
    for words in ("TEST", "NUMA node", "64 GiB", "active, with"):
        expect(facts).to_contain_text(words)
    # The greediest is first, whatever is asked for.
    table = panel(page).get_by_role("table", name=re.compile("eating the host"))
    expect(table.locator("tbody tr").first).to_contain_text(re.compile(r"\d %"))
    table.get_by_role("button", name="Memory").click()
    expect(table.locator("[aria-sort=descending]")).to_have_text("Memory")
    a_picture(page, "host-light")
    axe_finds_nothing(page, ".qvirt-host-panel")
    name = table.locator("tbody tr button").first
    title = name.inner_text()
    name.click()
    expect(page.locator(".qvirt-machine h2", has_text=title)).to_be_visible(timeout=120_000)
    # The tab comes back after a reload, as all of them do.
    page.locator(TAB, has_text=HOST).click()
    a_lab_with_a_host.reload(page, "host")
    expect(panel(page).locator("h2")).to_have_text(HOST)


def test_the_xml_of_networks_and_pools_is_stored(a_host_page, a_picture):
    page = a_host_page
    panel(page).get_by_role("tab", name="XML", exact=True).click()
    text = panel(page).locator(".qvirt-xml-host .cm-content")
    expect(text).to_contain_text("<network")
    choice = panel(page).get_by_label("What is edited")
    expect(choice.locator("option", has_text="Network default")).to_have_count(1)
    choice.select_option(label="Network default")
    expect(text).to_contain_text("default")
    line = panel(page).locator(".qvirt-xml-host .cm-line").filter(has_text="<name>").first
    line.click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("<domain name='lab.example'/>")
    panel(page).get_by_role("button", name="Apply", exact=True).click()
    expect(panel(page).locator(".qvirt-xml-status")).to_contain_text("Stored: domain")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
        a_picture(page, f"host-xml-{theme.split()[-1].lower()}")
    axe_finds_nothing(page, ".qvirt-host-panel")


def test_a_graph_says_its_values_in_words_and_to_the_keyboard(a_host_page):
    page = a_host_page
    processors = graph(page, "Processors.*all its machines")
    expect(processors).to_be_visible(timeout=120_000)
    expect(processors).to_have_accessible_name(re.compile(r"all its machines \d+ %"))
    processors.focus()
    page.keyboard.press("ArrowLeft")
    expect(processors).to_have_accessible_name(re.compile(r"\d s ago, \d\d:\d\d:\d\d"))
    page.keyboard.press("Escape")
    expect(processors).not_to_have_accessible_name(re.compile("ago"))


def test_a_longer_span_is_chosen_and_saved_as_csv(a_host_page):
    page = a_host_page
    # The drawing library is loaded with the first graph, which takes long on a busy machine.
    expect(graph(page, "Processors")).to_be_visible(timeout=180_000)
    page.get_by_role("button", name="1 h", exact=True).click()
    chosen = panel(page).get_by_role("group", name="Time span").locator("[aria-pressed=true]")
    expect(chosen).to_have_text("1 h")
    expect(graph(page, "Processors")).to_contain_text("30 min ago")
    with page.expect_download() as download:
        panel(page).get_by_role("button", name="Save as CSV").click()
    assert download.value.suggested_filename == "Made-up-host-1h.csv"
    heading, *rows = Path(download.value.path()).read_text("utf-8").splitlines()
    assert heading.split(",")[0] == "time"
    assert "cpu_guests" in heading
    assert rows
    axe_finds_nothing(page, ".qvirt-host-panel .qvirt-performance")


@pytest.mark.parametrize(("width", "theme"), [(640, "JupyterLab Light"), (1280, "JupyterLab Dark")])
def test_small_windows_and_dark_themes(a_host_page, a_picture, width, theme):
    page = a_host_page
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.set_viewport_size({"width": width, "height": 600})
    # The drawing library is loaded with the first graph, which takes long on a busy machine.
    expect(graph(page, "Processors")).to_be_visible(timeout=180_000)
    assert panel(page).evaluate("panel => panel.scrollWidth <= panel.clientWidth + 1")
    a_picture(page, f"host-{width}")
    axe_finds_nothing(page, ".qvirt-host-panel")
