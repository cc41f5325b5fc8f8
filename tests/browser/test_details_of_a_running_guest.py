"""Hardware of a machine that runs, in a real JupyterLab: added, changed and ejected at once."""

from __future__ import annotations

import re
from pathlib import PurePath

import pytest
from a_console_host import a_running_host, missing
from patience import until
from playwright.sync_api import expect

from qvirt_jupyter.documents import Domain

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing()),
]
DRIVE = "<disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk>"
PANEL = ".qvirt-vm-panel"


@pytest.fixture(scope="module")
def a_host():
    with a_running_host() as host:
        yield host


@pytest.fixture
def a_machine(a_host):
    """A machine with an empty drive, beside a pool with a disc in it."""
    folder = a_host.folder / "images"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    (folder / "disc.iso").write_bytes(b"\0" * 65536)
    (folder / "disc.iso").chmod(0o666)
    pool = a_host.connection.storagePoolCreateXML(
        f"<pool type='dir'><name>images</name><target><path>{folder}</path></target></pool>", 0
    )
    yield a_host.start("web", displays=DRIVE)
    a_host.remove_all()
    pool.destroy()


@pytest.fixture
def a_panel(a_context, a_lab_with_our_panels, a_workspace, a_host, a_machine):
    """The Details tab of the machine."""
    page = a_lab_with_our_panels.enter(a_context, a_workspace)
    page.evaluate(
        "machine => jupyterapp.commands.execute('qvirt:open-vm', machine)",
        {"uri": a_host.uri, "uuid": a_machine.UUIDString(), "title": "web"},
    )
    panel = page.locator(PANEL)
    expect(panel.locator(".qvirt-machine h2")).to_have_text("web", timeout=180_000)
    panel.locator(".qvirt-tabs").get_by_role("tab", name="Details").click()
    expect(panel.locator(".qvirt-page-form h3")).to_have_text("Overview")
    yield panel
    a_lab_with_our_panels.end_sessions()


def running(machine):
    return Domain.parse(machine.XMLDesc(0)).devices


def begin_adding(panel, kind):
    panel.get_by_role("button", name="Add hardware").click()
    chosen = panel.get_by_role("radio", name=kind, exact=True)
    chosen.click()
    expect(chosen).to_have_attribute("aria-checked", "true")
    return panel.locator(".qvirt-page-form")


def is_added(panel, label):
    form = panel.locator(".qvirt-page-form")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(panel.locator(".qvirt-device-label", has_text=re.compile(label))).to_be_visible(
        timeout=120_000
    )


def test_a_disk_and_a_network_card_are_added_to_what_runs(a_panel, a_machine, a_picture):
    form = begin_adding(a_panel, "Disk")
    a_picture(a_panel.page, "add-hardware-light")
    form.get_by_role("textbox", name="Size", exact=True).fill("1 MiB")
    # The image is made when the disk is added, and called after machine and target.
    is_added(a_panel, "^VirtIO disk 1")
    images = [None, "web-vda.qcow2"]
    assert until(
        a_panel.page,
        lambda: (
            [disk.path and PurePath(disk.path).name for disk in running(a_machine).disks] == images
        ),
    )

    form = begin_adding(a_panel, "Network card")
    form.get_by_label("Connected to", exact=True).select_option("user")
    is_added(a_panel, "^NIC ")
    assert until(a_panel.page, lambda: len(running(a_machine).interfaces) == 1)
    assert until(
        a_panel.page, lambda: len(Domain.parse(a_machine.XMLDesc(2)).devices.interfaces) == 1
    )


def test_a_disc_is_put_into_the_drive_and_taken_out(a_panel, a_machine):
    a_panel.locator(".qvirt-device-label", has_text="CD-ROM").click()
    form = a_panel.locator(".qvirt-page-form")
    form.get_by_role("button", name="Browse… File").click()
    a_panel.locator(".qvirt-storage").get_by_role("button", name="disc.iso").click()
    expect(form.locator(".qvirt-effect-now")).to_be_visible()
    apply = form.get_by_role("button", name="Apply")
    apply.click()
    expect(apply).to_have_attribute("aria-disabled", "true")
    expect(form.get_by_role("button", name="Eject")).to_be_visible()
    page = a_panel.page
    # The button is off while it is under way, too.
    assert until(page, lambda: (running(a_machine).disks["hda"].path or "").endswith("disc.iso"))
    form.get_by_role("button", name="Eject").click()
    expect(apply).not_to_have_attribute("aria-disabled", "true")
    apply.click()
    expect(apply).to_have_attribute("aria-disabled", "true")
    assert until(page, lambda: running(a_machine).disks["hda"].path is None)
