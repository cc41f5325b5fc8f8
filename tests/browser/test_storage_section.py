"""The storage of a host in the browser: pools, what is in them, a new one, on the made-up host."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

HOST = "Made-up host"
TAB = ".lm-DockPanel-tabBar .lm-TabBar-tab"
PATH = "qvirt-jupyter/manager"


@pytest.fixture
def a_page(a_context, a_lab_with_a_host, a_workspace):
    """A page with the storage of the host in front."""
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text=HOST)
    expect(row).to_have_attribute("data-qvirt-state", "connected")
    row.dblclick()
    expect(panel(page).locator("h2")).to_have_text(HOST)
    panel(page).get_by_role("tab", name="Storage", exact=True).click()
    expect(pool(page, "images")).to_be_visible(timeout=120_000)
    yield page
    a_lab_with_a_host.end_sessions()


@pytest.fixture
def in_kernel(a_lab_with_a_host):
    """Runs something on the host, as another user of it would."""

    def run(source):
        code = (
            "from qvirt_jupyter.hypervisor import connections\n"
            "host = next(each for each in connections() if each.uri.startswith('test:'))\n"
            f"{source}"
        )
        return a_lab_with_a_host.run(f"exec({code!r}, globals())", PATH)

    return run


def panel(page):
    return page.locator(".qvirt-host-panel")


def pools(page):
    return panel(page).locator(".qvirt-storage-columns > .qvirt-table")


def volumes(page):
    return panel(page).locator(".qvirt-pool-page > .qvirt-table")


def pool(page, name):
    exact = re.compile(f"^{re.escape(name)}$")
    cell = page.locator("[role=gridcell]:first-child", has_text=exact)
    return pools(page).locator("[role=row]", has=cell)


def action(table, name):
    return table.locator(f".qvirt-button[data-action={name}]")


def choose(page, name):
    pool(page, name).click()
    expect(panel(page).locator(".qvirt-pool-details h3")).to_have_text(name)


def new_pool(page, name, path):
    action(pools(page), "new").click()
    form = panel(page).locator(".qvirt-storage-section form.qvirt-form")
    expect(form.locator("h3")).to_have_text("New storage pool")
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_label("Path on the host", exact=True).fill(path)
    return form


def more(page, table, name):
    table.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=name).click()


def axe_finds_nothing(page):
    found = Axe().run(
        page, context=".qvirt-storage-section", options={"resultTypes": ["violations"]}
    )
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("theme", "width"), [("Light", 1280), ("Dark", 800)])
def test_pools_and_what_is_in_them(a_page, a_picture, theme, width):
    page = a_page
    name = f"JupyterLab {theme}"
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
    )
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", name)
    choose(page, "iso")
    details = panel(page).locator(".qvirt-pool-details")
    for words in ("/lab/iso", "free", "by hand", "volume"):
        expect(details).to_contain_text(words)
    choose(page, "images")
    row = volumes(page).locator("[role=row][data-key='base-image.qcow2']")
    expect(row).to_contain_text("10 GiB")
    expect(row).to_contain_text("overlay.qcow2")
    # What is selected stays so when the host is asked again (STOR-10).
    row.click()
    action(pools(page), "refresh").click()
    expect(panel(page)).to_contain_text("Refresh images")
    expect(row).to_have_attribute("aria-selected", "true")
    volumes(page).get_by_role("columnheader", name="Size").get_by_role("button").click()
    volumes(page).get_by_role("searchbox").fill("base")
    expect(volumes(page).get_by_role("status")).to_contain_text("Shown: 2 of")
    # No figure of a pool is cut at the edge of the list.
    fits = "grid => grid.scrollWidth <= grid.clientWidth + 1"
    assert until(page, lambda: pools(page).locator(".qvirt-grid").evaluate(fits))
    axe_finds_nothing(page)
    a_picture(page, f"storage-{theme.lower()}-{width}")


def test_a_pool_is_made_renamed_and_deleted(a_page, a_picture):
    page = a_page
    # A name that is taken is said at its field, before libvirt is asked.
    form = new_pool(page, "images", "/lab/elsewhere")
    form.get_by_role("button", name="Create").click()
    name = form.get_by_label("Name", exact=True)
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    name.fill("scratch")
    form.get_by_text("Definition (XML)").click()
    expect(form.locator("pre")).to_contain_text("<path>/lab/elsewhere</path>")
    axe_finds_nothing(page)
    a_picture(page, "storage-new-pool")
    form.get_by_role("button", name="Copy as code").click()
    expect(form.locator(".qvirt-form-preview [role=status]")).to_have_text("Copied.")
    assert "name='scratch'" in page.evaluate("navigator.clipboard.readText()")
    form.get_by_role("button", name="Create").click()
    expect(form).to_have_count(0)
    # The new one is in front.
    expect(pool(page, "scratch")).to_have_attribute("aria-selected", "true")
    expect(panel(page).locator(".qvirt-pool-details h3")).to_have_text("scratch")
    delete = action(pools(page), "delete")
    expect(delete).to_have_attribute("title", "Delete…: It is on: stop it first.")
    action(pools(page), "stop").click()
    panel(page).locator(".qvirt-question").get_by_role("button", name="Stop").click()
    expect(pool(page, "scratch")).to_have_class(re.compile("qvirt-mod-dimmed"))
    expect(volumes(page)).to_contain_text("The pool is off: start it to see its volumes.")
    more(page, pools(page), "Rename…")
    question = panel(page).locator(".qvirt-question")
    question.get_by_label("New name").fill("kept")
    question.get_by_role("button", name="Rename").click()
    expect(pool(page, "kept")).to_be_visible(timeout=120_000)
    expect(pool(page, "scratch")).to_have_count(0)
    pool(page, "kept").click()
    expect(delete).to_have_attribute("aria-disabled", "false")
    page.keyboard.press("Delete")
    question = panel(page).locator(".qvirt-question")
    expect(question).to_contain_text("Only its definition is deleted.")
    question.get_by_role("button", name="Delete").click()
    expect(pool(page, "kept")).to_have_count(0)


@pytest.fixture
def a_shelf():
    """A folder of this machine with folders in it, that whoever runs the lab may list."""
    shelf = Path(tempfile.mkdtemp(prefix="qv-shelf-"))
    for folder in (shelf, shelf / "backup", shelf / "images", shelf / "images" / "deep"):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    yield shelf
    shutil.rmtree(shelf)


@pytest.mark.parametrize(("theme", "width"), [("Light", 1280), ("Dark", 800)])
def test_a_folder_of_the_host_is_looked_for(a_page, a_picture, a_shelf, theme, width):
    page = a_page
    name = f"JupyterLab {theme}"
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name
    )
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", name)
    form = new_pool(page, "shelf", f"{a_shelf}/images/new")
    browse = form.get_by_role("button", name="Browse… Path on the host")
    browse.click()
    found = form.get_by_role("listbox", name="Folders of the host")
    # It begins in the nearest folder that is there.
    expect(found.get_by_role("option")).to_have_text(["deep"])
    expect(found).to_be_focused()
    page.keyboard.press("Backspace")
    expect(found.get_by_role("option")).to_have_text(["backup", "images"])
    page.keyboard.press("i")
    expect(found.locator("[aria-selected=true]")).to_have_text("images")
    chosen = form.locator(".qvirt-folders-chosen")
    expect(chosen).to_have_text(f"{a_shelf}/images")
    axe_finds_nothing(page)
    a_picture(page, f"storage-folders-{theme.lower()}-{width}")
    page.keyboard.press("Enter")
    expect(chosen).to_have_text(f"{a_shelf}/images")
    expect(found.get_by_role("option")).to_have_text(["deep"])
    # Escape leaves the folders, and the form stays.
    page.keyboard.press("Escape")
    expect(found).to_have_count(0)
    expect(browse).to_be_focused()
    page.keyboard.press("Enter")
    expect(found.get_by_role("option")).to_have_text(["deep"])
    found.get_by_role("option", name="deep").click()
    form.get_by_role("button", name="Use this folder").click()
    expect(found).to_have_count(0)
    expect(form.get_by_label("Path on the host", exact=True)).to_have_value(
        f"{a_shelf}/images/deep"
    )
    expect(browse).to_be_focused()


def test_two_panels_make_one_name(a_page, in_kernel):
    page = a_page
    form = new_pool(page, "twice", "/lab/twice")
    in_kernel(
        "from qvirt_jupyter.provision.pools import PoolRequest\n"
        "PoolRequest(type='dir', name='twice', target='/lab/other').submit(host)"
    )
    expect(pool(page, "twice")).to_be_visible(timeout=120_000)
    form.get_by_role("button", name="Create").click()
    name = form.get_by_label("Name", exact=True)
    expect(name).to_have_attribute("aria-invalid", "true")
    # What was typed stays, so another name is all that it takes.
    name.fill("once")
    form.get_by_role("button", name="Create").click()
    expect(pool(page, "once")).to_be_visible(timeout=120_000)
    expect(form).to_have_count(0)


def test_a_pool_goes_while_its_page_is_open(a_page, in_kernel):
    page = a_page
    choose(page, "nfs-share")
    in_kernel(
        "pool = host.storage_pools['nfs-share']\n"
        "pool.submit.stop().result(30)\n"
        "pool.submit.delete()"
    )
    expect(pool(page, "nfs-share")).to_have_count(0)
    expect(panel(page)).to_contain_text("The storage pool is gone")
    expect(panel(page).locator(".qvirt-pool-details h3")).not_to_have_text("nfs-share")


def test_without_a_connection_nothing_can_be_done(a_page):
    page = a_page
    choose(page, "images")
    panel(page).get_by_role("toolbar", name="Actions").get_by_text("Disconnect").click()
    new = action(pools(page), "new")
    expect(new).to_have_attribute("aria-disabled", "true")
    assert "Not connected to" in new.get_attribute("title")
    head = panel(page).get_by_role("toolbar", name="Actions")
    head.get_by_role("button", name="Connect", exact=True).click()
    expect(new).to_have_attribute("aria-disabled", "false")
    # The made-up host begins anew with each connection.
    choose(page, "images")
    expect(volumes(page).locator("[data-key='base-image.qcow2']")).to_be_visible(timeout=120_000)


def test_xml_that_is_not_stored_is_asked_about(a_page, in_kernel):
    page = a_page
    in_kernel(
        "from qvirt_jupyter.widgets.preferences import preferences\npreferences.set(edit_xml=True)"
    )
    choose(page, "images")
    panel(page).locator(".qvirt-pool-page").get_by_text("XML", exact=True).click()
    text = panel(page).locator(".qvirt-pool-page .cm-content")
    expect(text).to_contain_text("<pool")
    expect(text).to_have_attribute("contenteditable", "true")
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("<!-- mine -->")
    expect(panel(page).locator(".qvirt-pool-page .qvirt-xml")).to_have_attribute(
        "data-dirty", "true"
    )
    pool(page, "iso").click()
    # The question is there, and the old pool stays in front until it is answered (STOR-19).
    assert until(page, lambda: panel(page).get_by_role("button", name="Discard").count() > 0)
    expect(panel(page).locator(".qvirt-pool-details h3")).to_have_text("images")
    panel(page).get_by_role("button", name=re.compile("Discard")).first.click()
    expect(panel(page).locator(".qvirt-pool-details h3")).to_have_text("iso")
