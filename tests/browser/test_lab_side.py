"""What JupyterLab shows of us around the panels: menus, shortcuts, what runs, status, notifications.

The panels are the tests' own, so that no host is needed; tasks are made in the kernel.
"""

from __future__ import annotations

import json
import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

MANAGER = "Virtual Machine Manager"
TAB = ".lm-DockPanel-tabBar .lm-TabBar-tab"
# The list behind the bell looks like toasts too.
TOAST = ".Toastify__toast-container .Toastify__toast"
DISABLED = re.compile("lm-mod-disabled")
TASKS = """
import builtins, threading
from qvirt_jupyter.hypervisor import Job
def begin(title, seconds, error=None):
    go_on = threading.Event()
    job = Job(title, code='conn.domains["web"].start()', cancel=go_on.set)
    def work():
        go_on.wait(seconds)
        job.check_cancelled()
        if error:
            raise ValueError(error)
    threading.Thread(target=lambda: job.run(work)).start()
    return go_on
builtins.begin = begin
"""


@pytest.fixture
def set_in_lab(a_lab):
    """A function that sets something in JupyterLab's settings, for the pages opened after it."""
    folder = a_lab.folder / "config/lab/user-settings/qvirt-jupyter"

    def save(**settings):
        folder.mkdir(exist_ok=True)
        (folder / "plugin.jupyterlab-settings").write_text(json.dumps(settings), "utf-8")

    yield save
    shutil.rmtree(folder, ignore_errors=True)


def open_manager(page):
    page.locator(".jp-LauncherCard", has_text=MANAGER).click()
    expect(row(page, "running")).to_be_visible(timeout=120_000)


@pytest.fixture
def a_manager(a_page):
    open_manager(a_page)
    return a_page


def row(page, state):
    return page.locator(f".qvirt-vm-list [role=row][data-qvirt-state={state}]").first


def menu_entry(page, entry):
    """Open our menu, and return an entry of it."""
    page.locator(".lm-MenuBar-item", has_text="Virtual Machines").click()
    found = page.locator(".lm-Menu-item", has=page.get_by_text(entry, exact=True))
    expect(found).to_be_visible()
    return found


def notice_of(page, text):
    """Return a notification in the list behind the bell."""
    bell = page.locator(".jp-Notification-Status")
    expect(bell).not_to_have_text("0")
    centre = page.locator(".jp-Notification-Center")
    if not centre.is_visible():
        bell.click()
    return centre.locator(".jp-Notification-List-Item", has_text=text)


def begin(lab, title, seconds, error=None):
    """Begin a task in the manager's kernel."""
    lab.run(f"exec({TASKS!r}) or str(begin({title!r}, {seconds}, {error!r}))")


def test_the_menu_acts_on_what_is_selected(a_manager):
    expect(menu_entry(a_manager, "Start")).to_have_class(DISABLED)
    a_manager.keyboard.press("Escape")
    row(a_manager, "shutoff").click()
    expect(menu_entry(a_manager, "Pause")).to_have_class(DISABLED)
    a_manager.keyboard.press("Escape")
    menu_entry(a_manager, "Start").click()
    expect(a_manager.locator(".heard")).to_contain_text("start")


def test_the_tabs_menu_is_about_the_tab_that_was_clicked(a_manager):
    row(a_manager, "running").dblclick()
    expect(a_manager.locator(".shown")).to_have_text("vm 00")
    a_manager.locator(TAB, has_text=MANAGER).click()
    a_manager.locator(TAB, has_text="vm 0").click(button="right")
    for entry in ("Open Host", "Reload Panel"):
        expect(a_manager.get_by_role("menuitem", name=entry)).to_be_visible()
    a_manager.get_by_role("menuitem", name="Open Console").click()
    expect(a_manager.locator(".shown:visible")).to_have_text("console 00")
    # The other tabs of JupyterLab have none of it.
    a_manager.evaluate("jupyterapp.commands.execute('launcher:create')")
    a_manager.locator(TAB, has_text="Launcher").first.click(button="right")
    expect(a_manager.locator("[data-command='application:close']")).to_be_visible()
    expect(a_manager.get_by_role("menuitem", name="Reload Panel")).to_have_count(0)


def test_keys_open_the_console_from_the_list_and_from_the_machines_tab(a_manager):
    row(a_manager, "running").click()
    a_manager.keyboard.press("Control+Enter")
    expect(a_manager.locator(".shown:visible")).to_have_text("console 00")
    a_manager.locator(TAB, has_text=MANAGER).click()
    row(a_manager, "running").dblclick()
    expect(a_manager.locator(".shown:visible")).to_have_text("vm 00")
    a_manager.locator(".shown:visible").click()
    a_manager.keyboard.press("Control+Enter")
    expect(a_manager.locator(".shown:visible")).to_have_text("console 00")


def test_no_key_of_ours_is_taken_from_the_rest_of_jupyterlab(a_page):
    bindings = a_page.evaluate(
        """() => jupyterapp.commands.keyBindings
            .filter(({command}) => command.startsWith("qvirt:"))
            .map(({command, selector}) => [command, selector])"""
    )
    assert dict(bindings).keys() == {"qvirt:open-console", "qvirt:open-vm"}
    assert {selector for _command, selector in bindings} == {".qvirt-PanelTab"}


def test_what_runs_lists_the_tabs_and_closing_one_ends_no_kernel(a_manager, a_lab):
    row(a_manager, "running").dblclick()
    expect(a_manager.locator(".shown")).to_have_text("vm 00")
    a_manager.evaluate("jupyterapp.shell.activateById('jp-running-sessions')")
    items = a_manager.get_by_role("region", name="Virtual Machine Tabs").locator(
        ".jp-RunningSessions-item"
    )
    expect(items).to_have_text([MANAGER, "vm 0"])
    items.get_by_text(MANAGER).click()
    expect(a_manager.locator(".qvirt-vm-list")).to_be_visible()
    items.nth(1).hover()
    items.nth(1).get_by_title("Close Tab").click()
    expect(items).to_have_text([MANAGER])
    expect(a_manager.locator(TAB, has_text="vm 0")).to_have_count(0)
    heading = a_manager.locator("#jp-running-sessions h3", has_text="Virtual Machine Tabs")
    heading.get_by_text("Close All").click()
    dialog = a_manager.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Virtual machines go on as they are.")
    dialog.get_by_role("button", name="Close All").click()
    expect(a_manager.locator(TAB, has_text=MANAGER)).to_have_count(0)
    assert len(a_lab.sessions()) == 1


def test_every_command_is_in_the_palette_with_what_it_takes(
    a_context, a_lab_with_a_host, a_workspace
):
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    expect(row(page, "running")).to_be_visible(timeout=120_000)
    commands = page.evaluate(
        """async () => {
            const {commands} = window.jupyterapp;
            const ids = commands.listCommands().filter(id => id.startsWith("qvirt:"));
            return Promise.all(ids.map(async id => (
                {id, label: commands.label(id), args: (await commands.describedBy(id)).args})));
        }"""
    )
    assert all(command["args"]["type"] == "object" for command in commands)
    missing = {command["id"]: command["label"] for command in commands}
    assert {"qvirt:open-manager", "qvirt:open-console", "qvirt:force-off-vm"} <= set(missing)
    # The palette leaves out what is not possible now.
    for state in ("running", "paused", "shutoff", "connected"):
        row(page, state).click()
        possible = page.evaluate(
            "ids => ids.filter(id => jupyterapp.commands.isEnabled(id))", list(missing)
        )
        page.keyboard.press("Control+Shift+c")
        for name in possible:
            page.locator(".lm-CommandPalette-input").fill(missing.pop(name))
            entry = page.locator(f".lm-CommandPalette-item[data-command='{name}']")
            expect(entry).to_be_visible()
        page.keyboard.press("Escape")
    # It is about the file that is chosen in the file browser, and stands in that one's menu.
    assert set(missing) == {"qvirt:create-from-file"}
    a_lab_with_a_host.end_sessions()


def test_the_managers_dialogs_open_from_the_menu(a_context, a_lab_with_a_host, a_workspace):
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    expect(row(page, "running")).to_be_visible(timeout=120_000)
    page.evaluate("jupyterapp.commands.execute('launcher:create')")
    expect(page.locator(".qvirt-vm-list")).to_be_hidden()
    menu_entry(page, "Preferences of the Manager…").click()
    expect(page.get_by_label("Update interval")).to_be_visible()
    a_lab_with_a_host.end_sessions()


def test_the_menu_is_about_the_machine_of_a_tab_and_closing_the_tab_leaves_it_running(
    a_context, a_lab_with_a_host, a_workspace
):
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    machine = page.locator(".qvirt-vm-list [data-qvirt-name='build-03']")
    machine.dblclick(timeout=120_000)
    state = page.locator(".qvirt-machine-state:visible")
    expect(state).to_contain_text("Running")
    menu_entry(page, "Pause").click()
    expect(state).to_contain_text("Paused")
    menu_entry(page, "Resume").click()
    expect(state).to_contain_text("Running")
    page.evaluate("jupyterapp.shell.activateById('jp-running-sessions')")
    item = page.get_by_role("region", name="Virtual Machine Tabs").locator(
        ".jp-RunningSessions-item", has_text="build-03"
    )
    item.hover()
    item.get_by_title("Close Tab").click()
    expect(page.locator(TAB, has_text="build-03")).to_have_count(0)
    page.wait_for_timeout(500)
    expect(machine).to_have_attribute("data-qvirt-state", "running")
    a_lab_with_a_host.end_sessions()


def test_the_status_bar_counts_and_opens_the_manager(a_manager, a_lab):
    item = a_manager.locator(".qvirt-StatusItem")
    expect(item).to_have_text("0 hosts · 0 running")
    begin(a_lab, "Save web", 30)
    expect(item).to_have_text("0 hosts · 0 running · 1 task")
    found = Axe().run(a_manager, context="#jp-bottom-panel")
    assert found.violations_count == 0, found.generate_report()
    a_manager.evaluate("jupyterapp.commands.execute('launcher:create')")
    expect(a_manager.locator(".qvirt-vm-list")).to_be_hidden()
    item.get_by_role("button").press("Enter")
    expect(a_manager.locator(".qvirt-vm-list")).to_be_visible()
    a_lab.end_sessions()
    expect(item).to_be_hidden(timeout=120_000)


def test_a_failure_that_a_panel_shows_only_rings_the_bell(a_manager, a_lab):
    begin(a_lab, "Start web", 0, "There is no disk.")
    failed = notice_of(a_manager, "Start web: Failed. There is no disk.")
    expect(failed).to_be_visible()
    assert a_manager.locator(TOAST, has_text="Start web").count() == 0
    failed.get_by_role("button", name="Copy as code").click()
    copied = 'conn.domains["web"].start()'
    a_manager.wait_for_function(
        "async text => (await navigator.clipboard.readText()) === text", arg=copied
    )
    failed.get_by_role("button", name="Details").click()
    dialog = a_manager.locator(".jp-Dialog")
    expect(dialog).to_contain_text("There is no disk.")
    expect(dialog.locator("pre")).to_have_text(copied)


def test_a_failure_that_no_panel_shows_is_seen(a_manager, a_lab):
    a_manager.evaluate("jupyterapp.commands.execute('launcher:create')")
    expect(a_manager.locator(".qvirt-vm-list")).to_be_hidden()
    begin(a_lab, "Start web", 0, "There is no disk.")
    expect(a_manager.locator(TOAST)).to_contain_text("There is no disk.")


def test_a_long_task_is_told_and_can_be_cancelled(set_in_lab, a_lab, a_context, a_workspace):
    set_in_lab(longTask=1)
    page = a_lab.enter(a_context, a_workspace)
    open_manager(page)
    begin(a_lab, "Save web", 60)
    toast = page.locator(TOAST, has_text="Save web")
    toast.get_by_role("button", name="Cancel").click()
    expect(toast).to_contain_text("Save web: Cancelled")
    expect(toast.get_by_role("button", name="Cancel")).to_have_count(0)
    a_lab.end_sessions()


def test_a_task_whose_kernel_ends_is_not_shown_for_ever(set_in_lab, a_lab, a_context, a_workspace):
    set_in_lab(longTask=1)
    page = a_lab.enter(a_context, a_workspace)
    open_manager(page)
    begin(a_lab, "Save web", 60)
    expect(page.locator(TOAST, has_text="Save web")).to_be_visible()
    a_lab.end_sessions()
    expect(page.locator(TOAST)).to_contain_text("kernel ended before")


def test_jupyterlab_begins_as_its_settings_say(set_in_lab, a_lab, a_context, a_workspace):
    set_in_lab(openAtStart=True, showStatus=False, notifications="none")
    page = a_lab.enter(a_context, a_workspace)
    expect(page.locator(".qvirt-vm-list")).to_be_visible(timeout=120_000)
    begin(a_lab, "Start web", 0, "There is no disk.")
    # What is set from now on holds at once, in the kernel too.
    page.evaluate("jupyterapp.commands.execute('settingeditor:open', {query: 'Virtual machines'})")
    # JupyterLab's editor does not name its fields by their labels.
    field = "[id='jp-SettingsEditor-qvirt-jupyter:plugin_{}']".format
    expect(page.locator(field("notifications"))).to_be_visible(timeout=120_000)
    expect(page.locator(".qvirt-StatusItem")).to_be_hidden()
    page.locator(field("showStatus")).check()
    expect(page.locator(".qvirt-StatusItem")).to_be_visible()
    page.locator(field("notifications")).select_option(label="that fail")
    expect(page.locator(".jp-Notification-Status")).to_have_text("0")
    a_lab.run("__import__('time').sleep(10)")
    begin(a_lab, "Start db", 0, "There is no memory.")
    expect(notice_of(page, "Start db: Failed")).to_be_visible()
    expect(notice_of(page, "Start web")).to_have_count(0)
    a_lab.end_sessions()
