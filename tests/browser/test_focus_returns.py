"""When a dialog closes, the focus is where it was; when its row is gone, in the next row."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

HOST = "Made-up host"


@pytest.fixture
def a_page(a_context, a_lab_with_a_host, a_workspace):
    """The manager with the host."""
    page = a_lab_with_a_host.enter(a_context, a_workspace, qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text=HOST)
    expect(row).to_have_attribute("data-qvirt-state", "connected", timeout=120_000)
    yield page
    a_lab_with_a_host.end_sessions()


@pytest.fixture
def a_host_tab(a_page):
    """The host's own tab."""
    a_page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text=HOST).dblclick()
    panel = a_page.locator(".qvirt-host-panel")
    expect(panel.locator("h2")).to_have_text(HOST, timeout=120_000)
    return panel


def in_kernel(lab, source):
    code = (
        "from qvirt_jupyter.hypervisor import connections\n"
        "host = next(each for each in connections() if each.uri.startswith('test:'))\n"
        f"{source}"
    )
    lab.run(f"exec({code!r}, globals())", "qvirt-jupyter/manager")


def row(table, name):
    cell = table.page.locator("[role=gridcell]:first-child", has_text=re.compile(f"^{name}$"))
    return table.locator("[role=row]", has=cell)


def test_a_deleted_machine_gives_the_focus_to_its_neighbour(a_page, a_lab_with_a_host):
    for name in ("zz-first", "zz-second"):
        in_kernel(
            a_lab_with_a_host,
            f"host.domains.define(\"<domain type='test'><name>{name}</name>"
            '<memory>1024</memory><os><type>hvm</type></os></domain>")',
        )
    machines = a_page.locator(".qvirt-vm-list")
    # The list draws only the rows that are in view.
    machines.get_by_role("searchbox").fill("zz-")
    first = machines.locator("[data-qvirt-name=zz-first]")
    second = machines.locator("[data-qvirt-name=zz-second]")
    expect(second).to_be_visible(timeout=120_000)
    first.click()
    # Escape in the dialog: nothing happened, and the row has the focus again.
    a_page.keyboard.press("Delete")
    dialog = a_page.get_by_role("region", name="Delete zz-first")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused(timeout=120_000)
    a_page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(first).to_be_focused()
    a_page.keyboard.press("Delete")
    dialog.get_by_role("button", name="Delete zz-first").press("Enter")
    expect(first).to_have_count(0, timeout=120_000)
    # A dialog of which nothing is left to say closes by itself.
    expect(dialog).to_have_count(0)
    expect(second).to_be_focused(timeout=120_000)
    in_kernel(a_lab_with_a_host, "host.domains['zz-second'].undefine()")


def test_a_clone_dialog_gives_the_focus_back_to_the_row(a_page):
    machines = a_page.locator(".qvirt-vm-list")
    machine = machines.locator(".qvirt-row-domain", has_text="Shut off").first
    machine.click()
    a_page.keyboard.press("Shift+F10")
    a_page.get_by_role("menuitem", name="Clone…").press("Enter")
    dialog = a_page.locator(".qvirt-clone")
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused(timeout=120_000)
    a_page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(machine).to_be_focused()
    # By mouse: the same.
    machine.click(button="right")
    a_page.get_by_role("menuitem", name="Clone…").click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(machine).to_be_focused()


def test_a_deleted_pool_and_volume_give_the_focus_to_the_next_row(a_host_tab, a_lab_with_a_host):
    page = a_host_tab.page
    in_kernel(
        a_lab_with_a_host,
        "from qvirt_jupyter.documents import StoragePool\n"
        "for name in ('zz-a', 'zz-b'):\n"
        "    host.storage_pools.define(StoragePool(type='dir', name=name, path='/lab/' + name))\n"
        "pool = host.storage_pools['zz-b']\n"
        "pool.start()\n"
        "for name in ('one', 'three', 'two'):\n"
        "    pool.create_volume(name, 1024**2, format='raw')\n",
    )
    a_host_tab.get_by_role("tab", name="Storage", exact=True).click()
    pools = a_host_tab.locator(".qvirt-storage-columns > .qvirt-table")
    volumes = a_host_tab.locator(".qvirt-pool-page > .qvirt-table")
    question = a_host_tab.locator(".qvirt-question")
    row(pools, "zz-b").click()
    expect(row(volumes, "three")).to_be_visible(timeout=120_000)
    row(volumes, "three").click()
    page.keyboard.press("Delete")
    expect(question).to_be_visible(timeout=120_000)
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(row(volumes, "three")).to_be_focused()
    page.keyboard.press("Delete")
    question.get_by_role("button", name="Delete").press("Enter")
    expect(row(volumes, "three")).to_have_count(0, timeout=120_000)
    expect(row(volumes, "two")).to_be_focused(timeout=120_000)
    row(pools, "zz-a").click()
    page.keyboard.press("Delete")
    question.get_by_role("button", name="Delete").press("Enter")
    expect(row(pools, "zz-a")).to_have_count(0, timeout=120_000)
    expect(row(pools, "zz-b")).to_be_focused(timeout=120_000)
    in_kernel(
        a_lab_with_a_host,
        "pool = host.storage_pools['zz-b']\npool.stop()\npool.delete()",
    )


def test_a_deleted_network_gives_the_focus_to_the_next_row(a_host_tab, a_lab_with_a_host):
    page = a_host_tab.page
    in_kernel(
        a_lab_with_a_host,
        "for name in ('zz-a', 'zz-b'):\n"
        "    host.networks.define('<network><name>' + name + '</name></network>')\n",
    )
    a_host_tab.get_by_role("tab", name="Networks", exact=True).click()
    networks = a_host_tab.locator(".qvirt-networks .qvirt-table").first
    question = a_host_tab.locator(".qvirt-question")
    expect(row(networks, "zz-b")).to_be_visible(timeout=120_000)
    row(networks, "zz-a").click()
    page.keyboard.press("Delete")
    expect(question).to_be_visible(timeout=120_000)
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(row(networks, "zz-a")).to_be_focused()
    page.keyboard.press("Delete")
    question.get_by_role("button", name="Delete").press("Enter")
    expect(row(networks, "zz-a")).to_have_count(0, timeout=120_000)
    expect(row(networks, "zz-b")).to_be_focused(timeout=120_000)
    in_kernel(a_lab_with_a_host, "host.networks['zz-b'].delete()")
