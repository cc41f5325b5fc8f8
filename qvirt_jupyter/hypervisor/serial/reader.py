"""The thread of a serial line: it opens the console, reads it, and opens it again.

What it does next follows from what it finds:

======================= ======================= ==================================================
it finds                the line is             it tries again
======================= ======================= ==================================================
no connection           lost                    when the connection is back; where it was closed on
                                                purpose, the thread ends until then
no such machine         gone                    when there is one with its UUID
machine off             off                     when it runs
somebody else's console busy                    when asked, at the next start, and a few times after
                                                it had it: then it may be its own that is left over
no console yet          opening                 soon: the machine is just starting
libvirt refuses         refused                 the same
it opens                open                    at once when it ends
======================= ======================= ==================================================
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final, Protocol

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import pool
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.hypervisor.errors import (
    ConnectionLost,
    InUse,
    NotFound,
    OperationFailed,
    QvirtError,
    Subject,
    WrongState,
)
from qvirt_jupyter.hypervisor.serial.state import SerialState
from qvirt_jupyter.hypervisor.serial.stream import PIECE, SerialStream, StreamEnded

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.inventory import Batch

_LOG = logging.getLogger(__name__)
THREAD_PREFIX: Final = "qvirt-serial"
RETRIES: Final = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Seconds before further attempts, where the one before may only have come too early."""
EARLY: Final = 3
"""While so many attempts are left, a refusal is not told yet."""
AGAIN: Final = 1.0
"""Seconds until what is known is looked at without being told: what comes and goes between two
batches of the inventory is in neither."""
_STARTING: Final = (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_STARTING_UP)
GATHER: Final = 0.002
"""Seconds in which more may come after something came: a guest that writes much costs less so."""
PENDING_AT_MOST: Final = 1024 * 1024
"""Bytes that may wait to be sent."""
PART: Final = 16 * 1024
"""Bytes that are sent at once."""
PACE: Final = 0.01
"""Seconds between two parts: nobody says whether the guest takes them, and what it does not take
would pile up in the daemon."""


class Line(Protocol):
    """What the thread needs of its line."""

    @property
    def connection(self) -> Connection:
        """The connection."""

    @property
    def uuid(self) -> str:
        """The machine's UUID."""

    @property
    def alias(self) -> str:
        """Libvirt's name for the console."""

    @property
    def subject(self) -> Subject:
        """The machine, for errors."""

    def take(self, data: bytes) -> None:
        """Take what the guest wrote."""

    def sleep(self, reader: SerialReader) -> None:
        """Take that the thread has ended, and begin anew when the connection is opened again."""

    def tell(self, reader: SerialReader, state: SerialState, error: QvirtError | None) -> None:
        """Take where it is."""


class SerialReader:
    """Keeps the console of a line open from :meth:`start` to :meth:`stop`.

    Parameters
    ----------
    line
        Who is told.
    before
        The one before it, which may still be closing the console.
    """

    def __init__(self, line: Line, before: SerialReader | None) -> None:
        self._line = line
        self._before = before
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._answered = threading.Condition(self._lock)
        self._asked = self._answers = 0
        self._force = False
        self._stopped = False
        self._is_open = False
        self._pending = bytearray()
        self._connection_changed = False
        self._retries: list[float] = []
        self._run: int | None = None
        self.has_ended = False
        """Whether it does nothing any more, by itself or because it was stopped."""
        self._thread = threading.Thread(
            target=self._work, name=f"{THREAD_PREFIX}-{line.subject}-{line.alias}", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Close the console and end, soon; see :meth:`join`."""
        with self._lock:
            self._stopped = True
            self._answered.notify_all()
        self._wake.set()

    def join(self, timeout: float) -> bool:
        """Wait until the console is closed; return whether it is."""
        if self._thread is threading.current_thread():
            return False
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def ask(self, *, force: bool = False) -> int:
        """Have it try now, where it is not open already; return a number for :meth:`wait`.

        Parameters
        ----------
        force
            Take it from who has it.
        """
        with self._lock:
            self._force = self._force or force
            self._asked += 1
            number = self._asked
        self._wake.set()
        return number

    def wait(self, number: int, timeout: float) -> bool:
        """Wait until it has tried since it was asked; return whether it has."""
        with self._answered:
            return self._answered.wait_for(
                lambda: self._answers >= number or self._stopped, timeout
            )

    def write(self, data: bytes) -> None:
        """Send bytes soon.

        Raises
        ------
        WrongState
            It is not open.
        OperationFailed
            Too much waits to be sent already.
        """
        with self._lock:
            if not self._is_open:
                raise WrongState(_("The console is not open."), subject=self._line.subject)
            if len(self._pending) + len(data) > PENDING_AT_MOST:
                raise OperationFailed(
                    _("More than {size} KiB wait to be sent to the console.").format(
                        size=PENDING_AT_MOST // 1024
                    ),
                    subject=self._line.subject,
                    next_step=_("Send it in smaller parts, or copy a file in another way."),
                )
            self._pending += data
        self._wake.set()

    # On its own thread.

    def _work(self) -> None:
        try:
            self._keep_open()
        except Exception as error:  # noqa: BLE001 - logged, and the state says so
            _LOG.exception("%s: the thread of %s failed", self._line.subject, self._line.alias)
            failed = OperationFailed(
                _("Reading the console failed."),
                subject=self._line.subject,
                next_step=_("Open it again; the details say what happened."),
                details=repr(error),
            )
            self._say(self._asked, SerialState.REFUSED, failed)
        else:
            if self._stopped:
                self._line.tell(self, SerialState.CLOSED, None)
        finally:
            self.has_ended = True
        if not self._stopped:
            self._line.sleep(self)

    def _keep_open(self) -> None:
        connection = self._line.connection
        before, self._before = self._before, None
        if before is not None:
            before.join(timeout=10)
        with (
            pool.as_pool_thread(),
            connection.observe(lambda _connection: self._on_connection()),
            connection.inventory.subscribe(self._on_batch),
        ):
            while not self._stopped:
                self._wake.clear()
                facts, asked = self._facts(), self._asked
                state, error = self._attempt(asked)
                delay = 0.0 if state is SerialState.OPENING else None
                if state is SerialState.OFF and facts[1] is None:
                    # The inventory does not know the machine yet, and so may not say what happens.
                    delay = RETRIES[1]
                if state in {SerialState.BUSY, SerialState.REFUSED} and self._retries:
                    delay = self._retries.pop(0)
                    if len(self._retries) >= EARLY:
                        # A machine that is just starting or stopping refuses too, and libvirt may
                        # not yet have let go of what had it before: that is no news.
                        state, error = SerialState.OPENING, None
                self._say(asked, state, error)
                if state is SerialState.LOST and connection.state is ConnectionState.CLOSED:
                    # On purpose, and perhaps for good: no thread waits for that.
                    return
                self._rest(delay, facts)

    def _attempt(self, asked: int) -> tuple[SerialState, QvirtError | None]:
        """Open it, and read until it ends; return where that leads."""
        line = self._line
        with self._lock:
            force, self._force = self._force, False
        try:
            opened = line.connection.call(
                lambda raw: self._open(raw, force=force), subject=line.subject
            )
        except NotFound as error:
            return SerialState.GONE, error
        except ConnectionLost as error:
            return SerialState.LOST, error
        except QvirtError as error:
            if self._is_starting():
                # All of them: what was refused may be there by the time of this question.
                self._retries = list(RETRIES)
            if error.code == libvirt.VIR_ERR_OPERATION_FAILED:
                return SerialState.BUSY, InUse(
                    _("Somebody else has the console open."),
                    subject=line.subject,
                    next_step=_(
                        "Wait until they close it, or take it from them: open(force=True)."
                    ),
                    code=error.code,
                    details=error.details,
                )
            return SerialState.REFUSED, error
        if opened is None:
            return SerialState.OFF, None
        self._say(asked, SerialState.OPEN, None)
        try:
            self._read(opened)
        finally:
            with self._lock:
                self._is_open = False
                self._pending.clear()
            opened.close(line.connection, line.subject)
        self._retries = list(RETRIES)
        # Where it is now is found by another attempt, at once.
        return SerialState.OPENING, None

    def _open(self, raw: libvirt.virConnect, *, force: bool) -> SerialStream | None:
        domain = raw.lookupByUUIDString(self._line.uuid)
        if not domain.isActive():
            return None
        run = domain.ID()
        if run != self._run:
            # A machine that has just begun may not have its terminals yet.
            self._run, self._retries = run, list(RETRIES)
        stream = SerialStream.open(domain, self._line.alias, self._wake.set, force=force)
        with self._lock:
            self._is_open = True
        return stream

    def _is_starting(self) -> bool:
        """Whether the machine is just starting: it may have no names and no terminals yet."""
        line = self._line
        try:
            state = line.connection.call(
                lambda raw: raw.lookupByUUIDString(line.uuid).state(), subject=line.subject
            )
        except QvirtError as error:
            # The next attempt finds out.
            _LOG.debug("%s: %s", line.subject, error)
            return True
        return tuple(state) == _STARTING

    def _read(self, stream: SerialStream) -> None:
        """Read and send until it ends, in whatever way."""
        while not self._stopped:
            self._wake.clear()
            if self._has_lost(stream):
                return
            try:
                data = stream.read()
                sent = self._send(stream)
                if not data and not sent:
                    stream.arm()
            except StreamEnded as end:
                _LOG.debug("%s %s: %s", self._line.subject, self._line.alias, end.details)
                return
            with self._answered:
                # Whoever asked for it to be opened finds it open.
                self._answers, self._force = self._asked, False
                self._answered.notify_all()
            if data:
                self._line.take(data)
                if len(data) < PIECE:
                    self._wake.wait(GATHER)
            elif sent:
                self._wake.wait(PACE)
            else:
                self._wake.wait()

    def _send(self, stream: SerialStream) -> bool:
        """Send a part; return whether more waits."""
        with self._lock:
            part = bytes(self._pending[:PART])
        if not part:
            return False
        sent = stream.send(part)
        with self._lock:
            del self._pending[:sent]
            return bool(self._pending)

    def _has_lost(self, stream: SerialStream) -> bool:
        """Whether the connection is another one than that of the stream."""
        changed, self._connection_changed = self._connection_changed, False
        if not changed:
            return False
        try:
            return not self._line.connection.call(stream.belongs_to, subject=self._line.subject)
        except QvirtError as error:
            _LOG.debug("%s: %s", self._line.subject, error)
            return True

    def _rest(self, delay: float | None, facts: tuple[bool, int | None]) -> None:
        """Wait until there is a reason for another attempt, or the delay is over."""
        while not self._stopped and self._facts() == facts and self._answers >= self._asked:
            if not self._wake.wait(AGAIN if delay is None else delay) and delay is not None:
                return
            self._wake.clear()

    def _say(self, asked: int, state: SerialState, error: QvirtError | None) -> None:
        if self._stopped:
            return
        self._line.tell(self, state, error)
        if state is not SerialState.OPENING:
            with self._answered:
                self._answers = max(self._answers, asked)
                self._answered.notify_all()

    def _facts(self) -> tuple[bool, int | None]:
        """Return what an attempt depends on: whether it is connected, and the machine's run."""
        connection = self._line.connection
        try:
            return connection.is_connected, connection.inventory.domain(self._line.uuid).id
        except NotFound:
            return connection.is_connected, None

    # On other threads.

    def _on_connection(self) -> None:
        self._connection_changed = True
        self._wake.set()

    def _on_batch(self, batch: Batch) -> None:
        uuid = self._line.uuid
        changed = (*batch.added, *batch.changed)
        if any(getattr(record, "uuid", None) == uuid for record in changed) or any(
            key.id == uuid for key in batch.removed
        ):
            self._wake.set()
