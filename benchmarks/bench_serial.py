"""What a console says: how fast a line takes it, against libvirt's own stream, read in turn.

No guest here writes to a console as fast as a line could take it (a serial port under TCG: 0.1 to
0.2 MB/s), so a volume stands in for the console: libvirt sends it by the same kind of stream. The
bare stream is one that blocks, read by a loop that throws away what it gets. With the line two
listen: one that takes all at once, and one that sleeps for 20 ms at each piece.
The daemon is the tests' own and ends with this script.
`.venv/bin/python benchmarks/bench_serial.py [MEBIBYTES] [ROUNDS]`
"""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
from pathlib import Path

import libvirt
from machines import compared, measured

from qvirt_jupyter.hypervisor import Connection, SerialLine
from qvirt_jupyter.hypervisor.serial.stream import SerialStream

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
import a_fast_console
import a_libvirtd
import a_machine_with_consoles

MEBIBYTES = 64
ROUNDS = 5
SLOWEST = 5.0
"""MB/s that a line takes at least."""
GROWTH_GOAL = 100.0
"""MiB that the process may grow in all rounds together."""
PATIENCE = 120.0
"""Seconds until it is given up."""
_MEBI = 1024 * 1024


def main(mebibytes: int, rounds: int) -> None:
    """Print times, throughput and growth."""
    if lacking := a_libvirtd.missing(system=True):
        print(f"not measured: {lacking}")
        return
    daemon = a_libvirtd.a_system()
    try:
        connection = Connection(daemon.uri)
        connection.open().result()
        folder = daemon.folder / "said"
        folder.mkdir()
        path = folder / "said.raw"
        path.write_bytes(a_fast_console.contents(mebibytes))
        connection.storage_pools.define(
            f"<pool type='dir'><name>said</name><target><path>{folder}</path></target></pool>"
        ).start()
        machine = a_machine_with_consoles.define(connection, "loud", folder)
        machine.start(paused=True)
        measure(connection, machine.serial, path, rounds)
        machine.destroy()
        machine.undefine()
        connection.close()
    finally:
        daemon.stop()


def measure(connection: Connection, line: SerialLine, path: Path, rounds: int) -> None:
    """Measure both ways in turn."""
    size = path.stat().st_size
    bare, ours, grown = [], [], 0.0
    for _round in range(rounds):
        bare.append(bare_seconds(connection, path))
        before = memory()
        ours.append(line_seconds(line, path, size))
        grown += memory() - before
    compared(f"{size // _MEBI} MiB from a console", bare, ours)
    rate = size / statistics.median(ours) / 1e6
    print(f"    {rate:.0f} MB/s (goal {SLOWEST:.0f} MB/s{'' if rate >= SLOWEST else ', MISSED'})")
    measured("    growth of the process", grown, GROWTH_GOAL, "MiB")


def memory() -> float:
    """Return what the process has in memory, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MEBI


def bare_seconds(connection: Connection, path: Path) -> float:
    """Read all of it from libvirt's own stream; return the seconds."""
    raw = libvirt.open(connection.uri)
    stream = raw.newStream()
    begin = time.perf_counter()
    raw.storageVolLookupByPath(str(path)).download(stream, 0, 0, 0)
    while stream.recv(65536):
        pass
    seconds = time.perf_counter() - begin
    stream.finish()
    raw.close()
    return seconds


def line_seconds(line: SerialLine, path: Path, size: int) -> float:
    """Read all of it by a line to which two listen; return the seconds."""
    console = a_fast_console.FastConsole(path)
    done = threading.Event()
    came = 0

    def take(data: bytes) -> None:
        nonlocal came
        came += len(data)
        if came >= size:
            done.set()

    def lose(number: int) -> None:
        nonlocal came
        came += number

    replaced, SerialStream.open = SerialStream.open, console.open  # type: ignore[method-assign]
    try:
        with (
            line.listen(take, replay=False, on_loss=lose),
            line.listen(lambda _data: time.sleep(0.02), replay=False),
        ):
            begin = time.perf_counter()
            line.open()
            if not done.wait(PATIENCE):
                raise SystemExit(f"{came} of {size} bytes came")
            return time.perf_counter() - begin
    finally:
        SerialStream.open = replaced  # type: ignore[method-assign]
        line.close()


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*given, *(MEBIBYTES, ROUNDS)[len(given) :])
