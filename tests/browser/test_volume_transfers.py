"""An ISO dropped onto a pool is uploaded, also over a connection that drops, and comes down again."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from a_console_host import a_host_with_room, missing
from a_storage_tab import SAVED, content_of, drop, opened
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]
MIB = 2**20


@pytest.fixture(scope="module")
def a_host():
    """A daemon with an empty pool."""
    with a_host_with_room() as host:
        yield host


@pytest.fixture
def a_storage_lab(a_host, a_lab_of_a_user):
    """A lab whose user has saved the host."""
    lab = a_lab_of_a_user(SAVED.format(uri=a_host.uri))
    yield lab
    lab.end_sessions()


@pytest.fixture
def a_storage_page(a_context, a_storage_lab):
    """A page with the storage of the host in front."""
    return opened(a_storage_lab, a_context, "volumes")


def test_an_iso_is_dropped_the_connection_drops_and_it_goes_on(a_storage_page, a_host, a_picture):
    page, length = a_storage_page, 20 * MIB
    refused, is_down = [], [True]

    def route(way):
        if way.request.method == "PUT" and len(refused) > 1 and is_down[0]:
            refused.append("dropped")
            way.abort("connectionreset")
            return
        refused.append(way.request.method)
        way.continue_()

    page.route(re.compile("qvirt/transfer"), route)
    drop(page, "dropped.iso", length)
    upload = page.locator(".qvirt-transfer[data-upload='dropped.iso']")
    expect(upload).to_contain_text("cannot be reached")
    a_picture(page, "transfers-light")
    is_down[0] = False
    file = Path(a_host.folder) / "images" / "dropped.iso"
    expect(upload).to_have_count(0, timeout=180_000)
    assert "dropped" in refused
    digest = hashlib.sha256(content_of(length)).hexdigest()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
    page.unroute(re.compile("qvirt/transfer"))
    # It is selected, and comes down again as a file.
    row = page.locator(".qvirt-host-panel [role=row]", has_text="dropped.iso")
    expect(row).to_be_visible(timeout=120_000)
    row.click()
    with page.expect_download(timeout=120_000) as found:
        page.get_by_role("button", name="Download", exact=True).click()
    assert found.value.suggested_filename == "dropped.iso"
    assert hashlib.sha256(Path(found.value.path()).read_bytes()).hexdigest() == digest


def test_an_upload_outlives_its_page_and_is_taken_away(a_storage_page, a_host):
    page = a_storage_page
    page.route(re.compile("qvirt/transfer"), lambda way: way.abort("connectionreset"))
    drop(page, "left.iso", 5 * MIB)
    upload = page.locator(".qvirt-transfer[data-upload='left.iso']")
    expect(upload).to_contain_text("cannot be reached")
    file = Path(a_host.folder) / "images" / "left.iso"
    assert until(page, file.exists)
    upload.get_by_role("button", name=re.compile("Cancel|Remove")).click()
    expect(upload).to_have_count(0)
    assert until(page, lambda: not file.exists())


def test_another_window_says_what_an_interrupted_upload_waits_for(
    a_storage_page, a_storage_lab, a_context, a_host, a_picture
):
    other = a_storage_lab.enter(a_context, "other", qvirt="manager")
    a_storage_page.route(re.compile("qvirt/transfer"), lambda way: way.abort("connectionreset"))
    drop(a_storage_page, "gone.iso", 5 * MIB)
    toast = other.locator(".Toastify__toast-container .Toastify__toast", has_text="Upload gone.iso")
    expect(toast).to_be_visible()
    a_storage_page.close()
    expect(toast).to_contain_text("(0 %): Its browser sends nothing: choose the file again")
    # No wheel turns for it.
    expect(toast.locator(".Toastify__spinner")).to_have_count(0)
    a_picture(other, "interrupted-upload")
    toast.get_by_role("button", name="Cancel").click()
    expect(toast).to_contain_text("Upload gone.iso: Cancelled")
    file = Path(a_host.folder) / "images" / "gone.iso"
    assert until(other, lambda: not file.exists())


def test_a_new_volume_is_made(a_storage_page, a_host, a_picture):
    page = a_storage_page
    page.get_by_role("button", name="New volume…").click()
    form = page.locator(".qvirt-form", has_text="New volume in default")
    name = form.get_by_label("Name", exact=True)
    expect(name).to_have_value(re.compile(r"vol.*\.qcow2"))
    name.fill("fresh")
    expect(form).to_contain_text("fresh.qcow2")
    a_picture(page, "new-volume-light")
    found = Axe().run(page, context=".qvirt-form", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    form.get_by_role("button", name="Create", exact=True).click()
    row = page.locator(".qvirt-host-panel [role=row]", has_text="fresh.qcow2")
    expect(row).to_be_visible(timeout=120_000)
    expect(row).to_have_attribute("aria-selected", "true")
    assert (Path(a_host.folder) / "images" / "fresh.qcow2").exists()


@pytest.mark.parametrize(("theme", "width"), [("Light", 1280), ("Dark", 800)])
def test_the_dialogs_about_a_volume(a_storage_page, a_host, a_picture, theme, width):
    page = a_storage_page
    pool = a_host.connection.storagePoolLookupByName("default")
    if "one.raw" not in pool.listVolumes():
        pool.createXML("<volume><name>one.raw</name><capacity>1048576</capacity></volume>", 0)
    section = page.locator(".qvirt-storage-section")
    section.locator(".qvirt-storage-columns > .qvirt-table [data-action=refresh]").click()
    row = section.locator(".qvirt-pool-page [role=row]", has_text="one.raw")
    expect(row).to_be_visible(timeout=120_000)
    page.set_viewport_size({"width": width, "height": 800})
    name = f"JupyterLab {theme}"
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
    )
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", name)
    row.click()
    # The kernel has said what can be done with it.
    download = section.locator(".qvirt-pool-page .qvirt-table [data-action=download]")
    expect(download).not_to_have_attribute("aria-disabled", "true")
    form = section.locator("form.qvirt-form")
    for entry, title in (
        ("Clone or convert…", "Clone one.raw"),
        ("Resize…", "Resize one.raw"),
        ("Wipe…", "Wipe one.raw: all that is in it is lost"),
    ):
        section.locator(".qvirt-pool-page .qvirt-table").get_by_role(
            "button", name="More actions"
        ).click()
        page.get_by_role("menuitem", name=entry).click()
        expect(form.locator("h3")).to_have_text(title)
        found = Axe().run(
            page, context=".qvirt-host-panel", options={"resultTypes": ["violations"]}
        )
        assert found.violations_count == 0, found.generate_report()
        a_picture(page, f"volume-{entry.split()[0].strip('…').lower()}-{theme.lower()}-{width}")
        # What takes away what does not come back looks so.
        danger = form.locator(".qvirt-question-buttons .qvirt-danger")
        expect(danger).to_have_count(1 if entry == "Wipe…" else 0)
        form.get_by_role("button", name="Cancel", exact=True).click()
        expect(form).to_have_count(0)
    # The names of the sections are not cut off.
    labels = page.locator(".qvirt-host-panel .qvirt-tabs > .lm-TabBar .lm-TabBar-tabLabel")
    widths = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
    assert until(page, lambda: labels.count() > 1 and labels.evaluate_all(widths) == 0)
