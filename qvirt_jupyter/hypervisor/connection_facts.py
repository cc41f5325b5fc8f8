"""What a connection is and offers: all that is read of it without asking libvirt."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import libvirt

from qvirt_jupyter import _views
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import features, html, publisher
from qvirt_jupyter.hypervisor.calls_under_way import CallsUnderWay, SlowCall
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.hypervisor.errors import (
    ConnectionLost,
    QvirtError,
    Subject,
)
from qvirt_jupyter.hypervisor.host.domain_capabilities import CapabilitiesOfKinds
from qvirt_jupyter.hypervisor.inventory import Inventory
from qvirt_jupyter.hypervisor.opening.credentials import Questions
from qvirt_jupyter.hypervisor.pool import WorkerPool
from qvirt_jupyter.hypervisor.publisher import Subscribers
from qvirt_jupyter.hypervisor.serial.lines import SerialLines
from qvirt_jupyter.hypervisor.uri import ConnectionUri

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor.features import Features
    from qvirt_jupyter.hypervisor.host.host import Versions
    from qvirt_jupyter.hypervisor.host.record import HostRecord
    from qvirt_jupyter.hypervisor.job import Job
    from qvirt_jupyter.hypervisor.opening.credentials import Credentials
    from qvirt_jupyter.hypervisor.watcher import Watcher

_LOG = logging.getLogger(__name__)


class ConnectionFacts:
    """The readable half of a connection; :class:`Connection` opens and closes it.

    The parameters are those of :class:`Connection`.
    """

    def __init__(
        self, uri: str, *, read_only: bool = False, credentials: Credentials | None = None
    ) -> None:
        self._uri = uri
        self._parts = ConnectionUri.parse(uri)
        self._read_only = read_only
        self._label = ""
        self.credentials = credentials
        self._questions = Questions(None)
        self._lock = threading.RLock()
        self._state = ConnectionState.DISCONNECTED
        self._error: QvirtError | None = None
        # Counts opens and closes: what belongs to an earlier one comes too late and is ignored.
        self._generation = 0
        self._raw: libvirt.virConnect | None = None
        self._watcher: Watcher | None = None
        self._calls = self._count_calls()
        self._opening: Job[Any] | None = None
        self._pool = WorkerPool(uri)
        self._stop = threading.Event()
        self._observers: Subscribers[[Any]] = Subscribers()
        self._features = features.UNKNOWN
        self._host: HostRecord | None = None
        self._versions: Versions | None = None
        self._inventory = Inventory(uri)
        self._capabilities = CapabilitiesOfKinds()
        self.serial_lines = SerialLines()

    # What it is.

    @property
    def uri(self) -> str:
        """The URI, as it was given."""
        return self._uri

    @property
    def parts(self) -> ConnectionUri:
        """The URI in its parts."""
        return self._parts

    @property
    def label(self) -> str:
        """Its name for people; settable."""
        return self._label or self._parts.describe()

    @label.setter
    def label(self, text: str) -> None:
        self._label = text.strip()
        self._announce()

    @property
    def own_label(self) -> str:
        """The name that somebody gave it; empty where :attr:`label` is made from the URI."""
        return self._label

    @property
    def read_only(self) -> bool:
        """Whether nothing can be changed."""
        return self._read_only

    @property
    def subject(self) -> Subject:
        """What errors, jobs and the action log call it."""
        return Subject("connection", self.label, self._uri)

    @property
    def code(self) -> str:
        """A Python expression for it."""
        rest = ", read_only=True" if self._read_only else ""
        return f"qvirt_jupyter.connect({self._uri!r}{rest})"

    @property
    def state(self) -> ConnectionState:
        """Where it is."""
        return self._state

    @property
    def error(self) -> QvirtError | None:
        """Why it is not connected, or None."""
        return self._error

    @property
    def is_connected(self) -> bool:
        """Whether it can be used."""
        return self._state is ConnectionState.CONNECTED

    @property
    def needed_credentials(self) -> bool:
        """Whether something was asked when it was opened: another process could not open it."""
        return bool(self._questions.prompts)

    # What it offers.

    @property
    def features(self) -> Features:
        """What it can do."""
        return self._features

    @property
    def host(self) -> HostRecord:
        """The host.

        Raises
        ------
        ConnectionLost
            It was never open, so nothing is known.
        """
        if self._host is None:
            raise self._not_connected()
        return self._host

    @property
    def hostname(self) -> str:
        """The host's name; it may raise as :attr:`host` does."""
        return self.host.hostname

    @property
    def versions(self) -> Versions:
        """Versions of libvirt and the hypervisor; it may raise as :attr:`host` does."""
        if self._versions is None:
            raise self._not_connected()
        return self._versions

    @property
    def inventory(self) -> Inventory:
        """All that is known of its objects."""
        return self._inventory

    @property
    def pool(self) -> WorkerPool:
        """The threads in which its libvirt calls run."""
        return self._pool

    @property
    def slow_calls(self) -> tuple[SlowCall, ...]:
        """The calls that the service has not answered for long, the longest first."""
        return self._calls.slow

    def _put_questions(self) -> Questions:
        """Return what puts the questions of a new attempt to open it."""
        self._questions = Questions(self.credentials)
        return self._questions

    def _count_calls(self) -> CallsUnderWay:
        """Return the count of an open connection that nobody has called yet."""
        return CallsUnderWay(self._on_slow, self._nudge, lambda: self.subject)

    def _nudge(self) -> None:
        """Make a call that is answered at once, so that libvirt sends what waits."""
        with self._lock:
            raw = self._raw
            if raw is None:
                return
            call = self._calls.enter(is_nudge=True)
        try:
            with call:
                raw.getLibVersion()
        except libvirt.libvirtError as error:
            # Whoever waits is told.
            _LOG.debug("A nudge of %s failed: %s", self._uri, error)

    def _on_slow(self) -> None:
        """Say that a call has become slow, or is answered after all."""
        self._announce()

    def _announce(self) -> None:
        publisher.post(("connection", id(self)), lambda: self._observers.call(self))

    def _not_connected(self) -> ConnectionLost:
        if self._state is ConnectionState.RECONNECTING:
            next_step = _("It is being tried again; wait a moment.")
        else:
            next_step = _("Connect again.")
        return ConnectionLost(
            _("It is not connected ({state}).").format(state=self._state.label),
            subject=self.subject,
            next_step=next_step,
        )

    def settled(self, kind: str, identity: str | None) -> None:
        """Read an object again now, because an action on it has ended."""
        with self._lock:
            watcher, call = self._watcher, self._calls.enter()
        with call:
            if watcher is not None:
                watcher.refresh_now(kind, identity)

    def wall(self, tag: str = "") -> Any:  # noqa: ANN401 - a widget
        """Return a wall of the live screens of its running machines, to be a cell's last value.

        Parameters
        ----------
        tag
            Only those with this tag.
        """
        return _views.panel("wall", self, tag=tag)

    def __repr__(self) -> str:
        return f"<Connection {self._uri} {self._state.value}>"

    def _repr_html_(self) -> str:
        known: tuple[tuple[object, object], ...] = ()
        if self._host is not None and self._versions is not None:
            known = (
                (_("Host"), self._host.hostname),
                (_("Hypervisor"), f"{self._host.hypervisor} {self._versions.hypervisor}"),
                (_("libvirt"), self._versions.service),
            )
        if self.is_connected:
            machines = self._inventory.snapshot().domains
            active = sum(machine.state.is_active for machine in machines)
            count = _("{active} of {total} active").format(active=active, total=len(machines))
            known = (*known, (_("Virtual machines"), count))
        return html.properties(
            _("Connection {name}").format(name=self.label),
            (
                (_("State"), self._state.label),
                (_("Error"), self._error or ""),
                (_("Access"), _("read-only") if self._read_only else ""),
                *known,
                (_("URI"), self._uri),
            ),
        )
