"""A table in Chromium: ten thousand rows, keyboard, filter, order, selection, patches, menus."""

from __future__ import annotations

import ast

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

MANY = 10_000
SHOW = """
from qvirt_jupyter.widgets.table import Action, Cell, Column, RecordTable, Row

def a_row(number, size=None, **more):
    size = number if size is None else size
    return Row(f"row-{number}", {
        "name": f"volume-{number}.qcow2",
        "size": Cell(f"{size} MiB", sort=size, bar=(number % 11) / 10),
        "format": "qcow2" if number % 2 else Cell("raw", tone="warning", icon="state-crashed"),
    }, **more)

acted, activated = [], []

def offers(ids):
    reason = "" if ids else "Select a row."
    return [
        Action("create", "New", icon="create"),
        Action("delete", "Delete", reason, icon="remove", key="Delete", danger=True),
        Action("copy", "Copy path", reason, toolbar=False),
    ]

panel.table = RecordTable(
    (Column("name", "Name"), Column("size", "Size", "end", 140), Column("format", "Format",
     width=120)),
    label="Volumes of a pool", empty="There is no volume.",
    on_action=lambda *said: acted.append(said[:2]),
    on_activate=lambda ids, client: activated.append(ids), actions=offers)
panel.table.update(a_row(number) for number in range(COUNT))
panel.children = (panel.table,)
"""
TREE = """
panel.table.update([
    a_row(0), a_row(1, level=1), a_row(2, level=2), a_row(3, level=1), a_row(4),
    a_row(5, level=1, folded=True), a_row(6, level=2)])
"""


@pytest.fixture
def show(a_page, a_lab):
    """A function that shows a table of so many rows in a tab and returns its node."""

    def show(count):
        a_page.get_by_text("Virtual Machine Manager").first.click()
        expect(a_page.locator(".qvirt-vm-list").first).to_be_visible(timeout=120_000)
        run(a_lab, SHOW.replace("COUNT", str(count)))
        table = a_page.locator(".qvirt-table")
        expect(table.locator("[role=columnheader]").first).to_be_visible()
        return table

    return show


def run(lab, source):
    lab.run(f"exec({source!r}, globals())")


def value(lab, expression):
    return ast.literal_eval(lab.run(expression))


def names(table):
    return table.locator("[role=row] [role=gridcell]:first-child").all_inner_texts()


def row(table, name):
    return table.locator(f"[role=row][data-key='{name}']")


def selected(table):
    return table.locator("[role=row][aria-selected=true]").evaluate_all(
        "rows => rows.map(row => row.dataset.key)"
    )


def heading(table, name):
    return table.get_by_role("columnheader", name=name).get_by_role("button")


def axe_finds_nothing(page):
    found = Axe().run(page, context=".qvirt-table", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_ten_thousand_rows_are_there_and_few_are_in_the_page(show, a_page, a_lab):
    table = show(MANY)
    grid = table.locator("[role=grid]")
    expect(grid).to_have_attribute("aria-rowcount", str(MANY + 1))
    assert table.locator("[role=row]").count() < 80
    row(table, "row-0").click()
    a_page.keyboard.press("End")
    expect(row(table, f"row-{MANY - 1}")).to_be_focused()
    a_page.keyboard.type("volume-77.")
    expect(row(table, "row-77")).to_be_focused()
    # The order is by number though the names are texts, and each heading has two directions.
    heading(table, "Name").click()
    expect(grid.locator("[aria-sort=ascending]")).to_have_text("Name")
    heading(table, "Name").click()
    grid.evaluate("grid => { grid.scrollTop = 0; }")
    expect(row(table, f"row-{MANY - 1}")).to_have_attribute("aria-rowindex", "2")
    assert selected(table) == ["row-77"]
    table.get_by_role("searchbox").fill("volume-777 raw")
    expect(table.get_by_role("status")).to_contain_text(f"Shown: 5 of {MANY}")
    assert len(names(table)) == 5
    table.get_by_role("searchbox").fill("nothing like it")
    expect(table).to_contain_text("No row fits the filter.")
    a_page.keyboard.press("Escape")
    expect(grid).to_have_attribute("aria-rowcount", str(MANY + 1))
    run(a_lab, f"panel.table.update(a_row(n, n + 1) for n in range({MANY}) if n != 5)")
    expect(grid).to_have_attribute("aria-rowcount", str(MANY))
    # A list that fills while it is seen comes as rows that are added, each after the one before.
    run(a_lab, "panel.table.update(())")
    expect(grid).to_have_attribute("aria-rowcount", "1")
    run(a_lab, f"panel.table.update(a_row(n) for n in range({2 * MANY}))")
    expect(grid).to_have_attribute("aria-rowcount", str(2 * MANY + 1))
    expect(row(table, f"row-{2 * MANY - 1}")).to_be_visible()


def test_selection_and_place_stay_when_rows_come_and_go(show, a_lab):
    table = show(300)
    row(table, "row-2").click()
    row(table, "row-4").click(modifiers=["Shift"])
    grid = table.locator("[role=grid]")
    grid.evaluate("grid => { grid.scrollTop = 2800; }")
    expect(row(table, "row-101")).to_be_visible()
    top = grid.evaluate("grid => grid.scrollTop")
    run(a_lab, "panel.table.update(a_row(n) for n in range(299) if n != 3)")
    expect(grid).to_have_attribute("aria-rowcount", "299")
    assert grid.evaluate("grid => grid.scrollTop") == top
    grid.evaluate("grid => { grid.scrollTop = 0; }")
    expect(row(table, "row-2")).to_be_visible()
    assert selected(table) == ["row-2", "row-4"]
    expect(table.get_by_role("status")).to_contain_text("Selected: 2")
    # What was just made is shown and selected.
    run(a_lab, "panel.table.select('row-250')")
    expect(row(table, "row-250")).to_have_attribute("aria-selected", "true")
    expect(row(table, "row-250")).to_be_visible()


def test_a_row_made_while_the_table_is_out_of_sight_is_selected(show, a_page, a_lab):
    table = show(30)
    for row_first in (True, False):
        table.evaluate("table => { table.style.display = 'none'; }")
        assert until(a_page, lambda: not value(a_lab, "bool(panel.table._views)"))
        name = "row-40" if row_first else "row-41"
        count = 41 if row_first else 42
        steps = [f"panel.table.update(a_row(n) for n in range({count}))"]
        steps.insert(1 if row_first else 0, f"panel.table.select({name!r})")
        for step in steps:
            run(a_lab, step)
        table.evaluate("table => { table.style.display = ''; }")
        expect(row(table, name)).to_have_attribute("aria-selected", "true")
        assert selected(table) == [name]
    # Who chose meanwhile keeps what they chose.
    run(a_lab, "panel.table.select('row-50')")
    row(table, "row-41").click()
    run(a_lab, "panel.table.update(a_row(n) for n in range(60))")
    expect(table.get_by_role("status")).to_contain_text("Total: 60")
    assert selected(table) == ["row-41"]


def test_what_can_be_done_is_said_and_done(show, a_page, a_lab):
    table = show(5)
    delete = table.locator(".qvirt-button[data-action=delete]")
    expect(delete).to_have_attribute("aria-disabled", "true")
    expect(delete).to_have_attribute("title", "Delete: Select a row.")
    delete.dispatch_event("click")
    row(table, "row-1").click()
    expect(delete).to_have_attribute("aria-disabled", "false")
    a_page.keyboard.press("Delete")
    until(a_page, lambda: value(a_lab, "acted") == [("delete", ("row-1",))])
    a_page.keyboard.press("Shift+F10")
    menu = a_page.get_by_role("menu", name="Actions")
    expect(menu.get_by_role("menuitem")).to_have_text(["New", "Delete", "Copy path"])
    menu.get_by_role("menuitem", name="Copy path").click()
    until(a_page, lambda: len(value(a_lab, "acted")) == 2)
    expect(row(table, "row-1")).to_be_focused()
    a_page.keyboard.press("Enter")
    row(table, "row-3").dblclick()
    until(a_page, lambda: value(a_lab, "activated") == [("row-1",), ("row-3",)])
    # What has no button is behind the last one.
    table.get_by_role("button", name="More actions").click()
    expect(a_page.get_by_role("menuitem", name="Copy path")).to_be_visible()
    a_page.keyboard.press("Escape")
    assert len(value(a_lab, "acted")) == 2


def test_rows_with_levels_are_a_tree(show, a_page, a_lab):
    table = show(2)
    run(a_lab, TREE)
    grid = table.locator("[role=treegrid]")
    expect(grid).to_have_attribute("aria-rowcount", "7")
    assert [name.partition(".")[0][-1] for name in names(table)] == list("012345")
    folded = row(table, "row-5")
    expect(folded).to_have_attribute("aria-expanded", "false")
    folded.click()
    a_page.keyboard.press("ArrowRight")
    expect(row(table, "row-6")).to_have_attribute("aria-level", "3")
    a_page.keyboard.press("ArrowLeft")
    expect(row(table, "row-6")).to_have_count(0)
    a_page.keyboard.press("ArrowLeft")
    expect(row(table, "row-4")).to_be_focused()
    # What is searched for is shown with what it stands under, also where that is closed.
    table.get_by_role("searchbox").fill("volume-6")
    expect(grid).to_have_attribute("aria-rowcount", "4")
    assert [name.partition(".")[0][-1] for name in names(table)] == list("456")
    axe_finds_nothing(a_page)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(show, a_page, a_lab, a_picture, theme):
    a_page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    expect(a_page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    table = show(40)
    run(a_lab, "panel.table.update(a_row(n, dimmed=n == 3) for n in range(40))")
    row(table, "row-1").click()
    expect(row(table, "row-3")).to_have_class("qvirt-row qvirt-row-record qvirt-mod-dimmed")
    expect(table.locator(".qvirt-button[data-action=delete]")).to_have_attribute(
        "aria-disabled", "false"
    )
    axe_finds_nothing(a_page)
    a_picture(a_page, f"table-{theme.split()[1].lower()}")
    run(a_lab, "panel.table.update([])")
    expect(table).to_contain_text("There is no volume.")
    axe_finds_nothing(a_page)
