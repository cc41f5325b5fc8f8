"""Definitions of new machines for hosts with 1,000 machines: processor time in this process.

What a request asks for becomes a definition, with the host asked anew each time, as a wizard does.
The test driver is measured everywhere, a real libvirtd of the tests' own where it runs; the
database of operating systems is read before. `.venv/bin/python benchmarks/bench_provision.py`
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from machines import a_host, measured

from qvirt_jupyter.hypervisor import Connection
from qvirt_jupyter.provision import GuestRequest, InstallFromMedia, osinfo

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
import a_libvirtd

if TYPE_CHECKING:
    from collections.abc import Callable

MACHINES = 1000
TIMES = 30
GOAL = 50.0
"""In ms of processor time."""
MACHINE = (
    "<domain type='qemu'><name>machine-{0}</name><memory unit='MiB'>16</memory>"
    "<os><type arch='x86_64' machine='pc'>hvm</type></os></domain>"
)


def processor_time(function: Callable[[], object]) -> float:
    """Return what a function takes of the processor in this process, in ms."""
    begin = time.process_time()
    function()
    return 1000 * (time.process_time() - begin)


def measure(where: str, connection: Connection, hypervisor: str) -> None:
    """Print the median of one host."""
    known = osinfo()
    system = "debian11" if known.get("debian11") is not None else "generic"
    request = GuestRequest(
        name="new",
        os=system,
        hypervisor=hypervisor,
        install=InstallFromMedia("/srv/some.iso"),
    )
    request.build(connection)
    times = [processor_time(lambda: request.build(connection)) for _ in range(TIMES)]
    measured(
        f"{where}, {len(connection.domains)} machines, {system}: build",
        statistics.median(times),
        GOAL,
        "ms",
    )


def on_libvirtd() -> None:
    """Measure a real libvirtd with so many machines."""
    if lacking := a_libvirtd.missing(system=True):
        print(f"libvirtd is not measured: {lacking}")
        return
    daemon = a_libvirtd.a_system()
    try:
        connection = Connection(daemon.uri)
        connection.open().result()
        connection.call(
            lambda raw: [raw.defineXML(MACHINE.format(number)) for number in range(MACHINES)]
        )
        measure("libvirtd", connection, "qemu")
        connection.close()
    finally:
        daemon.stop()


def main() -> None:
    """Print both medians."""
    with a_host(MACHINES) as uri:
        connection = Connection(uri)
        connection.open().result()
        measure("test driver", connection, "test")
        connection.close()
    on_libvirtd()


if __name__ == "__main__":
    main()
