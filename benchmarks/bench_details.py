"""The Details tab of machines with few and with many devices, in Chromium.

A JupyterLab of its own shows a host of libvirt's test driver. The time is that from the click on
the tab until its page and the tree of all devices are painted, then from the click on a device
until its form is. `.venv/bin/python benchmarks/bench_details.py`
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from machines import measured
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
import conftest  # the tests' own JupyterLab

DEVICES = (5, 60)
GOAL = 300
TIMES = 5
STARTUP = """
from qvirt_jupyter.widgets.saved_connections import SavedConnection, saved_connections
saved_connections.add(SavedConnection({uri!r}, "Bench", autoconnect=True))
"""
MACHINE = (
    "<domain type='test'><name>with-{0}</name><memory>131072</memory><vcpu>1</vcpu>"
    "<os><type arch='x86_64'>hvm</type></os><devices>{1}</devices></domain>"
)
DISK = (
    "<disk type='file' device='disk'><source file='/images/{0}.img'/>"
    "<target dev='sd{1}{2}' bus='sata'/></disk>"
)
PAINTED = """
([button, title, rows]) => new Promise(resolve => {
  const panel = document.querySelector('.qvirt-vm-panel');
  const isShown = () =>
    panel.querySelectorAll('[role=treeitem]').length >= rows &&
    panel.querySelector('.qvirt-page-form h3')?.textContent?.includes(title);
  const observer = new MutationObserver(() => {
    if (!isShown()) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
  });
  observer.observe(panel, { subtree: true, childList: true, characterData: true });
  const begin = performance.now();
  button.click();
})
"""


def host(folder: Path) -> str:
    """Write a host with a machine for each number of devices and return its URI."""
    machines = ""
    for number in DEVICES:
        disks = (
            DISK.format(disk, chr(97 + disk // 26), chr(97 + disk % 26)) for disk in range(number)
        )
        machines += MACHINE.format(number, "".join(disks))
    file = folder / "host.xml"
    file.write_text(f"<node>{machines}</node>", encoding="utf-8")
    return f"test://{file}"


def opened(page: Page, number: int) -> tuple[float, float]:
    """Open a machine's Details tab, then a device; return what each took, in ms."""
    page.locator(".qvirt-vm-list [role=row]", has_text=f"with-{number}").first.dblclick()
    panel = page.locator(".qvirt-vm-panel")
    tab = panel.get_by_role("tab", name="Details")
    tab.wait_for()
    page.wait_for_timeout(1500)  # what the panel does after it was opened is not of the tab
    tab_time = page.evaluate(PAINTED, [tab.element_handle(), "Overview", number])
    disk = panel.locator("[role=treeitem]", has_text="SATA disk 2")
    device_time = page.evaluate(PAINTED, [disk.element_handle(), "SATA disk 2", number])
    page.locator(".lm-TabBar-tab.lm-mod-current .lm-TabBar-tabCloseIcon").last.click()
    panel.wait_for(state="detached")
    return tab_time, device_time


def main() -> None:
    """Print the medians."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        startup = STARTUP.format(uri=host(Path(folder)))
        lab, process = conftest.start_lab(Path(folder) / "lab", "/", startup)
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(conftest.FLAGS)
            )
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            context.set_default_timeout(conftest.PATIENCE)
            page = lab.enter(context, "bench", qvirt="manager")
            for number in DEVICES:
                opened(page, number)  # the browser's first time is not the user's tenth
                tabs, devices = zip(*(opened(page, number) for _ in range(TIMES)), strict=True)
                print(f"{number} devices, medians of {TIMES}:")
                measured("    Details tab painted", statistics.median(tabs), GOAL, "ms")
                print(f"    a device's form painted: {statistics.median(devices):.0f} ms")
            browser.close()
        finally:
            conftest.stop(process)


if __name__ == "__main__":
    main()
