"""Forms in the browser: by keyboard alone, errors at their fields, secrets that do not stay."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

SECRET = "hush-hush"  # noqa: S105 - what a test is about
SHOW_CONNECTION_DIALOG = """
from qvirt_jupyter.widgets.connections.dialog import ConnectionDialog
added, closed = [], []
panel.form = ConnectionDialog(added.append, lambda: closed.append(1))
panel.children = (panel.form,)
"""
SHOW_PREFERENCES = """
from pathlib import Path
from qvirt_jupyter.widgets.preferences import PreferenceStore
from qvirt_jupyter.widgets.preferences_dialog import PreferencesDialog
panel.form = PreferencesDialog(lambda: None, PreferenceStore(Path("preferences.json").absolute()))
panel.children = (panel.form,)
"""
SHOW_DISPLAY = """
from qvirt_jupyter.documents import Graphics, Vnc
from qvirt_jupyter.widgets.forms.form import Form
panel.display = Graphics(type="vnc", source=Vnc(port=-1, auto_port=True))
panel.form = Form(panel.display, title="Display", submit="Apply", on_submit=lambda display: None)
panel.children = (panel.form,)
"""
SHOW_SEED = """
from qvirt_jupyter.widgets.creation.seed_draft import SeedDraft
from qvirt_jupyter.widgets.creation.seed_form import SeedForm
seeds = []
panel.form = SeedForm(seeds.append, lambda: None, SeedDraft(host_name="web"))
panel.children = (panel.form,)
"""


@pytest.fixture
def a_panel(a_page, a_lab):
    """A function that puts widgets into a tab and returns their form."""
    a_page.get_by_text("Virtual Machine Manager").first.click()
    expect(a_page.locator(".qvirt-vm-list").first).to_be_visible(timeout=120_000)
    a_lab.run("panel.add_class('qvirt-panel')")

    def show(source):
        a_lab.run(f"exec({source!r}, globals())")
        form = a_page.locator("form.qvirt-form")
        expect(form.locator("h3")).not_to_be_empty()
        return form

    return show


def use_theme(page, theme: str) -> None:
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    page.wait_for_timeout(300)


def test_a_connection_is_added_by_keyboard_alone(a_panel, a_page, a_lab):
    form = a_panel(SHOW_CONNECTION_DIALOG)
    expect(form.get_by_label("Hypervisor")).to_be_focused()
    expect(form.locator(".qvirt-form-note code")).to_have_text("qemu:///system")
    a_page.keyboard.press("Tab")
    a_page.keyboard.type("On another host, by S")
    expect(form.get_by_label("Host", exact=True)).to_be_visible()
    a_page.keyboard.press("Tab")
    expect(form.get_by_label("User")).to_be_focused()
    a_page.keyboard.press("Tab")
    a_page.keyboard.type("far.example.org")
    expect(form.locator(".qvirt-form-note code")).to_have_text(
        "qemu+ssh://root@far.example.org/system"
    )
    expect(form.get_by_label("Host", exact=True)).to_have_value("far.example.org")
    expect(form.get_by_label("Connect when the manager opens")).not_to_be_checked()
    a_page.keyboard.press("Enter")
    assert until(a_page, lambda: a_lab.run("closed") != "[]")
    assert a_lab.run("[(one.uri, one.autoconnect) for one in added], closed") == (
        "([('qemu+ssh://root@far.example.org/system', False)], [1])"
    )


def test_an_answer_that_comes_late_undoes_nothing(a_panel):
    form = a_panel(SHOW_CONNECTION_DIALOG)
    name = form.get_by_label("Name", exact=True)
    box = form.get_by_label("Connect when the manager opens")
    # The kernel answers each letter; an answer must not undo what was clicked meanwhile.
    for number in range(20):
        name.fill(f"lab {number}")
        box.set_checked(number % 2 == 0)
    expect(box).not_to_be_checked()
    expect(name).to_have_value("lab 19")


def test_what_is_missing_is_said_at_its_field_which_gets_the_focus(a_panel, a_page, a_lab):
    form = a_panel(SHOW_CONNECTION_DIALOG)
    form.get_by_label("Where").select_option("ssh")
    form.get_by_role("button", name="Add").click()
    host = form.get_by_label("Host", exact=True)
    expect(host).to_be_focused()
    expect(host).to_have_attribute("aria-invalid", "true")
    expect(host).to_have_accessible_description("Enter a host name or an IP address.")
    a_page.keyboard.type("far")
    expect(host).to_have_attribute("aria-invalid", "false")
    # A letter that is a shortcut of JupyterLab elsewhere is text here.
    a_page.keyboard.press("Escape")
    assert until(a_page, lambda: a_lab.run("closed") != "[]")
    assert a_lab.run("added, closed") == "([], [1])"


def test_what_is_folded_is_unfolded_where_it_is_wrong(a_panel):
    form = a_panel(SHOW_CONNECTION_DIALOG)
    form.get_by_text("Advanced").click()
    form.get_by_label("Socket").fill("no/path")
    expect(form.locator("[data-name=socket] .qvirt-form-error")).to_contain_text("an absolute path")
    form.get_by_text("Advanced").click()
    form.get_by_role("button", name="Add").click()
    expect(form.get_by_label("Socket")).to_be_focused()


def test_a_secret_is_sent_once_and_is_nowhere_afterwards(a_panel, a_page, a_lab):
    form = a_panel(SHOW_DISPLAY)
    password = form.get_by_label("Password", exact=True)
    expect(password).to_have_attribute("type", "password")
    password.fill(SECRET)
    form.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    form.get_by_role("button", name="Apply").click()
    expect(password).to_have_value("")
    assert until(a_page, lambda: a_lab.run("panel.display.source.password") == repr(SECRET))
    assert a_lab.run("panel.display.source.password") == repr(SECRET)
    assert a_lab.run(
        f"{SECRET!r} in repr([w.get_state() for w in type(panel).widgets.values()])"
    ) in ("False")


def test_fields_of_another_kind_come_with_it(a_panel, a_lab, a_page):
    form = a_panel(SHOW_DISPLAY)
    form.get_by_label("Type", exact=True).fill("spice")
    expect(form.get_by_label("TLS port")).to_be_visible()
    expect(form.get_by_label("Type", exact=True)).to_be_focused()
    form.get_by_label("Automatic port").select_option("false")
    form.get_by_label("Port", exact=True).fill("5901")
    form.get_by_role("button", name="Apply").click()
    now = "panel.display.type, panel.display.source.port"
    assert until(a_page, lambda: a_lab.run(now) == "('spice', 5901)")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_both_themes(a_panel, a_page, a_picture, theme):
    use_theme(a_page, theme)
    form = a_panel(SHOW_CONNECTION_DIALOG)
    form.get_by_label("Where").select_option("ssh")
    form.get_by_text("Advanced").click()
    form.get_by_label("Port").fill("99999")
    expect(form.locator("[data-name=port] .qvirt-form-error")).to_contain_text("65535")
    a_picture(a_page, f"form-connection-{theme[11:].lower()}")
    options = {"resultTypes": ["violations"]}
    found = Axe().run(a_page, context="form.qvirt-form", options=options)
    assert found.violations_count == 0, found.generate_report()
    a_panel(SHOW_PREFERENCES)
    a_picture(a_page, f"form-preferences-{theme[11:].lower()}")
    found = Axe().run(a_page, context="form.qvirt-form", options=options)
    assert found.violations_count == 0, found.generate_report()


def test_a_narrow_panel_has_labels_above_their_inputs(a_panel, a_page, a_picture):
    form = a_panel(SHOW_CONNECTION_DIALOG)
    form.evaluate("node => { node.style.maxWidth = '340px'; }")
    label = form.get_by_text("Hypervisor", exact=True).bounding_box()
    control = form.get_by_label("Hypervisor").bounding_box()
    assert label["y"] + label["height"] <= control["y"]
    a_picture(a_page, "form-narrow")


def test_the_manager_adds_a_connection_with_it(a_context, a_lab_with_our_panels, a_workspace):
    page = a_lab_with_our_panels.enter(a_context, a_workspace)
    page.get_by_text("Virtual Machine Manager").first.click()
    page.get_by_role("button", name="Add connection…").click(timeout=120_000)
    form = page.locator("form.qvirt-form")
    form.get_by_label("Hypervisor").select_option("custom")
    uri = form.get_by_label("URI")
    expect(uri).to_have_value("qemu:///system")
    uri.fill("test:///default")
    form.get_by_label("Name", exact=True).fill("Made up")
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)
    expect(page.locator(".qvirt-vm-list [role=row]", has_text="Made up")).to_be_visible()
    a_lab_with_our_panels.end_sessions()


def test_a_seed_is_typed_and_seen_before_it_is_made(a_panel, a_page, a_lab):
    form = a_panel(SHOW_SEED)
    expect(form.get_by_label("Host name")).to_have_value("web")
    form.get_by_label("User", exact=True).fill("anna")
    form.get_by_label("Address", exact=True).select_option("static")
    form.get_by_label("Addresses").fill("192.0.2.5/24")
    data = form.locator(".cm-content")
    data.fill("hostname: other")
    seen = form.locator(".qvirt-form-note")
    expect(seen).to_contain_text("Line 1: The form says otherwise about hostname")
    form.get_by_role("button", name="Next").click()
    expect(form).to_contain_text("Line 1: The form says otherwise about hostname")
    data.fill("swap: {size: 1G}")
    expect(seen.locator("code")).to_contain_text("- name: anna")
    expect(seen.locator("code")).to_contain_text("- 192.0.2.5/24")
    form.get_by_label("Password", exact=True).fill(SECRET)
    form.get_by_role("button", name="Next").click()
    assert until(a_page, lambda: a_lab.run("len(seeds)") == "1")
    assert a_lab.run(f"seeds[0].password == {SECRET!r}, {SECRET!r} in repr(seeds)") == (
        "(True, False)"
    )
    assert SECRET not in form.inner_html()
