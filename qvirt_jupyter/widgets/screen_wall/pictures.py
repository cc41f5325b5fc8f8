"""Takes pictures of screens, few at a time, however many are asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from qvirt_jupyter.hypervisor import ConnectionLost, QvirtError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from qvirt_jupyter.hypervisor import Domain
    from qvirt_jupyter.hypervisor.screen.thumbnail import Thumbnail

AT_ONCE: Final = 2
"""Pictures that are taken at once on one connection: its other calls have threads left."""


class Taken(Protocol):
    """Hears what became of a picture, on a thread of the connection."""

    def __call__(self, key: str, picture: Thumbnail | None, problem: QvirtError | None) -> None:
        """Take the picture, or the reason why there is none."""


@dataclass(slots=True)
class _Lane:
    """What waits for a connection, the oldest first, and what is being taken."""

    waiting: dict[str, tuple[Domain, Thumbnail | None]] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)


class Pictures:
    """A queue for each connection, so that a slow host keeps no other waiting.

    Parameters
    ----------
    taken
        Hears each picture.
    """

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._lock = threading.Lock()
        self._lanes: dict[str, _Lane] = {}
        self._is_closed = False

    def ask(self, key: str, domain: Domain, seen: Thumbnail | None) -> None:
        """Have a picture taken, unless one is about to be.

        Parameters
        ----------
        key
            What the picture is called when it comes.
        domain
            The machine.
        seen
            The picture that is known; it comes itself where the screen is as it was.
        """
        uri = domain.connection.uri
        with self._lock:
            if self._is_closed:
                return
            lane = self._lanes.setdefault(uri, _Lane())
            if key in lane.busy or key in lane.waiting:
                return
            lane.waiting[key] = (domain, seen)
        self._go_on(uri)

    def close(self) -> None:
        """Take no more pictures; those that are being taken are heard of no more."""
        with self._lock:
            self._is_closed = True
            self._lanes.clear()

    def _go_on(self, uri: str) -> None:
        """Begin with what waits, as far as there is room."""
        while True:
            with self._lock:
                lane = self._lanes.get(uri)
                if lane is None or not lane.waiting or len(lane.busy) >= AT_ONCE:
                    return
                key = next(iter(lane.waiting))
                domain, seen = lane.waiting.pop(key)
                lane.busy.add(key)
            try:
                future = domain.connection.pool.submit(partial(self._take, key, domain, seen))
            except ConnectionLost:
                # Its tiles say that it is closed; when it is open again, they are asked for anew.
                with self._lock:
                    self._lanes.pop(uri, None)
                return
            # Also where it was dropped before it began.
            future.add_done_callback(partial(self._over, uri, key))

    def _take(self, key: str, domain: Domain, seen: Thumbnail | None) -> None:
        picture: Thumbnail | None = None
        problem: QvirtError | None = None
        try:
            picture = domain.thumbnail(seen=seen)
        except QvirtError as error:
            problem = error
        with self._lock:
            if self._is_closed:
                return
        self._taken(key, picture, problem)

    def _over(self, uri: str, key: str, _future: Future[None]) -> None:
        with self._lock:
            lane = self._lanes.get(uri)
            if lane is not None:
                lane.busy.discard(key)
        self._go_on(uri)
