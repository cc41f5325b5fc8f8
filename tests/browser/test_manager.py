"""The manager and a machine's tab in a real JupyterLab, on the made-up host of the test driver."""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

TAB = ".lm-DockPanel-tabBar .lm-TabBar-tab"


@pytest.fixture
def a_manager(a_context, a_lab_with_a_host, a_workspace):
    """A page with the manager open and its machines listed."""
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    expect(row(page, "build-03")).to_be_visible(timeout=120_000)
    yield page
    a_lab_with_a_host.end_sessions()


@pytest.fixture
def a_machine_tab(a_manager):
    """A page with the tab of a running machine in front, on its overview."""
    open_machine(a_manager)
    a_manager.get_by_role("tab", name="Overview").click()
    return a_manager


def open_machine(page):
    row(page, "build-03").dblclick()
    expect(head(page)).to_be_visible(timeout=120_000)
    expect(head(page).locator("h2")).to_have_text("build-03")


def row(page, name):
    return page.locator(f".qvirt-vm-list [data-qvirt-name='{name}']")


def head(page):
    return page.locator(".qvirt-machine")


def press(page, name):
    head(page).get_by_role("button", name=re.compile(f"^{name}")).click()


def use_theme(page, theme: str) -> None:
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.wait_for_timeout(500)


def test_a_failed_connection_is_explained_with_raw_text_behind_details(a_manager):
    notice = a_manager.locator(".qvirt-notice", has_text="Far")
    expect(notice).to_be_visible(timeout=120_000)
    raw = notice.locator("pre")
    expect(raw).to_be_hidden()
    notice.locator("summary").click()
    expect(raw).to_contain_text("/nowhere")
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)


def test_a_dangerous_question_has_the_focus_on_cancel_and_escape_says_no(a_machine_tab):
    page = a_machine_tab
    press(page, "Force off")
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("Force off build-03?")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(head(page)).to_contain_text("Running")
    expect(head(page).get_by_role("button", name="Force off")).to_be_focused()


def test_dont_ask_again(a_machine_tab):
    page = a_machine_tab
    press(page, "Force off")
    question = page.get_by_role("alertdialog")
    question.get_by_label("Don't ask again").check()
    question.get_by_role("button", name="Force off").click()
    expect(head(page)).to_contain_text("Shut off")
    press(page, "Start")
    expect(head(page)).to_contain_text("Running")
    press(page, "Force off")
    expect(head(page)).to_contain_text("Shut off")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    # Leave the preference as it was.
    page.locator(TAB, has_text="Virtual Machine Manager").click()
    page.get_by_role("button", name="Preferences").click()
    page.get_by_label("Force off and reset").check()
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_machine_opens_on_its_console_and_an_open_tab_stays_as_it_is(
    a_manager, a_lab_with_a_host
):
    page = a_manager
    open_machine(page)
    chosen = page.get_by_role("tab", selected=True).locator("visible=true")
    expect(chosen.filter(has_text="Console")).to_have_count(1)
    expect(page.locator(".qvirt-console iframe")).to_be_visible(timeout=120_000)
    page.get_by_role("tab", name="Performance").click()
    expect(page.locator(".qvirt-graph").first).to_be_visible(timeout=120_000)
    page.locator(TAB, has_text="Virtual Machine Manager").click()
    row(page, "build-03").press("Enter")
    expect(page.locator(".qvirt-graph").first).to_be_visible()
    a_lab_with_a_host.reload(page, "vm")
    expect(page.locator(".qvirt-graph").first).to_be_visible(timeout=120_000)


def test_pause_shows_the_real_state_in_both_panels(a_machine_tab):
    page = a_machine_tab
    press(page, "Pause")
    expect(head(page)).to_contain_text("Paused")
    expect(head(page).get_by_role("button", name=re.compile("^Pause"))).to_have_count(0)
    page.locator(TAB, has_text="Virtual Machine Manager").click()
    expect(row(page, "build-03")).to_contain_text("Paused")


def test_the_overview_shows_facts_and_the_screen(a_machine_tab):
    facts = a_machine_tab.locator(".qvirt-overview .qvirt-facts")
    expect(facts).to_contain_text("10.7.2.185")
    expect(facts).to_contain_text("4 GiB")
    picture = a_machine_tab.locator(".qvirt-screen-picture")
    expect(picture).to_be_visible(timeout=120_000)
    # Its source is there before the picture is decoded.
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") > 100


def test_graphs_move_and_say_the_values_under_the_pointer(a_machine_tab):
    page = a_machine_tab
    page.get_by_role("tab", name="Performance").click()
    graph = page.locator(".qvirt-graph").first
    line = graph.locator("path.line").first
    expect(line).to_have_attribute("d", re.compile("L"))
    before = line.get_attribute("d")
    expect(line).not_to_have_attribute("d", before)
    expect(graph).to_contain_text("12 %")
    expect(page.locator(".qvirt-graph", has_text="Network")).to_contain_text("KiB/s")
    area = graph.locator(".plotarea_background").bounding_box()
    page.mouse.move(area["x"] + area["width"] - 5, area["y"] + 40)
    heading = graph.locator(".qvirt-graph-head")
    expect(heading).to_contain_text("s ago")
    page.mouse.move(5, 5)
    expect(heading).not_to_contain_text("s ago")


def test_the_toolbar_is_one_stop_for_tab_and_says_why_not(a_machine_tab):
    page = a_machine_tab
    start = head(page).get_by_role("button", name=re.compile("^Start"))
    expect(start).to_have_attribute("aria-disabled", "true")
    expect(start).to_have_attribute("title", re.compile("running already"))
    start.focus()
    page.keyboard.press("ArrowRight")
    expect(head(page).get_by_role("button", name="Pause")).to_be_focused()
    page.keyboard.press("End")
    expect(head(page).get_by_role("button", name="Delete…")).to_be_focused()
    assert head(page).locator("button[tabindex='0']").count() == 1


def test_a_task_is_listed_and_copied_as_code(a_machine_tab):
    page = a_machine_tab
    press(page, "Pause")
    tasks = page.locator(".qvirt-vm-panel .qvirt-tasks")
    expect(tasks).to_contain_text("Pause build-03: Done")
    tasks.locator("summary").first.click()
    tasks.get_by_role("button", name="Copy as code").first.click()
    expect(tasks).to_contain_text("Copied.")
    details = tasks.get_by_role("button", name="Details").first
    expect(details).to_have_attribute("aria-expanded", "false")
    details.click()
    expect(details).to_have_attribute("aria-expanded", "true")
    expect(tasks.locator(".qvirt-task-details").first).to_contain_text("suspend()")
    assert ".domains['build-03'].suspend()" in page.evaluate("navigator.clipboard.readText()")


def test_title_is_edited_in_place_and_renames_the_tab(a_machine_tab):
    page = a_machine_tab
    page.get_by_role("button", name="Edit…").click()
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("Bär <b>")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(head(page).locator("h2")).to_have_text("Bär <b>")
    expect(page.locator(TAB, has_text="Bär <b>")).to_be_visible()


def test_tabs_come_back_after_a_reload(a_machine_tab, a_lab_with_a_host):
    page = a_machine_tab
    a_lab_with_a_host.reload(page, "vm")
    expect(head(page)).to_be_visible(timeout=120_000)
    expect(head(page).locator("h2")).to_have_text("build-03")
    page.locator(TAB, has_text="Virtual Machine Manager").click()
    expect(row(page, "build-03")).to_be_visible(timeout=120_000)


def test_closing_a_tab_closes_its_widgets(a_machine_tab, a_lab_with_a_host):
    page = a_machine_tab
    page.get_by_role("tab", name="Performance").click()
    expect(page.locator(".qvirt-graph").first).to_be_visible(timeout=120_000)
    count = "len(__import__('ipywidgets').widgets.widget._instances)"
    before = int(a_lab_with_a_host.run(count))
    page.locator(TAB, has_text="build-03").locator(".lm-TabBar-tabCloseIcon").click()
    expect(head(page)).to_have_count(0)
    assert until(page, lambda: int(a_lab_with_a_host.run(count)) < before - 40)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_the_panels(a_machine_tab, a_picture, theme):
    page = a_machine_tab
    use_theme(page, theme)
    press(page, "Force reset")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    name = theme[11:].lower()
    a_picture(page, f"machine-question-{name}")
    rules = {"resultTypes": ["violations"]}
    for part in (".qvirt-machine", ".qvirt-questions", ".qvirt-overview", ".qvirt-tasks"):
        found = Axe().run(page, context=f".qvirt-vm-panel {part}", options=rules)
        assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Performance").click()
    expect(page.locator(".qvirt-graph path.line").first).to_have_attribute("d", re.compile("L"))
    a_picture(page, f"machine-performance-{name}")
    found = Axe().run(page, context=".qvirt-vm-panel .qvirt-performance", options=rules)
    assert found.violations_count == 0, found.generate_report()
    page.locator(TAB, has_text="Virtual Machine Manager").click()
    page.locator(".qvirt-toolbar > .qvirt-button").click()
    page.get_by_role("menuitemcheckbox", name="Details beside the list").click()
    expect(page.locator(".qvirt-pane h2")).to_have_text("build-03")
    row(page, "build-03").click(button="right")
    page.get_by_role("menuitem", name="Tags…").click()
    expect(page.get_by_role("textbox", name="Tags")).to_be_focused()
    a_picture(page, f"manager-{name}")
    found = Axe().run(page, context=".qvirt-manager", options=rules)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    page.locator(".qvirt-toolbar > .qvirt-button").click()
    page.get_by_role("menuitemcheckbox", name="Details beside the list").click()
    expect(page.locator(".qvirt-pane")).to_be_hidden()


def test_narrow_windows_show_everything_without_scrolling_sideways(a_machine_tab, a_picture):
    page = a_machine_tab
    page.set_viewport_size({"width": 800, "height": 700})
    panel = page.locator(".qvirt-vm-panel")
    fits = "panel => panel.scrollWidth <= panel.clientWidth + 1"
    for tab in ("Overview", "Performance", "Console"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(1000)  # for the picture
        assert until(page, lambda: panel.evaluate(fits)), tab
        a_picture(page, f"machine-narrow-{tab.lower()}")


def test_no_button_above_the_list_is_cut_in_a_narrow_window(a_manager, a_picture):
    a_manager.set_viewport_size({"width": 640, "height": 700})
    buttons = a_manager.locator(".qvirt-bar .jupyter-button")
    expect(buttons.first).to_be_visible()
    cut = "all => all.filter(each => each.scrollWidth > each.clientWidth + 1).length"
    assert until(a_manager, lambda: buttons.evaluate_all(cut) == 0)
    a_picture(a_manager, "manager-narrow")


def test_the_buttons_above_the_list_stay_once_a_table_was_seen(a_manager, a_picture):
    bar = a_manager.locator(".qvirt-manager > .qvirt-bar")
    before = bar.bounding_box()["height"]
    a_manager.locator(".qvirt-row-connection").first.dblclick()
    a_manager.get_by_role("tab", name="Storage", exact=True).click()
    expect(a_manager.locator(".qvirt-storage-section [role=row]").first).to_be_visible()
    a_manager.locator(".lm-TabBar-tab", has_text="Virtual Machine Manager").click()
    expect(bar).to_be_visible()
    assert until(a_manager, lambda: bar.bounding_box()["height"] == before)
    a_picture(a_manager, "manager-after-storage")


def test_the_same_panels_work_in_a_notebook(a_context, a_lab_with_a_host, a_workspace, a_picture):
    cells = [
        "import qvirt_jupyter; qvirt_jupyter.manager()",
        (
            "from qvirt_jupyter.provision import demo_host\n"
            "conn = qvirt_jupyter.connect(demo_host())\n"
            "qvirt_jupyter.widgets.vm_panel(conn.domains['build-03'])"
        ),
        "import time; time.sleep(60)",
    ]
    notebook = {
        "cells": [
            {"cell_type": "code", "source": text, "metadata": {}, "outputs": []} for text in cells
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    for cell in notebook["cells"]:
        cell["execution_count"] = None
    path = a_lab_with_a_host.folder / "root" / "panels.ipynb"
    path.write_text(json.dumps(notebook))
    page = a_lab_with_a_host.enter(a_context, a_workspace)
    page.evaluate("jupyterapp.commands.execute('docmanager:open', {path: 'panels.ipynb'})")
    expect(page.locator(".jp-NotebookPanel .jp-Cell")).to_have_count(3)
    expect(page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "idle")
    # Not waited for: its promise ends with the last cell.
    page.evaluate("() => { void jupyterapp.commands.execute('notebook:run-all-cells'); }")
    expect(row(page, "build-03")).to_be_visible(timeout=120_000)
    expect(head(page)).to_be_attached(timeout=120_000)
    # What is far away in a notebook is not drawn.
    page.locator(".jp-NotebookPanel .jp-Cell").nth(2).scroll_into_view_if_needed()
    expect(head(page)).to_be_visible()
    # The third cell goes on for a minute, and the panels go on beside it.
    press(page, "Pause")
    expect(head(page)).to_contain_text("Paused")
    a_picture(page, "panels-in-a-notebook")
    # What is saved reads without a kernel.
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    assert until(page, lambda: "build-03" in path.read_text())
    outputs = json.loads(path.read_text())["cells"][0]["outputs"]
    assert "build-03" in "".join(outputs[0]["data"]["text/html"])
    a_lab_with_a_host.end_sessions()
