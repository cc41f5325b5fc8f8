"""The Details tab of machines with few and with many devices, in Chromium.

A JupyterLab of its own shows a host of libvirt's test driver. The time is that from the click on
the tab until its page and the tree of all devices are painted, then from the click on a device
until its form is. `.venv/bin/python benchmarks/bench_details.py [DEVICES...]`
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
    from playwright.sync_api import Locator, Page

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
import conftest  # the tests' own JupyterLab

DEVICES = (5, 60, 200)
GOALS = {60: 300}
"""In ms, from the click on the tab."""
TIMES = 9
STARTUP = """
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
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
WATCH = """
([title, rows]) => {
  const panel = document.querySelector('.qvirt-vm-panel');
  const isSeen = () => {
    const heading = panel.querySelector('.qvirt-page-form h3');
    const count = panel.querySelectorAll('.qvirt-device').length;
    return count >= rows && heading?.checkVisibility() && heading.textContent.startsWith(title);
  };
  globalThis.painted = new Promise(resolve => {
    let begin;
    const observer = new MutationObserver(() => {
      if (begin === undefined || !isSeen()) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
    });
    const changes = { subtree: true, childList: true, characterData: true, attributes: true };
    observer.observe(panel, changes);
    const press = () => { begin = performance.now(); };
    document.addEventListener('pointerdown', press, { capture: true, once: true });
  });
}
"""


def host(folder: Path, sizes: tuple[int, ...]) -> str:
    """Write a host with a machine for each number of devices and return its URI."""
    machines = ""
    for number in sizes:
        disks = (
            DISK.format(disk, chr(97 + disk // 26), chr(97 + disk % 26)) for disk in range(number)
        )
        machines += MACHINE.format(number, "".join(disks))
    file = folder / "host.xml"
    file.write_text(f"<node>{machines}</node>", encoding="utf-8")
    return f"test://{file}"


def painted(page: Page, where: Locator, title: str, devices: int) -> float:
    """Press the mouse there; return the time until that page and the tree are painted, in ms."""
    page.evaluate(WATCH, [title, devices])
    where.click()
    return page.evaluate("painted")


def opened(page: Page, devices: int) -> tuple[float, float]:
    """Open a machine's Details tab, then a device; return what each took, in ms."""
    page.locator(".qvirt-vm-list [role=row]", has_text=f"with-{devices}").first.dblclick()
    panel = page.locator(".qvirt-vm-panel")
    tab = panel.locator(".qvirt-tabs").get_by_role("tab", name="Details")
    tab.wait_for()
    page.wait_for_timeout(1500)  # what the panel does after it was opened is not of the tab
    of_tab = painted(page, tab, "Overview", devices)
    page.wait_for_timeout(500)
    disk = panel.locator(".qvirt-device", has=page.get_by_text("SATA disk 2", exact=True))
    of_device = painted(page, disk, "SATA disk 2", devices)
    own = page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text=f"with-{devices}")
    own.locator(".lm-TabBar-tabCloseIcon").click()
    panel.wait_for(state="detached")
    return of_tab, of_device


def main(sizes: tuple[int, ...]) -> None:
    """Start JupyterLab and Chromium, and print the medians."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        startup = STARTUP.format(uri=host(Path(folder), sizes))
        lab, process = conftest.start_lab(Path(folder) / "lab", "/", startup)
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(conftest.FLAGS)
            )
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            context.set_default_timeout(conftest.PATIENCE)
            page = lab.enter(context, "bench", qvirt="manager")
            for devices in sizes:
                first, _ = opened(page, devices)
                tabs, forms = zip(*(opened(page, devices) for _ in range(TIMES)), strict=True)
                print(f"{devices} devices, medians of {TIMES}:")
                of_tab = statistics.median(tabs)
                if devices in GOALS:
                    measured("    from the click on Details", of_tab, GOALS[devices], "ms")
                else:
                    print(f"    from the click on Details: {of_tab:.0f} ms")
                print(f"    the first time, and the slowest: {first:.0f} ms, {max(tabs):.0f} ms")
                print(f"    from the click on a device: {statistics.median(forms):.0f} ms")
            browser.close()
        finally:
            conftest.stop(process)


if __name__ == "__main__":
    main(tuple(int(text) for text in sys.argv[1:]) or DEVICES)
