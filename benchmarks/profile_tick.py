"""Where the time of a steady tick goes: the profile beside `bench_tick.py`.

Each step is timed by itself while ticks run as they do there; the raw calls come before each tick,
so that caches are as cold. `.venv/bin/python benchmarks/profile_tick.py [MACHINES...]`
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import time
from typing import TYPE_CHECKING
from unittest import mock

import libvirt
from machines import a_host
from raw_calls import running, tick
from views import Browser

from qvirt_jupyter.hypervisor import Connection, pool, publisher
from qvirt_jupyter.hypervisor.statistics import stats

if TYPE_CHECKING:
    from collections.abc import Callable

TICKS = 200
SIZES = (10, 100, 1000)


class Steps(contextlib.ExitStack):
    """Times functions by replacing them, until it is left, with ones that look at the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[str, list[float]] = {}

    def time(self, what: str, owner: object, name: str) -> None:
        """Time a function or method from now on."""
        timed = self.timed(what, getattr(owner, name))
        self.enter_context(mock.patch.object(owner, name, timed))

    def timed(self, what: str, function: Callable[..., object]) -> Callable[..., object]:
        """Return the function with a clock around it."""
        found = self.seconds.setdefault(what, [])

        def run(*arguments: object, **keywords: object) -> object:
            begin = time.perf_counter()
            try:
                return function(*arguments, **keywords)
            finally:
                found.append(time.perf_counter() - begin)

        return run

    def print(self) -> None:
        """Print the medians, in microseconds."""
        for what, seconds in self.seconds.items():
            print(f"    {1e6 * statistics.median(seconds):8.0f} µs  {what}")


def main(machines: int) -> None:
    """Print what each step takes."""
    with a_host(machines) as uri, pool.as_pool_thread():
        connection = Connection(uri)
        connection.open().result()
        connection.stats.stop()
        browser = Browser(connection)
        tick_once = one(connection.stats)
        for _ in range(8):
            tick_once()
        domains = running(libvirt.open(uri))
        with Steps() as steps:
            whole = steps.timed("the whole tick, until the browser's message is made", tick_once)
            denominator = steps.timed("the raw calls alone", tick)
            take_apart(steps, connection, browser)
            for _ in range(TICKS):
                denominator(domains)
                whole()
        print(f"{machines} machines, medians of {TICKS}; what is further in is part of the above:")
        steps.print()
        browser.close()
        connection.close()


def take_apart(steps: Steps, connection: Connection, browser: Browser) -> None:
    """Time the steps of a tick, which have no public names."""
    sampled = connection.stats
    reader = sampled._reader  # noqa: SLF001
    steps.time("through the gate: locks, lost connections, slow calls", connection, "call")
    steps.time("  reading: the calls, and who is due", reader, "read")
    steps.time("    counters to rates", reader.meter, "take")
    steps.time("figures by name", reader.meter, "figures")
    steps.time("percentages of machines", stats, "machine_figures")
    steps.time("figures of the host", stats, "host_figures")
    steps.time("histories", sampled._kept, "add")  # noqa: SLF001
    steps.time("handing over to the publisher thread", publisher, "post")
    steps.time("on it: what differs, and the message", browser._list, "samples")  # noqa: SLF001


def one(sampled: stats.Stats) -> Callable[[], object]:
    """Return one tick."""

    def run() -> None:
        sampled.sample()
        publisher.flush()

    return run


if __name__ == "__main__":
    for number in [int(text) for text in sys.argv[1:]] or SIZES:
        main(number)
