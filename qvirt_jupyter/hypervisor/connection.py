"""A connection to a hypervisor: it opens, watches, reconnects, and is the one gate to libvirt."""

from __future__ import annotations

import atexit
import enum
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import event_loop, features, host, loss, opening, pool, publisher
from qvirt_jupyter.hypervisor.action_log import Submit, action, action_log
from qvirt_jupyter.hypervisor.address_feed import AddressFeed
from qvirt_jupyter.hypervisor.backoff import Backoff
from qvirt_jupyter.hypervisor.domain import Domain
from qvirt_jupyter.hypervisor.domain_collection import Domains
from qvirt_jupyter.hypervisor.errors import (
    ConnectionFailed,
    ConnectionLost,
    OperationCancelled,
    QvirtError,
    Subject,
    from_libvirt,
)
from qvirt_jupyter.hypervisor.inventory import Inventory
from qvirt_jupyter.hypervisor.job import Job
from qvirt_jupyter.hypervisor.network import Networks
from qvirt_jupyter.hypervisor.node_device import NodeDevices
from qvirt_jupyter.hypervisor.open_failures import is_lasting
from qvirt_jupyter.hypervisor.pool import WorkerPool
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription
from qvirt_jupyter.hypervisor.stats import Stats
from qvirt_jupyter.hypervisor.storage_pool import StoragePools
from qvirt_jupyter.hypervisor.uri import ConnectionUri, default_uri
from qvirt_jupyter.hypervisor.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.hypervisor.credentials import Credentials
    from qvirt_jupyter.hypervisor.features import Features
    from qvirt_jupyter.hypervisor.host import Versions
    from qvirt_jupyter.hypervisor.records import HostRecord

_LOG = logging.getLogger(__name__)
_Result = TypeVar("_Result")
GRACE: Final = 3.0
"""Seconds for which the rows of a lost connection stay, because it often comes back at once."""


class ConnectionState(enum.Enum):
    """Where a connection is."""

    DISCONNECTED = "disconnected"
    """It has not been opened yet."""
    CONNECTING = "connecting"
    """It is being opened, and everything is read for the first time."""
    CONNECTED = "connected"
    """It works, and its inventory is complete."""
    RECONNECTING = "reconnecting"
    """It broke, and is tried again and again."""
    FAILED = "failed"
    """It could not be opened; a person has to do something."""
    CLOSED = "closed"
    """It was closed on purpose."""

    @property
    def label(self) -> LazyString:
        """The state in one or two words."""
        return _LABELS[self]


_LABELS = {
    ConnectionState.DISCONNECTED: _("Not connected"),
    ConnectionState.CONNECTING: _("Connecting"),
    ConnectionState.CONNECTED: _("Connected"),
    ConnectionState.RECONNECTING: _("Reconnecting"),
    ConnectionState.FAILED: _("Failed"),
    ConnectionState.CLOSED: _("Closed"),
}


class Connection:
    """A connection to one hypervisor; :func:`connect` makes it.

    Parameters
    ----------
    uri
        As for libvirt: https://libvirt.org/uri.html
    read_only
        Look, but change nothing.
    credentials
        Who answers the questions for a password or a host key.
    """

    def __init__(
        self, uri: str, *, read_only: bool = False, credentials: Credentials | None = None
    ) -> None:
        self._uri = uri
        self._parts = ConnectionUri.parse(uri)
        self._read_only = read_only
        self._label = ""
        self.credentials = credentials
        self._lock = threading.RLock()
        self._state = ConnectionState.DISCONNECTED
        self._error: QvirtError | None = None
        # Counts opens and closes: what belongs to an earlier one comes too late and is ignored.
        self._generation = 0
        self._raw: libvirt.virConnect | None = None
        self._watcher: Watcher | None = None
        self._opening: Job[Any] | None = None
        self._pool = WorkerPool(uri)
        self._stop = threading.Event()
        self._observers: Subscribers[[Connection]] = Subscribers()
        self._features = features.UNKNOWN
        self._host: HostRecord | None = None
        self._versions: Versions | None = None
        self._inventory = Inventory(uri)
        self._stats = Stats(self)
        self._address_feed = AddressFeed(self)

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
    def read_only(self) -> bool:
        """Whether nothing can be changed."""
        return self._read_only

    @property
    def subject(self) -> Subject:
        """What errors, jobs and the action log call it."""
        return Subject("connection", self.label, self._uri)

    @property
    def connection(self) -> Connection:
        """Itself: actions find their connection under this name."""
        return self

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
    def stats(self) -> Stats:
        """What its machines use."""
        return self._stats

    @property
    def domains(self) -> Domains:
        """The virtual machines."""
        return Domains(self)

    @property
    def networks(self) -> Networks:
        """The virtual networks."""
        return Networks(self)

    @property
    def storage_pools(self) -> StoragePools:
        """The storage pools."""
        return StoragePools(self)

    @property
    def node_devices(self) -> NodeDevices:
        """The devices of the host."""
        return NodeDevices(self)

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)

    @property
    def pool(self) -> WorkerPool:
        """The threads in which its libvirt calls run."""
        return self._pool

    def observe(self, callback: Callable[[Connection], object]) -> Subscription:
        """Call the callback on the publisher thread whenever the state changes."""
        return self._observers.add(callback)

    # The gate.

    def call(
        self, function: Callable[[libvirt.virConnect], _Result], *, subject: Subject | None = None
    ) -> _Result:
        """Run the function with libvirt's connection, in the pool, and return its result.

        Parameters
        ----------
        function
            What calls libvirt; it must not keep what it is given.
        subject
            The object concerned, for errors.

        Raises
        ------
        ConnectionLost
            It is not connected, or broke meanwhile.
        QvirtError
            libvirt refused: the error of the tree that fits.
        RuntimeError
            Called on libvirt's event thread.
        """
        return self._pool.run(lambda: self._call(function, subject))

    def settled(self, kind: str, identity: str | None) -> None:
        """Read an object again now, because an action on it has ended."""
        watcher = self._watcher
        if watcher is not None:
            watcher.refresh_now(kind, identity)

    @action(_("Restore a machine from {path}"))
    def restore_file(self, path: str) -> Domain:
        """Start the machine whose memory was saved to a file, where it stopped.

        https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainRestore

        Parameters
        ----------
        path
            A file of the connection's host, written by ``Domain.save``.

        Raises
        ------
        QvirtError
            The file is no such image, or the machine cannot be started.
        """

        def restore(raw: libvirt.virConnect) -> str:
            uuid = host.saved_uuid(raw.saveImageGetXMLDesc(path, 0))
            raw.restore(path)
            return uuid

        uuid = self.call(restore, subject=self.subject)
        self.settled("domain", uuid)
        return Domain(self, uuid)

    # Open and close.

    def open(self) -> Job[Any]:
        """Begin to open it and return the job; a second call while it opens returns the same.

        The job ends when everything has been read for the first time, and raises what
        :func:`connect` does; that of a connection that is open has ended long ago. An attempt to
        reconnect is not waited for.
        """
        with self._lock:
            opening_now = self._opening is not None and not self._opening.done()
            if self._opening is not None and (opening_now or self.is_connected):
                return self._opening
            job: Job[Any] = Job(
                _("Connect to {name}").format(name=self.label), self.subject, self.code
            )
            self._opening = job
            self._begin(ConnectionState.CONNECTING)
            self._stop.set()
            self._stop = threading.Event()
            if self._pool.is_closed:
                self._pool = WorkerPool(self._uri)
            generation = self._generation
        action_log.record(job)

        def run() -> None:
            job.run(lambda: self._open(generation))
            action_log.record(job)

        # A thread of its own: an open may hang for minutes, and a close must not wait for it.
        threading.Thread(target=run, name="qvirt-open", daemon=True).start()
        return job

    def close(self) -> None:
        """Close it: subscribers are told that everything is gone, late events are ignored.

        The object stays usable: :meth:`open` connects again.
        """
        pool.refuse_on_event_thread()
        with self._lock:
            self._begin(ConnectionState.CLOSED)
            raw, watcher = self._raw, self._watcher
            self._raw = self._watcher = None
            self._features = features.UNKNOWN
        self._stop.set()
        self._inventory.attach(None)
        self._inventory.clear()
        self._stats.stop()
        self._pool.close()
        self._dismiss(raw, watcher)

    def __enter__(self) -> Connection:  # noqa: PYI034 - not meant to be subclassed
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Connection {self._uri} {self._state.value}>"

    # Inside.

    def _begin(self, state: ConnectionState) -> None:
        """Enter a new generation."""
        self._generation += 1
        self._set(state, None)

    def _set(self, state: ConnectionState, error: QvirtError | None) -> None:
        with self._lock:
            self._state = state
            self._error = error
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

    def _call(
        self, function: Callable[[libvirt.virConnect], _Result], subject: Subject | None
    ) -> _Result:
        with self._lock:
            raw, generation = self._raw, self._generation
        if raw is None:
            raise self._not_connected()
        try:
            return function(raw)
        except libvirt.libvirtError as error:
            if self._notice(raw, generation, error):
                raise ConnectionLost(
                    _("The connection broke."),
                    subject=subject or self.subject,
                    next_step=_("It is being tried again; wait a moment."),
                    code=error.get_error_code(),
                    details=str(error),
                ) from error
            raise from_libvirt(error, subject or self.subject) from error

    def _open(self, generation: int) -> None:
        """Open, read everything, and announce it; on a thread of its own."""
        try:
            with pool.as_pool_thread():
                self._establish(generation)
        except QvirtError as error:
            with self._lock:
                if generation == self._generation:
                    self._set(ConnectionState.FAILED, error)
            raise

    def _establish(self, generation: int) -> None:
        """Make everything that an open connection has, or raise and leave nothing behind.

        Raises
        ------
        QvirtError
            It could not be opened, or was closed meanwhile (:class:`OperationCancelled`).
        """
        raw = opening.open_connection(
            self._parts,
            self._uri,
            self.subject,
            read_only=self._read_only,
            credentials=self.credentials,
        )
        watcher = Watcher(raw, self._inventory, lambda error: self._notice(raw, generation, error))
        try:
            watcher.load()
            found = features.probe(
                raw,
                self._parts,
                read_only=self._read_only,
                unsupported=watcher.unsupported,
                polled=watcher.polled,
            )
            record, versions = host.read(raw)
            with self._lock:
                self._refuse_if_closed(generation)
                self._raw, self._watcher = raw, watcher
                self._features, self._host, self._versions = found, record, versions
                loss.register(raw, lambda reason: self._on_closed(generation, reason))
                self._inventory.attach(watcher)
                watcher.start()
                self._stats.start(watcher)
                self._set(ConnectionState.CONNECTED, None)
        except BaseException as error:
            self._dismiss(raw, watcher)
            if isinstance(error, libvirt.libvirtError):
                raise ConnectionFailed(
                    _("It opened, but its machines could not be listed."),
                    subject=self.subject,
                    next_step=_("The details have libvirt's own words."),
                    code=error.get_error_code(),
                    details=str(error),
                ) from error
            raise

    def _refuse_if_closed(self, generation: int) -> None:
        if generation != self._generation:
            raise OperationCancelled(_("It was closed while it was opened."), subject=self.subject)

    def _on_closed(self, generation: int, reason: str) -> None:
        """Take libvirt's word that the connection is closed; on the event thread."""
        threading.Thread(
            target=self._lost, args=(generation, reason), name="qvirt-lost", daemon=True
        ).start()

    def _notice(
        self, raw: libvirt.virConnect, generation: int, error: libvirt.libvirtError
    ) -> bool:
        """Return whether an error means that the connection is lost; then begin to reconnect."""
        if generation != self._generation:
            return True
        if not loss.is_lost(raw, error):
            return False
        self._lost(generation, str(error))
        return True

    def _lost(self, generation: int, reason: str) -> None:
        with self._lock:
            if generation != self._generation or self._state is not ConnectionState.CONNECTED:
                return
            self._begin(ConnectionState.RECONNECTING)
            self._error = ConnectionLost(
                _("The connection broke."),
                subject=self.subject,
                next_step=_("It is being tried again."),
                details=reason,
            )
            raw, watcher = self._raw, self._watcher
            self._raw = self._watcher = None
            self._features = features.UNKNOWN
            generation = self._generation
        _LOG.info("Lost %s: %s", self._uri, reason)
        self._inventory.attach(None)
        self._stats.stop()
        threading.Thread(
            target=self._reconnect,
            args=(generation, raw, watcher),
            name="qvirt-reconnect",
            daemon=True,
        ).start()

    def _reconnect(
        self, generation: int, raw: libvirt.virConnect | None, watcher: Watcher | None
    ) -> None:
        """Try until it works, or a person has to do something, or it is closed."""
        grace = threading.Timer(GRACE, self._drop_rows, (generation,))
        grace.daemon = True
        grace.start()
        stop, backoff = self._stop, Backoff()
        try:
            with pool.as_pool_thread():
                self._dismiss(raw, watcher)
                while not stop.wait(backoff.next()) and generation == self._generation:
                    try:
                        self._establish(generation)
                    except OperationCancelled:
                        return
                    except QvirtError as error:
                        with self._lock:
                            if generation != self._generation:
                                return
                            state = (
                                ConnectionState.FAILED
                                if is_lasting(error)
                                else ConnectionState.RECONNECTING
                            )
                            self._set(state, error)
                        if state is ConnectionState.FAILED:
                            self._inventory.clear()
                            return
                    else:
                        return
        finally:
            grace.cancel()

    def _drop_rows(self, generation: int) -> None:
        with self._lock:
            if generation == self._generation and self._raw is None:
                self._inventory.clear()

    def _dismiss(self, raw: libvirt.virConnect | None, watcher: Watcher | None) -> None:
        """Let go of an open connection: callbacks first, because they hold it."""
        if watcher is not None:
            watcher.close()
        if raw is None:
            return
        loss.unregister(raw)
        try:
            raw.close()
        except libvirt.libvirtError as error:
            _LOG.debug("%s was closed already: %s", self._uri, error)


_connections: dict[tuple[str, bool], Connection] = {}
_registry = threading.Lock()


def connection_to(
    uri: str | None = None, *, read_only: bool = False, credentials: Credentials | None = None
) -> Connection:
    """Return the process's connection to a URI without opening it.

    The parameters are those of :func:`connect`.

    Raises
    ------
    ConnectionFailed
        There is no URI, and none can be guessed.
    ValueError
        It is not a connection URI.
    """
    wanted = uri if uri is not None else _libvirts_default() or default_uri()
    if wanted is None:
        raise ConnectionFailed(
            _("There is no hypervisor on this machine."),
            next_step=_("Install QEMU and libvirt, or name a URI such as qemu+ssh://host/system."),
        )
    key = (wanted, read_only)
    with _registry:
        connection = _connections.get(key)
        if connection is None:
            connection = _connections[key] = Connection(wanted, read_only=read_only)
    if credentials is not None:
        connection.credentials = credentials
    return connection


def connect(
    uri: str | None = None, *, read_only: bool = False, credentials: Credentials | None = None
) -> Connection:
    """Connect to a hypervisor and return when everything has been read for the first time.

    There is one connection for each URI in a process, so a notebook and the panels share it.

    Parameters
    ----------
    uri
        As for libvirt (https://libvirt.org/uri.html); None means libvirt's default, else what
        is found on this machine.
    read_only
        Look, but change nothing.
    credentials
        Who answers the questions for a password or a host key; None leaves them unanswered.

    Raises
    ------
    ConnectionFailed
        It could not be opened; the error says why and what to do.
    AccessDenied
        Password, key or rights do not suffice, or the user cancelled.
    Unsupported
        There is no such driver.
    ValueError
        It is not a connection URI.
    """
    connection = connection_to(uri, read_only=read_only, credentials=credentials)
    connection.open().result()
    return connection


def connections() -> tuple[Connection, ...]:
    """Return the connections of this process that were opened and not closed since."""
    idle = {ConnectionState.DISCONNECTED, ConnectionState.CLOSED}
    with _registry:
        return tuple(found for found in _connections.values() if found.state not in idle)


def _libvirts_default() -> str | None:
    """Return the URI that libvirt itself was told to use, or None."""
    return host.configured_uri()


def _close_all() -> None:
    """End before the interpreter does, so that no callback runs into its end."""
    event_loop.stop()
    deadline = time.monotonic() + 2.0
    threads = [
        threading.Thread(target=connection.close, daemon=True) for connection in connections()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


atexit.register(_close_all)
