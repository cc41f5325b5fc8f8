"""Bytes on their way: how many, how fast, how long it still takes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.byte_sizes import bytes_text

if TYPE_CHECKING:
    from qvirt_jupyter._translation import LazyString

_ENOUGH: Final = 0.5
"""Seconds after which a rate means something."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A look at bytes that are being moved.

    Parameters
    ----------
    done, total
        Bytes; holes of a sparse file count as what they stand for.
    seconds
        For how long they have been moving.
    """

    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float | None:
        """Bytes in a second; None where it is too early to tell."""
        return self.done / self.seconds if self.seconds >= _ENOUGH else None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None where nobody can tell."""
        return (self.total - self.done) / self.rate if self.rate else None

    def __str__(self) -> str:
        known = {"done": bytes_text(self.done), "total": bytes_text(self.total)}
        if self.rate is None or self.seconds_left is None:
            return str(_("{done} of {total}").format(**known))
        return str(
            _("{done} of {total}, {rate}/s, {left:.0f} s left").format(
                **known, rate=bytes_text(int(self.rate)), left=self.seconds_left
            )
        )


class Reporter(Protocol):
    """Whom work in steps tells how far it is: a :class:`Job`, or a part of one."""

    def report(
        self,
        *,
        progress: float | None = None,
        phase: str | LazyString | None = None,
        transfer: Transfer | None = None,
    ) -> None:
        """Say how far it is."""

    def check_cancelled(self) -> None:
        """Raise :class:`OperationCancelled` if somebody asked it to stop."""


@dataclass(slots=True)
class Course:
    """Counts bytes and tells a reporter, a few times a second.

    Parameters
    ----------
    reporter
        Who is told; None where nobody listens.
    total
        How many bytes there will be.
    """

    reporter: Reporter | None
    total: int
    _began: float = field(default_factory=time.monotonic)
    _told: float = 0.0

    def at(self, done: int) -> None:
        """Tell that so many bytes are done.

        Raises
        ------
        OperationCancelled
            Somebody asked it to stop.
        """
        if self.reporter is None:
            return
        self.reporter.check_cancelled()
        now = time.monotonic()
        if now - self._told < _STEP and done < self.total:
            return
        self._told = now
        self.reporter.report(
            progress=min(1.0, done / self.total) if self.total else 1.0,
            transfer=Transfer(done, self.total, now - self._began),
        )


_STEP: Final = 0.25
"""Seconds between two reports."""


@dataclass(frozen=True, slots=True)
class PartOf:
    """A part of a longer work: its progress is a stretch of the whole's.

    Parameters
    ----------
    whole
        Who is told; None where nobody listens.
    start, share
        Where the stretch begins and how long it is, from 0 to 1.
    """

    whole: Reporter | None
    start: float
    share: float

    def report(
        self,
        *,
        progress: float | None = None,
        phase: str | LazyString | None = None,
        transfer: Transfer | None = None,
    ) -> None:
        """Tell the whole."""
        if self.whole is not None:
            at = None if progress is None else self.start + self.share * progress
            self.whole.report(progress=at, phase=phase, transfer=transfer)

    def check_cancelled(self) -> None:
        """Ask the whole."""
        if self.whole is not None:
            self.whole.check_cancelled()
