"""Take the pictures of docs/screenshots from a real lab: `.venv/bin/python scripts/screenshots.py`.

The lab is that of `make lab`; the pictures are of what it shows, in the light and the dark theme.
"""

from __future__ import annotations

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


def main() -> int:
    """Run the lab and take the pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as end:
        url_file = Path(folder) / "lab.json"
        lab = smoke.start_lab(url_file)
        end.callback(smoke.end_lab, lab, url_file)
        address = smoke.wait_for_address(lab, url_file)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=smoke.CHROMIUM, args=list(smoke.FLAGS)
            )
            page = browser.new_page(viewport={"width": 1280, "height": 760})
            page.goto(address)
            smoke.see_guest(page)
            take_pictures(page)
            browser.close()
    return 0


def take_pictures(page: Page) -> None:
    """Walk through what a visitor wants to see."""
    row = page.locator(f".qvirt-vm-list [role=row][data-qvirt-name='{smoke.GUEST}']")
    page.wait_for_timeout(GATHER)
    in_both_themes(page, "manager")
    row.dblclick()
    page.get_by_role("tab", name="Performance").click()
    page.wait_for_timeout(GATHER)
    in_both_themes(page, "performance")
    page.get_by_role("tab", name="Overview").click()
    page.wait_for_timeout(3000)
    in_both_themes(page, "overview")
    page.get_by_role("tab", name="Virtual Machine Manager").click()
    row.click()
    smoke.see_screen(page)
    in_both_themes(page, "console")


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
        page.wait_for_timeout(1500)
        page.screenshot(path=TARGET / f"{name}-{theme.lower()}.png")


if __name__ == "__main__":
    sys.exit(main())
