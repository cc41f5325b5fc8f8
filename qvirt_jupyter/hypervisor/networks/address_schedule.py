"""Whom to ask for addresses next: those that boot often, those whose answer is known rarely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Run: TypeAlias = tuple[str, int]
"""UUID and number of a running machine: a machine that was restarted is another run."""
BOOT: Final = 180.0
"""Seconds after a machine was first seen running in which it may still get its first address."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait before the same machine is asked again, in seconds.

    Parameters
    ----------
    booting
        While it has no address and has not had its time to boot.
    unknown
        Where it has none after that.
    known
        Where it has one.
    at_most
        How many machines are asked in one round.
    """

    booting: float
    unknown: float
    known: float
    at_most: int


@dataclass(slots=True)
class _Asked:
    first_seen: float
    last: float = float("-inf")


class Schedule:
    """Says whom to ask.

    Parameters
    ----------
    patience
        How long each waits.
    """

    def __init__(self, patience: Patience) -> None:
        self._wait = patience
        self._asked: dict[Run, _Asked] = {}

    def due(self, runs: Mapping[Run, bool], now: float) -> list[Run]:
        """Return whom to ask now, those that have waited longest first.

        Parameters
        ----------
        runs
            All machines that may be asked, and whether an address of theirs is known.
        now
            In seconds, of a clock that does not jump.
        """
        self._asked = {run: self._asked.get(run) or _Asked(first_seen=now) for run in runs}
        waiting = [
            (asked.last, run)
            for run, asked in self._asked.items()
            if now - asked.last >= self._patience(asked, now, is_known=runs[run])
        ]
        chosen = [run for _last, run in sorted(waiting)[: self._wait.at_most]]
        self.note(chosen, now)
        return chosen

    def note(self, runs: Iterable[Run], now: float) -> None:
        """Take it that these were asked now, because one answer was for all of them."""
        for run in runs:
            if run in self._asked:
                self._asked[run].last = now

    def _patience(self, asked: _Asked, now: float, *, is_known: bool) -> float:
        if is_known:
            return self._wait.known
        return self._wait.booting if now - asked.first_seen < BOOT else self._wait.unknown
