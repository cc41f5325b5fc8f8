"""What can be asked for of machines, how often, and how libvirt calls it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import libvirt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Group(NamedTuple):
    """What libvirt answers together.

    Parameters
    ----------
    flag
        libvirt's, in a bulk call.
    every
        Seconds between two readings of a machine that is one of a list which shows this.
    unwatched
        The same where nobody looks at this.
    """

    flag: int
    every: float
    unwatched: float


GROUPS: Final[Mapping[str, Group]] = {
    "cpu": Group(libvirt.VIR_DOMAIN_STATS_CPU_TOTAL, 0.0, 10.0),
    "vcpu": Group(libvirt.VIR_DOMAIN_STATS_VCPU, 5.0, 30.0),
    # The guest's balloon driver reports every 5 s.
    "memory": Group(libvirt.VIR_DOMAIN_STATS_BALLOON, 5.0, 30.0),
    "disk": Group(libvirt.VIR_DOMAIN_STATS_BLOCK, 5.0, 30.0),
    "network": Group(libvirt.VIR_DOMAIN_STATS_INTERFACE, 5.0, 30.0),
}
"""What can be asked for of a machine."""
_STALE: Final = 2.5
"""Ticks, or intervals of a group, after which a figure says nothing about now."""
HOST: Final = "host"
"""The host itself, which is asked once for all machines."""


def known_groups(groups: Iterable[str]) -> frozenset[str]:
    """Return the groups.

    Raises
    ------
    ValueError
        There is no such group.
    """
    wanted = frozenset(groups)
    if unknown := wanted - GROUPS.keys() - {HOST}:
        there_are = ", ".join((*GROUPS, HOST))
        raise ValueError(f"No group {', '.join(unknown)}; there are {there_are}.")
    return wanted


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks at.

    Parameters
    ----------
    open
        UUIDs of machines that are looked at closely.
    open_groups
        Groups that are read of them at each tick.
    listed_groups
        Groups that a list of all shows.
    measured
        Groups that may be read at all.
    tick
        Seconds between two ticks.
    """

    open: frozenset[str]
    open_groups: frozenset[str]
    listed_groups: frozenset[str]
    measured: frozenset[str]
    tick: float

    def since(self, of_host: float) -> dict[str, float]:
        """Return, by group, from which moment on a reading says something about now.

        Parameters
        ----------
        of_host
            Seconds between two readings of the host that nobody looks at.
        """
        now = time.monotonic()
        found = {
            name: now - _STALE * max(group.unwatched, self.tick)
            if name in self.measured
            else math.inf
            for name, group in GROUPS.items()
        }
        return {**found, HOST: now - _STALE * max(of_host, self.tick)}
