"""A private JSON file of ours that several kernels share, and whose words are never lost.

What one process writes, the others see: they look whether the file is another one before they use
what they read of it, and each second while somebody observes. A change is made to what is in the
file at that moment, under a lock, so that nobody writes back what somebody else replaced.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
import threading
import time
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from qvirt_jupyter._private_files import jupyter_folder, private_folder, set_aside, write_private
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_LOG = logging.getLogger(__name__)
_Understood = TypeVar("_Understood")
PATIENCE: Final = 5.0
"""Seconds to wait for another process that is changing a file."""
LOOK: Final = 1.0
"""Seconds between two looks at the files while somebody observes."""


class KeptFile(Generic[_Understood]):
    """A file in Jupyter's configuration.

    Parameters
    ----------
    name
        Its name there.
    path
        Another place for it; None means the one in Jupyter's configuration.
    understand
        Makes sense of the document; what it raises means that there is none in it.
    default
        What is understood where there is no file, or none that makes sense.

    Attributes
    ----------
    problem
        What was wrong with it, for people; None where nothing was.
    """

    def __init__(
        self,
        name: str,
        path: Path | None,
        understand: Callable[[dict[str, Any]], _Understood],
        default: _Understood,
    ) -> None:
        self._name = name
        self._path = path
        self._understand = understand
        self._default = default
        self._lock = threading.RLock()
        self._found: _Understood | None = None
        self._seen: tuple[int, ...] | None = None
        self._observers: Subscribers[[_Understood]] = Subscribers()
        self.problem: LazyString | None = None

    @property
    def path(self) -> Path:
        """Where it is; asked each time, because Jupyter's folders may be set late."""
        return self._path or jupyter_folder("config") / self._name

    @property
    def now(self) -> _Understood:
        """What is understood of it.

        A file that cannot be read is renamed, so that the next write does not overwrite it.
        """
        with self._lock:
            before, seen = self._found, self._signature()
            if before is None or seen != self._seen:
                self._found = self._read()
                self._seen = self._signature()
                if before is not None and self._found != before:
                    self._announce(self._found)
            return self._found if self._found is not None else self._default

    def change(
        self,
        change: Callable[[_Understood], _Understood],
        document: Callable[[_Understood], dict[str, Any]],
    ) -> None:
        """Replace what is in it, unless that stays the same.

        Parameters
        ----------
        change
            Given what is in it now, returns what is to be in it.
        document
            Makes the document of that.

        Raises
        ------
        OSError
            It cannot be written; what was in it is there still.
        """
        # In this order: who reads must not wait for another process.
        with self._alone(), self._lock:
            now = self.now
            wanted = change(now)
            if wanted == now:
                return
            try:
                write_private(self.path, json.dumps(document(wanted), indent=2) + "\n")
            except OSError as error:
                raise self._not_written(error) from error
            self._found, self._seen = wanted, self._signature()
        self._announce(wanted)

    def observe(self, callback: Callable[[_Understood], object]) -> Subscription:
        """Call the callback on the publisher thread when it changes, whoever changed it."""
        observing, looking = self._observers.add(callback), _looker.add(self._look)

        def close() -> None:
            observing.close()
            looking.close()

        return Subscription(close)

    def keep_copy(self) -> Path:
        """Copy it as a newer version wrote it, and return where.

        Raises
        ------
        OSError
            It cannot be copied.
        """
        copy = self.path.with_name(f"{self.path.name}.newer")
        write_private(copy, self.path.read_text(encoding="utf-8"))
        return copy

    def _look(self) -> None:
        _now = self.now

    def _announce(self, found: _Understood) -> None:
        publisher.post(("kept-file", id(self)), lambda: self._observers.call(found))

    def _signature(self) -> tuple[int, ...] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return (status.st_ino, status.st_mtime_ns, status.st_size)

    def _read(self) -> _Understood:
        try:
            return self._understand(dict(json.loads(self.path.read_text(encoding="utf-8"))))
        except FileNotFoundError:
            return self._default
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._set_aside(error)
            return self._default

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes, and other threads of this one, from changing it meanwhile."""
        try:
            folder = private_folder(self.path.parent)
            lock = os.open(folder / f".{self.path.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._not_written(error) from error
        try:
            self._wait_for(lock)
            yield
        finally:
            os.close(lock)

    def _wait_for(self, lock: int) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    busy = str(_("another kernel has been at it for {seconds} seconds"))
                    raise self._not_written(
                        OSError(errno.EAGAIN, busy.format(seconds=round(PATIENCE)))
                    ) from None
                time.sleep(0.02)
            except OSError as error:
                # Some network file systems have no locks: then the last one wins.
                _LOG.debug("%s cannot be locked: %s", self.path, error)
                return
            else:
                return

    def _not_written(self, error: OSError) -> OSError:
        sentence = _("{path} cannot be written: {reason}. Nothing was changed.")
        return OSError(str(sentence.format(path=self.path, reason=error.strerror or error)))

    def _set_aside(self, error: Exception) -> None:
        try:
            aside = set_aside(self.path)
        except OSError as reason:
            _LOG.warning("%s cannot be read (%s) nor set aside (%s)", self.path, error, reason)
            self.problem = _("{path} cannot be read: {reason}. Defaults are used.").format(
                path=self.path, reason=reason
            )
            return
        _LOG.warning("%s cannot be read: %s; it is now %s", self.path, error, aside)
        self.problem = _(
            "{path} could not be read. It is kept as {aside}, and a new one is begun."
        ).format(path=self.path, aside=aside)


class _Looker:
    """One thread that looks at all files that are observed, and ends when none is."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._looks: Subscribers[[]] = Subscribers()
        self._thread: threading.Thread | None = None

    def add(self, look: Callable[[], object]) -> Subscription:
        with self._wake:
            subscription = self._looks.add(look, self._on_close)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="qvirt-files", daemon=True)
                self._thread.start()
        return subscription

    def _on_close(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: len(self._looks) == 0, LOOK)
                if len(self._looks) == 0:
                    self._thread = None
                    return
            self._looks.call()


_looker = _Looker()
