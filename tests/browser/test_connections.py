"""Connections in the manager, as a person meets them: sign-in, a slip of the pen, a change of mind."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

MACHINES = Path(__file__).parents[1] / "testdriver" / "machines.xml"
PASSWORD = "open sesame"  # noqa: S105 - of a host that does not exist


@pytest.fixture
def a_locked_host(tmp_path):
    """A host of the test driver that asks for a name and a password."""
    users = f'<node><auth><user password="{PASSWORD}">keeper</user></auth>'
    file = tmp_path / "locked.xml"
    file.write_text(MACHINES.read_text().replace("<node>", users, 1))
    return f"test://{file}"


@pytest.fixture
def a_manager(a_context, start_a_lab, a_workspace):
    """The manager of a user who has no connection yet, and its lab."""
    lab = start_a_lab("from qvirt_jupyter.widgets import first_start; first_start.DELAY = 3600")
    page = lab.enter(a_context, a_workspace)
    page.get_by_text("Virtual Machine Manager").first.click()
    page.get_by_role("button", name="Add connection…").wait_for()
    return page, lab


def add(page, uri):
    page.get_by_role("button", name="Add connection…").click()
    form = page.locator("form.qvirt-form")
    form.get_by_label("Hypervisor").select_option("custom")
    form.get_by_label("URI").fill(uri)
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)


def test_from_a_slip_of_the_pen_to_the_machines(a_manager, a_locked_host, a_picture):
    page, lab = a_manager
    add(page, f"{a_locked_host}.xmll")
    notice = page.locator(".qvirt-notice", has_text="Should it stay in the list?")
    expect(notice).to_contain_text("There is no file")
    a_picture(page, "connection-failed")
    assert Axe().run(page, context=".qvirt-notice").violations_count == 0

    notice.get_by_role("button", name="Change…").click()
    form = page.locator("form.qvirt-form")
    expect(form.get_by_label("Hypervisor")).to_be_focused()
    expect(form.locator("h3")).to_have_text("Change connection")
    form.get_by_label("URI").fill(a_locked_host)
    page.keyboard.press("Enter")

    question = page.locator(".qvirt-question")
    expect(question.get_by_label("Enter username for localhost")).to_be_focused()
    a_picture(page, "connection-sign-in")
    assert Axe().run(page, context=".qvirt-question").violations_count == 0
    page.keyboard.type("keeper")
    page.keyboard.press("Enter")
    password = question.get_by_label("Enter keeper's password for localhost")
    expect(password).to_be_focused()
    expect(password).to_have_attribute("type", "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The <running> one")).to_be_visible()
    expect(question).to_have_count(0)

    states = "[w.get_state() for w in __import__('ipywidgets').Widget.widgets.values()]"
    assert lab.run(f"{PASSWORD!r} in repr({states})") == "False"
    assert lab.run(
        "[s.uri for s in __import__('qvirt_jupyter.widgets.connections.saved_connections', fromlist=['x'])"
        ".saved_connections.all]"
    ) == repr([a_locked_host])


def test_a_connection_is_changed_and_forgotten_from_its_menu(a_manager, tmp_path):
    page, _lab = a_manager
    file = tmp_path / "host.xml"
    file.write_bytes(MACHINES.read_bytes())
    add(page, f"test://{file}")
    row = page.locator(".qvirt-vm-list [role=row]", has_text="Test driver host.xml")
    row.click(button="right")
    page.get_by_role("menuitem", name="Change connection…").click()
    form = page.locator("form.qvirt-form")
    form.get_by_label("Name", exact=True).fill("Attic")
    form.get_by_label("Only look, change nothing").check()
    page.keyboard.press("Enter")
    row = page.locator(".qvirt-vm-list [role=row]", has_text="Attic")
    expect(row).to_be_visible()
    machine = page.locator(".qvirt-vm-list [role=row]", has_text="The <running> one")
    machine.click()
    expect(page.get_by_role("button", name="Pause")).to_have_attribute("aria-disabled", "true")
    row.click(button="right")
    page.get_by_role("menuitem", name="Forget connection").click()
    page.get_by_role("button", name="Forget connection").click()
    expect(row).to_have_count(0)
