"""A connection to a hypervisor: it opens, watches, reconnects and closes."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Final

import libvirt

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import features, loss, pool
from qvirt_jupyter.hypervisor.action_log import action_log
from qvirt_jupyter.hypervisor.actions import Submit, action
from qvirt_jupyter.hypervisor.backoff import Backoff
from qvirt_jupyter.hypervisor.connection_gate import ConnectionGate
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.hypervisor.domain import Domain
from qvirt_jupyter.hypervisor.domain_collection import Domains
from qvirt_jupyter.hypervisor.editing.pending_feed import PendingFeed
from qvirt_jupyter.hypervisor.errors import (
    ConnectionFailed,
    ConnectionLost,
    OperationCancelled,
    QvirtError,
)
from qvirt_jupyter.hypervisor.guest import clock as guest_clock
from qvirt_jupyter.hypervisor.host import host
from qvirt_jupyter.hypervisor.host.node_device import NodeDevices
from qvirt_jupyter.hypervisor.host.pages import HostPages
from qvirt_jupyter.hypervisor.host.secret import Secrets
from qvirt_jupyter.hypervisor.job import Job
from qvirt_jupyter.hypervisor.networks.address_feed import AddressFeed
from qvirt_jupyter.hypervisor.networks.interface import Interfaces
from qvirt_jupyter.hypervisor.networks.network import Networks
from qvirt_jupyter.hypervisor.networks.nw_filter import NWFilters
from qvirt_jupyter.hypervisor.opening import opening
from qvirt_jupyter.hypervisor.opening.open_failures import is_lasting
from qvirt_jupyter.hypervisor.pool import WorkerPool
from qvirt_jupyter.hypervisor.statistics.stats import Stats
from qvirt_jupyter.hypervisor.storage import default_pool
from qvirt_jupyter.hypervisor.storage.storage_pool_collection import StoragePools
from qvirt_jupyter.hypervisor.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.calls_under_way import CallsUnderWay
    from qvirt_jupyter.hypervisor.opening.credentials import Credentials
    from qvirt_jupyter.hypervisor.publisher import Subscription

    _Left = tuple[libvirt.virConnect | None, Watcher | None, CallsUnderWay]

_LOG = logging.getLogger(__name__)
GRACE: Final = 3.0
"""Seconds for which the rows of a lost connection stay, because it often comes back at once."""


class Connection(ConnectionGate):
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
        super().__init__(uri, read_only=read_only, credentials=credentials)
        self._stats = Stats(self)
        self._address_feed = AddressFeed(self)
        self._pending_feed = PendingFeed(self)

    @property
    def connection(self) -> Connection:
        """Itself: actions find their connection under this name."""
        return self

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
    def interfaces(self) -> Interfaces:
        """The network interfaces of the host."""
        return Interfaces(self)

    @property
    def nw_filters(self) -> NWFilters:
        """The network filters."""
        return NWFilters(self)

    @property
    def secrets(self) -> Secrets:
        """The secrets that libvirt keeps for its users."""
        return Secrets(self)

    @property
    def pages(self) -> HostPages:
        """The huge memory pages of the host."""
        return HostPages(self)

    @property
    def stats(self) -> Stats:
        """What its machines use."""
        return self._stats

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)

    def compare_definitions(self) -> Subscription:
        """Have ``pending`` of the records kept true until the subscription is closed.

        Each running machine's two definitions are compared when one of them changed, one machine
        after the other, those that somebody sees first.
        """
        return self._pending_feed.watch()

    def observe(self, callback: Callable[[Connection], object]) -> Subscription:
        """Call the callback on the publisher thread whenever the state changes."""
        return self._observers.add(callback)

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
        machine = Domain(self, uuid)
        guest_clock.set_soon(machine)
        return machine

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
            left = self._leave()
        self._stop.set()
        self._inventory.attach(None)
        # A tick that sees an empty inventory would forget what it has measured.
        self._stats.stop()
        self._inventory.clear()
        self._pool.close()
        loss.let_go(*left)

    def __enter__(self) -> Connection:  # noqa: PYI034 - not meant to be subclassed
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    # Inside.

    def _begin(self, state: ConnectionState) -> None:
        """Enter a new generation."""
        self._generation += 1
        self._set(state, None)

    def _leave(self) -> _Left:
        """Forget what was open, and return it, to be let go; the caller has the lock."""
        left = (self._raw, self._watcher, self._calls)
        self._raw = self._watcher = None
        self._calls = self._count_calls()
        self._features = features.UNKNOWN
        return left

    def _set(self, state: ConnectionState, error: QvirtError | None) -> None:
        with self._lock:
            self._state = state
            self._error = error
        self._announce()

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
        default_pool.prepare(self)

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
            questions=self._put_questions(),
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
                # Before anybody else can find it: a reader that fails takes our lock.
                watcher.start()
                self._raw, self._watcher = raw, watcher
                self._features, self._host, self._versions = found, record, versions
                loss.register(raw, lambda reason: self._on_closed(generation, reason))
                self._inventory.attach(watcher)
                self._stats.start(watcher)
                self._set(ConnectionState.CONNECTED, None)
        except BaseException as error:
            loss.let_go(raw, watcher, self._count_calls())
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

    def _on_slow(self) -> None:
        super()._on_slow()
        if self.slow_calls:
            threading.Thread(
                target=self._probe, args=(self._generation,), name="qvirt-probe", daemon=True
            ).start()

    def _probe(self, generation: int) -> None:
        """Begin to reconnect where a call has no answer because its host is cut off."""
        if loss.is_cut_off(self._parts):
            self._lost(generation, str(_("The host cannot be reached any more.")))

    def _lost(self, generation: int, reason: str) -> None:
        with self._lock:
            if generation != self._generation or self._state is not ConnectionState.CONNECTED:
                return
            self._begin(ConnectionState.RECONNECTING)
            self._error = error = ConnectionLost(
                _("The connection broke."),
                subject=self.subject,
                next_step=_("It is being tried again; wait a moment."),
                details=reason,
            )
            left = self._leave()
            generation = self._generation
        _LOG.info("Lost %s: %s", self._uri, reason)
        # libvirt may leave calls waiting for ever (see let_go): nobody waits for them with it.
        self._pool.write_off(error)
        self._inventory.attach(None)
        self._stats.stop()
        threading.Thread(
            target=self._reconnect,
            args=(generation, left),
            name="qvirt-reconnect",
            daemon=True,
        ).start()

    def _reconnect(self, generation: int, left: _Left) -> None:
        """Try until it works, or a person has to do something, or it is closed."""
        grace = threading.Timer(GRACE, self._drop_rows, (generation,))
        grace.daemon = True
        grace.start()
        stop, backoff = self._stop, Backoff()
        try:
            with pool.as_pool_thread():
                loss.let_go(*left)
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
