"""A copy that takes long, in a real JupyterLab with real libvirt: it is stopped, or left alone."""

from __future__ import annotations

import os
import re
import time

import pytest
from a_console_host import a_host_with_room, give_away, missing
from patience import until
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]
MIB = 1024**2
SIZE = 1024
"""MiB that are copied: long enough to look at while it happens."""
MACHINE = """<domain type='qemu'><name>web</name><memory unit='MiB'>32</memory>
<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>
<driver name='qemu' type='raw'/><source file='{path}'/><target dev='vda' bus='virtio'/></disk>
</devices></domain>"""
SAVED = """
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
saved_connections.add(SavedConnection({uri!r}, "Workshop", autoconnect=True))
"""


@pytest.fixture(scope="module")
def a_host():
    """A daemon with a machine that has a full disk."""
    with a_host_with_room() as host:
        disk = host.folder / "images" / "web.img"
        part = os.urandom(MIB)
        with disk.open("wb") as file:
            file.writelines(part for _number in range(SIZE))
        give_away(disk)
        host.connection.defineXML(MACHINE.format(path=disk))
        yield host


@pytest.fixture(scope="module")
def a_lab_of_the_host(a_host, a_lab_of_a_user):
    return a_lab_of_a_user(SAVED.format(uri=a_host.uri))


@pytest.fixture
def a_dialog(a_lab_of_the_host, a_host, a_context, a_workspace):
    """The clone dialog of the machine; what was made goes afterwards."""
    page = a_lab_of_the_host.enter(a_context, a_workspace, qvirt="manager")
    row = page.locator(".qvirt-vm-list .qvirt-row-domain", has_text="web").first
    expect(row).to_be_visible(timeout=120_000)
    row.click(button="right")
    page.get_by_role("menuitem", name="Clone…").click()
    dialog = page.locator(".qvirt-clone")
    clone = dialog.get_by_role("button", name="Clone")
    expect(clone).not_to_have_attribute("aria-disabled", "true")
    yield page, dialog
    a_host.go_on()
    a_lab_of_the_host.end_sessions()
    pool = a_host.connection.storagePoolLookupByName("default")
    for domain in a_host.connection.listAllDomains():
        if domain.name() != "web":
            domain.undefine()
    pool.refresh()
    for volume in pool.listAllVolumes():
        if volume.name() != "web.img":
            volume.delete()


def begin(dialog, host):
    """Begin, and come back in the midst of the copy."""
    copy = host.folder / "images" / "web-clone.img"
    dialog.get_by_role("button", name="Clone").click()
    end = time.monotonic() + 180
    while not copy.exists() or copy.stat().st_blocks * 512 < 8 * MIB:
        assert time.monotonic() < end, "nothing is copied"
        time.sleep(0.005)
    return copy


def names(host):
    return sorted(domain.name() for domain in host.connection.listAllDomains())


def test_a_copy_is_stopped_and_leaves_nothing(a_dialog, a_host, a_picture):
    page, dialog = a_dialog
    copy = begin(dialog, a_host)
    progress = dialog.locator(".qvirt-job-progress")
    expect(progress).to_contain_text(re.compile(r"\d+ % Copying web\.img"))
    expect(progress).to_contain_text(re.compile(r"[GM]iB of 1 GiB"))
    # A daemon that hangs is said to, so it does that only while the mouse is on its way.
    a_host.hang()
    dialog.get_by_role("button", name="Stop").click()
    a_host.go_on()
    expect(dialog.get_by_role("button", name="Try again")).to_be_visible(timeout=120_000)
    expect(dialog.get_by_role("alert")).to_have_text("It was stopped, and nothing is left.")
    dialog.get_by_text("Log").click()
    expect(dialog.locator(".qvirt-job-log")).to_contain_text("Removing what was made")
    a_picture(page, "clone-stopped-light")
    assert names(a_host) == ["web"]
    assert not copy.exists()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_a_dialog_that_is_closed_meanwhile_lets_it_go_on(a_dialog, a_host):
    page, dialog = a_dialog
    copy = begin(dialog, a_host)
    a_host.hang()
    dialog.get_by_role("button", name="Close, it goes on").click()
    expect(dialog).to_have_count(0)
    a_host.go_on()
    clone = page.locator(".qvirt-vm-list .qvirt-row-domain", has_text="web-clone")
    expect(clone).to_be_visible(timeout=120_000)
    assert until(page, lambda: copy.stat().st_blocks * 512 >= SIZE * MIB)
    assert names(a_host) == ["web", "web-clone"]


def close_the_tab(page, title):
    page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text=title).locator(
        ".lm-TabBar-tabCloseIcon"
    ).click()


def test_a_tab_that_is_closed_meanwhile_asks_and_lets_it_go_on(
    a_dialog, a_host, a_lab_of_the_host, a_context, a_picture
):
    page, dialog = a_dialog
    copy = begin(dialog, a_host)
    a_host.hang()
    close_the_tab(page, "Virtual Machine Manager")
    question = page.locator(".jp-Dialog")
    expect(question).to_contain_text("Clone web is under way. Without this tab it goes on")
    expect(question.get_by_role("button", name="Cancel it and close")).to_have_count(0)
    a_picture(page, "clone-leaving")
    question.get_by_role("button", name="Stay").click()
    expect(question).to_have_count(0)
    expect(dialog).to_be_visible()
    close_the_tab(page, "Virtual Machine Manager")
    question.get_by_role("button", name="Close, it goes on").click()
    expect(page.locator(".qvirt-clone")).to_have_count(0)
    a_host.go_on()
    assert until(page, lambda: names(a_host) == ["web", "web-clone"])
    assert until(page, lambda: copy.stat().st_blocks * 512 >= SIZE * MIB)
    # Who opens it again sees it.
    page = a_lab_of_the_host.enter(a_context, "again", qvirt="manager")
    clone = page.locator(".qvirt-vm-list .qvirt-row-domain", has_text="web-clone")
    expect(clone).to_be_visible(timeout=120_000)
    # Nothing is under way: nothing is asked.
    close_the_tab(page, "Virtual Machine Manager")
    expect(page.locator(".qvirt-vm-list")).to_have_count(0)


def test_a_wizard_that_is_closed_meanwhile_lets_it_go_on(a_lab_of_the_host, a_host, a_context):
    page = a_lab_of_the_host.enter(a_context, "wizard", qvirt="manager")
    row = page.locator(".qvirt-vm-list .qvirt-row-domain", has_text="web").first
    expect(row).to_be_visible(timeout=120_000)
    page.get_by_role("button", name="Quick create").click()
    wizard = page.locator(".qvirt-wizard")
    wizard.get_by_role("radio", name="Cloud image").click(timeout=120_000)
    image = a_host.folder / "images" / "web.img"
    wizard.get_by_label("Cloud image", exact=True).fill(str(image))
    wizard.get_by_role("combobox", name="Operating system").fill("generic")
    wizard.get_by_role("option", name="Generic or unknown").click()
    expect(wizard).to_contain_text("Chosen: Generic or unknown system")
    wizard.get_by_role("textbox", name="Name").fill("left-alone")
    wizard.get_by_role("button", name="Create", exact=True).click()
    expect(wizard).to_have_attribute("data-leaving", re.compile("left-alone is being made"))
    close_the_tab(page, "New virtual machine")
    question = page.locator(".jp-Dialog")
    expect(question).to_contain_text("Without this tab that goes on")
    question.get_by_role("button", name="Close, it goes on").click()
    expect(wizard).to_have_count(0)
    made = page.locator(".qvirt-vm-list .qvirt-row-domain", has_text="left-alone")
    expect(made).to_be_visible(timeout=120_000)
    assert until(page, lambda: "left-alone" in names(a_host))


def test_a_place_for_the_copy_is_looked_for(a_dialog, a_host, a_picture):
    page, dialog = a_dialog
    dialog.get_by_role("button", name="Browse… vda").click()
    browser = page.locator(".qvirt-storage:visible")
    expect(browser).to_contain_text("Choose where the new volume is to be")
    expect(dialog).to_be_hidden()
    path = browser.get_by_role("textbox", name="Path on the host")
    expect(path).to_have_value(str(a_host.folder / "images" / "web-clone.img"))
    a_picture(page, "clone-place-light")
    page.set_viewport_size({"width": 800, "height": 700})
    a_picture(page, "clone-place-800")
    wanted = str(a_host.folder / "images" / "elsewhere.img")
    path.fill(wanted)
    path.press("Enter")
    expect(dialog).to_be_visible()
    name = dialog.get_by_role("textbox", name="Disk vda: New volume")
    expect(name).to_have_value(wanted)
    a_picture(page, "clone-800")
