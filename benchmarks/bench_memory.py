"""Memory of a kernel with a list of machines, over one that has only our imports.

The test driver keeps its machines in the same process, which real daemons do not: what it takes by
itself is printed beside the sum. Statistics are as full as they get after a day.
`.venv/bin/python benchmarks/bench_memory.py [MACHINES...]`
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from pathlib import Path

import libvirt
import numpy as np
from machines import a_host, measured
from views import Browser

from qvirt_jupyter.hypervisor import Connection
from qvirt_jupyter.hypervisor.statistics.sample import FIGURES, HOST_FIGURES
from qvirt_jupyter.widgets import panels

SIZES = (1000,)
GOAL = 50
DAY = 86_400
STEP = 5
IN_SIGHT = 400
"""Seconds at the end of the day in which the list was open, with a sample each second."""


def memory() -> float:
    """Return what this process has in memory, in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def fill(connection: Connection) -> None:
    """Measure for a day, at once."""
    kept = connection.stats._kept  # noqa: SLF001 - nobody else can turn the clock
    host = dict.fromkeys(HOST_FIGURES, 1.0)
    now = time.time()
    for moment in (*range(0, DAY - IN_SIGHT, STEP), *range(DAY - IN_SIGHT, DAY)):
        figures = {name: np.full(kept.machines.capacity, moment % 97.0) for name in FIGURES}
        kept.add(now - DAY + moment, figures, {}, host, fine=moment >= DAY - IN_SIGHT)


def driver_alone(uri: str) -> None:
    """Print what the driver takes for its machines, and for handles to them."""
    before = memory()
    connection = libvirt.open(uri)
    handles = connection.listAllDomains()
    print(memory() - before, len(handles))


def main(machines: int) -> None:
    """Print what our side takes."""
    with a_host(machines) as uri:
        alone = subprocess.run(
            [sys.executable, __file__, "--driver", uri], capture_output=True, text=True, check=True
        )
        of_driver = float(alone.stdout.split()[0])
        before = memory()
        connection = Connection(uri)
        connection.open().result()
        while not all(record.xml_version for record in connection.inventory.snapshot().domains):
            time.sleep(0.05)
        browser = Browser(connection)
        connection.stats.sample()
        opened = memory() - before
        fill(connection)
        full = memory() - before
        print(
            f"{machines} machines, over {before:.0f} MB with our imports "
            f"({panels.__name__}): {opened:.1f} MB when opened, "
            f"{full:.1f} MB after a day; the driver alone {of_driver:.1f} MB"
        )
        measured("    ours after a day", full - of_driver, GOAL, "MB")
        browser.close()
        connection.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--driver"]:
        driver_alone(sys.argv[2])
    else:
        for number in [int(text) for text in sys.argv[1:]] or SIZES:
            main(number)
