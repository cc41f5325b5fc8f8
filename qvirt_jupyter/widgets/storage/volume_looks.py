"""Looks into storage pools for a page: first what is there at once, then all that is known."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.storage import volume_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qvirt_jupyter.hypervisor import StoragePool
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord
    from qvirt_jupyter.hypervisor.storage.known_volumes import MaxAge
    from qvirt_jupyter.hypervisor.storage.volume_survey import VolumeSurvey
    from qvirt_jupyter.widgets.table import Row

    _Found = tuple[VolumeSurvey, tuple[Row, ...]]

_MANY = 500
"""From so many volumes on their names are shown before the rest is known of them."""
_IN_SIGHT = 60
"""Rows of which all but the users is asked before that of the others: no table is higher."""
_AT_ONCE: Final = 2
"""Looks at a time: a pool that is opened does not wait for the one before it, but for no more."""


class Shown(Protocol):
    """Who shows what was found; told on the publisher thread, and of the last pool only."""

    def on_named(self, rows: Sequence[Row]) -> None:
        """Show volumes of which not all is known yet."""

    def on_listed(self, survey: VolumeSurvey, rows: Sequence[Row]) -> None:
        """Show all that is known of them."""

    def on_failed(self, error: BaseException) -> None:
        """Say why they cannot be listed."""


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A look at one pool.

    Parameters
    ----------
    pool, pool_type
        Which, and of which kind.
    max_age
        What is good enough for it.
    is_first
        Whether nothing is shown of this pool yet.
    begun
        When, of ``time.monotonic``.
    """

    pool: StoragePool
    pool_type: str
    max_age: MaxAge
    is_first: bool
    begun: float = field(default_factory=time.monotonic)

    def serves(self, max_age: MaxAge) -> bool:
        """Whether what it finds is good enough for somebody who asks only now."""
        age = max(self.max_age.own, time.monotonic() - self.begun)
        return age <= max_age.own and self.max_age.others <= max_age.others


class VolumeLooks:
    """Looks into the pool that is in front; used on the publisher thread.

    Several wishes in a moment are one look.

    Parameters
    ----------
    connection
        Whose pools.
    shown
        Who shows it.
    """

    def __init__(self, connection: Connection, shown: Shown) -> None:
        self._connection, self._shown = connection, shown
        # What runs, also for pools that are in front no longer; the last one that counts; what
        # follows it.
        self._running: set[_Look] = set()
        self._last: _Look | None = None
        self._next: _Look | None = None

    def forget(self) -> None:
        """Show nothing any more of what is under way."""
        self._last = self._next = None

    def look(self, pool: StoragePool, pool_type: str, max_age: MaxAge, *, is_first: bool) -> None:
        """Look into a pool, and into no other any more.

        Parameters
        ----------
        pool, pool_type
            Which, and of which kind.
        max_age
            What is good enough.
        is_first
            Whether nothing is shown of it yet: its names come first then.
        """
        if not self._is_in_front(pool):
            self.forget()
        if self._last is not None:
            if not self._last.serves(max_age):
                # What comes first is on its way.
                self._next = self._later(pool, pool_type, max_age, is_first=False)
        elif len(self._running) < _AT_ONCE:
            self._begin(self._later(pool, pool_type, max_age, is_first=is_first))
        else:
            is_new = self._next is None
            self._next = self._later(pool, pool_type, max_age, is_first=is_first)
            if is_first and is_new:
                # The others may take seconds yet. What fails here fails there.
                ahead = partial(self._look_ahead, self._next)
                work_in_pool(self._connection, ahead, lambda _none: None, lambda _error: None)

    def _is_in_front(self, pool: StoragePool) -> bool:
        front = self._last or self._next
        return front is not None and front.pool.uuid == pool.uuid

    def _later(
        self, pool: StoragePool, pool_type: str, max_age: MaxAge, *, is_first: bool
    ) -> _Look:
        """Return a look that is also good enough for whoever waits for the next one."""
        waiting = None if self._next is None else self._next.max_age
        return _Look(pool, pool_type, max_age.stricter(waiting), is_first)

    def _begin(self, look: _Look) -> None:
        self._last, self._next = look, None
        self._running.add(look)
        work_in_pool(
            self._connection,
            partial(self._find, look),
            partial(self._listed, look),
            partial(self._failed, look),
        )

    def _listed(self, look: _Look, found: _Found) -> None:
        if self._is_over(look):
            self._shown.on_listed(*found)
        self._go_on()

    def _failed(self, look: _Look, error: BaseException) -> None:
        # Where another look follows, that one says what is wrong, if it still is.
        if self._is_over(look) and self._next is None:
            self._shown.on_failed(error)
        self._go_on()

    def _is_over(self, look: _Look) -> bool:
        """Take it as done; return whether anybody waits for it."""
        self._running.discard(look)
        is_wanted = look is self._last
        if is_wanted:
            self._last = None
        return is_wanted

    def _go_on(self) -> None:
        if self._next is not None and self._last is None:
            self._begin(self._next)

    # In the connection's pool.

    def _find(self, look: _Look) -> _Found:
        named = self._look_ahead(look) if look.is_first else ()

        def on_records(records: Sequence[StorageVolumeRecord]) -> None:
            if look.is_first:
                names = volume_view.in_order(record.name for record in records)
                known = volume_view.known(
                    named or volume_view.names(names), records, look.pool_type
                )
                self._show(look, tuple(known))

        survey = look.pool.volumes.survey(max_age=look.max_age, on_records=on_records)
        # Not on the thread that tells all views: it takes a while for thousands.
        return survey, tuple(volume_view.rows(survey, look.pool_type))

    def _look_ahead(self, look: _Look) -> tuple[Row, ...]:
        """Show the names of many volumes, then all but the users of those in sight."""
        volumes = look.pool.volumes
        # One question to libvirt; all else takes one for each volume.
        names = volume_view.in_order(volumes.names)
        if len(names) < _MANY:
            return ()
        named = tuple(volume_view.names(names))
        self._show(look, named)
        first = volumes.records_named(names[:_IN_SIGHT])
        self._show(look, tuple(volume_view.known(named, first, look.pool_type)))
        return named

    def _show(self, look: _Look, rows: tuple[Row, ...]) -> None:
        def show() -> None:
            if self._is_in_front(look.pool):
                self._shown.on_named(rows)

        publisher.post(None, show)
