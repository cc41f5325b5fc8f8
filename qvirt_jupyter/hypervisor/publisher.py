"""The one thread that tells the views: everything that goes up leaves through here.

Posts are coalesced by key for some milliseconds, so a burst of events becomes one message, and the
widgets are only ever fed from one thread.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from typing import TYPE_CHECKING, Final, Generic, ParamSpec, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_LOG = logging.getLogger(__name__)
_Arguments = ParamSpec("_Arguments")
THREAD_NAME: Final = "qvirt-publisher"
COALESCE: Final = 0.03
"""Seconds that a post waits for others with the same key."""


class Publisher:
    """A thread that runs what is posted, in order, the newest for each key only.

    Parameters
    ----------
    delay
        Seconds to gather posts before they run.
    """

    def __init__(self, delay: float = COALESCE) -> None:
        self._delay = delay
        self._wake = threading.Condition()
        self._posts: dict[Hashable, Callable[[], object]] = {}
        self._due = 0.0
        self._running = False
        self._thread: threading.Thread | None = None

    def post(
        self, key: Hashable, function: Callable[[], object], *, delay: float | None = None
    ) -> None:
        """Run the function on the publisher thread soon.

        Parameters
        ----------
        key
            A later post with the same key replaces this one if it has not run yet; ``None`` never
            replaces anything.
        function
            What to run; what it raises is logged with its traceback.
        delay
            Seconds to gather others at most, where that is not what the publisher does.
        """
        with self._wake:
            if key is None:
                key = object()
            due = time.monotonic() + (self._delay if delay is None else delay)
            # Waking a thread that would only wait on costs more than most posts do.
            is_sooner = not self._posts or due < self._due
            if is_sooner:
                self._due = due
            self._posts[key] = function
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                self._thread.start()
            if is_sooner:
                self._wake.notify_all()

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until everything that was posted has run; return whether it has.

        Parameters
        ----------
        timeout
            Seconds to wait at most.

        Raises
        ------
        RuntimeError
            Called on the publisher thread, which would wait for itself.
        """
        if self.is_current():
            raise RuntimeError("The publisher thread cannot wait for itself.")
        with self._wake:
            self._due = 0.0
            self._wake.notify_all()
            return self._wake.wait_for(lambda: not self._posts and not self._running, timeout)

    def is_current(self) -> bool:
        """Whether the caller runs on this publisher's thread."""
        return threading.current_thread() is self._thread

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: bool(self._posts))
                while (wait := self._due - time.monotonic()) > 0:
                    self._wake.wait(wait)
                posts, self._posts = self._posts, {}
                self._running = True
            for function in posts.values():
                try:
                    function()
                except Exception:  # noqa: BLE001 - logged; one view must not stop the others
                    _LOG.exception("A view could not be brought up to date")
            with self._wake:
                self._running = False
                self._wake.notify_all()


_publisher = Publisher()
post = _publisher.post
flush = _publisher.flush
is_publisher_thread = _publisher.is_current


class Subscription:
    """What ``subscribe`` and ``observe`` return; closing it stops the calls.

    Parameters
    ----------
    close
        What ends it; it runs once.
    """

    def __init__(self, close: Callable[[], object]) -> None:
        self._close: Callable[[], object] | None = close

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._close is None

    def close(self) -> None:
        """Stop the calls; more calls do nothing."""
        close, self._close = self._close, None
        if close is not None:
            close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


class Subscribers(Generic[_Arguments]):
    """Callbacks that are called together; a failing one does not keep the others from theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: dict[int, Callable[_Arguments, object]] = {}
        self._ids = itertools.count()

    def __len__(self) -> int:
        return len(self._callbacks)

    def add(
        self, callback: Callable[_Arguments, object], on_close: Callable[[], object] | None = None
    ) -> Subscription:
        """Add a callback.

        Parameters
        ----------
        callback
            What to call.
        on_close
            What to do when its subscription has been closed.
        """
        with self._lock:
            number = next(self._ids)
            self._callbacks[number] = callback

        def close() -> None:
            with self._lock:
                self._callbacks.pop(number, None)
            if on_close is not None:
                on_close()

        return Subscription(close)

    def call(self, *arguments: _Arguments.args, **keywords: _Arguments.kwargs) -> None:
        """Call all of them now, on this thread; what one raises is logged."""
        with self._lock:
            callbacks = tuple(self._callbacks.values())
        for callback in callbacks:
            try:
                callback(*arguments, **keywords)
            except Exception:  # noqa: BLE001 - logged; one must not stop the others
                _LOG.exception("A subscriber failed")
