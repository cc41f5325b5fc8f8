"""The threads in which a connection's libvirt calls run.

They are daemon threads, unlike those of :mod:`concurrent.futures`: a call that hangs on a dead
host must not keep the interpreter from ending. A task never waits for another task of a pool:
what would be submitted from a pool thread runs directly on it.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from concurrent.futures import Future, InvalidStateError
from typing import TYPE_CHECKING, Any, Final, TypeVar

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import event_loop
from qvirt_jupyter.hypervisor.errors import ConnectionLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Result = TypeVar("_Result")
_LOCAL = threading.local()
THREAD_PREFIX: Final = "qvirt-pool"
IDLE: Final = 10.0
"""Seconds after which a thread without work ends."""


class WorkerPool:
    """A few threads that come with the work and go without it.

    Parameters
    ----------
    name
        Part of the threads' names.
    size
        How many there are at most.
    """

    def __init__(self, name: str, size: int = 8) -> None:
        self.name = name
        self.size = size
        self._lock = threading.Lock()
        self._tasks: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = (
            queue.SimpleQueue()
        )
        self._threads: set[threading.Thread] = set()
        self._busy: dict[threading.Thread, Future[Any]] = {}
        self._waiting = 0
        self._closed = False

    @property
    def is_closed(self) -> bool:
        """Whether it takes no more work."""
        return self._closed

    def submit(self, function: Callable[[], _Result]) -> Future[_Result]:
        """Run the function in one of the threads.

        Raises
        ------
        ConnectionLost
            The pool was closed.
        """
        future: Future[_Result] = Future()
        with self._lock:
            if self._closed:
                raise self._is_closed_error()
            self._waiting += 1
            self._tasks.put((future, function))
            if len(self._busy) + self._waiting > len(self._threads) < self.size:
                self._add_thread()
        return future

    def _is_closed_error(self) -> ConnectionLost:
        return ConnectionLost(
            _("The connection {name} is closed.").format(name=self.name),
            next_step=_("Connect again."),
        )

    def run(self, function: Callable[[], _Result]) -> _Result:
        """Run the function in the pool and wait for it; directly if this is a pool thread.

        Raises
        ------
        RuntimeError
            Called on libvirt's event thread, which must not block.
        ConnectionLost
            The pool was closed.
        """
        refuse_on_event_thread()
        if is_pool_thread():
            return function()
        return self.submit(function).result()

    def write_off(self, error: BaseException) -> None:
        """Wait no more for what runs now: it fails, and its threads no longer count as ours.

        A call into a connection that broke may hang for ever; those who wait for it must not.

        Parameters
        ----------
        error
            What they get. A call that runs on this very thread raises an error of its own.
        """
        with self._lock:
            left = {
                thread: future
                for thread, future in self._busy.items()
                if thread is not threading.current_thread()
            }
            self._threads -= left.keys()
            for thread in left:
                del self._busy[thread]
            # What waits has its turn now.
            room = 0 if self._closed else self.size - len(self._threads)
            for _number in range(min(self._waiting, room)):
                self._add_thread()
        for future in left.values():
            _end(future, lambda future: future.set_exception(error))

    def _add_thread(self) -> None:
        thread = threading.Thread(
            target=self._work, name=f"{THREAD_PREFIX}-{self.name}", daemon=True
        )
        self._threads.add(thread)
        thread.start()

    def close(self, timeout: float = 2.0) -> None:
        """Take no more work, end what has not begun as lost, and wait a little for the rest.

        Parameters
        ----------
        timeout
            Seconds to wait for the threads; one that hangs in a call is left behind.
        """
        end = time.monotonic() + timeout
        with self._lock:
            self._closed = True
            threads = tuple(self._threads)
            dropped = []
            while not self._tasks.empty():
                task = self._tasks.get()
                if task is not None:
                    self._waiting -= 1
                    dropped.append(task[0])
            for _thread in threads:
                self._tasks.put(None)
        # Without the lock: who waits may look at this pool.
        for future in dropped:
            if future.set_running_or_notify_cancel():
                future.set_exception(self._is_closed_error())
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, end - time.monotonic()))
        self.write_off(
            ConnectionLost(
                _("The connection {name} was closed before the answer came.").format(
                    name=self.name
                ),
                next_step=_("It may have been done all the same: connect again and look."),
            )
        )

    def _work(self) -> None:
        _LOCAL.pool = self
        me = threading.current_thread()
        while True:
            try:
                task = self._tasks.get(timeout=IDLE)
            except queue.Empty:
                with self._lock:
                    # A task may have been put between the time-out and the lock.
                    if self._tasks.empty():
                        self._threads.discard(me)
                        return
                continue
            if task is None:
                with self._lock:
                    self._threads.discard(me)
                return
            future, function = task
            with self._lock:
                self._waiting -= 1
                self._busy[me] = future
                is_wanted = future.set_running_or_notify_cancel()
            try:
                if is_wanted:
                    _fulfil(future, function)
            finally:
                # A traceback would keep the connection alive while the thread idles.
                del task, future, function
                with self._lock:
                    is_ours = self._busy.pop(me, None) is not None
            if not is_ours:
                # It was written off.
                return


def _fulfil(future: Future[_Result], function: Callable[[], _Result]) -> None:
    try:
        result = function()
    except BaseException as error:  # noqa: BLE001 - the waiting thread raises it
        raised = error
        _end(future, lambda future: future.set_exception(raised))
    else:
        _end(future, lambda future: future.set_result(result))


def _end(future: Future[_Result], end: Callable[[Future[_Result]], object]) -> None:
    """End it, unless that was done already because its call was written off."""
    with contextlib.suppress(InvalidStateError):
        end(future)


@contextlib.contextmanager
def as_pool_thread() -> Iterator[None]:
    """Let this thread call libvirt directly, because it is the connection's own."""
    _LOCAL.pool = "own"
    try:
        yield
    finally:
        _LOCAL.pool = None


def is_pool_thread() -> bool:
    """Whether the caller runs in a pool of any connection."""
    return getattr(_LOCAL, "pool", None) is not None


def refuse_on_event_thread() -> None:
    """Raise if the caller runs on libvirt's event thread.

    Raises
    ------
    RuntimeError
        It does.
    """
    if event_loop.is_event_thread():
        raise RuntimeError(
            "This method waits for libvirt's answer and was called on libvirt's event thread, "
            "which must read that answer. Use the form under .submit there."
        )
