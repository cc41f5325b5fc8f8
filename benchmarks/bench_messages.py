"""What goes to the browser for the list of machines: number and size of messages.

`.venv/bin/python benchmarks/bench_messages.py [MACHINES...]`
"""

from __future__ import annotations

import sys
import time

import numpy as np
from machines import SIZES, a_host, measured
from views import Browser

from qvirt_jupyter.hypervisor import Connection, publisher
from qvirt_jupyter.hypervisor.statistics.sample import FIGURES, Samples
from qvirt_jupyter.widgets.machine_list.samples import POINTS

KIB = 1024
GOALS = {1000: (5, 64)}
"""Messages and KiB to open, by number of machines; others are printed beside them."""
CHANGED = 0.1
TICK_GOAL = 4
"""KiB of a tick in which one row in ten differs, at 1,000 machines."""


def wait_for_definitions(connection: Connection) -> None:
    """Wait until what loads lazily is there."""
    while not all(record.xml_version for record in connection.inventory.snapshot().domains):
        time.sleep(0.05)
    publisher.flush(60)


def main(machines: int) -> None:
    """Print what opening the list and a tick cost."""
    with a_host(machines) as uri:
        connection = Connection(uri)
        connection.open().result()
        wait_for_definitions(connection)
        stats = connection.stats
        stats.stop()
        with stats.watch(groups=["cpu"]):
            for _ in range(POINTS):
                stats.sample()
        browser = Browser(connection, sorted_by_figure=True)
        messages, size = len(browser.sizes), sum(browser.sizes) / KIB
        print(f"{machines} machines:")
        if machines in GOALS:
            measured("    messages to open", messages, GOALS[machines][0], "messages")
            measured("    to open", size, GOALS[machines][1], "KiB")
        else:
            print(f"    to open: {messages} messages, {size:,.1f} KiB")
        columns = {
            record.uuid: at for at, record in enumerate(connection.inventory.snapshot().domains)
        }
        rng = np.random.default_rng(1)
        figures = {name: 1e6 * rng.random(machines) for name in FIGURES}
        figures["cpu_guest"] = 100 * rng.random(machines)
        now = time.time()

        def tick(number: int) -> list[int]:
            browser.messages.clear()
            browser.show(Samples(now + number, columns, figures))
            return browser.sizes

        tick(1)
        some = rng.random(machines) < CHANGED
        figures["cpu_guest"] = np.where(some, 100 * rng.random(machines), figures["cpu_guest"])
        sizes = tick(2)
        print(f"    a tick with {some.sum()} rows changed: {len(sizes)} message")
        measured("    its size", sum(sizes) / KIB, TICK_GOAL, "KiB")
        print(f"    a tick with nothing changed: {len(tick(3))} messages")
        browser.close()
        connection.close()


if __name__ == "__main__":
    for number in [int(text) for text in sys.argv[1:]] or SIZES:
        main(number)
