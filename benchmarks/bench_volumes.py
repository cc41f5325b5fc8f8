"""A pool with 10,000 volumes: how long until they are listed, and how much a browser gets for it.

The daemon is the tests' own and ends with this script; its pool is a folder of empty raw images.
`.venv/bin/python benchmarks/bench_volumes.py [VOLUMES]`
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import libvirt
from machines import measured
from raw_calls import volume_infos
from raw_calls import volumes as raw_volumes

from qvirt_jupyter.hypervisor import Connection, pool
from qvirt_jupyter.hypervisor.storage.known_volumes import MaxAge
from qvirt_jupyter.provision.pools import PoolRequest
from qvirt_jupyter.widgets.packing import packed
from qvirt_jupyter.widgets.storage import volume_view
from qvirt_jupyter.widgets.table_rows import Rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
import a_libvirtd

VOLUMES = 10_000
GOAL = 2.0
"""Seconds until all is known of all of them."""
NAMES_GOAL = 0.5
"""Seconds until all are listed by name."""
SIGHT_GOAL = 0.6
"""Seconds until sizes and formats of those that are in sight are there, too."""
LATELY = 60.0
LATELY_GOAL = 1.0
"""Seconds for a list of what another list has read."""
IN_SIGHT = 60
SIZE_GOAL = 512
"""KiB of the message that brings all of them."""


def main(count: int) -> None:
    """Print how long it takes to list so many volumes."""
    if lacking := a_libvirtd.missing(system=True):
        print(f"not measured: {lacking}")
        return
    daemon = a_libvirtd.a_system()
    try:
        connection = Connection(daemon.uri)
        connection.open().result()
        folder = daemon.folder / "many"
        folder.mkdir()
        for number in range(count):
            (folder / f"volume-{number}.raw").write_bytes(b"\0" * 512)
        begin = time.perf_counter()
        made = PoolRequest(name="many", target=str(folder)).create(connection)
        print(f"{count} volumes: libvirt reads the folder in {time.perf_counter() - begin:.2f} s")
        measure(connection, made.uuid)
        connection.close()
    finally:
        daemon.stop()


def measure(connection: Connection, uuid: str) -> None:
    """Time a list, from the question until its message is made, then lists of no news."""
    volumes = connection.storage_pools[uuid].volumes
    raw = libvirt.open(connection.uri)
    rows = Rows(volume_view.COLUMNS)
    with pool.as_pool_thread():
        # A pool that is opened shows the names first.
        begin = time.perf_counter()
        names = volumes.names
        named = tuple(volume_view.names(volume_view.in_order(names)))
        packed(rows.replace(named))
        measured("    their names", time.perf_counter() - begin, NAMES_GOAL, "s")
        first = volumes.records_named([row.id for row in named[:IN_SIGHT]])
        packed(rows.replace(volume_view.known(named, first, "dir")))
        measured("    those in sight", time.perf_counter() - begin, SIGHT_GOAL, "s")
        for what in ("first list", "once more"):
            # Just before: what else this machine does is in both.
            begin = time.perf_counter()
            raw_volumes(raw.storagePoolLookupByUUIDString(uuid))
            bare = time.perf_counter() - begin
            begin, worked = time.perf_counter(), time.process_time()
            survey = volumes.survey()
            asked = time.perf_counter() - begin
            patch = rows.replace(volume_view.rows(survey, "dir"))
            message, buffers = packed(patch)
            measured(f"    {what}", time.perf_counter() - begin, GOAL, "s")
            ratio = (time.perf_counter() - begin) / bare
            worked = time.process_time() - worked
            print(f"        raw calls, one after the other: {bare:.2f} s, ratio {ratio:.2f}")
            print(f"        of which the question to libvirt: {asked:.2f} s")
            print(f"        processor time of this process: {worked:.2f} s")
            if buffers:
                measured("        its message", len(buffers[0]) / 1024, SIZE_GOAL, "KiB")
            else:
                print(f"        its message: {message}")
        begin = time.perf_counter()
        volume_infos(raw.storagePoolLookupByUUIDString(uuid))
        print(f"    raw calls for their sizes alone: {time.perf_counter() - begin:.2f} s")
        begin, worked = time.perf_counter(), time.process_time()
        survey = volumes.survey(max_age=MaxAge(LATELY, LATELY))
        tuple(volume_view.rows(survey, "dir"))
        measured("    read by another list lately", time.perf_counter() - begin, LATELY_GOAL, "s")
        print(f"        processor time of this process: {time.process_time() - worked:.2f} s")
    raw.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else VOLUMES)
