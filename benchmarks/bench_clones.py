"""How much processor time it takes until the XML of a clone is ready on a host with 1,000 machines.

virt-clone takes 3.6 s for it (measured with version 4.1.0: it reads all machines and pools first).
The daemon is the tests' own and ends with this script.
`.venv/bin/python benchmarks/bench_clones.py`
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from machines import measured

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor import Connection
from qvirt_jupyter.provision import CloneRequest

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
import a_libvirtd

DEFINED, ROUNDS = 1000, 20
GOAL = 50
"""Milliseconds of processor time."""
MACHINE = """
<domain type='qemu'>
  <name>bench-{0}</name><memory unit='MiB'>16</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='{1}'/><target dev='vda' bus='virtio'/>
    </disk>
    <interface type='user'><model type='virtio'/></interface>
  </devices>
</domain>
"""


def make_machines(connection: Connection, folder: Path) -> None:
    """Define the machines; the first has a volume."""
    folder.mkdir()
    definition = documents.StoragePool(type="dir", name="bench", path=str(folder))
    pool = connection.storage_pools.create(definition, autostart=False)
    disk = pool.create_volume("bench-0.qcow2", 1024**2)

    def make(raw) -> None:  # noqa: ANN001 - libvirt has no types
        for number in range(DEFINED):
            raw.defineXML(MACHINE.format(number, disk.path if number == 0 else f"/{number}.qcow2"))

    connection.call(make)


def clone_ready(connection: Connection) -> float:
    """Return how many milliseconds of processor time the definition of a clone took."""
    before = time.process_time()
    (built,) = CloneRequest(source="bench-0").build(connection)
    str(built)
    return 1000 * (time.process_time() - before)


def main() -> None:
    """Print the median."""
    if lacking := a_libvirtd.missing(system=True):
        print(f"not measured: {lacking}")
        return
    daemon = a_libvirtd.a_system()
    try:
        connection = Connection(daemon.uri)
        connection.open().result()
        make_machines(connection, daemon.folder / "bench")
        while not all(record.xml_version for record in connection.inventory.snapshot().domains):
            time.sleep(0.1)
        connection.stats.stop()
        first = clone_ready(connection)
        times = [clone_ready(connection) for _ in range(ROUNDS)]
        what = f"XML of a clone ready, {DEFINED} machines"
        measured(f"{what}, first", first, GOAL, "ms CPU")
        measured(f"{what}, median of {ROUNDS}", statistics.median(times), GOAL, "ms CPU")
        connection.close()
    finally:
        daemon.stop()


if __name__ == "__main__":
    main()
