"""The storage of a host in Chromium while a pool of 10,000 volumes is listed: how fluent it is.

The daemon and JupyterLab are the tests' own and end with this script, which gives up on what does
not come. `.venv/bin/python benchmarks/bench_volume_page.py [VOLUMES]`
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from machines import measured
from playwright.sync_api import expect, sync_playwright

from qvirt_jupyter.hypervisor import Connection
from qvirt_jupyter.hypervisor.storage.known_volumes import OPENED
from qvirt_jupyter.provision.pools import PoolRequest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Locator, Page

HERE = Path(__file__).parent
for tests in ("browser", "support"):
    sys.path.insert(0, str(HERE.parent / "tests" / tests))
import a_libvirtd  # noqa: E402
import conftest  # noqa: E402 - the tests' own JupyterLab
from a_storage_tab import SAVED  # noqa: E402

VOLUMES = 10_000
PATIENCE = 30
"""Seconds for each thing that is waited for."""
NAMES = 1.0
SIGHT = 2.0
"""Seconds from the click on the pool."""
STALL = 100
"""Milliseconds that the page may stand still, also while somebody scrolls through the list."""
PAGE = """
globalThis.bench = {};
new PerformanceObserver(list => list.getEntries().forEach(({ duration }) =>
  bench.stalls?.push(duration))).observe({ type: 'longtask' });
bench.rows = () =>
  [...document.querySelectorAll('.qvirt-pool-page [role=row][data-key]')].map(
    row => row.textContent);
bench.watch = () => {
  // Somebody scrolls fast, and looks here and there in between. All comes at once: it is known
  // where a whole round of looks, of which the first counts, sees nothing else.
  const PLACES = 12, STEPS = 5, STEP = 300;
  Object.assign(bench, { stalls: [], names: undefined, sight: undefined, known: undefined });
  let frame = 0, place = 0, clean = 0, first = 0;
  const begin = performance.now();
  const now = () => (performance.now() - begin) / 1000;
  const look = () => {
    const rows = bench.rows();
    if (rows.length > 0) bench.names ??= now();
    if (rows.some(text => text.includes('512 B'))) bench.sight ??= now();
    if (bench.sight) {
      const isKnown = rows.every(text => text.includes('512 B') && !text.includes('…'));
      if (!isKnown) clean = 0;
      else if (clean++ === 0) first = now();
      if (clean > PLACES * STEPS) bench.known ??= first;
      const grid = document.querySelector('.qvirt-pool-page .qvirt-grid');
      frame += 1;
      if (frame % STEPS === 0) {
        place = (place + 1) % PLACES;
        grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * place / (PLACES - 1);
      } else {
        grid.scrollTop += place === PLACES - 1 ? -STEP : STEP;
      }
    }
    if (bench.known === undefined) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};
"""


def main(count: int) -> None:
    """Start all of it, and look at one pool."""
    if lacking := a_libvirtd.missing(system=True):
        print(f"not measured: {lacking}")
        return
    daemon = a_libvirtd.a_system()
    try:
        connection = Connection(daemon.uri)
        connection.open().result()
        folder = daemon.folder / "many"
        folder.mkdir()
        for number in range(count):
            (folder / f"volume-{number}.raw").write_bytes(b"\0" * 512)
        PoolRequest(name="many", target=str(folder)).create(connection)
        connection.close()
        with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
            startup = SAVED.format(uri=daemon.uri)
            lab, process = conftest.start_lab(Path(place) / "lab", "/", startup)
            try:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=list(conftest.FLAGS)
                )
                context = browser.new_context(viewport={"width": 1280, "height": 800})
                context.set_default_timeout(1000 * PATIENCE)
                measure(browser, lab.enter(context, "bench-volumes", qvirt="manager"), count)
                browser.close()
            finally:
                conftest.stop(process)
    finally:
        daemon.stop()


def measure(browser: Browser, page: Page, count: int) -> None:
    """Open the pool twice, and print how long each takes."""
    row = page.locator(".qvirt-vm-list [role=row][aria-level='1']", has_text="Workshop")
    expect(row).to_have_attribute("data-qvirt-state", "connected", timeout=1000 * PATIENCE)
    row.dblclick()
    panel = page.locator(".qvirt-host-panel")
    panel.get_by_role("tab", name="Storage", exact=True).click()
    # That of the images is in front at first, and empty.
    pools = panel.locator(".qvirt-storage-columns > .qvirt-table [role=row]")
    pool = pools.filter(has_text="many")
    expect(pool).to_be_visible(timeout=1000 * PATIENCE)
    page.wait_for_timeout(3000)  # what JupyterLab does after its start is not ours
    page.evaluate(PAGE)
    print(f"{count} volumes, opened after another pool:")
    measure_one(browser, page, pool)
    pools.filter(has_text="default").click()
    # Until what was read is not good enough any more for a pool that is opened.
    page.wait_for_timeout(1000 * (OPENED.own + 1))
    print(f"{count} volumes, opened again later, when all of them are read anew:")
    measure_one(browser, page, pool)


def measure_one(browser: Browser, page: Page, pool: Locator) -> None:
    """Print how long it takes, and how long the page stood still meanwhile."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = work(devtools)
    browser.start_tracing(page=page, categories=["toplevel"])
    page.evaluate("bench.watch()")
    pool.click()
    for what in ("names", "sight", "known"):
        page.wait_for_function(f"bench.{what} !== undefined")
        if what == "sight":
            worked = work(devtools) - before
    in_all = work(devtools) - before
    seen = page.evaluate("bench")
    one, five, _fifteen = os.getloadavg()
    print(f"    load {one:.1f} ({five:.1f} in five minutes)")
    measured("    names are visible", seen["names"], NAMES, "s")
    measured("    sizes are in sight", seen["sight"], SIGHT, "s")
    print(f"    processor time of the page until then: {1000 * worked:.0f} ms")
    print(f"    all is known, also who uses them: {seen['known']:.1f} s")
    print(f"    processor time of the page, scrolling until then: {1000 * in_all:.0f} ms")
    measured(
        "    longest stall of the page, scrolling", max(seen["stalls"], default=0), STALL, "ms"
    )
    worked = longest_task(json.loads(browser.stop_tracing())["traceEvents"])
    measured("        processor time of the longest piece of work", worked, STALL, "ms")
    print(f"    stalls of more than 50 ms: {len(seen['stalls'])}")
    devtools.detach()


def longest_task(events: list[dict[str, Any]]) -> float:
    """Return the processor time of the longest task of a page's main thread, in ms.

    Where a machine has other things to do, a page stands still for longer than it works.
    """
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return max(
        event["tdur"] / 1000
        for event in events
        if (event["pid"], event["tid"]) in mains and "tdur" in event
    )


def work(devtools: CDPSession) -> float:
    """Return the processor time that the page's main thread has had, in s."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else VOLUMES)
