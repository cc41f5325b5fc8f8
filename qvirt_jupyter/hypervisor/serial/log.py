"""The log file of a serial line."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qvirt_jupyter._private_files import FILE_MODE
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor.errors import OperationFailed, Subject
from qvirt_jupyter.hypervisor.serial.listener import SerialListener

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.serial.scrollback import Scrollback

_REASONS: Final[dict[int, LazyString]] = {
    errno.ENOSPC: _("There is no space left."),
    errno.EDQUOT: _("The quota of disk space is used up."),
}


class SerialLog:
    """Writes what comes from now on to the end of a file, as it comes.

    Parameters
    ----------
    scrollback
        What is followed.
    path
        The file; a new one is readable by its owner only.
    subject
        The machine, for errors.
    on_error
        Called with the log and why it stopped: the disk is full, say.

    Raises
    ------
    OperationFailed
        The file cannot be written.
    """

    def __init__(
        self,
        scrollback: Scrollback,
        path: str | os.PathLike[str],
        subject: Subject,
        on_error: Callable[[SerialLog, OperationFailed], object],
    ) -> None:
        self.path = Path(path).expanduser().absolute()
        self._subject = subject
        self._on_error = on_error
        try:
            self._file = self._opened()
        except OSError as error:
            raise self._failed(error) from error
        self._scrollback = scrollback
        self._listener: SerialListener | None = None

    def start(self) -> None:
        """Begin; the caller holds what ``on_error`` waits for until it knows of this log."""
        self._listener = SerialListener(self._scrollback, self._write, self._on_loss, replay=False)

    def close(self) -> None:
        """End it."""
        if self._listener is not None:
            self._listener.close()
            self._listener.join(timeout=2)
        descriptor, self._file = self._file, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _opened(self) -> int:
        # Without O_NONBLOCK, opening a named pipe would wait for somebody who reads it.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
        descriptor = os.open(self.path, flags, FILE_MODE)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "It is no ordinary file")
        return descriptor

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view and self._file >= 0:
            try:
                written = os.write(self._file, view)
            except OSError as error:
                descriptor, self._file = self._file, -1
                os.close(descriptor)
                self._on_error(self, self._failed(error))
                return
            view = view[written:]

    def _on_loss(self, number: int) -> None:
        words = _("{number} bytes were lost: the disk was too slow").format(number=number)
        self._write(f"\n[{words}]\n".encode())

    def _failed(self, error: OSError) -> OperationFailed:
        reason = str(_REASONS.get(error.errno or 0, "")) or f"{error.strerror}."
        return OperationFailed(
            _("The log {path} cannot be written: {reason}").format(path=self.path, reason=reason),
            subject=self._subject,
            next_step=_("Choose another file; the console itself is not concerned."),
            details=str(error),
        )
