"""Clones made by mouse and by keyboard in a real JupyterLab."""

from __future__ import annotations

import re

import pytest
from a_lab_with_room import write_lab
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def a_world(tmp_path_factory, a_lab_of_a_user):
    """A lab whose user has machines with volumes as their disks."""
    file = write_lab(tmp_path_factory.mktemp("world"))
    return a_lab_of_a_user(
        "from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections\n"
        f"saved_connections.add(SavedConnection('test://{file}', 'Lab', autoconnect=True))\n"
    )


@pytest.fixture
def a_lab_page(a_context, a_world, a_workspace):
    yield a_world.enter(a_context, a_workspace, qvirt="manager")
    a_world.end_sessions()


def row(page, name):
    """Return the row of a machine, which is searched for: the list draws only what is seen."""
    page.locator(".qvirt-vm-list").get_by_role("searchbox").fill(name)
    word = "" if ":" in name else name
    found = page.locator(".qvirt-vm-list .qvirt-row-domain", has_text=word).first
    expect(found).to_be_visible(timeout=120_000)
    return found


def wish(page, name, entry):
    """Open the menu of a row and choose an entry."""
    row(page, name).click(button="right")
    page.get_by_role("menuitem", name=entry).click()


def use_theme(page, theme):
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    # JupyterLab hides the page until the theme is there.
    expect(page.locator("#jupyterlab-splash")).to_have_count(0)


def test_a_machine_is_cloned_by_mouse(a_lab_page, a_picture):
    wish(a_lab_page, "db-04", "Clone…")
    dialog = a_lab_page.locator(".qvirt-clone")
    expect(dialog.get_by_role("heading", name="Clone db-04")).to_be_visible(timeout=120_000)
    rows = dialog.locator(".qvirt-clone-disks tbody tr")
    expect(rows).to_have_count(2)
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("db-04-clone")
    first = rows.first
    expect(first.get_by_label("Disk sda: New volume")).to_have_value("db-04-0-clone.qcow2")
    # Sharing what the guest writes to is said to be dangerous, and wants to be read.
    first.get_by_label("What becomes of it").select_option("share")
    warning = dialog.locator(".qvirt-clone-warning", has_text="destroy it")
    expect(warning).to_be_visible(timeout=120_000)
    clone = dialog.get_by_role("button", name="Clone")
    expect(clone).to_have_attribute("aria-disabled", "true")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        use_theme(a_lab_page, theme)
        a_picture(a_lab_page, f"clone-{theme.split()[-1].lower()}")
    found = Axe().run(a_lab_page, context=".qvirt-clone").response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    first.get_by_label("What becomes of it").select_option("clone")
    expect(warning).to_have_count(0)
    dialog.get_by_label("Name", exact=True).fill("copy-by-mouse")
    expect(dialog.locator(".qvirt-clone-warning").first).to_be_visible(timeout=120_000)
    dialog.get_by_label("I have read this").click()
    expect(clone).not_to_have_attribute("aria-disabled", "true")
    clone.click()
    expect(dialog).to_have_count(0)
    row(a_lab_page, "copy-by-mouse")


def test_many_linked_clones_are_made_by_keyboard(a_lab_page):
    wish(a_lab_page, "legacy-01", "Clone…")
    dialog = a_lab_page.locator(".qvirt-clone")
    name = dialog.get_by_label("Name", exact=True)
    expect(name).to_have_value("legacy-01-clone")
    expect(name).to_be_focused()
    dialog.get_by_label("Number of clones").fill("3")
    pattern = dialog.get_by_label("Names; {n} is the number")
    expect(pattern).to_be_visible(timeout=120_000)
    pattern.fill("pupil-{n:02}")
    expect(dialog.get_by_text("pupil-01, pupil-02, pupil-03")).to_be_visible(timeout=120_000)
    linked = dialog.get_by_label("Linked clones")
    linked.focus()
    linked.press("Space")
    warning = dialog.locator(".qvirt-clone-warning", has_text="becomes a template")
    expect(warning).to_be_visible(timeout=120_000)
    agree = dialog.get_by_label("I have read this")
    agree.focus()
    agree.press("Space")
    expect(dialog.get_by_role("button", name="Clone")).not_to_have_attribute(
        "aria-disabled", "true"
    )
    pattern.press("Enter")
    expect(dialog).to_have_count(0)
    row(a_lab_page, "pupil-03")
    # What they build on is marked in the list, and found by its mark.
    original = row(a_lab_page, "state:template")
    expect(original).to_have_attribute("data-qvirt-name", "legacy-01")
    state = original.locator(".qvirt-cell-state")
    expect(state).to_have_text("Template")
    expect(state).to_have_attribute("title", re.compile("Shut off, .* template.* does not start"))
    expect(a_lab_page.locator(".qvirt-vm-list .qvirt-row-domain")).to_have_count(1)


def test_several_machines_are_cloned_at_once(a_lab_page, a_picture):
    a_lab_page.locator(".qvirt-vm-list").get_by_role("searchbox").fill("db")
    # Some show a title instead of their name.
    first, second = (
        a_lab_page.locator(f".qvirt-vm-list [data-qvirt-name='{name}']")
        for name in ("db-02", "db-04")
    )
    first.click()
    second.click(modifiers=["Control"])
    second.click(button="right")
    a_lab_page.get_by_role("menuitem", name="Clone").first.click()
    dialog = a_lab_page.locator(".qvirt-clone")
    expect(dialog.get_by_role("heading", name="Clone 2 virtual machines")).to_be_visible(
        timeout=120_000
    )
    parts = dialog.locator(".qvirt-clone-machine")
    expect(parts).to_have_count(2)
    first = parts.filter(has_text="db-02").get_by_label("Name", exact=True)
    expect(first).to_have_value(re.compile("^db-02-clone"))
    first.fill("twin-a")
    second = parts.filter(has_text="db-04").get_by_label("Name", exact=True)
    # Both would have one name: that is said, and refused.
    second.fill("twin-a")
    clone = dialog.get_by_role("button", name="Clone")
    expect(dialog).to_contain_text("Two clones would be called twin-a.")
    expect(clone).to_have_attribute("aria-disabled", "true")
    second.fill("twin-b")
    expect(dialog).not_to_contain_text("Two clones would be called")
    a_picture(a_lab_page, "clone-several-light")
    agree = dialog.get_by_label("I have read this")
    if agree.is_visible():
        agree.click()
    expect(clone).not_to_have_attribute("aria-disabled", "true")
    clone.click()
    expect(dialog).to_have_count(0)
    row(a_lab_page, "twin-a")
    row(a_lab_page, "twin-b")


def test_a_dialog_that_is_left_makes_nothing(a_lab_page, a_world):
    wish(a_lab_page, "web-03", "Clone…")
    dialog = a_lab_page.locator(".qvirt-clone")
    name = dialog.get_by_label("Name", exact=True)
    expect(name).to_have_value("web-03-clone")
    name.fill("never")
    name.press("Escape")
    expect(dialog).to_have_count(0)
    names = (
        "[each for each in __import__('qvirt_jupyter').hypervisor.connections()][0].domains.names"
    )
    assert until(a_lab_page, lambda: "web-03" in a_world.run(names))
    assert "never" not in a_world.run(names)
