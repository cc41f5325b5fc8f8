"""What a serial line is and where it is: all that is read of it without asking libvirt."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import html, publisher
from qvirt_jupyter.hypervisor.actions import Submit
from qvirt_jupyter.hypervisor.errors import NotFound, QvirtError, Subject
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription
from qvirt_jupyter.hypervisor.serial.ansi_text import plain
from qvirt_jupyter.hypervisor.serial.diagnosis import obstacle
from qvirt_jupyter.hypervisor.serial.scrollback import Scrollback
from qvirt_jupyter.hypervisor.serial.state import SerialState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.guest.waiting import NotYet
    from qvirt_jupyter.hypervisor.serial.log import SerialLog
    from qvirt_jupyter.hypervisor.serial.ports import SerialPort
    from qvirt_jupyter.hypervisor.serial.reader import SerialReader

_LINE: Final = 4096
"""Bytes in which the last line is looked for."""
_SHOWN: Final = 30
"""Lines that a notebook shows."""
_REASONS: Final = {
    SerialState.CLOSED: _("Nobody has opened it."),
    SerialState.OFF: _("It opens by itself when the machine starts."),
}


class SerialFacts:
    """The readable half of a serial line; :class:`SerialLine` opens, writes and closes it.

    The parameters are those of :class:`SerialLine`.
    """

    kind = "domain"

    def __init__(self, connection: Connection, uuid: str, name: str, port: SerialPort) -> None:
        self._connection = connection
        self._uuid = uuid
        self._name = name
        self._port = port
        self._lock = threading.RLock()
        self._scrollback = Scrollback()
        self._observers: Subscribers[[Any]] = Subscribers()
        self._state = SerialState.CLOSED
        self._error: QvirtError | None = None
        self._is_gone = False
        self._reader: SerialReader | None = None
        self._last_reader: SerialReader | None = None
        self._sleeping: Subscription | None = None
        self._is_opened = False
        self._users = 0
        self._log: SerialLog | None = None
        # From where on the next expect() looks, behind the last command, and who runs one.
        self._place = self._shell_at = 0
        self._running = threading.Lock()
        self._log_error: QvirtError | None = None

    # What it is.

    @property
    def connection(self) -> Connection:
        """The connection of the machine."""
        return self._connection

    @property
    def uuid(self) -> str:
        """The machine's UUID."""
        return self._uuid

    @property
    def alias(self) -> str:
        """Libvirt's name for it: ``"serial0"``."""
        return self._port.alias

    @property
    def label(self) -> str:
        """What people call it: ``Serial port 1``."""
        return str(self._port.label)

    @property
    def port(self) -> SerialPort:
        """What the machine's definition says of it."""
        return self._port

    @property
    def subject(self) -> Subject:
        """The machine, for errors, jobs and the action log."""
        return Subject("domain", self._name, self._connection.uri, self._uuid)

    @property
    def code(self) -> str:
        """A Python expression for it."""
        return f"{self._connection.code}.domains[{self._name!r}].serials[{self.alias!r}]"

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)

    def _last_line_at(self) -> int:
        """Return where the last line begins, as far as it can be."""
        begin, data = self._scrollback.since(max(0, self._scrollback.end - _LINE))
        return begin + data.rfind(b"\n") + 1

    @property
    def _is_prompt_due(self) -> bool:
        """Whether a command has ended, and all that came since is its prompt or a part of it."""
        since = self._scrollback.since(self._shell_at, _LINE)[1]
        return self._shell_at > 0 and b"\n" not in since.lstrip(b"\r\n")

    @property
    def state(self) -> SerialState:
        """Where it is."""
        if self._state is SerialState.CLOSED and not self._port.is_usable:
            return SerialState.REFUSED
        return self._state

    @property
    def error(self) -> QvirtError | None:
        """Why it is not open, where that is no ordinary state."""
        return self._error

    @property
    def is_over(self) -> bool:
        """Whether its machine is gone and nobody wants it any more."""
        return self._is_gone and self._state is SerialState.CLOSED

    @property
    def reason(self) -> str:
        """Why it is not open, in words; empty where it is."""
        if self._error is not None:
            return self._error.reason
        return self._port.refusal or str(_REASONS.get(self._state, ""))

    def _obstacle(self) -> NotYet | None:
        """Return why nothing can come from the guest now; None where something may."""
        try:
            state = self._connection.inventory.domain(self._uuid).state
        except NotFound:
            return obstacle(self._state, None)
        return obstacle(self._state, state)

    @property
    def is_open(self) -> bool:
        """Whether one can write to it now."""
        return self._state is SerialState.OPEN

    @property
    def scrollback(self) -> bytes:
        """The last 10,000 lines that the guest wrote, as they came; 4 MiB at most."""
        return self._scrollback.contents()

    def observe(self, callback: Callable[[Any], object]) -> Subscription:
        """Call the callback on the publisher thread whenever the state or the log changes.

        Parameters
        ----------
        callback
            It gets the line.
        """
        return self._observers.add(callback)

    @property
    def text(self) -> str:
        """The scrollback as text, without escape sequences."""
        return plain(self.scrollback)

    @property
    def log_path(self) -> Path | None:
        """The file that is appended to; None where there is no log."""
        log = self._log
        return None if log is None else log.path

    @property
    def log_error(self) -> str:
        """Why the log ended, in words; empty where it did not by itself."""
        return "" if self._log_error is None else self._log_error.reason

    # For its thread.

    def take(self, data: bytes) -> None:
        """Take what the guest wrote; the line's own thread calls it."""
        self._scrollback.append(data)

    def tell(self, reader: SerialReader, state: SerialState, error: QvirtError | None) -> None:
        """Take where the line is; its own thread calls it."""
        with self._lock:
            if reader is not self._reader:
                if self._reader is not None or state is not SerialState.CLOSED:
                    return
                if reader is self._last_reader:
                    self._last_reader = None
            is_news = (state, str(error)) != (self._state, str(self._error))
            self._state, self._error = state, error
            if state is not SerialState.CLOSED:
                self._is_gone = state is SerialState.GONE
        if is_news:
            self._scrollback.wake()
            self._announce()

    def adopt(self, name: str, port: SerialPort) -> None:
        """Take what the machine's definition says by now."""
        with self._lock:
            self._name = name
            self._port = port

    def _announce(self) -> None:
        publisher.post(("serial", id(self)), lambda: self._observers.call(self))

    def __repr__(self) -> str:
        return f"<{self.label} ({self.alias}) of {self._name!r}: {self.state.label}>"

    def _repr_html_(self) -> str:
        return html.properties(
            _("{label} of {name}").format(label=self.label, name=self._name),
            (
                (_("State"), self.state.label),
                (_("Reason"), self.reason),
                (_("Log file"), self.log_path or self.log_error),
            ),
        ) + html.text_block("\n".join(self.text.splitlines()[-_SHOWN:]))
