"""Volumes by clicks: grown, cloned, moved, flattened, deleted; a daemon that is started anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from a_console_host import a_host_with_room, give_away, missing
from a_storage_tab import MIB, SAVED, content_of, drop, opened
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(bool(missing()), reason=missing()),
]
VOLUME = (
    "<volume><name>{}</name><capacity unit='MiB'>{}</capacity><allocation>0</allocation></volume>"
)
OVERLAY = """<volume><name>over.qcow2</name><capacity unit='MiB'>8</capacity>
<target><format type='qcow2'/></target>
<backingStore><path>{}</path><format type='raw'/></backingStore></volume>"""
DISK = """<disk type='file' device='disk'><driver name='qemu' type='raw'/>
<source file='{}'/><target dev='vda' bus='virtio'/></disk>"""


@pytest.fixture(scope="module")
def a_host():
    """A daemon with two pools and a few volumes."""
    with a_host_with_room() as host:
        other = host.folder / "other"
        other.mkdir()
        give_away(other)
        host.connection.storagePoolDefineXML(
            f"<pool type='dir'><name>other</name><target><path>{other}</path></target></pool>"
        ).create()
        pool = host.connection.storagePoolLookupByName("default")
        for name in ("base.raw", "grow.raw", "move.raw"):
            pool.createXML(VOLUME.format(name, 8), 0)
        pool.createXML(OVERLAY.format(host.folder / "images" / "base.raw"), 0)
        yield host


@pytest.fixture
def a_lab_of_it(a_host, a_lab_of_a_user):
    lab = a_lab_of_a_user(SAVED.format(uri=a_host.uri))
    yield lab
    lab.end_sessions()


@pytest.fixture
def a_page(a_context, a_lab_of_it, a_workspace):
    """A page with the storage of the host in front."""
    return opened(a_lab_of_it, a_context, a_workspace)


def volumes(page):
    return page.locator(".qvirt-storage-section .qvirt-pool-page .qvirt-table")


def row(page, name):
    return volumes(page).locator(f"[role=row][data-key='{name}']")


def choose(page, name, entry):
    """Select a volume and take an entry of its menu, once the kernel says that it can be done."""
    expect(row(page, name)).to_be_visible(timeout=120_000)
    row(page, name).click()
    expect(row(page, name)).to_have_attribute("aria-selected", "true")
    delete = volumes(page).locator("[data-action=delete]")
    expect(delete).not_to_have_attribute("aria-disabled", "true")
    volumes(page).get_by_role("button", name="More actions").click()
    item = page.get_by_role("menuitem", name=entry)
    expect(item).not_to_have_attribute("aria-disabled", "true")
    item.click()


def dialog(page, title):
    form = page.locator(".qvirt-storage-section form.qvirt-form")
    expect(form.locator("h3")).to_have_text(title)
    return form


def question(page, words):
    asked = page.locator(".qvirt-host-panel .qvirt-question", has_text=words)
    expect(asked).to_be_visible(timeout=120_000)
    return asked


def axe_finds_nothing(page):
    found = Axe().run(page, context=".qvirt-host-panel", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_a_volume_grows_is_cloned_and_deleted(a_page, a_host):
    page, pool = a_page, a_host.connection.storagePoolLookupByName("default")
    choose(page, "grow.raw", "Resize…")
    form = dialog(page, "Resize grow.raw")
    size = form.get_by_label("New capacity")
    size.fill("1")
    size.press("Tab")
    # What was typed has arrived: there is more of it to say now.
    expect(form.get_by_label("Take the room that comes at once")).to_be_visible(timeout=120_000)
    form.get_by_role("button", name="Resize", exact=True).click()
    expect(form).to_have_count(0)
    expect(row(page, "grow.raw")).to_contain_text("1 GiB")
    assert pool.storageVolLookupByName("grow.raw").info()[1] == 1024 * MIB

    choose(page, "grow.raw", "Clone or convert…")
    form = dialog(page, "Clone grow.raw")
    name = form.get_by_label("Name", exact=True)
    name.fill("twin.qcow2")
    form.get_by_label("Format").select_option(label="qcow2")
    form.get_by_role("button", name="Clone", exact=True).click()
    expect(row(page, "twin.qcow2")).to_be_visible(timeout=120_000)
    expect(row(page, "twin.qcow2")).to_contain_text("qcow2")
    expect(row(page, "twin.qcow2")).to_have_attribute("aria-selected", "true")

    delete = volumes(page).locator("[data-action=delete]")
    expect(delete).not_to_have_attribute("aria-disabled", "true")
    delete.click()
    asked = question(page, "twin.qcow2")
    axe_finds_nothing(page)
    asked.get_by_role("button", name="Delete", exact=True).click()
    expect(row(page, "twin.qcow2")).to_have_count(0)
    assert until(page, lambda: "twin.qcow2" not in pool.listVolumes())
    assert not (Path(a_host.folder) / "images" / "twin.qcow2").exists()


def test_a_volume_moves_and_its_machine_follows(a_page, a_host, a_picture):
    page = a_page
    place = a_host.folder / "images" / "move.raw"
    machine = a_host.define("mover", DISK.format(place))
    try:
        choose(page, "move.raw", "Move…")
        form = dialog(page, "Move move.raw")
        expect(form).to_contain_text("mover")
        expect(form.get_by_label("Storage pool")).to_have_value("other")
        axe_finds_nothing(page)
        a_picture(page, "volume-move-light-1280")
        form.get_by_role("button", name="Move", exact=True).click()
        expect(row(page, "move.raw")).to_have_count(0, timeout=120_000)
        new = str(a_host.folder / "other" / "move.raw")
        assert until(page, lambda: f"file='{new}'" in machine.XMLDesc(0))
        assert until(page, lambda: not place.exists())
        page.locator(".qvirt-storage-section [role=row]", has_text="other").first.click()
        expect(row(page, "move.raw")).to_contain_text("mover")
    finally:
        machine.undefine()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_question_before_flattening_and_an_upload_are_readable(a_page, a_picture, theme):
    page = a_page
    name = f"JupyterLab {theme}"
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
    )
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", name)
    page.route(re.compile("qvirt/transfer"), lambda way: way.abort("connectionreset"))
    drop(page, f"{theme}.iso", 5 * MIB)
    upload = page.locator(f".qvirt-transfer[data-upload='{theme}.iso']")
    expect(upload).to_contain_text("cannot be reached")
    choose(page, "over.qcow2", "Flatten…")
    asked = question(page, "Flatten over.qcow2?")
    axe_finds_nothing(page)
    a_picture(page, f"volume-flatten-{theme.lower()}-1280")
    asked.get_by_role("button", name="Cancel", exact=True).click()
    expect(asked).to_have_count(0)
    upload.get_by_role("button", name=re.compile("Cancel|Remove")).click()
    expect(upload).to_have_count(0)


def test_an_overlay_is_flattened(a_page, a_host):
    page, pool = a_page, a_host.connection.storagePoolLookupByName("default")
    expect(row(page, "over.qcow2")).to_contain_text("base.raw")
    choose(page, "over.qcow2", "Flatten…")
    question(page, "Flatten over.qcow2?").get_by_role("button", name="Flatten", exact=True).click()
    flat = lambda: "backingStore" not in pool.storageVolLookupByName("over.qcow2").XMLDesc(0)  # noqa: E731 - read again and again
    expect(row(page, "over.qcow2")).not_to_contain_text("base.raw", timeout=120_000)
    assert flat()
    choose(page, "over.qcow2", "Resize…")
    dialog(page, "Resize over.qcow2")


def test_an_upload_that_was_left_is_taken_up_with_the_same_file(
    a_page, a_lab_of_it, a_context, a_host
):
    page, sent = a_page, []

    def only_the_first(way):
        if way.request.method == "PUT":
            sent.append(way.request.url)
            if len(sent) > 1:
                way.abort("connectionreset")
                return
        way.continue_()

    page.route(re.compile("qvirt/transfer"), only_the_first)
    drop(page, "left.iso", 20 * MIB)
    upload = page.locator(".qvirt-transfer[data-upload='left.iso']")
    expect(upload).to_contain_text("cannot be reached")
    page.close()
    # Another window of the same kernel names it, and takes it up with the same file.
    other = opened(a_lab_of_it, a_context, "taken-up")
    left = other.locator(".qvirt-transfer[data-upload='left.iso']")
    expect(left).to_contain_text("choose the same file again", timeout=120_000)
    axe_finds_nothing(other)
    drop(other, "left.iso", 20 * MIB)
    expect(left).to_have_count(0, timeout=120_000)
    file = Path(a_host.folder) / "images" / "left.iso"
    assert file.read_bytes() == content_of(20 * MIB)
    expect(row(other, "left.iso")).to_be_visible(timeout=120_000)


def test_a_daemon_that_is_started_anew_brings_its_volumes_back(a_page, a_host):
    page = a_page
    expect(row(page, "base.raw")).to_be_visible(timeout=120_000)
    # The second pool is in front, and is so again afterwards.
    section = page.locator(".qvirt-storage-section")
    section.locator("[role=row]", has_text="other").first.click()
    heading = section.locator(".qvirt-pool-details h3")
    expect(heading).to_have_text("other")
    a_host.kill()
    new = volumes(page).locator("[data-action=new]")
    expect(new).to_have_attribute("aria-disabled", "true")
    expect(volumes(page)).to_contain_text("Not connected to Workshop")
    expect(section).not_to_contain_text("has no storage pool")
    # Somebody changes the folder while nobody looks.
    file = a_host.folder / "other" / "meanwhile.iso"
    file.write_bytes(b"\0" * 4096)
    give_away(file)
    a_host.begin()
    expect(new).to_have_attribute("aria-disabled", "false", timeout=120_000)
    # A pool that does not start with its host is off after that; the page says which it is.
    pool = a_host.connection.storagePoolLookupByName("other")
    expect(heading).to_have_text("other")
    if not pool.isActive():
        expect(volumes(page)).to_contain_text("The pool is off")
        pool.create()
    expect(row(page, "meanwhile.iso")).to_be_visible(timeout=120_000)
    choose(page, "meanwhile.iso", "Resize…")
    dialog(page, "Resize meanwhile.iso")
