"""Opening a host with many machines, against the raw libvirt calls for the same content.

Both sides run in turn in one process on libvirt's test driver; the ratio of their medians is what
counts, the seconds depend on the machine. `.venv/bin/python benchmarks/bench_open.py [MACHINES]`
"""

from __future__ import annotations

import sys
import time

from machines import SIZES, a_host, compared
from raw_calls import open_host

from qvirt_jupyter.hypervisor import Connection

RUNS = 5
GOAL = 1.3


def ours(uri: str) -> None:
    """Open until the inventory has everything."""
    connection = Connection(uri)
    connection.open().result()
    connection.close()


def main(machines: int) -> None:
    """Print both medians and their ratio."""
    times: dict[str, list[float]] = {"raw": [], "ours": []}
    with a_host(machines) as uri:
        for _ in range(RUNS):
            for name, function in (("raw", open_host), ("ours", ours)):
                begin = time.perf_counter()
                function(uri)
                times[name].append(time.perf_counter() - begin)
    compared(f"{machines} machines, opened", times["raw"], times["ours"], GOAL)


if __name__ == "__main__":
    for number in [int(text) for text in sys.argv[1:]] or SIZES:
        main(number)
