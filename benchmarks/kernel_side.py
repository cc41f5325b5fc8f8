"""What `bench_browser.py` asks of the kernel; it stands there as ``bench``."""

from __future__ import annotations

import builtins
import sys
import time
from typing import TYPE_CHECKING

import libvirt
import numpy as np

from qvirt_jupyter.hypervisor import connection_to

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Connection, StatsBatch

CHANGED = 0.1
_rng = np.random.default_rng(1)
_opened: dict[str, Connection] = {}
_times: list[float] = []
_open = libvirt.openAuth


def _noting_the_time(*arguments: object) -> libvirt.virConnect:
    connection = _open(*arguments)
    _times.append(time.time())
    return connection


libvirt.openAuth = _noting_the_time


def open(uri: str) -> float:  # noqa: A001 - its name in the kernel is bench.open
    """Open a host as a notebook does; return when virConnectOpen came back."""
    connection = connection_to(uri)
    connection.stats.subscribe(_change)
    _opened[uri] = connection
    connection.open().result()
    return _times[-1]


def is_read() -> bool:
    """Whether all definitions were read."""
    (connection,) = _opened.values()
    return all(record.xml_version for record in connection.inventory.snapshot().domains)


def toggle() -> float:
    """Pause the first machine, or let it go on; return when."""
    (connection,) = _opened.values()

    def act(raw: libvirt.virConnect) -> float:
        domain = raw.lookupByName("machine-0")
        begin = time.time()
        if domain.state(0)[0] == libvirt.VIR_DOMAIN_PAUSED:
            domain.resume()
        else:
            domain.suspend()
        return begin

    return connection.call(act)


def _change(batch: StatsBatch) -> None:
    """Let one row in ten differ, for the test driver's machines are always busy."""
    figures = batch.samples.figures["cpu_guest"]
    some = _rng.random(len(figures)) < CHANGED
    figures[some] = 100 * _rng.random(some.sum())


builtins.bench = sys.modules[__name__]
