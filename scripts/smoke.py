"""Run `make lab` without a person and look at it in Chromium: `scripts/smoke`.

It passes when the manager's tab shows the guest running and the guest's screen is drawn, and when
everything that was started has ended afterwards. Screenshots go to tests/output/.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect, sync_playwright

CHECKOUT: Final = Path(__file__).resolve().parent.parent
OUTPUT: Final = CHECKOUT / "tests" / "output"
GUEST: Final = "tiny"
CHROMIUM: Final = os.environ.get("QVIRT_CHROMIUM", "/usr/bin/chromium")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
)
LAB_START: Final = 900.0
"""Seconds until the lab has an address: the first time it installs and builds."""
LAB_END: Final = 120.0
"""Seconds that the lab gets to put everything away."""
SECOND: Final = 1000
"""In Playwright's milliseconds."""
COLOURS: Final = """canvas => {
  const context = canvas.getContext('2d');
  const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const found = new Set();
  for (let i = 0; i < data.length; i += 4)
    found.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
  return found.size;
}"""


def main() -> int:
    """Run the lab and look at it."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as end:
        url_file = Path(folder) / "lab.json"
        lab = start_lab(url_file)
        end.callback(end_lab, lab, url_file)
        address = wait_for_address(lab, url_file)
        look(address)
    print("smoke: the manager shows the guest running, its screen is drawn, everything has ended")
    return 0


def start_lab(url_file: Path) -> subprocess.Popen[bytes]:
    """Run `make lab`; it writes its address into the file."""
    return subprocess.Popen(
        ["make", "lab", f"LAB_ARGS=--no-browser --port {free_port()} --url-file {url_file}"],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def free_port() -> int:
    """Return a TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def facts_of(url_file: Path) -> dict[str, Any]:
    """Return what the lab wrote; nothing while it has not."""
    try:
        found: dict[str, Any] = json.loads(url_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def wait_for_address(lab: subprocess.Popen[bytes], url_file: Path) -> str:
    """Wait until JupyterLab answers and return its address."""
    deadline = time.monotonic() + LAB_START
    while time.monotonic() < deadline:
        if lab.poll() is not None:
            raise SystemExit(f"smoke: make lab ended with status {lab.returncode}")
        if url := facts_of(url_file).get("url"):
            return str(url)
        time.sleep(0.5)
    raise SystemExit("smoke: make lab has no address after 15 minutes")


def end_lab(lab: subprocess.Popen[bytes], url_file: Path) -> None:
    """Ask the lab to end and see that it does."""
    process = facts_of(url_file).get("pid")
    if process is None:
        # It has not come so far; what it started is in its process group.
        if lab.poll() is None:
            os.killpg(lab.pid, signal.SIGTERM)
    else:
        os.kill(process, signal.SIGTERM)
    try:
        lab.wait(LAB_END)
    except subprocess.TimeoutExpired:
        os.killpg(lab.pid, signal.SIGKILL)
        raise SystemExit("smoke: the lab did not end within two minutes") from None


def look(address: str) -> None:
    """Open the manager and the guest's console as a person would."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        try:
            # Without the tabs of an earlier visit.
            page.goto(f"{address}&reset")
            see_guest(page)
            see_screen(page)
        except BaseException:
            page.screenshot(path=OUTPUT / "smoke-failed.png")
            raise
        finally:
            browser.close()


def see_guest(page: Page) -> None:
    """Wait for the guest's row to say that it runs."""
    row = page.locator(f".qvirt-vm-list [role=row][data-qvirt-name='{GUEST}']")
    expect(row).to_be_visible(timeout=180 * SECOND)
    expect(row).to_have_attribute("data-qvirt-state", "running", timeout=60 * SECOND)
    page.screenshot(path=OUTPUT / "smoke-manager.png")
    row.click()


def see_screen(page: Page) -> None:
    """Open the console and wait until something is on it."""
    page.locator(".qvirt-vm-list .qvirt-button[data-action=open_console]").click()
    canvas = page.frame_locator(".qvirt-console iframe").locator("canvas")
    expect(canvas).to_be_visible(timeout=120 * SECOND)
    wait_until_drawn(canvas)
    page.screenshot(path=OUTPUT / "smoke-console.png")


def wait_until_drawn(canvas: Locator) -> None:
    """Wait until more than one colour is on a screen."""
    deadline = time.monotonic() + 120
    while canvas.evaluate(COLOURS) < 2:  # noqa: PLR2004 - one colour is an empty screen
        if time.monotonic() > deadline:
            raise SystemExit("smoke: the guest's screen stayed empty")
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
