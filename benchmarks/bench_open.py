"""Opening a host with many machines, against the raw libvirt calls for the same content.

Both sides run in turn in one process on libvirt's test driver; the ratio of their medians is what
counts, the seconds depend on the machine. `.venv/bin/python benchmarks/bench_open.py [MACHINES]`
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import libvirt

from qvirt_jupyter.hypervisor import Connection

RUNS = 5
MACHINE = (
    "<domain type='test'><name>machine-{0}</name><title>Machine {0}</title>"
    "<memory>131072</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>"
)


def raw(uri: str) -> None:
    """Make the calls that the list needs, and nothing else."""
    connection = libvirt.open(uri)
    for domain in connection.listAllDomains():
        domain.name(), domain.UUIDString(), domain.ID(), domain.state(), domain.XMLDesc()
    connection.close()


def ours(uri: str) -> None:
    """Open until the inventory has everything."""
    connection = Connection(uri)
    connection.open().result()
    connection.close()


def main(machines: int) -> None:
    """Print both medians and their ratio."""
    times: dict[str, list[float]] = {"raw": [], "ours": []}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "host.xml"
        body = "".join(MACHINE.format(number) for number in range(machines))
        file.write_text(f"<node>{body}</node>", encoding="utf-8")
        uri = f"test://{file}"
        for _ in range(RUNS):
            for name, function in (("raw", raw), ("ours", ours)):
                begin = time.perf_counter()
                function(uri)
                times[name].append(time.perf_counter() - begin)
    median = {name: statistics.median(values) for name, values in times.items()}
    print(
        f"{machines} machines: raw {median['raw']:.3f} s, ours {median['ours']:.3f} s, "
        f"ratio {median['ours'] / median['raw']:.2f}"
    )


if __name__ == "__main__":
    for number in [int(text) for text in sys.argv[1:]] or [10, 100, 1000]:
        main(number)
