"""What it costs to know which running machines have changes that wait for their next start.

It is done only while the list shows that column. Processor time of the process, the test driver's
included. `.venv/bin/python benchmarks/bench_pending.py [MACHINES...]`
"""

from __future__ import annotations

import sys
import time

from machines import a_host

from qvirt_jupyter.hypervisor import Connection

SIZES = (100, 1000)
IDLE = 5.0
"""Seconds in which nothing changes."""


def main(machines: int) -> None:
    """Print the cost of the first comparison of all machines, and of knowing it from then on."""
    with a_host(machines) as uri:
        connection = Connection(uri)
        connection.open().result()
        inventory = connection.inventory
        while not all(record.xml_version for record in inventory.snapshot().domains):
            time.sleep(0.05)
        began, used = time.perf_counter(), time.process_time()
        with connection.compare_definitions():
            while any(record.pending is None for record in inventory.snapshot().domains):
                time.sleep(0.05)
            passed, used = time.perf_counter() - began, time.process_time() - used
            print(
                f"{machines} running machines compared: {1000 * used / machines:.2f} ms each, "
                f"{used:.2f} s of processor time in {passed:.1f} s"
            )
            used = time.process_time()
            time.sleep(IDLE)
            used = time.process_time() - used
            print(f"    nothing changes: {1000 * used / IDLE:.1f} ms a second")
        connection.close()


if __name__ == "__main__":
    for number in [int(text) for text in sys.argv[1:]] or SIZES:
        main(number)
