"""A new machine, from the wizard to a console that shows what was booted: by mouse, and by keyboard.

The medium is GRUB's rescue image, whose menu answers keys where a machine without system would not.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from a_console_host import a_host_with_room, missing
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter import documents

MEDIUM = Path("/usr/lib/grub-rescue/grub-rescue-cdrom.iso")
FITS = """panel => {
  for (let node = panel; node; node = node.parentElement) {
    const { overflowY } = getComputedStyle(node);
    if (/auto|scroll/.test(overflowY) && node.scrollHeight > node.clientHeight + 1) {
      return false;
    }
  }
  return true;
}"""
"""Whether all of a panel is on the screen."""
HOLD = """() => {
  window.ownSlice = Blob.prototype.slice;
  Blob.prototype.slice = () => ({ arrayBuffer: () => new Promise(() => {}) });
}"""
"""Lets files of this computer be read no more."""
DROPPED = """([name, length]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(length).fill(7)], name));
  return carried;
}"""
TOAST = ".Toastify__toast-container .Toastify__toast"
READ = 100 * 1024
"""Bytes of it that a machine reads which starts from it, and no other."""

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.skipif(not MEDIUM.exists(), reason="grub-rescue-pc is not installed"),
]

SAVED = """
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
saved_connections.add(SavedConnection({uri!r}, "Workshop", autoconnect=True))
"""


@pytest.fixture(scope="module")
def a_host():
    """A daemon with an empty pool."""
    with a_host_with_room() as host:
        yield host


@pytest.fixture(scope="module")
def a_lab_of_the_host(a_host, a_lab_of_a_user):
    """JupyterLab for a user who has saved the connection."""
    return a_lab_of_a_user(SAVED.format(uri=a_host.uri))


def wizard(page):
    return page.locator(".qvirt-wizard")


def press(page, label):
    wizard(page).get_by_role("button", name=label, exact=True).click()


def on_page(page, title):
    expect(wizard(page).locator("[aria-current=step]")).to_contain_text(title)


def use_theme(page, theme):
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    page.locator("#jupyterlab-splash").wait_for(state="detached")


def has_no_barrier(page):
    found = Axe().run(page, context=".qvirt-wizard", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def boots_the_medium(page, host, name):
    """Wait for the menu on the console's screen, which changes where a key is pressed."""
    frame = page.frame_locator(".qvirt-console iframe")
    expect(frame.locator("html")).to_have_attribute("data-phase", "connected", timeout=180_000)
    canvas = frame.locator("canvas")
    domain = host.connection.lookupByName(name)
    disks = documents.Domain.parse(domain.XMLDesc()).devices.disks
    drive = next(disk.target for disk in disks if disk.device == "cdrom")
    assert until(page, lambda: domain.blockStats(drive)[1] > READ, 240), "the medium is not read"

    def look():
        return canvas.evaluate("canvas => canvas.toDataURL()")

    def answers():
        before = look()
        canvas.click()
        page.keyboard.press("c")
        return until(page, lambda: look() != before, 5)

    assert until(page, answers, 120)


def test_by_mouse_to_the_menu_of_the_medium(a_lab_of_the_host, a_host, a_context, a_picture):
    page = a_lab_of_the_host.enter(a_context, "wizard-mouse", qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row]", has_text="Workshop")
    expect(row).to_have_attribute("data-qvirt-state", "connected")
    page.get_by_role("button", name="New virtual machine").click()
    on_page(page, "How to install")
    way = wizard(page).get_by_role("radio", name="Local install media")
    expect(way).to_have_attribute("aria-checked", "true")
    has_no_barrier(page)
    press(page, "Next")

    on_page(page, "Medium and system")
    wizard(page).get_by_label("ISO image or CD drive", exact=True).fill(str(MEDIUM))
    systems = wizard(page).get_by_role("combobox", name="Operating system")
    systems.click()
    systems.fill("generic")
    wizard(page).get_by_role("option").first.wait_for()
    a_picture(page, "wizard-medium")
    wizard(page).get_by_role("option", name="Generic or unknown").click()
    expect(wizard(page)).to_contain_text("Chosen: Generic or unknown system")
    has_no_barrier(page)
    press(page, "Next")

    on_page(page, "Memory and CPUs")
    wizard(page).get_by_label("Memory").fill("64")
    a_picture(page, "wizard-resources")
    press(page, "Next")

    on_page(page, "Storage")
    wizard(page).get_by_role("textbox", name="Size").fill("1")
    a_picture(page, "wizard-storage")
    press(page, "Next")
    on_page(page, "Network")
    press(page, "Next")

    on_page(page, "Summary")
    wizard(page).get_by_role("textbox", name="Name").fill("by-mouse")
    press(page, "Copy as code")
    expect(wizard(page)).to_contain_text("InstallFromMedia")
    use_theme(page, "JupyterLab Dark")
    a_picture(page, "new-machine-dark")
    has_no_barrier(page)
    use_theme(page, "JupyterLab Light")
    a_picture(page, "new-machine-light")
    press(page, "Customize before install")
    expect(page.locator(".qvirt-customisation .qvirt-device").first).to_be_visible(timeout=120_000)
    a_picture(page, "wizard-customise")
    press(page, "Back")
    expect(page.locator(".qvirt-customisation")).to_have_count(0)
    press(page, "Create")
    boots_the_medium(page, a_host, "by-mouse")
    expect(page.locator(".qvirt-wizard")).to_have_count(0)
    a_picture(page, "wizard-done")


def choose_the_way_by_keys(page):
    on_page(page, "How to install")
    way = wizard(page).get_by_role("radio", name="Local install media")
    expect(way).to_be_focused(timeout=120_000)
    page.keyboard.press("ArrowDown")
    expect(wizard(page).get_by_role("radio", name="Network install")).to_have_attribute(
        "aria-checked", "true"
    )
    page.keyboard.press("ArrowUp")
    expect(way).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Enter")


def choose_the_medium_by_keys(page):
    on_page(page, "Medium and system")
    medium = wizard(page).get_by_label("ISO image or CD drive", exact=True)
    expect(medium).to_be_focused()
    page.keyboard.press("Enter")
    expect(wizard(page)).to_contain_text("Choose a file")
    expect(medium).to_be_focused()
    page.keyboard.type(str(MEDIUM))
    expect(wizard(page)).to_contain_text("does not say which system")
    go_by(page, "Tab", wizard(page).get_by_role("combobox", name="Operating system"))
    page.keyboard.type("unknown")
    option = wizard(page).get_by_role("option", name="Generic or unknown")
    expect(option).to_be_visible()
    assert until(page, lambda: is_marked_below(page, option))
    page.keyboard.press("Enter")
    expect(wizard(page)).to_contain_text("Chosen: Generic or unknown system")
    go_by(page, "Shift+Tab", medium)
    page.keyboard.press("Enter")


def go_by(page, key, wanted):
    """Press a key until something has the focus."""

    def is_there():
        if wanted.evaluate("node => node === document.activeElement"):
            return True
        page.keyboard.press(key)
        return False

    assert until(page, is_there)


def is_marked_below(page, option):
    """Go one entry down the list unless this one is marked; tell whether it is."""
    if option.get_attribute("aria-selected") == "true":
        return True
    page.keyboard.press("ArrowDown")
    return False


def test_by_keyboard_alone(a_lab_of_the_host, a_host, a_context):
    page = a_lab_of_the_host.enter(a_context, "wizard-keys", qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row]", has_text="Workshop")
    expect(row).to_have_attribute("data-qvirt-state", "connected")
    page.keyboard.press("Control+Shift+KeyC")
    page.keyboard.type("New Virtual Machine…")
    page.locator(".lm-CommandPalette-item.lm-mod-active", has_text="New Virtual Machine").wait_for()
    page.keyboard.press("Enter")
    choose_the_way_by_keys(page)
    choose_the_medium_by_keys(page)

    on_page(page, "Memory and CPUs")
    expect(wizard(page).get_by_label("Memory")).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    on_page(page, "Medium and system")
    page.keyboard.press("Enter")
    on_page(page, "Memory and CPUs")
    expect(wizard(page).get_by_label("Memory")).to_be_focused()
    page.keyboard.press("Control+KeyA")
    page.keyboard.type("64")
    page.keyboard.press("Enter")
    on_page(page, "Storage")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+KeyA")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    on_page(page, "Network")
    page.keyboard.press("Enter")
    on_page(page, "Summary")
    expect(wizard(page).get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.press("Control+KeyA")
    page.keyboard.type("by-keys")
    page.keyboard.press("Enter")
    boots_the_medium(page, a_host, "by-keys")


def test_a_file_of_the_file_browser_becomes_a_machine(a_lab_of_the_host, a_context, a_picture):
    shutil.copy(MEDIUM, a_lab_of_the_host.folder / "root" / "rescue.iso")
    (a_lab_of_the_host.folder / "root" / "notes.txt").write_text("no machine")
    page = a_lab_of_the_host.enter(a_context, "wizard-file")
    entry = "New Virtual Machine"
    page.locator(".jp-DirListing-item", has_text="notes.txt").click(button="right")
    page.locator(".lm-Menu-item", has_text="Rename").first.wait_for()
    expect(page.locator(".lm-Menu-item:visible", has_text=entry)).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator(".jp-DirListing-item", has_text="rescue.iso").click(button="right")
    a_picture(page, "wizard-context-menu")
    page.locator(".lm-Menu-item", has_text=entry).click()
    on_page(page, "Medium and system")
    medium = wizard(page).get_by_label("ISO image or CD drive", exact=True)
    expect(medium).to_have_value(str(a_lab_of_the_host.folder / "root" / "rescue.iso"))


def test_a_file_of_this_computer_is_uploaded(a_lab_of_the_host, a_host, a_context, a_picture):
    page = a_lab_of_the_host.enter(a_context, "wizard-upload", qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row]", has_text="Workshop")
    expect(row).to_have_attribute("data-qvirt-state", "connected")
    page.get_by_role("button", name="Quick create").click()
    way = wizard(page).get_by_role("radio", name="Local install media")
    expect(way).to_have_attribute("aria-checked", "true")
    expect(wizard(page).get_by_role("button", name="Upload a file")).to_be_visible()
    expect(wizard(page).get_by_role("radio")).to_have_count(2)
    use_theme(page, "JupyterLab Dark")
    a_picture(page, "wizard-quick-dark")
    use_theme(page, "JupyterLab Light")
    a_picture(page, "wizard-quick-light")
    page.set_viewport_size({"width": 1280, "height": 800})
    panel = page.locator(".qvirt-creation")
    assert until(page, lambda: panel.evaluate(FITS)), "nobody has to scroll"
    a_picture(page, "wizard-quick-800")
    wizard(page).locator("input[type=file]").set_input_files(MEDIUM)
    path = a_host.folder / "images" / MEDIUM.name
    medium = wizard(page).get_by_label("ISO image or CD drive", exact=True)
    expect(medium).to_have_value(str(path))
    assert path.read_bytes() == MEDIUM.read_bytes()


def test_cloud_config_is_edited_as_code(a_lab_of_the_host, a_host, a_context, a_picture):
    image = a_host.folder / "images" / "some-cloud.img"
    image.write_bytes(bytes(2**20))
    image.chmod(0o644)
    page = a_lab_of_the_host.enter(a_context, "wizard-code", qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row]", has_text="Workshop")
    expect(row).to_have_attribute("data-qvirt-state", "connected")
    page.get_by_role("button", name="New virtual machine").click()
    wizard(page).get_by_role("radio", name="Cloud image").click(timeout=120_000)
    press(page, "Next")
    on_page(page, "Medium and system")
    wizard(page).get_by_label("Cloud image", exact=True).fill(str(image))
    systems = wizard(page).get_by_role("combobox", name="Operating system")
    systems.fill("generic")
    wizard(page).get_by_role("option", name="Generic or unknown").click()
    expect(wizard(page)).to_contain_text("Chosen: Generic or unknown system")
    press(page, "Next")
    on_page(page, "First start")
    code = page.locator(".qvirt-code .cm-content")
    code.click(timeout=120_000)
    page.keyboard.type("timezone: Europe/Berlin\nruncmdd: [ls]\nusers: {")
    mark = page.locator(".qvirt-code .cm-lint-marker-error")
    expect(mark).to_have_count(1)
    field = page.locator(".qvirt-form-field[data-name=user_data]")
    expect(field).to_contain_text("no YAML")
    a_picture(page, "wizard-code-wrong")
    page.keyboard.press("Backspace")
    page.keyboard.type("[default]")
    expect(mark).to_have_count(0)
    expect(page.locator(".qvirt-code .cm-lint-marker-warning")).to_have_count(1)
    expect(page.locator(".qvirt-form-note")).to_contain_text("timezone: Europe/Berlin")
    a_picture(page, "cloud-config-light")
    use_theme(page, "JupyterLab Dark")
    a_picture(page, "cloud-config-dark")
    has_no_barrier(page)
    # The page has one row of buttons, and the keys of all pages.
    buttons = page.locator(".qvirt-creation .qvirt-page-buttons button:visible")
    expect(buttons).to_have_text(["Back", "Next", "Tell it nothing", "Cancel"])
    user = page.get_by_label("User", exact=True)
    user.fill("anna")
    user.press("Alt+ArrowLeft")
    on_page(page, "Medium and system")
    press(page, "Next")
    on_page(page, "First start")
    expect(user).to_have_value("anna")
    buttons.get_by_text("Next").click()
    on_page(page, "Memory and CPUs")


def drop(page, name, length=0):
    """Drop a file of this computer onto the list of machines."""
    carried = page.evaluate_handle(DROPPED, [name, length])
    place = page.locator(".qvirt-vm-list").first
    for event in ("dragenter", "dragover", "drop"):
        place.dispatch_event(event, {"dataTransfer": carried})


def tab_of_the_wizard(page):
    return page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="New virtual machine")


def test_files_that_are_dropped_onto_the_list(a_lab_of_the_host, a_host, a_context, a_picture):
    shutil.copy(MEDIUM, a_lab_of_the_host.folder / "root" / "dragged.iso")
    page = a_lab_of_the_host.enter(a_context, "wizard-drop", qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row]", has_text="Workshop")
    expect(row).to_have_attribute("data-qvirt-state", "connected")
    # What is no image is said, and nothing opens.
    drop(page, "notes.txt", 5)
    said = page.locator(TOAST, has_text="notes.txt")
    expect(said).to_contain_text("neither an ISO image nor a disk image")
    expect(tab_of_the_wizard(page)).to_have_count(0)

    # A file of this computer, which the wizard uploads by itself.
    page.evaluate(HOLD)
    drop(page, "dropped.iso", 5000)
    on_page(page, "Medium and system")
    expect(wizard(page).get_by_role("button", name="Cancel")).to_be_visible(timeout=120_000)
    dialog = page.locator(".jp-Dialog")
    for button in ("Stay", "Cancel it and close"):
        expect(wizard(page)).to_have_attribute("data-leaving", re.compile("being uploaded"))
        tab_of_the_wizard(page).locator(".lm-TabBar-tabCloseIcon").click()
        expect(dialog).to_contain_text("Without this tab it stops")
        a_picture(page, "wizard-leaving")
        dialog.get_by_role("button", name=button).click()
        expect(dialog).to_have_count(0)
    expect(tab_of_the_wizard(page)).to_have_count(0)
    path = a_host.folder / "images" / "dropped.iso"
    assert until(page, lambda: not path.exists())
    page.evaluate("() => { Blob.prototype.slice = window.ownSlice; }")
    drop(page, "dropped.iso", 5000)
    on_page(page, "Medium and system")
    medium = wizard(page).get_by_label("ISO image or CD drive", exact=True)
    expect(medium).to_have_value(str(path))
    assert path.read_bytes() == bytes([7]) * 5000
    tab_of_the_wizard(page).locator(".lm-TabBar-tabCloseIcon").click()
    expect(tab_of_the_wizard(page)).to_have_count(0)

    # An image in JupyterLab's file browser.
    page.locator(".jp-DirListing-item", has_text="dragged.iso").hover()
    page.mouse.down()
    x, y = middle(page.locator(".qvirt-vm-list"))
    # The drag begins at a few pixels, and is accepted at a later move.
    page.mouse.move(x, y - 50, steps=5)
    page.mouse.move(x, y, steps=5)
    page.mouse.up()
    on_page(page, "Medium and system")
    expect(medium).to_have_value(str(a_lab_of_the_host.folder / "root" / "dragged.iso"))


def middle(node):
    box = node.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
