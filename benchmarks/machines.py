"""What several benchmarks share: hosts of the test driver, and how figures are printed."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIZES = (10, 100, 1000, 5000)
MACHINE = (
    "<domain type='test'><name>machine-{0}</name><title>Machine {0}</title>"
    "<memory>131072</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>"
)


@contextlib.contextmanager
def a_host(machines: int) -> Iterator[str]:
    """Give the URI of a host of the test driver on which so many machines run."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "host.xml"
        body = "".join(MACHINE.format(number) for number in range(machines))
        file.write_text(f"<node>{body}</node>", encoding="utf-8")
        yield f"test://{file}"


def compared(
    what: str, raw: Sequence[float], ours: Sequence[float], goal: float | None = None
) -> None:
    """Print both medians, in milliseconds, their ratio, and the goal where there is one."""
    first, second = statistics.median(raw), statistics.median(ours)
    ratio = second / first
    aim = ""
    if goal is not None:
        aim = f" (goal {goal}{'' if ratio <= goal else ', MISSED'})"
    print(f"{what}: raw {1000 * first:.2f} ms, ours {1000 * second:.2f} ms, ratio {ratio:.2f}{aim}")


def measured(what: str, value: float, goal: float, unit: str) -> None:
    """Print a figure and its goal."""
    missed = "" if value <= goal else ", MISSED"
    print(f"{what}: {value:,.1f} {unit} (goal {goal:,} {unit}{missed})")
