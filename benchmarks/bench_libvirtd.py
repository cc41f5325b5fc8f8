"""Statistics of a real libvirtd with 1,000 defined and 20 running guests, against full bulk calls.

The time that the calls of a tick take while the manager's list shows all columns, on average over
rounds of the costly groups, against one call for all statistics of all machines. The daemon is the
tests' own and ends with this script. `.venv/bin/python benchmarks/bench_libvirtd.py`
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from machines import compared
from raw_calls import everything_in_bulk

from qvirt_jupyter.hypervisor import Connection, pool
from qvirt_jupyter.hypervisor.statistics.stat_groups import GROUPS

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
import a_libvirtd

if TYPE_CHECKING:
    from collections.abc import Callable

DEFINED, RUNNING = 1000, 20
TICKS = 16
GOAL = 0.25
VIEWS = {
    "processors only": ("cpu",),
    "all columns of the list": ("cpu", "memory", "disk", "network"),
}
MACHINE = """
<domain type='qemu'>
  <name>bench-{0}</name><memory unit='MiB'>16</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/><source file='{1}'/><target dev='vda' bus='virtio'/>
    </disk>
    <interface type='user'><model type='virtio'/></interface>
    <memballoon model='virtio'/>
  </devices>
</domain>
"""


def make_machines(connection: Connection, folder: Path) -> None:
    """Define all machines and start some, paused: a guest that boots would only take time."""

    def make(raw) -> None:  # noqa: ANN001 - libvirt has no types
        for number in range(DEFINED):
            disk = folder / f"{number}.raw"
            if number < RUNNING:
                disk.write_bytes(b"\0" * 1024**2)
            domain = raw.defineXML(MACHINE.format(number, disk))
            if number < RUNNING:
                domain.createWithFlags(1)  # VIR_DOMAIN_START_PAUSED

    connection.call(make)


def main() -> None:
    """Print the average of our ticks against that of full calls."""
    if lacking := a_libvirtd.missing(system=True):
        print(f"not measured: {lacking}")
        return
    daemon = a_libvirtd.a_system()
    try:
        connection = Connection(daemon.uri)
        connection.open().result()
        make_machines(connection, daemon.folder)
        measure(connection)
        connection.close()
    finally:
        daemon.stop()


def seconds(function: Callable[[], object]) -> float:
    """Return how long a function takes."""
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def measure(connection: Connection) -> None:
    """Time both sides."""
    stats = connection.stats
    while sum(record.is_active for record in connection.inventory.snapshot().domains) < RUNNING:
        time.sleep(0.1)
    stats.stop()
    for view, groups in VIEWS.items():
        full, times = [], []
        with stats.watch(groups=groups), pool.as_pool_thread():
            for _ in range(TICKS):
                # In turns: what else the machine does is in both.
                full.append(seconds(lambda: connection.call(everything_in_bulk)))
                times.append(seconds(stats.sample))
                # The costly groups take turns by the clock.
                time.sleep(max(0.0, stats.tick - times[-1] - full[-1]))
        # The first round asks for what was never asked.
        steady = times[int(1 / 0.2) + 1 :]
        what = f"{DEFINED} defined, {RUNNING} running, {view}"
        compared(what, [statistics.mean(full)], [statistics.mean(steady)], GOAL)
    unwatched = ", ".join(f"{name} {group.every:g} s" for name, group in GROUPS.items())
    print(f"    each machine is asked for: {unwatched}; 0 is each tick")


if __name__ == "__main__":
    main()
