"""Opening, closing, writing and following a serial line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.errors import (
    OperationFailed,
    QvirtError,
    Unsupported,
    WrongState,
)
from qvirt_jupyter.hypervisor.publisher import Subscription
from qvirt_jupyter.hypervisor.serial.facts import SerialFacts
from qvirt_jupyter.hypervisor.serial.listener import SerialListener
from qvirt_jupyter.hypervisor.serial.log import SerialLog
from qvirt_jupyter.hypervisor.serial.reader import SerialReader
from qvirt_jupyter.hypervisor.serial.state import SerialState

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection


PATIENCE: Final = 30.0
"""Seconds to wait until libvirt has opened a console, or refused."""
_FAILED: Final = frozenset(
    {SerialState.BUSY, SerialState.REFUSED, SerialState.LOST, SerialState.GONE}
)


class SerialControl(SerialFacts):
    """The half of a serial line that panels use too; :class:`SerialLine` is the whole.

    The parameters are those of :class:`SerialLine`.
    """

    # Open and close.

    @action(_("Open a console of {name}"), own_thread=True)
    def open(self, *, force: bool = False) -> None:
        """Open it, and keep it open until :meth:`close`: also when the machine starts again.

        Of a machine that is off it opens when that starts, and this does not wait for it.

        Parameters
        ----------
        force
            Take it from whoever has it open: another program, or another user. They are cut off.

        Raises
        ------
        InUse
            Somebody else has it open, and it was not to be taken from them.
        Unsupported
            It is of a type that libvirt does not open.
        QvirtError
            libvirt refused, or the connection is lost.
        """
        self._refuse_unusable()
        with self._lock:
            self._is_opened = True
            reader = self._wanted()
        self._raise_unless_settled(reader, reader.ask(force=force))

    @action(_("Open a console of {name} once more"), own_thread=True)
    def retry(self, *, force: bool = False) -> None:
        """Try again to open it, for those who :meth:`use` it: it is closed with the last of them.

        Parameters
        ----------
        force
            Take it from whoever has it open, as with :meth:`open`.

        Raises
        ------
        WrongState
            Nobody uses it.
        InUse
            Somebody else has it open, and it was not to be taken from them.
        QvirtError
            libvirt refused, or the connection is lost.
        """
        with self._lock:
            if not self._users and not self._is_opened:
                raise self._not_open()
            reader = self._wanted()
        self._raise_unless_settled(reader, reader.ask(force=force))

    def use(self) -> Subscription:
        """Keep it open until the subscription is closed, for a tab; return at once.

        With the last one the line is closed, unless :meth:`open` wants it open.

        Raises
        ------
        Unsupported
            It is of a type that libvirt does not open.
        """
        self._refuse_unusable()
        with self._lock:
            self._users += 1
            self._wanted()
        return Subscription(self._leave)

    def close(self) -> None:
        """Close it for everybody in this process, and end its log; the scrollback is kept.

        Others can open the console when this returns.
        """
        self.log_to(None)
        with self._lock:
            self._is_opened = False
            reader = self._stop()
        if reader is not None:
            reader.join(timeout=5)

    # Read and write.

    def listen(
        self,
        callback: Callable[[bytes], object],
        *,
        replay: bool = True,
        on_loss: Callable[[int], object] | None = None,
    ) -> Subscription:
        """Call the callback with what the guest writes, on a thread of its own.

        It goes on when the machine starts again. It does not open the line.

        Parameters
        ----------
        callback
            It gets the bytes as they come. It may block: what comes meanwhile is kept as far as the
            scrollback goes.
        replay
            Begin with what is in the scrollback.
        on_loss
            It gets the number of bytes that the callback missed because it was too slow, before
            what came after them.
        """
        return Subscription(
            SerialListener(self._scrollback, callback, on_loss, replay=replay).close
        )

    def write(self, data: bytes) -> None:
        r"""Send bytes to the guest; returns at once, on any thread.

        Parameters
        ----------
        data
            What is typed: a terminal's Enter is ``b"\r"``.

        Raises
        ------
        WrongState
            It is not open.
        OperationFailed
            More than 1 MiB waits to be sent.
        """
        reader = self._reader
        if reader is None or not self.is_open:
            raise self._not_open()
        reader.write(data)

    def log_to(self, path: str | os.PathLike[str] | None) -> None:
        """Append what the guest writes from now on to a file, and keep the line open for it.

        Where the disk is full, say, the log ends with :attr:`log_error`, and the line goes on.

        Parameters
        ----------
        path
            A file on the machine of the kernel; a new one is readable by its owner only. None ends
            the log.

        Raises
        ------
        OperationFailed
            The file cannot be written.
        Unsupported
            The console is of a type that libvirt does not open.
        """
        if path is not None:
            self._refuse_unusable()
        log = (
            None
            if path is None
            else SerialLog(self._scrollback, path, self.subject, self._on_log_error)
        )
        with self._lock:
            before, self._log = self._log, log
            self._log_error = None
            if log is not None:
                log.start()
            if log is not None and before is None:
                self._users += 1
                self._wanted()
        if before is not None:
            before.close()
            if log is None:
                self._leave()
        self._announce()

    def sleep(self, reader: SerialReader) -> None:
        """Take that the thread has ended, and begin anew when the connection is opened again."""
        with self._lock:
            if reader is not self._reader or self._sleeping is not None:
                return
            self._sleeping = self._connection.observe(self._wake_up)
        # It may have been opened in this moment.
        self._wake_up(self._connection)

    # Inside.

    def _wanted(self) -> SerialReader:
        """Return the thread that keeps it open; the caller has the lock."""
        if self._reader is None or self._reader.has_ended:
            self._reader = reader = SerialReader(self, self._last_reader)
            self._last_reader = None
            self._state, self._error = SerialState.OPENING, None
            reader.start()
            self._announce()
        return self._reader

    def _leave(self) -> None:
        with self._lock:
            self._users -= 1
            if not self._users and not self._is_opened:
                self._stop()

    def _stop(self) -> SerialReader | None:
        """Have its thread end; the caller has the lock."""
        reader, self._reader = self._reader, None
        if reader is not None and reader.has_ended:
            self._state, self._error = SerialState.CLOSED, None
            self._announce()
        elif reader is not None:
            self._last_reader = reader
            reader.stop()
        return reader

    def _wake_up(self, connection: Connection) -> None:
        """Begin anew; on the publisher thread, for the connection has changed."""
        with self._lock:
            reader = self._reader
            if reader is not None and reader.has_ended and connection.is_connected:
                self._wanted()
            elif reader is not None and reader.has_ended:
                return
            subscription, self._sleeping = self._sleeping, None
        if subscription is not None:
            subscription.close()

    def _raise_unless_settled(self, reader: SerialReader, number: int) -> None:
        if not reader.wait(number, PATIENCE):
            raise OperationFailed(
                _("The console has not been opened within {seconds} s.").format(
                    seconds=int(PATIENCE)
                ),
                subject=self.subject,
                next_step=_("It is being tried on; look at its state."),
            )
        error = self._error
        if self._state in _FAILED and error is not None:
            raise error

    def _refuse_unusable(self) -> None:
        if not self._port.is_usable:
            raise Unsupported(
                _("{label} cannot be opened. {reason}").format(
                    label=self.label, reason=self._port.refusal
                ),
                subject=self.subject,
                next_step=_("Change its type to pty; that counts from the next start."),
            )

    def _not_open(self) -> QvirtError:
        if self._error is not None:
            return self._error
        return WrongState(
            _("{label} is not open: {reason}").format(label=self.label, reason=self.reason),
            subject=self.subject,
            next_step=_("Open it, and start the machine if it is off."),
        )

    def _on_log_error(self, log: SerialLog, error: OperationFailed) -> None:
        """Let go of the log; its own thread calls it."""
        with self._lock:
            if self._log is not log:
                return
            self._log = None
            self._log_error = error
        log.close()
        self._leave()
        self._announce()
