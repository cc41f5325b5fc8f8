"""The manager in Chromium: rows painted, scrolling, ticks and events, with many machines.

A JupyterLab of its own shows hosts of libvirt's test driver; one row in ten has another figure at
each tick. `.venv/bin/python benchmarks/bench_browser.py [MACHINES...]`
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from machines import a_host, measured
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "browser"))
import conftest  # noqa: E402 - the tests' own JupyterLab

SIZES = (10, 1000, 5000)
PAINTED = {1000: 500, 5000: 1000}
"""Goals in ms, from virConnectOpen to rows painted."""
TICKS = 20
SCROLL = 6
"""Seconds."""
EVENTS = 30
STALL = 100
EVENT = 100
SHARE = 1.2
STARTUP = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
import kernel_side
"""
PAGE = """
const stamp = then => requestAnimationFrame(() =>
  setTimeout(() => then(performance.timeOrigin + performance.now())));
globalThis.bench = { painted: 0, states: [], stalls: [] };
new MutationObserver(changes => {
  if (!bench.painted && document.querySelector('.qvirt-row[data-qvirt-name^=machine-]')) {
    bench.painted = -1;
    stamp(time => (bench.painted = time));
  }
  for (const { target, attributeName } of changes) {
    if (attributeName === 'data-qvirt-state' && target.dataset.qvirtName === bench.watched) {
      stamp(time => bench.states.push(time));
    }
  }
}).observe(document, { subtree: true, childList: true, attributes: true });
new PerformanceObserver(list => list.getEntries().forEach(({ duration }) =>
  bench.stalls.push(duration))).observe({ type: 'longtask' });
"""
SCROLLING = """
seconds => new Promise(resolve => {
  const grid = document.querySelector('.qvirt-grid');
  const end = performance.now() + 1000 * seconds;
  let step = 300;
  bench.stalls.length = 0;
  const go = () => {
    const before = grid.scrollTop;
    grid.scrollTop += step;
    if (grid.scrollTop === before) step = -step;
    if (performance.now() < end) requestAnimationFrame(go);
    else { grid.scrollTop = 0; setTimeout(() => resolve(Math.max(0, ...bench.stalls)), 500); }
  };
  go();
})
"""


def main(sizes: tuple[int, ...]) -> None:
    """Start JupyterLab and Chromium, and measure one host after the other."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab, process = conftest.start_lab(Path(folder) / "lab", "/", STARTUP)
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(conftest.FLAGS)
            )
            work = {}
            for machines in sizes:
                # About ten rows are in sight, so that few machines draw as much as many.
                context = browser.new_context(viewport={"width": 1100, "height": 520})
                context.set_default_timeout(conftest.PATIENCE)
                with a_host(machines) as uri:
                    work[machines] = measure(lab, context, machines, uri)
                context.close()
                lab.end_sessions()
            least, most = min(work), max(work)
            if least != most:
                ratio = work[most] / work[least]
                what = (
                    f"page work of a tick, {work[most]:.1f} ms with {most} machines against "
                    f"{work[least]:.1f} ms with {least}"
                )
                measured(what, ratio, SHARE, "times")
            browser.close()
        finally:
            conftest.stop(process)


def measure(lab: conftest.Lab, context: BrowserContext, machines: int, uri: str) -> float:
    """Print the figures of one host; return the page's work for a tick, in ms."""
    page = lab.enter(context, f"bench-{machines}")
    page.evaluate(PAGE)
    page.get_by_text("Virtual Machine Manager").first.click()
    page.locator(".qvirt-vm-list .qvirt-grid").wait_for()
    page.wait_for_timeout(3000)  # what JupyterLab does after its start is not ours
    opened = float(lab.run(f"bench.open({uri!r})"))
    page.wait_for_function("bench.painted > 0")
    painted = page.evaluate("bench.painted") - 1000 * opened
    print(f"{machines} machines:")
    if machines in PAINTED:
        measured("    from virConnectOpen to rows painted", painted, PAINTED[machines], "ms")
    else:
        print(f"    from virConnectOpen to rows painted: {painted:.0f} ms")
    while lab.run("bench.is_read()") != "True":
        page.wait_for_timeout(500)
    page.wait_for_timeout(1500)
    measured("    longest stall while scrolling", page.evaluate(SCROLLING, SCROLL), STALL, "ms")
    times = list(events(lab, page))
    late = statistics.quantiles(times, n=20)[-1]
    measured(f"    event to painted row, p95 of {EVENTS}", late, EVENT, "ms")
    print(f"    event to painted row, median: {statistics.median(times):.0f} ms")
    work = work_of_a_tick(context, page)
    rows = page.locator(".qvirt-row").count()
    print(f"    page work of a tick: {work:.1f} ms with {rows} rows in the page")
    return work


def events(lab: conftest.Lab, page: Page) -> Iterator[float]:
    """Pause and resume a machine that is seen; give the times until its row is painted, in ms."""
    page.evaluate("bench.watched = 'machine-0'")
    for _ in range(EVENTS):
        page.evaluate("bench.states.length = 0")
        begin = float(lab.run("bench.toggle()"))
        page.wait_for_function("bench.states.length > 0")
        yield page.evaluate("bench.states[0]") - 1000 * begin


def work_of_a_tick(context: BrowserContext, page: Page) -> float:
    """Return the processor time of the page's main thread for each tick, in ms."""
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "TaskDuration")

    before = busy()
    page.wait_for_timeout(1000 * TICKS)
    return 1000 * (busy() - before) / TICKS


if __name__ == "__main__":
    main(tuple(int(text) for text in sys.argv[1:]) or SIZES)
