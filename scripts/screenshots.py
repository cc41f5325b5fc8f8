"""Take the pictures of docs/screenshots from a real lab: `.venv/bin/python scripts/screenshots.py`.

The lab is that of `make lab`; the pictures are of what it shows, in the light and the dark theme.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import smoke
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

TARGET: Final = smoke.CHECKOUT / "docs" / "screenshots"
GATHER: Final = 20_000
"""Milliseconds in which the graphs get something to show."""
LONG: Final = 120_000
"""Milliseconds for what takes a while on a busy machine."""
TYPED: Final = ("root", "uname -srm", "ip address show eth0", "free -m")


def main() -> int:
    """Run the lab and take the pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as end:
        # As root, an ordinary user's libvirt reads the file in it.
        Path(folder).chmod(0o711)
        made_up_host = Path(folder) / "lab.xml"
        shutil.copyfile(smoke.CHECKOUT / "qvirt_jupyter" / "data" / "lab.xml", made_up_host)
        made_up_host.chmod(0o644)
        url_file = Path(folder) / "lab.json"
        lab = smoke.start_lab(url_file)
        end.callback(smoke.end_lab, lab, url_file)
        address = smoke.wait_for_address(lab, url_file)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=smoke.CHROMIUM, args=list(smoke.FLAGS)
            )
            page = browser.new_page(viewport={"width": 1280, "height": 760})
            # Without the tabs of an earlier visit.
            page.goto(f"{address}&reset")
            smoke.see_guest(page)
            take_pictures(page, f"test://{made_up_host}")
            browser.close()
    return 0


def take_pictures(page: Page, made_up_host: str) -> None:
    """Walk through what a visitor wants to see."""
    # The file browser takes a quarter of the width.
    page.keyboard.press("Control+b")
    add_host(page, made_up_host)
    row = page.locator(f".qvirt-vm-list [role=row][data-qvirt-name='{smoke.GUEST}']")
    row.click()
    page.wait_for_timeout(GATHER)
    in_both_themes(page, "manager")
    page.locator(".qvirt-vm-list").get_by_role("button", name="View").click()
    page.get_by_role("menuitemcheckbox", name="Details beside the list").click()
    page.wait_for_timeout(5000)
    in_both_themes(page, "details")

    show_deletion(page)
    row.dblclick()
    # The console is in front: something is typed there, to be seen and to be measured.
    screen = page.frame_locator(".qvirt-vm-panel iframe").locator("canvas")
    expect(screen).to_be_visible(timeout=LONG)
    smoke.wait_until_drawn(screen)
    screen.click()
    for line in TYPED:
        page.keyboard.type(line + "\n", delay=60)
        page.wait_for_timeout(2000)
    give_back(page)
    in_both_themes(page, "console")
    page.get_by_role("tab", name="Performance").click()
    page.wait_for_timeout(GATHER)
    in_both_themes(page, "performance")
    page.get_by_role("tab", name="Overview").click()
    page.wait_for_timeout(3000)
    in_both_themes(page, "overview")
    show_xml(page)

    show_manager(page)
    page.locator(".qvirt-vm-list .qvirt-row-connection", has_text="user session").dblclick()
    page.wait_for_timeout(GATHER)
    in_both_themes(page, "host")


def give_back(page: Page) -> None:
    """Press what gives keys and pointer back to JupyterLab, whose menus take no click before.

    A guest that was defined by an earlier lab may have no tablet: the click has caught the pointer.
    """
    for press in (page.keyboard.down, page.keyboard.up):
        for key in ("Control", "Alt", "Shift"):
            press(key)
    # What is said of it stands in the picture for some seconds.
    expect(page.frame_locator(".qvirt-vm-panel iframe").locator("#hint")).to_be_hidden(timeout=LONG)


def show_deletion(page: Page) -> None:
    """Ask what would be deleted with a machine, and leave it.

    The made-up host has no room for a clone: tests/browser/test_cloning.py takes that picture.
    """
    machines = page.locator(".qvirt-vm-list")
    machines.get_by_role("searchbox").fill("legacy-02")
    machines.locator("[data-qvirt-name='legacy-02']").click(button="right")
    page.get_by_role("menuitem", name="Delete…").click()
    dialog = page.locator(".qvirt-deletion")
    expect(dialog.locator("tbody tr").first).to_be_visible(timeout=LONG)
    in_both_themes(page, "deletion")
    dialog.get_by_role("button", name="Cancel").click()
    machines.get_by_role("searchbox").fill("")


def show_xml(page: Page) -> None:
    """Type into the XML what libvirt's schema does not know, and take it back."""
    panel = page.locator(".qvirt-vm-panel")
    page.get_by_role("tab", name="XML").click()
    panel.locator(".cm-line", has_text="<vcpu").first.click()
    page.keyboard.press("End")
    page.keyboard.type("\n<turbo/>")
    expect(panel.locator(".qvirt-xml-faults li")).to_be_visible(timeout=LONG)
    in_both_themes(page, "xml")
    panel.get_by_role("button", name="Revert").click()


def show_manager(page: Page) -> None:
    """Bring the manager's tab to the front."""
    page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text="Virtual Machine Manager").click()


def add_host(page: Page, uri: str) -> None:
    """Add a connection as a person does, with a picture of the form."""
    page.get_by_role("button", name="Add connection…").click()
    form = page.locator("form.qvirt-form")
    form.get_by_label("Hypervisor").select_option("qemu")
    form.get_by_label("Where").select_option("ssh")
    form.get_by_label("Host").fill("kvm7.example.org")
    form.get_by_label("User").fill("ada")
    in_both_themes(page, "connection")
    form.get_by_label("Hypervisor").select_option("custom")
    form.get_by_label("URI").fill(uri)
    page.keyboard.press("Enter")
    expect(page.locator(".qvirt-vm-list [data-qvirt-name='build-03']")).to_be_visible(timeout=LONG)


def in_both_themes(page: Page, name: str) -> None:
    """Save a picture in the light and one in the dark theme."""
    for theme in ("Dark", "Light"):
        page.locator(".lm-MenuBar-item", has_text="Settings").click()
        page.locator(".lm-Menu-item[data-type=submenu]", has_text="Theme").first.click()
        # Exactly: there are high-contrast themes whose names go on.
        page.locator(f".lm-Menu-itemLabel:text-is('JupyterLab {theme}')").click()
        expect(page.locator("body")).to_have_attribute(
            "data-jp-theme-light", "true" if theme == "Light" else "false"
        )
        # Nothing is hovered over.
        page.mouse.move(640, 745)
        page.wait_for_timeout(1500)
        page.screenshot(path=TARGET / f"{name}-{theme.lower()}.png")


if __name__ == "__main__":
    sys.exit(main())
