"""The VM list in Chromium: columns, widths, groups, filters, and what is remembered of them."""

from __future__ import annotations

import re

import pytest
from patience import until
from playwright.sync_api import expect


def row(grid, name: str):
    return grid.locator(f"[role=row][data-qvirt-name='{name}']")


def selected(grid) -> list[str]:
    return grid.locator("[role=row][aria-selected=true]").evaluate_all(
        "rows => rows.map(row => row.dataset.qvirtName ?? row.dataset.qvirtUri)"
    )


def choose(page, *path):
    """Choose in the menu of what is seen."""
    page.locator(".qvirt-toolbar > .qvirt-button").click()
    for entry in path[:-1]:
        page.get_by_role("menuitem", name=entry, exact=True).hover()
    page.locator(".qvirt-menu").last.get_by_text(path[-1], exact=True).click()


def domain_names(grid):
    return grid.locator(".qvirt-row-domain .qvirt-cell-name").all_inner_texts()


def test_the_filter_shows_what_contains_the_text(a_list):
    field = a_list.get_by_role("searchbox")
    field.fill("WEB")
    expect(a_list.locator(".qvirt-row-domain")).to_have_count(1)
    expect(row(a_list, "machine-0")).to_be_visible()
    expect(a_list.locator("[role=status]")).to_have_text("1 of 7 machines")
    field.press("ArrowDown")
    expect(a_list.locator("[role=row]:focus")).to_have_count(1)
    field.fill("saved")
    expect(row(a_list, "machine-4")).to_be_visible()
    field.fill("nothing like it")
    expect(a_list.locator("[role=status]")).to_have_text("No machine matches the filter.")
    field.press("Escape")
    expect(a_list.locator(".qvirt-row-domain")).to_have_count(7)


def test_a_heading_sorts(a_list):
    def names():
        return domain_names(a_list)

    assert names() == [*(f"machine-{number}" for number in range(1, 7)), "Web server"]
    a_list.get_by_role("columnheader", name="Name").get_by_role("button").click()
    assert names()[0] == "Web server"
    memory = a_list.get_by_role("columnheader", name="Memory")
    memory.get_by_role("button").click()
    expect(memory).to_have_attribute("aria-sort", "descending")
    assert names()[0] == "machine-6"


def test_a_column_can_be_hidden_and_is_remembered(a_list, a_page, a_kernel):
    a_list.get_by_role("columnheader", name="Memory").click(button="right")
    a_page.get_by_role("menuitemcheckbox", name="Memory", exact=True).click()
    expect(a_list.get_by_role("columnheader", name="Memory")).to_have_count(0)
    expect(row(a_list, "machine-0").locator("[role=gridcell]")).to_have_count(4)
    choose(a_page, "Columns", "vCPUs")
    expect(row(a_list, "machine-0").locator(".qvirt-cell-number")).to_have_text("2")
    chosen = "panel.arranged[-1].document()['columns']"
    assert until(a_page, lambda: a_kernel(chosen) == {"memory": False, "vcpus": True})


def test_the_title_has_a_column_of_its_own_or_stands_for_the_name(a_list, a_page):
    choose(a_page, "Columns", "Title")
    expect(row(a_list, "machine-0").locator(".qvirt-cell-name")).to_have_text("machine-0")
    expect(row(a_list, "machine-0").locator(".qvirt-cell-text")).to_have_text("Web server")


def test_a_column_is_drawn_wider_and_narrower(a_list, a_page, a_kernel):
    heading = a_list.get_by_role("columnheader", name="State")
    cell = row(a_list, "machine-1").locator(".qvirt-cell-state")
    before = heading.bounding_box()["width"]
    edge = heading.locator(".qvirt-edge").bounding_box()
    x, y = edge["x"] + edge["width"] / 2, edge["y"] + edge["height"] / 2
    a_page.mouse.move(x, y)
    a_page.mouse.down()
    a_page.mouse.move(x + 50, y, steps=4)
    assert heading.bounding_box()["width"] == pytest.approx(before + 50, abs=1)
    a_page.mouse.up()
    assert cell.bounding_box()["width"] == pytest.approx(before + 50, abs=1)
    # By keyboard: from the list's headings, without sorting.
    heading.get_by_role("button").focus()
    a_page.keyboard.press("Alt+ArrowLeft")
    expect(heading.get_by_role("button")).to_be_focused()
    assert heading.bounding_box()["width"] == pytest.approx(before + 34, abs=1)
    widths = "panel.arranged[-1].document()['widths']"
    wanted = {"state": pytest.approx(before + 34, abs=1)}
    assert until(a_page, lambda: a_kernel(widths) == wanted)
    a_page.keyboard.press("Shift+F10")
    a_page.get_by_role("menuitem", name="Usual widths of columns").click()
    assert heading.bounding_box()["width"] == pytest.approx(before, abs=1)


def test_the_headings_are_one_stop_for_tab(a_list, a_page):
    buttons = a_list.get_by_role("columnheader").get_by_role("button")
    assert a_list.locator(".qvirt-heading button[tabindex='0']").count() == 1
    buttons.first.focus()
    a_page.keyboard.press("ArrowRight")
    expect(buttons.nth(1)).to_be_focused()
    a_page.keyboard.press("Enter")
    expect(a_list.get_by_role("columnheader", name="State")).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(buttons.nth(1)).to_be_focused()
    a_page.keyboard.press("ArrowDown")
    expect(a_list.locator("[role=row]:focus")).to_have_count(1)


def test_machines_stand_under_states_tags_or_nothing(a_list, a_page, a_kernel):
    groups = a_list.locator(".qvirt-row-group .qvirt-connection-label")
    choose(a_page, "Group by", "State")
    expect(groups).to_have_text(
        ["Running", "Shutting down", "Paused", "Suspended", "Crashed", "Saved", "Shut off"]
    )
    # What can be connected is in reach still.
    expect(a_list.locator("[data-qvirt-uri='qemu+ssh://far/system']")).to_be_visible()
    a_kernel("panel.list.patch(domains=[record(3, state=DomainState.RUNNING)])")
    expect(groups).to_have_count(6)
    expect(a_list.locator("[role=row]", has_text="2 of 2 running")).to_be_visible()
    a_kernel("panel.list.patch(domains=[record(1, tags=('lab', 'web')), record(2, tags=('lab',))])")
    row(a_list, "machine-2").click()
    choose(a_page, "Group by", "Tag")
    expect(groups).to_have_text(["lab", "web", "No tag"])
    assert selected(a_list) == ["machine-2"]
    expect(row(a_list, "machine-1")).to_have_count(2)
    row(a_list, "machine-1").last.click()
    assert selected(a_list) == ["machine-1"]
    a_page.keyboard.press("ArrowLeft")
    expect(a_list.locator(".qvirt-row-group", has_text="web")).to_be_focused()
    a_page.keyboard.press("Enter")
    expect(row(a_list, "machine-1")).to_have_count(1)
    choose(a_page, "Group by", "Nothing")
    expect(groups).to_have_count(0)
    expect(row(a_list, "machine-1")).to_have_attribute("aria-level", "1")
    expect(a_list.locator(".qvirt-row-domain")).to_have_count(7)


def test_machines_that_are_off_can_be_hidden(a_list, a_page, a_kernel):
    choose(a_page, "Hide machines that are off")
    expect(a_list.locator(".qvirt-row-domain")).to_have_count(5)
    expect(row(a_list, "machine-3")).to_have_count(0)
    a_kernel("panel.list.patch(domains=[record(3, state=DomainState.RUNNING)])")
    expect(row(a_list, "machine-3")).to_be_visible()


def test_nothing_is_done_to_a_selected_machine_that_is_not_to_be_seen(a_list, a_page):
    row(a_list, "machine-1").click()
    row(a_list, "machine-2").click(modifiers=["Control"])
    status = a_list.locator("[role=status]")
    expect(status).to_have_text("2 selected")
    a_list.get_by_role("searchbox").fill("machine-1")
    expect(status).to_have_text("1 of 7 machines")
    a_list.locator(".qvirt-button[data-action=shutdown]").click()
    expect(a_page.locator(".heard")).to_have_text("shutdown 01")


def test_rows_can_be_compact(a_list, a_page):
    choose(a_page, "Compact rows")
    assert row(a_list, "machine-1").bounding_box()["height"] == 22
    a_page.locator(".qvirt-toolbar > .qvirt-button").click()
    compact = a_page.get_by_role("menuitemcheckbox", name="Compact rows")
    expect(compact).to_have_attribute("aria-checked", "true")


@pytest.mark.parametrize("sender", ["here", "elsewhere"])
def test_two_views_are_arranged_alike(a_list, a_page, a_kernel, sender):
    if sender == "elsewhere":
        a_kernel("panel.rearrange(compact=True, sort='memory')")
    else:
        choose(a_page, "Compact rows")
    expect(row(a_list, "machine-1")).to_have_css("height", "22px")
    assert until(a_page, lambda: a_kernel("panel.list._choice.arrangement.compact"))


FILTERS = {
    "": "1 2 3 4 5 6 Web",
    "WEB": "Web",
    "machine-1": "1",
    "state:running": "Web",
    "state:shut": "2 3",
    "state:off": "3",
    "-state:off -state:run": "1 2 4 5 6",
    "tag:lab": "1 2",
    "tag:la": "1 2 4",
    "tag:lab -tag:web": "2",
    "ip:192.0.2.": "Web",
    "memory:>2GiB": "4 5 6",
    "memory:<=1024": "1 Web",
    "vcpus:4": "5",
    "cpu:>40": "Web",
    "os:debian": "6",
    "autostart:yes": "2",
    "connection:qemu name:machine-1": "1",
    '"shut off"': "3",
    "title:server": "Web",
    "saved": "4",
}


def test_the_filter_understands_fields(a_list, a_kernel):
    a_kernel(
        "panel.list.patch(domains=[record(1, tags=('lab', 'web')),"
        " record(2, tags=('lab',), autostart=True), record(4, tags=('lane',)),"
        " record(5, vcpus=4), record(6, os_id='http://debian.org/debian/12')])"
    )
    a_kernel("panel.measure(0, {0: 50.0, 1: 9.0})")
    expect(row(a_list, "machine-1").locator(".qvirt-figure")).to_have_text("9 %")
    field = a_list.get_by_role("searchbox")
    for text, wanted in FILTERS.items():
        field.fill(text)
        names = [name if name == "Web" else f"machine-{name}" for name in wanted.split()]
        shown = a_list.locator(".qvirt-row-domain .qvirt-cell-name")
        expect(shown, text).to_have_text([re.compile(rf"^{name}") for name in names])
        expect(field).to_have_attribute("aria-invalid", "false")


def test_pending_changes_are_counted_explained_and_filtered(a_list, a_page, a_kernel):
    a_kernel(
        "panel.list.patch(domains=[record(0, title='Web server', pending="
        "(Change('vcpu', '2', '4'), Change('devices/disk[vdb]', None, 'a disk'))),"
        " record(1, pending=(Change('title', 'a', 'b'),)), record(2, pending=()), record(3)])"
    )
    assert a_kernel("panel.list.compares") is False
    field = a_list.get_by_role("searchbox")
    # The column is asked for by the filter alone, while it is hidden.
    for text, wanted in {
        "pending:yes": ["Web server", "machine-1"],
        "pending:no": ["machine-2"],
        "-pending:vcpu pending:yes": ["machine-1"],
        "pending:disk": ["Web server"],
    }.items():
        field.fill(text)
        expect(a_list.locator(".qvirt-row-domain"), text).to_have_count(len(wanted))
        assert sorted(domain_names(a_list)) == sorted(wanted)
    assert until(a_page, lambda: a_kernel("panel.list.compares"))
    field.fill("")
    choose(a_page, "Columns", "Pending changes")
    web = row(a_list, "machine-0").locator(".qvirt-cell-changes")
    expect(web).to_have_text("2 changes")
    expect(web).to_have_attribute("title", re.compile("vcpu: 2 → 4\n.*a disk"))
    expect(row(a_list, "machine-1").locator(".qvirt-cell-changes")).to_have_text("1 change")
    expect(row(a_list, "machine-2").locator(".qvirt-cell-changes")).to_have_text("none")
    unknown = row(a_list, "machine-5").locator(".qvirt-cell-changes")
    expect(unknown).to_have_attribute("title", "not available")
    a_list.get_by_role("columnheader", name="Pending changes").get_by_role("button").click()
    # What is not known comes last.
    assert domain_names(a_list)[:3] == ["Web server", "machine-1", "machine-2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour:red", "There is no field “colour” to filter by. There are: name, state, "),
        ("state:asleep", "There is no state “asleep”. There are: Running, "),
        ("memory:>much", "“>much” is no number to compare with. Write memory:>4 or"),
        ("autostart:perhaps", "“perhaps” is neither yes nor no."),
        ('web "serv', "A quotation mark is not closed."),
    ],
)
def test_what_the_filter_does_not_understand_is_said(a_list, text, words):
    field = a_list.get_by_role("searchbox")
    field.fill(text)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(a_list.locator("[role=status]")).to_contain_text(words)
    expect(a_list.locator(".qvirt-row-domain").first).to_be_visible()


def test_a_filter_is_kept_used_and_dropped(a_list, a_page, a_kernel):
    field = a_list.get_by_role("searchbox")
    star = a_list.locator(".qvirt-star")
    expect(star).to_be_hidden()
    field.fill("state:saved")
    a_list.get_by_role("button", name="Keep this filter").click()
    expect(star).to_have_attribute("aria-pressed", "true")
    kept = "panel.arranged[-1].filters"
    assert until(a_page, lambda: a_kernel(kept) == ("state:saved",))
    field.fill("")
    choose(a_page, "Kept filters", "state:saved")
    expect(field).to_have_value("state:saved")
    expect(a_list.locator(".qvirt-row-domain")).to_have_count(1)
    a_list.get_by_role("button", name="Do not keep this filter any more").click()
    expect(star).to_have_attribute("aria-pressed", "false")
    assert until(a_page, lambda: a_kernel(kept) == ())
