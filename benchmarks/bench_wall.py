"""What a wall of 12 live screens costs the kernel, while somebody looks at it in Chromium.

Twelve machines of QEMU show the menu of their firmware (720 x 400 pixels). It is measured twice:
as they are, at rest, and as if each picture differed from the one before, which is the most that
there is to do. `.venv/bin/python benchmarks/bench_wall.py`
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from machines import measured
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

TESTS = Path(__file__).parents[1] / "tests"
for folder in ("browser", "support"):
    sys.path.insert(0, str(TESTS / folder))
import a_console_host  # noqa: E402 - the tests' own libvirtd
import conftest  # noqa: E402 - the tests' own JupyterLab

SCREENS = 12
SECONDS = 60
GOAL = 10
"""Per cent of one core."""
STARTUP = """
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
saved_connections.add(SavedConnection({uri!r}, "Bench", autoconnect=True))
import builtins, dataclasses
from qvirt_jupyter.hypervisor import Domain
builtins.bench_changes, builtins.bench_taken = [], []
_thumbnail = Domain.thumbnail
def thumbnail(domain, *, seen=None, **keywords):
    bench_taken.append(domain)
    return _thumbnail(domain, seen=None if bench_changes else seen, **keywords)
Domain.thumbnail = thumbnail
"""


def main() -> None:
    """Print the share of a core, at rest and with changing screens."""
    if lacking := a_console_host.missing():
        print(f"not measured: {lacking}")
        return
    with (
        a_console_host.a_running_host() as host,
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
    ):
        for number in range(SCREENS):
            host.start(f"machine-{number}")
        lab, process = conftest.start_lab(Path(folder) / "lab", "/", STARTUP.format(uri=host.uri))
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(conftest.FLAGS)
            )
            context = browser.new_context(viewport={"width": 1280, "height": 1000})
            context.set_default_timeout(conftest.PATIENCE)
            page = lab.enter(context, "bench-wall", qvirt="manager")
            page.locator(".qvirt-vm-list [data-qvirt-name='machine-0']").wait_for()
            measured_share(lab, page, "the manager alone, for comparison", SECONDS)
            page.locator(".qvirt-bar-wall").click()
            page.wait_for_function(
                "count => document.querySelectorAll('.qvirt-wall-tile img[src]').length === count",
                arg=SCREENS,
            )
            measured_share(lab, page, f"{SCREENS} screens at rest", SECONDS)
            lab.run("bench_changes.append(True)")
            measured_share(lab, page, f"{SCREENS} screens, each picture another", SECONDS)
            browser.close()
        finally:
            conftest.stop(process)


def measured_share(lab: conftest.Lab, page: Page, what: str, seconds: float) -> None:
    """Print how much of a core the kernel's process takes."""
    page.wait_for_timeout(5000)  # what opening it cost is not meant
    before, taken = _used(lab)
    begin = time.monotonic()
    page.wait_for_timeout(1000 * seconds)
    after, taken_then = _used(lab)
    share = 100 * (after - before) / (time.monotonic() - begin)
    pictures = (taken_then - taken) / (time.monotonic() - begin)
    measured(f"{what}, {pictures:.1f} pictures a second", share, GOAL, "% of a core")


def _used(lab: conftest.Lab) -> tuple[float, int]:
    """Return the processor time of the kernel's process in seconds, and pictures until now."""
    answer = lab.run("(__import__('time').process_time(), len(bench_taken))")
    seconds, count = answer.strip("()").split(", ")
    return float(seconds), int(count)


if __name__ == "__main__":
    main()
