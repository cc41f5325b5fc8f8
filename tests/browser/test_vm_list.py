"""The VM list in Chromium: rows, keyboard, selection, menus, figures."""

from __future__ import annotations

import re

import pytest
from patience import until
from playwright.sync_api import expect

URI = "test:///default"


def row(grid, name: str):
    return grid.locator(f"[role=row][data-qvirt-name='{name}']")


def selected(grid) -> list[str]:
    return grid.locator("[role=row][aria-selected=true]").evaluate_all(
        "rows => rows.map(row => row.dataset.qvirtName ?? row.dataset.qvirtUri)"
    )


def button(grid, action: str):
    return grid.locator(f".qvirt-button[data-action={action}]")


def test_each_connection_is_a_group_with_its_state(a_list):
    here = a_list.locator("[role=row]", has_text="QEMU on this host")
    expect(here).to_have_attribute("aria-level", "1")
    expect(here).to_have_attribute("aria-expanded", "true")
    expect(here).to_contain_text("1 of 7 running")
    far = a_list.locator("[role=row][data-qvirt-uri='qemu+ssh://far/system']")
    expect(far).to_contain_text("not connected: No route to host.")
    expect(far).to_have_class(re.compile("qvirt-mod-dimmed"))
    assert "qemu+ssh://far/system" in far.locator("[role=gridcell]").get_attribute("title")


def test_a_closed_group_opens_when_a_machine_appears_in_it(a_list, a_kernel):
    here = a_list.locator("[role=row]", has_text="QEMU on this host")
    here.locator(".qvirt-expander").click()
    a_kernel("panel.list.patch(domains=[record(2, state=DomainState.RUNNING)])")
    expect(here).to_contain_text("2 of 7 running")
    expect(here).to_have_attribute("aria-expanded", "false")
    a_kernel("panel.list.patch(domains=[record(20)])")
    expect(here).to_have_attribute("aria-expanded", "true")
    expect(row(a_list, "machine-20")).to_be_visible()


def test_a_state_is_an_icon_and_a_word(a_list):
    words = {
        "running": "Running",
        "paused": "Paused",
        "shutting_down": "Shutting down",
        "shutoff": "Shut off",
        "saved": "Saved",
        "crashed": "Crashed",
        "suspended": "Suspended",
    }
    shapes = set()
    for state, word in words.items():
        cell = a_list.locator(f"[role=row][data-qvirt-state={state}] .qvirt-cell-state")
        expect(cell).to_have_text(word)
        shapes.add(cell.locator("path").get_attribute("d"))
    assert len(shapes) == len(words)


def test_the_title_is_shown_and_markup_is_text(a_list):
    cell = row(a_list, "machine-0").locator(".qvirt-cell-name")
    expect(cell).to_have_text("Web server")
    assert cell.get_attribute("title") == "machine-0\nServes the <b>web</b> pages"
    assert a_list.locator("b").count() == 0


def test_sizes_have_units_and_unknown_is_a_dash(a_list):
    expect(row(a_list, "machine-0").locator(".qvirt-cell-number")).to_have_text("512 MiB")
    expect(row(a_list, "machine-3").locator(".qvirt-cell-number")).to_have_text("2 GiB")
    expect(row(a_list, "machine-0").locator(".qvirt-cell-list")).to_have_text("192.0.2.0")
    unknown = row(a_list, "machine-3").locator(".qvirt-cell-list")
    expect(unknown).to_have_text("\u2013")
    expect(unknown).to_have_class(re.compile("qvirt-mod-unknown"))


def test_addresses_that_come_late_are_no_longer_greyed(a_list, a_kernel):
    cell = row(a_list, "machine-3").locator(".qvirt-cell-list")
    a_kernel("panel.list.patch(domains=[record(3, addresses=('192.0.2.3', '2001:db8::3'))])")
    expect(cell).to_have_text("192.0.2.3 and 1 more")
    expect(cell).not_to_have_class(re.compile("qvirt-mod-unknown"))


def test_the_arrow_keys_walk_the_tree(a_list, a_page):
    row(a_list, "machine-1").click()
    expect(row(a_list, "machine-1")).to_be_focused()
    assert a_list.locator("[role=row][tabindex='0']").count() == 1
    a_page.keyboard.press("ArrowDown")
    expect(row(a_list, "machine-2")).to_be_focused()
    a_page.keyboard.press("ArrowLeft")
    group = a_list.locator("[role=row]", has_text="QEMU on this host")
    expect(group).to_be_focused()
    a_page.keyboard.press("ArrowLeft")
    expect(group).to_have_attribute("aria-expanded", "false")
    expect(row(a_list, "machine-1")).to_have_count(0)
    a_page.keyboard.press("ArrowRight")
    a_page.keyboard.press("ArrowRight")
    expect(a_list.locator("[role=row]:focus")).to_have_attribute("aria-level", "2")
    a_page.keyboard.press("End")
    expect(a_list.locator("[data-qvirt-uri='qemu+ssh://far/system']")).to_be_focused()
    a_page.keyboard.press("Home")
    expect(group).to_be_focused()


def test_letters_find_a_machine(a_list, a_page):
    def type_quickly(text):
        # In one go: on a busy machine, keys of Playwright's are further apart than a person's.
        a_page.evaluate(
            """text => [...text].forEach(key => document.activeElement.dispatchEvent(
              new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
            ))""",
            text,
        )

    row(a_list, "machine-1").click()
    type_quickly("machine-5")
    expect(row(a_list, "machine-5")).to_be_focused()
    a_page.wait_for_timeout(900)
    type_quickly("machine-4we")
    expect(row(a_list, "machine-4")).to_be_focused()
    a_page.wait_for_timeout(900)
    type_quickly("we")
    expect(row(a_list, "machine-0")).to_be_focused()


def test_several_machines_can_be_selected(a_list, a_page):
    row(a_list, "machine-1").click()
    row(a_list, "machine-3").click(modifiers=["Shift"])
    assert selected(a_list) == ["machine-1", "machine-2", "machine-3"]
    row(a_list, "machine-2").click(modifiers=["Control"])
    assert selected(a_list) == ["machine-1", "machine-3"]
    a_page.keyboard.press("Control+ArrowDown")
    a_page.keyboard.press("Control+ArrowDown")
    a_page.keyboard.press("Space")
    assert selected(a_list) == ["machine-1", "machine-3", "machine-4"]
    expect(a_list.locator("[role=status]")).to_have_text("3 selected")
    a_page.keyboard.press("Shift+ArrowDown")
    assert selected(a_list) == ["machine-4", "machine-5"]
    a_page.keyboard.press("Control+a")
    assert len(selected(a_list)) == 7


@pytest.mark.parametrize("how", ["double click", "Enter"])
def test_a_machine_is_opened(a_list, a_page, a_kernel, how):
    if how == "Enter":
        row(a_list, "machine-3").click()
        a_page.keyboard.press("Enter")
    else:
        row(a_list, "machine-3").dblclick()
    expect(a_page.locator(".shown")).to_have_text("vm 03")
    client = a_page.evaluate("document.documentElement.dataset.qvirtClient")
    ((kind, uuid, asked),) = a_kernel("[(k, key.id, c) for k, key, c in panel.opened]")
    assert (kind, uuid[-2:], asked) == ("domain", "03", client)


def test_a_connection_row_is_opened_by_a_double_click(a_list):
    a_list.locator("[role=row]", has_text="not connected").dblclick()
    expect(a_list.page.locator(".heard")).to_have_text("open connection qemu+ssh://far/system")


def test_buttons_follow_the_state(a_list):
    row(a_list, "machine-0").click()  # running
    expect(button(a_list, "start")).to_have_attribute("aria-disabled", "true")
    assert "It is running already." in button(a_list, "start").get_attribute("title")
    expect(button(a_list, "suspend")).to_have_attribute("aria-disabled", "false")
    row(a_list, "machine-1").click()  # paused
    expect(button(a_list, "resume")).to_have_attribute("aria-disabled", "false")
    expect(button(a_list, "suspend")).to_have_count(0)
    row(a_list, "machine-4").click()  # saved
    expect(button(a_list, "restore")).to_have_text("Restore")
    expect(button(a_list, "start")).to_have_count(0)
    row(a_list, "machine-3").click()  # shut off
    expect(button(a_list, "start")).to_have_attribute("aria-disabled", "false")
    expect(button(a_list, "shutdown")).to_have_attribute("aria-disabled", "true")


def test_a_button_acts_on_the_rows_that_allow_it(a_list, a_page):
    row(a_list, "machine-0").click()
    row(a_list, "machine-3").click(modifiers=["Control"])
    button(a_list, "shutdown").click()
    expect(a_page.locator(".heard")).to_have_text("shutdown 00")


def test_the_button_shows_the_state_and_not_the_click(a_list, a_kernel):
    row(a_list, "machine-0").click()
    button(a_list, "suspend").click()
    expect(a_list.page.locator(".heard")).to_have_text("suspend 00")
    expect(button(a_list, "suspend")).to_have_count(1)
    a_kernel("panel.list.patch(domains=[record(0, state=DomainState.PAUSED)])")
    expect(button(a_list, "resume")).to_have_count(1)
    expect(row(a_list, "machine-0").locator(".qvirt-cell-state")).to_have_text("Paused")


def test_the_context_menu_offers_what_the_state_allows(a_list, a_page):
    row(a_list, "machine-1").click(button="right")  # paused
    menu = a_page.get_by_role("menu").first
    entries = menu.get_by_role("menuitem").all_inner_texts()
    assert [text.strip() for text in entries] == [
        "Start",
        "Resume",
        "Shut down",
        "Open",
        "Open console",
        "Wall of screens",
        "Clone…",
        "Template…",
        "Tags…",
        "Delete…",
    ]
    menu.get_by_role("menuitem", name="Shut down").hover()
    submenu = a_page.get_by_role("menu").nth(1)
    expect(submenu.get_by_role("menuitem")).to_have_text(
        ["Shut down", "Reboot", "Force reset", "Force off", "Save"]
    )
    submenu.get_by_role("menuitem", name="Reboot").click()
    expect(a_page.locator(".heard")).to_have_text("reboot 01")
    expect(a_page.get_by_role("menu")).to_have_count(0)


@pytest.mark.parametrize("key", ["ContextMenu", "Shift+F10"])
def test_the_menu_works_by_keyboard_alone(a_list, a_page, key):
    row(a_list, "machine-1").click()
    a_page.keyboard.press(key)
    expect(a_page.get_by_role("menuitem", name="Start")).to_be_focused()
    a_page.keyboard.press("r")
    expect(a_page.get_by_role("menuitem", name="Resume")).to_be_focused()
    a_page.keyboard.press("Escape")
    expect(row(a_list, "machine-1")).to_be_focused()
    a_page.keyboard.press(key)
    for pressed in ("ArrowDown", "ArrowDown", "ArrowRight", "End", "Enter"):
        a_page.keyboard.press(pressed)
    expect(a_page.locator(".heard")).to_have_text("managed_save 01")


def test_a_connection_has_a_menu_of_its_own(a_list, a_page):
    a_list.locator("[role=row]", has_text="not connected").click(button="right")
    menu = a_page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Connect", exact=True)).not_to_have_attribute(
        "aria-disabled", "true"
    )
    expect(menu.get_by_role("menuitem", name="Disconnect")).to_have_attribute(
        "aria-disabled", "true"
    )
    menu.get_by_role("menuitem", name="Connect", exact=True).click()
    expect(a_page.locator(".heard")).to_contain_text("connect")


def test_what_loses_data_is_asked_first(a_list, a_page):
    row(a_list, "machine-0").click()
    a_list.get_by_label("More actions: Shut down").click()
    a_page.get_by_role("menuitem", name="Force off").click()
    question = a_page.get_by_role("dialog")
    expect(question).to_contain_text("Force off Web server?")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    a_page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    assert a_page.locator(".heard").count() == 0
    a_list.get_by_label("More actions: Shut down").click()
    a_page.get_by_role("menuitem", name="Force off").click()
    question.get_by_role("button", name="Force off").click()
    expect(a_page.locator(".heard")).to_have_text("destroy 00")


def test_a_read_only_connection_refuses_with_its_reason(a_list, a_kernel):
    a_kernel(
        "panel.list.patch(connections=[__import__('own_panels').ConnectionRow("
        f"{URI!r}, 'QEMU on this host', 'connected', read_only='It was opened read-only.')])"
    )
    row(a_list, "machine-0").click()
    expect(button(a_list, "suspend")).to_have_attribute("aria-disabled", "true")
    assert "It was opened read-only." in button(a_list, "suspend").get_attribute("title")
    expect(button(a_list, "open")).to_have_attribute("aria-disabled", "false")


def test_figures_become_a_line_with_gaps(a_list, a_kernel):
    a_kernel(
        "[panel.measure(step - 20, {0: None if step == 10 else 5.0 * step}) for step in range(20)]"
    )
    cell = row(a_list, "machine-0").locator(".qvirt-cell-graph")
    expect(cell.locator(".qvirt-figure")).to_have_text("95 %")
    path = cell.locator(".qvirt-sparkline-line")
    first = path.get_attribute("d")
    assert first.count("M") == 2, "a missing figure is a gap"
    # What is not told again is as it was, and the line moves on by the browser's clock.
    expect(path).not_to_have_attribute("d", first)
    expect(cell.locator(".qvirt-figure")).to_have_text("95 %")
    a_kernel("panel.measure(0, {0: None})")
    expect(cell.locator(".qvirt-figure")).to_have_attribute("aria-label", "not available")
    other = row(a_list, "machine-1").locator(".qvirt-figure")
    expect(other).to_have_attribute("aria-label", "not available")


def test_rows_come_and_go_while_the_focus_stays(a_list, a_kernel):
    row(a_list, "machine-2").click()
    a_kernel("panel.list.patch(domains=[record(9, name='machine-1b')])")
    expect(row(a_list, "machine-1b")).to_be_visible()
    expect(row(a_list, "machine-2")).to_be_focused()
    a_kernel("panel.list.patch(removed=[record(2).record_key])")
    expect(row(a_list, "machine-2")).to_have_count(0)
    expect(row(a_list, "machine-3")).to_be_focused()


def test_a_lost_message_is_made_up_for(a_list, a_kernel):
    a_kernel(
        "(panel.list._rows.patch([], [record(1, title='Silent')], []),"
        " panel.list.patch(domains=[record(2, title='Loud')]))[1]"
    )
    expect(row(a_list, "machine-2")).to_contain_text("Loud")
    expect(row(a_list, "machine-1")).to_contain_text("Silent")


def test_only_visible_rows_are_in_the_page(a_list, a_page, a_kernel):
    a_kernel("panel.fill(5000)")
    expect(a_list.locator("[role=treegrid]")).to_have_attribute("aria-rowcount", "5003")
    assert a_list.locator("[role=row]").count() < 60
    row(a_list, "machine-1").click()
    a_page.keyboard.press("End")
    a_page.keyboard.press("ArrowUp")
    expect(row(a_list, "machine-0")).to_be_focused()
    assert a_list.locator("[role=row]").count() < 60

    def watched():
        return a_kernel("[sorted(key.id[-4:] for key in keys) for keys in panel.watched][-1]")

    assert until(a_page, lambda: "4999" in watched())
    assert len(watched()) < 40


def test_nothing_is_sent_when_nobody_looks(a_list, a_page, a_kernel):
    assert until(a_page, lambda: a_kernel("len(panel.list.watched)") == 9)
    a_page.locator(".lm-DockPanel-tabBar .lm-TabBar-addButton").first.click()
    expect(a_list).to_be_hidden()
    assert until(a_page, lambda: a_kernel("len(panel.list.watched)") == 0)


def test_the_rows_can_be_copied_as_text(a_list, a_page):
    row(a_list, "machine-3").click()
    a_page.keyboard.press("Control+c")
    copied = "machine-3\tShut off\t\t2 GiB\t"
    assert until(a_page, lambda: a_page.evaluate("navigator.clipboard.readText()") == copied)


def test_the_palette_opens_what_is_selected(a_list, a_page):
    row(a_list, "machine-5").click()
    a_page.keyboard.press("Control+Shift+c")
    a_page.locator(".lm-CommandPalette-input").fill("Open Console")
    a_page.locator(".lm-CommandPalette-item", has_text="Open Console").click()
    expect(a_page.locator(".shown")).to_have_text("console 05")


def test_two_views_show_the_same_machines(a_context, a_list, a_lab, a_workspace, a_kernel):
    second = a_lab.enter(a_context, f"{a_workspace}-2", qvirt="manager")
    other = second.locator(".qvirt-vm-list")
    expect(row(other, "machine-1")).to_be_visible(timeout=120_000)
    a_kernel("[each.list.patch(domains=[record(1, title='Both')]) for each in panels][0]")
    expect(row(other, "machine-1")).to_contain_text("Both")
    expect(row(a_list, "machine-1")).to_contain_text("Both")
