"""One steady tick, from libvirt's calls to what goes to the browser, against the raw calls.

Processor time of the thread, on libvirt's test driver, with the manager's list open and one row in
ten changed by each tick. Both sides take turns in one process.
`.venv/bin/python benchmarks/bench_tick.py [MACHINES...]`
"""

from __future__ import annotations

import gc
import itertools
import sys
import time
from typing import TYPE_CHECKING

import libvirt
import numpy as np
from machines import SIZES, a_host, compared
from raw_calls import running, tick
from views import ROWS_IN_SIGHT, Browser

from qvirt_jupyter.hypervisor import Connection, pool, publisher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from qvirt_jupyter.hypervisor import StatsBatch

TICKS = 40
GOAL = 1.3
CHANGED = 0.1


def seconds(function: Callable[[], object]) -> float:
    """Return the processor time of this process that a function takes."""
    begin = time.process_time()
    function()
    return time.process_time() - begin


def changing_figures(machines: int) -> Iterator[NDArray[np.float64]]:
    """Give one figure for each machine, again and again; made before, for it takes a while."""
    rng = np.random.default_rng(1)
    now = 100 * rng.random(machines)
    found = []
    for _ in range(TICKS):
        some = rng.random(machines) < CHANGED
        now = np.where(some, 100 * rng.random(machines), now)
        found.append(now)
    return itertools.cycle(found)


def main(machines: int) -> None:
    """Print both medians and their ratio."""
    figures = changing_figures(machines)

    def change(batch: StatsBatch) -> None:
        """Let one row in ten differ, for the test driver's machines are always busy."""
        batch.samples.figures["cpu_guest"][:machines] = next(figures)

    with a_host(machines) as uri:
        connection = Connection(uri)
        connection.open().result()
        stats = connection.stats
        stats.stop()
        # The tick runs on a thread of the connection's own, which calls libvirt directly.
        with stats.subscribe(change), pool.as_pool_thread():
            browser = Browser(connection)

            def ours() -> None:
                stats.sample()
                publisher.flush()

            raw = libvirt.open(uri)
            domains = running(raw)
            for _ in range(6):
                ours()  # The first rounds ask for what nobody has seen yet.
            times: dict[str, list[float]] = {"raw": [], "ours": []}
            # Whoever makes the garbage of a tick pays for it; not of what was before.
            gc.collect()
            for _ in range(TICKS):
                times["raw"].append(seconds(lambda: tick(domains)))
                times["ours"].append(seconds(ours))
            compared(f"{machines} machines, a tick", times["raw"], times["ours"], GOAL)
            shown = min(machines, ROWS_IN_SIGHT)
            sizes = browser.sizes[-TICKS:]
            print(f"    {shown} rows in sight: {sum(sizes) / TICKS:.0f} bytes a tick")
            browser.close()
        connection.close()


if __name__ == "__main__":
    for number in [int(text) for text in sys.argv[1:]] or SIZES:
        main(number)
