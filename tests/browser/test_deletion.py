"""The delete dialog in a real JupyterLab: by mouse and keyboard, light and dark."""

from __future__ import annotations

import ast
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from patience import until
from playwright.sync_api import expect

DISK = (
    "<disk type='{type}' device='{device}'><source file='{path}'/>"
    "<target dev='{target}' bus='sata'/>{more}</disk>"
)
MACHINE = (
    "<domain type='test'><name>{name}</name><memory>1024</memory><os><type>hvm</type></os>"
    "<devices>{disks}</devices></domain>"
)
VOLUME = (
    "<volume><name>{name}</name><capacity unit='GiB'>20</capacity>"
    "<allocation unit='MiB'>{size}</allocation><target><format type='qcow2'/></target></volume>"
)


def disk(name, target, device="disk", more=""):
    return DISK.format(
        type="file", device=device, path=f"/lab/images/{name}", target=target, more=more
    )


def world():
    """Return a node of the test driver: two machines share a disk, one has its own, one runs."""
    volumes = [
        VOLUME.format(name=name, size=size)
        for name, size in (
            ("web.qcow2", 3100),
            ("data.qcow2", 12500),
            ("shared.qcow2", 800),
            ("install.iso", 640),
        )
    ]
    machines = (
        MACHINE.format(
            name="web &lt;b&gt;",
            disks=disk("web.qcow2", "sda")
            + disk("data.qcow2", "sdb")
            + disk("shared.qcow2", "sdc", more="<shareable/>")
            + disk("install.iso", "sdd", "cdrom")
            + disk("gone-with-its-pool.iso", "sde", "cdrom"),
        ),
        MACHINE.format(name="neighbour", disks=disk("shared.qcow2", "sda")),
    )
    pool = (
        "<pool type='dir'><name>images</name><target><path>/lab/images</path></target>"
        f"{''.join(volumes)}</pool>"
    )
    return f"<node>{''.join(machines)}{pool}</node>"


@pytest.fixture
def a_manager(a_context, a_lab_of_a_user, a_workspace, tmp_path):
    """A lab page with the manager of that host, whose machines run."""
    file = tmp_path / "world.xml"
    file.write_text(world())
    lab = a_lab_of_a_user(
        "from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections\n"
        f"saved_connections.add(SavedConnection('test://{file}', 'Lab', autoconnect=True))\n"
    )
    page = lab.enter(a_context, a_workspace, qvirt="manager")
    row = page.locator(".qvirt-vm-list [role=row]", has_text="web <b>").first
    expect(row).to_be_visible(timeout=120_000)
    yield page, row, lab
    lab.end_sessions()


def in_kernel(lab, expression):
    code = (
        "(lambda host: " + expression + ")([each for each in __import__('qvirt_jupyter')"
        ".hypervisor.connections()][0])"
    )
    return ast.literal_eval(lab.run(code))


def tick_of(dialog, path):
    return dialog.get_by_role("checkbox", name=re.compile(f"^Delete .*{re.escape(path)}$"))


def use_theme(page, theme):
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    # JupyterLab hides the page until the theme is there.
    expect(page.locator("#jupyterlab-splash")).to_have_count(0)


def test_a_machine_goes_with_the_files_that_are_ticked(a_manager, a_picture):
    page, row, lab = a_manager
    row.click(button="right")
    page.get_by_role("menuitem", name="Delete…").click()
    dialog = page.get_by_role("region", name="Delete web <b>")
    delete = dialog.get_by_role("button", name=re.compile("and delete web <b> and 2 files"))
    expect(delete).to_have_attribute("aria-disabled", "true")
    # A stray Enter does nothing.
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    expect(tick_of(dialog, "web.qcow2")).to_be_checked()
    expect(tick_of(dialog, "shared.qcow2")).not_to_be_checked()
    expect(dialog.get_by_role("row", name=re.compile("shared.qcow2"))).to_contain_text("neighbour")
    expect(tick_of(dialog, "gone-with-its-pool.iso")).to_be_disabled()
    use_theme(page, "JupyterLab Dark")
    a_picture(page, "deletion-dark")
    use_theme(page, "JupyterLab Light")
    a_picture(page, "deletion-light")
    found = Axe().run(page, context=".qvirt-deletion", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    # By keyboard: a tick, and back to the button.
    tick_of(dialog, "data.qcow2").focus()
    page.keyboard.press("Space")
    expect(tick_of(dialog, "data.qcow2")).not_to_be_checked()
    expect(dialog.get_by_role("button", name=re.compile("1 file"))).to_be_visible()
    expect(dialog.locator(".qvirt-deletion-total")).to_contain_text("3.0 GiB")
    dialog.get_by_role("checkbox", name=re.compile("^Force off web <b>")).click()
    delete = dialog.get_by_role("button", name="Force off and delete web <b> and 1 file")
    expect(delete).not_to_have_attribute("aria-disabled", "true")
    a_picture(page, "deletion-agreed-light")
    delete.click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("/lab/images/web.qcow2")
    expect(question).not_to_contain_text("data.qcow2")
    a_picture(page, "deletion-question-light")
    question.get_by_role("button", name=re.compile("Force off and delete")).click()
    expect(dialog).to_be_hidden()
    expect(row).to_be_hidden()
    left = "sorted(host.storage_pools['images'].volumes.names)"
    assert until(
        page, lambda: in_kernel(lab, left) == ["data.qcow2", "install.iso", "shared.qcow2"]
    )


def test_several_machines_go_at_once(a_manager, a_picture):
    page, row, lab = a_manager
    row.click()
    other = page.locator(".qvirt-vm-list [role=row]", has_text="neighbour").first
    other.click(modifiers=["Control"])
    other.click(button="right")
    page.get_by_role("menuitem", name="Delete").first.click()
    dialog = page.locator(".qvirt-deletion")
    # Nobody else has it any more, but machines of other hosts may.
    shared = dialog.get_by_role("row", name=re.compile("shared.qcow2"))
    expect(shared).to_contain_text("shareable")
    tick_of(dialog, "shared.qcow2").click()
    force = dialog.get_by_role("checkbox", name=re.compile("^Force off"))
    expect(force).to_have_accessible_name(re.compile("neighbour"))
    force.click()
    a_picture(page, "deletion-several-light")
    dialog.get_by_role("button", name=re.compile("and 3 files")).click()
    page.get_by_role("alertdialog").get_by_role("button", name=re.compile("Force off")).click()
    expect(dialog).to_be_hidden(timeout=120_000)
    expect(row).to_be_hidden()
    expect(other).to_be_hidden()
    left = "sorted(host.storage_pools['images'].volumes.names)"
    assert until(page, lambda: in_kernel(lab, left) == ["install.iso"])
    assert in_kernel(lab, "list(host.domains.names)") == []


def test_what_is_left_stays_in_sight(a_manager, a_picture):
    page, row, lab = a_manager
    row.click(button="right")
    page.get_by_role("menuitem", name="Delete…").click()
    dialog = page.get_by_role("region", name="Delete web <b>")
    dialog.get_by_role("checkbox", name=re.compile("^Force off web <b>")).click()
    in_kernel(lab, "host.storage_pools['images'].stop()")
    dialog.get_by_role("button", name=re.compile("^Force off and delete")).click()
    page.get_by_role("alertdialog").get_by_role("button", name=re.compile("Force off")).click()
    expect(dialog).to_contain_text("2 things that were to be deleted are still there")
    expect(dialog.get_by_role("row", name=re.compile("Virtual machine"))).to_contain_text("Deleted")
    expect(dialog.get_by_role("row", name=re.compile("web.qcow2"))).to_contain_text(
        "start the pool"
    )
    a_picture(page, "deletion-left-light")
    # The machine is gone, its files are tried once more.
    in_kernel(lab, "host.storage_pools['images'].start()")
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog).to_be_hidden()
    left = "sorted(host.storage_pools['images'].volumes.names)"
    assert until(page, lambda: in_kernel(lab, left) == ["install.iso", "shared.qcow2"])
