"""The Details tab in a real JupyterLab: by mouse and keyboard, wide and narrow, light and dark."""

from __future__ import annotations

import ast
import re

import pytest
from a_world_of_devices import DEVICES, write_world
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

PANEL = ".qvirt-vm-panel"


@pytest.fixture(scope="module")
def a_world(tmp_path_factory, a_lab_of_a_user):
    """A lab whose user has that world; each kernel begins it anew."""
    uri = f"test://{write_world(tmp_path_factory.mktemp('world'))}"
    return a_lab_of_a_user(
        "from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections\n"
        f"saved_connections.add(SavedConnection({uri!r}, 'Lab', autoconnect=True))\n"
    )


@pytest.fixture
def a_lab_page(a_context, a_world, a_workspace):
    yield a_world.enter(a_context, a_workspace, qvirt="manager")
    a_world.end_sessions()


@pytest.fixture
def open_details(a_lab_page):
    """Opens the Details tab of a machine."""

    def open_it(name="web"):
        row = a_lab_page.locator(".qvirt-vm-list [role=row]", has_text=name).first
        expect(row).to_be_visible(timeout=120_000)
        row.dblclick()
        panel = a_lab_page.locator(PANEL)
        expect(panel.locator(".qvirt-machine h2")).to_have_text(name)
        panel.locator(".qvirt-tabs").get_by_role("tab", name="Details").click()
        expect(panel.locator(".qvirt-page-form h3")).to_have_text("Overview")
        return panel

    return open_it


def in_kernel(lab, expression):
    """Evaluate an expression about the machine "web" in the kernel."""
    code = (
        "(lambda domain: " + expression + ")([each for each in __import__('qvirt_jupyter')"
        ".hypervisor.connections()][0].domains['web'])"
    )
    return ast.literal_eval(lab.run(code))


def entry(panel, name):
    """Return the entry of the tree whose label begins so."""
    label = panel.page.locator(".qvirt-device-label", has_text=re.compile(f"^{name}"))
    return panel.locator(".qvirt-device", has=label).first


def page_of(panel):
    return panel.locator(".qvirt-page")


def go_to(panel, name):
    entry(panel, name).click()
    expect(page_of(panel).locator(".qvirt-page-form h3")).to_have_text(re.compile(f"^{name}"))
    return page_of(panel)


def use_theme(page, theme):
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)


def axe_finds_nothing(page, context=".qvirt-details"):
    found = Axe().run(page, context=context, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_a_change_says_when_it_counts_and_is_applied(open_details, a_world, a_picture):
    panel = open_details()
    page = go_to(panel, "Memory")
    buttons = page.locator(".qvirt-page-buttons")
    expect(buttons.get_by_role("button", name="Apply")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("textbox", name="Memory", exact=True).fill("1536")
    effects = page.locator(".qvirt-page-effects")
    expect(effects).to_contain_text("Memory: 1024 MiB → 1536 MiB")
    effects.get_by_text("Changes in the XML").click()
    expect(effects.locator("pre")).to_contain_text("+")
    go_on = buttons.get_by_role("button", name="Apply")
    go_on.click()
    expect(effects).to_be_hidden()
    expect(go_on).to_have_attribute("aria-disabled", "true")
    code = "domain.document(inactive=True).current_memory"
    assert until(panel.page, lambda: in_kernel(a_world, code) == 1536 * 1024)
    # What counts only from the next start is said before, and marked after.
    page = go_to(panel, "CPUs")
    page.get_by_label("Virtual CPUs", exact=True).fill("4")
    expect(effects.locator(".qvirt-effect-next_boot")).to_be_visible()
    a_picture(panel.page, "details-effects-light")
    page.get_by_label("Virtual CPUs", exact=True).press("Enter")
    expect(page.locator(".qvirt-page-said")).to_contain_text("start")
    running = page.locator("[data-name=processors] .qvirt-form-running")
    expect(running).to_contain_text("Until it stops: 2")
    running.get_by_role("button", name="Keep that").click()
    expect(running).to_be_hidden()
    vcpus = "domain.document(inactive=True).vcpus"
    assert until(panel.page, lambda: in_kernel(a_world, vcpus) == 2)


def test_leaving_with_changes_asks(open_details, a_picture):
    panel = open_details()
    page = go_to(panel, "Memory")
    memory = page.get_by_role("textbox", name="Memory", exact=True)
    memory.fill("1536")
    expect(entry(panel, "Memory")).to_have_class(re.compile("qvirt-mod-dirty"))
    before = panel.locator(".qvirt-details").bounding_box()
    entry(panel, "CPUs").click()
    question = panel.get_by_role("alertdialog")
    expect(question).to_contain_text("Memory")
    # It stands at what was clicked, and pushes nothing away.
    assert panel.locator(".qvirt-details").bounding_box() == before
    clicked, asked = entry(panel, "CPUs").bounding_box(), question.bounding_box()
    assert abs(asked["y"] - clicked["y"]) < 150
    a_picture(panel.page, "details-question-light")
    question.get_by_role("button", name="Stay").click()
    expect(question).to_be_hidden()
    expect(memory).to_have_value("1536")
    # Another tab of the panel asks as well.
    panel.locator(".qvirt-tabs").get_by_role("tab", name="Console").click()
    expect(question).to_be_visible()
    expect(memory).to_be_visible()
    question.get_by_role("button", name="Discard").click()
    expect(panel.locator(".qvirt-page")).to_be_hidden()
    panel.locator(".qvirt-tabs").get_by_role("tab", name="Details").click()
    expect(memory).to_have_value("1024")
    # So does closing the tab of JupyterLab.
    memory.fill("1536")
    expect(entry(panel, "Memory")).to_have_class(re.compile("qvirt-mod-dirty"))
    tab = panel.page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="web")
    dialog = panel.page.locator(".jp-Dialog")
    for button in ("Stay", "Close without applying"):
        tab.locator(".lm-TabBar-tabCloseIcon").click()
        expect(dialog).to_contain_text("not applied")
        expect(memory).to_have_value("1536")
        dialog.get_by_role("button", name=button).click()
        expect(dialog).to_be_hidden()
    expect(panel).to_have_count(0)


def test_who_wants_no_question_closes_the_tab_at_once(open_details, a_world):
    preferences = "__import__('qvirt_jupyter.widgets.preferences').widgets.preferences.preferences"
    panel = open_details()
    in_kernel(a_world, f"{preferences}.set(confirm_unapplied=False)")
    page = go_to(panel, "Memory")
    memory = page.get_by_role("textbox", name="Memory", exact=True)
    memory.fill("1536")
    expect(entry(panel, "Memory")).to_have_class(re.compile("qvirt-mod-dirty"))
    tab = panel.page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="web")
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    expect(panel).to_have_count(0)
    in_kernel(a_world, f"{preferences}.set(confirm_unapplied=True)")
    assert in_kernel(a_world, "domain.document(inactive=True).current_memory") == 1024 * 1024


def test_all_by_keyboard(open_details):
    panel = open_details()
    keyboard = panel.page.keyboard
    entry(panel, "Overview").focus()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    expect(page_of(panel).locator(".qvirt-page-form h3")).to_have_text("Performance")
    keyboard.press("End")
    expect(entry(panel, "Overview")).not_to_be_focused()
    keyboard.press("Home")
    expect(page_of(panel).locator(".qvirt-page-form h3")).to_have_text("Overview")
    keyboard.type("mem")
    expect(page_of(panel).locator(".qvirt-page-form h3")).to_have_text("Memory")
    # Removing is refused where it makes no sense; the menu says why.
    keyboard.press("Shift+F10")
    item = panel.page.get_by_role("menuitem", name="Remove")
    expect(item).to_contain_text("every machine")
    keyboard.press("Escape")
    expect(entry(panel, "Memory")).to_be_focused()
    memory = page_of(panel).get_by_role("textbox", name="Memory", exact=True)
    memory.focus()
    keyboard.press("Control+A")
    keyboard.type("1200")
    expect(page_of(panel).locator(".qvirt-page-effects")).to_be_visible()
    keyboard.press("Escape")
    expect(memory).to_have_value("1024")


def test_the_order_of_booting_is_moved_by_mouse_and_keyboard(open_details, a_world):
    panel = open_details()
    page = go_to(panel, "Boot order")
    rows = page.locator(".qvirt-boot-list > li")
    expect(rows).to_have_count(3)
    rows.nth(1).get_by_role("button", name="Move up").click()
    expect(rows.first.locator("[data-boot^=interface]")).to_be_checked()
    rows.first.get_by_role("checkbox").focus()
    panel.page.keyboard.press("Alt+ArrowDown")
    expect(rows.nth(1).locator("[data-boot^=interface]")).to_be_focused()
    rows.nth(2).get_by_role("checkbox").click()
    expect(rows.nth(2).get_by_role("checkbox")).to_be_checked()
    page.get_by_role("button", name="Apply").click()
    # The button is off while it is under way, too.
    code = "[disk.boot_order for disk in domain.document(inactive=True).devices.disks]"
    assert until(panel.page, lambda: in_kernel(a_world, code) == [1, 3])


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing(open_details, theme, a_picture):
    panel = open_details()
    use_theme(panel.page, theme)
    shade = theme.rpartition(" ")[2].lower()
    for name in ("Overview", "Boot order", "VirtIO disk 1"):
        go_to(panel, name)
        a_picture(panel.page, f"details-{name}-{shade}")
        axe_finds_nothing(panel.page)
    page = go_to(panel, "CPUs")
    page.get_by_label("Virtual CPUs", exact=True).fill("4")
    expect(page.locator(".qvirt-effect-next_boot")).to_be_visible()
    a_picture(panel.page, f"device-{shade}")
    axe_finds_nothing(panel.page)
    page.get_by_role("button", name="Cancel").click()
    panel.get_by_role("button", name="Add hardware").click()
    expect(page.get_by_role("radiogroup")).to_be_visible()
    a_picture(panel.page, f"add-hardware-{shade}")
    axe_finds_nothing(panel.page)
    page.get_by_label("Storage", exact=True).select_option("there")
    page.get_by_role("button", name="Browse… File").click()
    storage = panel.locator(".qvirt-storage")
    expect(storage.get_by_role("button", name="spare.qcow2")).to_be_visible()
    a_picture(panel.page, f"storage-{shade}")
    axe_finds_nothing(panel.page)
    storage.press("Escape")
    expect(page.get_by_role("button", name="Browse… File")).to_be_focused()
    # Its XML is looked at as it is filled in, and goes on in the XML tab.
    page.get_by_role("radio", name="Watchdog", exact=True).click()
    page.get_by_label("Action", exact=True).select_option("poweroff")
    preview = page.locator(".qvirt-page-preview")
    preview.get_by_text("XML", exact=True).click()
    expect(preview.locator("pre")).to_contain_text("poweroff")
    a_picture(panel.page, f"add-hardware-xml-{shade}")
    axe_finds_nothing(panel.page)
    page.get_by_role("button", name="Edit as XML…").click()
    editor = panel.locator(".qvirt-xml")
    expect(editor.locator(".cm-content")).to_contain_text("<watchdog")
    expect(editor).to_have_attribute("data-dirty", "true")
    a_picture(panel.page, f"add-hardware-in-xml-{shade}")


def test_what_the_running_machine_refuses_is_offered_for_the_next_start(open_details, a_world):
    panel = open_details()
    panel.get_by_role("button", name="Add hardware").click()
    page = page_of(panel)
    page.get_by_role("radio", name="Network card", exact=True).click()
    # The names of the networks that there are can be chosen.
    page.get_by_label("Network", exact=True).select_option("default")
    page.get_by_role("button", name="Add", exact=True).click()
    question = panel.get_by_role("alertdialog")
    expect(question).to_contain_text("next start")
    count = "len(domain.document(inactive=True).devices.interfaces)"
    assert in_kernel(a_world, count) == 1
    question.get_by_role("button", name="Add for the next start").click()
    added = panel.locator(".qvirt-device", has=panel.page.locator(".qvirt-mark-new"))
    expect(added).to_contain_text("NIC")
    assert until(panel.page, lambda: in_kernel(a_world, count) == 2)


def test_a_shared_folder_is_looked_for(open_details, a_picture):
    panel = open_details()
    panel.get_by_role("button", name="Add hardware").click()
    page = page_of(panel)
    page.get_by_role("radio", name="Shared folder", exact=True).click()
    field = page.get_by_role("textbox", name="Folder of the host", exact=True)
    field.fill("/usr")
    page.get_by_role("button", name="Browse… Folder of the host").click()
    listed = page.get_by_role("listbox", name="Folders of the host")
    expect(listed).to_be_focused()
    expect(listed.get_by_role("option", name="share", exact=True)).to_be_visible()
    listed.press("s")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        use_theme(panel.page, theme)
        a_picture(panel.page, f"details-shared-folder-{theme.split()[-1].lower()}")
        axe_finds_nothing(panel.page)
    panel.page.set_viewport_size({"width": 800, "height": 900})
    a_picture(panel.page, "details-shared-folder-narrow")
    form = page.locator(".qvirt-page-form")
    assert form.evaluate("each => each.scrollWidth <= each.clientWidth")
    # Escape closes the list and nothing else, and what opened it has the focus again.
    listed.press("Escape")
    expect(listed).to_be_hidden()
    browse = page.get_by_role("button", name="Browse… Folder of the host")
    expect(browse).to_be_focused()
    browse.press("Enter")
    option = listed.get_by_role("option", name="share", exact=True)
    option.click()
    page.get_by_role("button", name="Use this folder").click()
    expect(field).to_have_value("/usr/share")
    page.locator(".qvirt-page-buttons").get_by_role("button", name="Add", exact=True).click()
    # libvirt's test driver adds nothing to what runs.
    panel.get_by_role("alertdialog").get_by_role("button", name="Add for the next start").click()
    expect(entry(panel, "Shared folder")).to_contain_text("/usr/share")


def test_many_devices_are_shown_at_once(open_details):
    panel = open_details("many")
    devices = panel.locator(".qvirt-device")
    expect(devices.nth(DEVICES - 1)).to_be_attached()
    # One page is built, that in front.
    expect(panel.locator(".qvirt-page-form")).to_have_count(1)
    panel.page.keyboard.press("Tab")
    entry(panel, "Overview").focus()
    panel.page.keyboard.press("End")
    expect(page_of(panel).locator(".qvirt-page-form h3")).not_to_have_text("Overview")


def test_there_is_room_in_a_narrow_window(open_details, a_picture):
    panel = open_details()
    panel.page.set_viewport_size({"width": 800, "height": 700})
    page = go_to(panel, "Memory")
    expect(page.get_by_role("textbox", name="Memory", exact=True)).to_be_visible()
    a_picture(panel.page, "details-narrow")
    wide = panel.page.evaluate(
        "() => document.querySelector('.qvirt-details').scrollWidth"
        " - document.querySelector('.qvirt-details').clientWidth"
    )
    assert wide <= 0


def test_the_buttons_of_a_long_page_stay_in_sight(open_details, a_lab_page):
    panel = open_details()
    a_lab_page.set_viewport_size({"width": 1000, "height": 600})
    entry(panel, "VirtIO disk 1").click()
    expect(panel.locator(".qvirt-page-form h3")).to_have_text("VirtIO disk 1")
    expect(panel.get_by_label("Boot order")).not_to_be_in_viewport()
    expect(panel.get_by_role("button", name="Apply")).to_be_in_viewport()


SPICE = (
    "<graphics type='spice' autoport='yes'/><video><model type='qxl'/></video>"
    "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>"
)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_spice_is_replaced_after_the_page_has_shown_what_that_takes(
    open_details, a_world, theme, a_picture
):
    panel = open_details()
    shade = theme.rpartition(" ")[2].lower()
    use_theme(panel.page, theme)
    name = f"old-{shade}"
    text = f"<domain type='test'><name>{name}</name><memory>1024</memory>"
    text += f"<os><type>hvm</type></os><devices>{SPICE}</devices></domain>"
    in_kernel(a_world, f"bool(domain.connection.domains.define({text!r}))")
    panel.page.locator(".lm-TabBar-tab", has_text="Virtual Machine Manager").first.click()
    row = panel.page.locator(".qvirt-vm-list [role=row]", has_text=name).first
    row.dblclick()
    old = panel.page.locator(PANEL).filter(has=panel.page.locator("h2", has_text=name))
    old.locator(".qvirt-tabs").get_by_role("tab", name="Details").click()
    entry(old, "SPICE display").click()
    button = page_of(old).get_by_role("button", name="Replace SPICE by VNC…")
    for width in (1280, 800):
        panel.page.set_viewport_size({"width": width, "height": 760})
        button.click()
        question = old.get_by_role("alertdialog", name="Replace SPICE by VNC")
        expect(question.locator(".qvirt-diff .old").first).to_contain_text("-")
        a_picture(panel.page, f"details-spice-{shade}-{width}")
        axe_finds_nothing(panel.page, ".qvirt-question")
        question.get_by_role("button", name="Cancel").click()
        expect(question).to_have_count(0)
        expect(button).to_be_focused()
    button.click()
    question.get_by_role("button", name="Replace", exact=True).click()
    expect(old.locator(".qvirt-notice", has_text="SPICE is replaced by VNC.")).to_be_visible()
    expect(entry(old, "VNC display")).to_be_visible()
    a_picture(panel.page, f"details-replaced-{shade}")
