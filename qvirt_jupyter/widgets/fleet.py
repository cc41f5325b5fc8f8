"""What all panels of a kernel share: the connections, what is asked, and what went wrong."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import (
    Domain,
    NotFound,
    connection_to,
    connections,
    jobs,
    publisher,
)
from qvirt_jupyter.hypervisor.connection_state import ConnectionState
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription
from qvirt_jupyter.provision.guest.found_installations import found_installations
from qvirt_jupyter.widgets.connections.notice import connection_notice, is_failure, notice_key
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
from qvirt_jupyter.widgets.connections.sign_in import SignIn
from qvirt_jupyter.widgets.notices import Notice, NoticeBoard, NoticeButton
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import QuestionBoard

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.preferences import Preferences

__all__ = ["ConnectionState", "Fleet", "fleet"]

_AT_REST: Final = frozenset({ConnectionState.DISCONNECTED, ConnectionState.CLOSED})


class Fleet:
    """The connections that the panels show: the saved ones, and those that a notebook opened."""

    IDLE: ClassVar[frozenset[ConnectionState]] = frozenset(
        {ConnectionState.DISCONNECTED, ConnectionState.FAILED, ConnectionState.CLOSED}
    )
    """States in which a connection waits for somebody to open it."""

    def __init__(self) -> None:
        self.notices = NoticeBoard()
        self.questions = QuestionBoard()
        self.wishes = preferences
        self._lock = threading.RLock()
        self._known: dict[str, Connection] = {}
        self._observed: dict[str, Subscription] = {}
        self._changed: Subscribers[[]] = Subscribers()
        # Added here and never open since: perhaps a slip of the pen.
        self._untried: set[str] = set()
        self._editors: list[Callable[[str], object]] = []
        self._sources: tuple[Subscription, ...] = ()

    @property
    def connections(self) -> tuple[Connection, ...]:
        """All that is known, the saved ones first, in the order in which they were added."""
        with self._lock:
            return tuple(self._known.values())

    @property
    def saved(self) -> tuple[SavedConnection, ...]:
        """What is remembered."""
        return saved_connections.all

    def subscribe(self, callback: Callable[[], object]) -> Subscription:
        """Call the callback on the publisher thread when connections come, go or change state."""
        with self._lock:
            if not self._sources:
                self._sources = (
                    saved_connections.observe(self.refresh),
                    preferences.observe(self._on_preferences),
                    jobs.subscribe(self._on_job),
                )
        subscription = self._changed.add(callback, self._on_close)
        self._say_what_was_wrong()
        self.refresh()
        return subscription

    def _say_what_was_wrong(self) -> None:
        """Tell of a broken file, whose connections would be gone without a word otherwise."""
        for key, title, problem in (
            ("saved-connections", _("Saved connections"), saved_connections.problem),
            ("preferences", _("Preferences"), preferences.problem),
        ):
            if problem is not None:
                self.notices.put(Notice(key, "warning", title, problem))

    def refresh(self) -> None:
        """Look again which connections there are; nothing to do where nobody is interested."""
        with self._lock:
            if len(self._changed) == 0:
                return
            wanted = self._of_saved()
            for opened in connections():
                wanted.setdefault(opened.uri, opened)
            # One that a notebook opened stays when it is closed, until it is forgotten.
            for uri, known in self._known.items():
                wanted.setdefault(uri, known)
            for uri, connection in wanted.items():
                if self._known.get(uri) is not connection:
                    if uri in self._observed:
                        self._observed.pop(uri).close()
                    self._observed[uri] = self._observing(connection)
                    _heed(preferences.now, connection)
            self._known = wanted
        self._tell()

    def _observing(self, connection: Connection) -> Subscription:
        seen = connection.observe(self._on_connection)
        found = found_installations.follow(connection)

        def close() -> None:
            seen.close()
            found.close()

        return Subscription(close)

    def _on_preferences(self, now: Preferences) -> None:
        for connection in self.connections:
            _heed(now, connection)

    def _of_saved(self) -> dict[str, Connection]:
        """Return the connections that are remembered, made where they are not there yet."""
        found: dict[str, Connection] = {}
        for saved in saved_connections.all:
            known = self._known.get(saved.uri)
            if known is None or known.read_only is not saved.read_only:
                known = self._make(saved.uri, read_only=saved.read_only)
            if known is None:
                continue
            if saved.label and known.label != saved.label:
                known.label = saved.label
            found[saved.uri] = known
        return found

    def connection(self, uri: str) -> Connection:
        """Return the connection to a URI, without opening it.

        Raises
        ------
        ValueError
            It is not a connection URI.
        """
        with self._lock:
            known = self._known.get(uri)
            if known is not None:
                return known
            saved = saved_connections.get(uri)
            return self._ready(
                connection_to(uri, read_only=saved.read_only if saved is not None else False)
            )

    def domain(self, uri: str, uuid: str) -> Domain:
        """Return the handle of a machine, without asking libvirt for it.

        Raises
        ------
        ValueError
            The URI is not one.
        """
        connection = self.connection(uri)
        try:
            name = connection.inventory.domain(uuid).name
        except NotFound:
            name = ""
        return Domain(connection, uuid, name)

    def open(self, connection: Connection) -> Job[object]:
        """Begin to open a connection; if it fails, the panel says why."""
        self._ready(connection)
        self.notices.take(notice_key(connection))
        if connection.state in self.IDLE:
            self.questions.withdraw(connection.uri)
        return connection.open()

    def open_if_idle(self, connection: Connection) -> Job[object] | None:
        """Open a connection unless it is open, being opened, or was refused just now."""
        if connection.state in _AT_REST:
            return self.open(connection)
        return None

    def disconnect(self, connection: Connection) -> None:
        """Begin to close a connection; its machines go on."""
        self.notices.take(notice_key(connection))
        self.questions.withdraw(connection.uri)
        # Closing waits for calls that are under way: not on our caller's thread.
        threading.Thread(target=connection.close, name="qvirt-close", daemon=True).start()

    def explain(self, connection: Connection, board: NoticeBoard) -> None:
        """Say on a board why a connection cannot be used, or take that away where it can.

        Parameters
        ----------
        connection
            What is looked at.
        board
            Of the panel that needs it.
        """
        connect = NoticeButton(
            _("Connect"), _Opener(self, connection), primary=not is_failure(connection)
        )
        notice = connection_notice(connection, connect, self._doubts(connection))
        if notice is None:
            board.take(notice_key(connection))
        elif notice not in board.notices:
            board.put(notice)

    def forget(self, uri: str) -> None:
        """Begin to close a connection and to take it from the list and from what is remembered."""
        threading.Thread(target=self._forget, args=(uri,), name="qvirt-close", daemon=True).start()

    def add(self, saved: SavedConnection) -> Connection | None:
        """Remember a connection and open it; None where its URI is not one or it cannot be saved.

        Parameters
        ----------
        saved
            What to remember.
        """
        before = self._of_uri(saved.uri)
        connection = self._make(saved.uri, read_only=saved.read_only)
        is_new = saved_connections.get(saved.uri) is None
        if connection is None or not self._saving(lambda: saved_connections.add(saved)):
            return None
        if is_new:
            self._untried.add(saved.uri)
        if before is not None and before is not connection:
            # It was there with other rights.
            threading.Thread(target=before.close, name="qvirt-close", daemon=True).start()
        self.refresh()
        self.open(connection)
        return connection

    def offer_editor(self, edit: Callable[[str], object]) -> Subscription:
        """Let a panel show the form of a connection where one is to be changed.

        Parameters
        ----------
        edit
            Called with the URI; of several panels the newest is asked.
        """
        self._editors.append(edit)
        return Subscription(lambda: self._editors.remove(edit))

    def _edit(self, uri: str) -> None:
        if self._editors:
            self._editors[-1](uri)

    def change(self, uri: str, saved: SavedConnection) -> None:
        """Begin to remember a connection in another way, or one that was not remembered.

        Parameters
        ----------
        uri
            What it was reached by until now. It is closed, and opened anew if it was in use, where
            its URI or its rights change.
        saved
            What to remember.
        """
        threading.Thread(
            target=self._change, args=(uri, saved), name="qvirt-change", daemon=True
        ).start()

    def _change(self, uri: str, saved: SavedConnection) -> None:
        known = self._of_uri(uri)
        if self._make(saved.uri, read_only=saved.read_only) is None:
            return
        if not self._saving(lambda: saved_connections.replace(uri, saved)):
            return
        if known is not None and (uri, known.read_only) == (saved.uri, saved.read_only):
            known.label = saved.label
            self.refresh()
            return
        was_wanted = known is not None and known.state not in _AT_REST
        self._drop(uri, known)
        self.refresh()
        if was_wanted:
            self.open(self.connection(saved.uri))

    def _forget(self, uri: str) -> None:
        known, worked = self._of_uri(uri), uri not in self._untried
        if self._saving(lambda: saved_connections.remove(uri, recent=worked)):
            self._drop(uri, known)
            self.refresh()

    def _of_uri(self, uri: str) -> Connection | None:
        with self._lock:
            return self._known.get(uri)

    def _drop(self, uri: str, known: Connection | None) -> None:
        """Close a connection, then know nothing of it: an open one would be found again."""
        if known is not None:
            known.close()
            self.questions.withdraw(uri)
            self.notices.take(notice_key(known))
        with self._lock:
            self._known.pop(uri, None)
            observed = self._observed.pop(uri, None)
        if observed is not None:
            observed.close()
        self._untried.discard(uri)

    def _saving(self, save: Callable[[], None]) -> bool:
        try:
            save()
        except OSError as error:
            text = _("The list of connections could not be saved.")
            self.notices.put(Notice("saving", "error", _("Connections"), text, details=str(error)))
            return False
        return True

    def _make(self, uri: str, *, read_only: bool) -> Connection | None:
        try:
            return self._ready(connection_to(uri, read_only=read_only))
        except ValueError as error:
            self.notices.put(Notice(f"uri {uri}", "error", uri, str(error)))
            return None

    def _ready(self, connection: Connection) -> Connection:
        # What a notebook gave stays: its questions are asked where it wants them.
        if connection.credentials is None:
            connection.credentials = SignIn(connection, self.questions)
        return connection

    def _doubts(self, connection: Connection) -> tuple[NoticeButton, ...]:
        uri = connection.uri
        if uri not in self._untried:
            return ()
        change = NoticeButton(_("Change…"), lambda _client: self._edit(uri))
        return (
            NoticeButton(_("Keep"), lambda _client: self._untried.discard(uri), primary=True),
            NoticeButton(_("Remove"), lambda _client: self.forget(uri)),
            *((change,) if self._editors else ()),
        )

    def _on_job(self, job: Job[object]) -> None:
        # A notebook that connects makes a job about a connection: then there is a new row.
        if job.subject is not None and job.subject.kind == "connection":
            with self._lock:
                is_known = job.subject.uri in self._known
            if not is_known:
                self.refresh()

    def _on_connection(self, connection: Connection) -> None:
        failed = connection.state is ConnectionState.FAILED and is_failure(connection)
        if failed or connection.slow_calls:
            self.explain(connection, self.notices)
        else:
            # Its row says the rest.
            self.notices.take(notice_key(connection))
        if connection.is_connected:
            self._untried.discard(connection.uri)
            if saved_connections.get(connection.uri) is None:
                self._saving(lambda: saved_connections.opened(connection.uri))
        self._tell()

    def _tell(self) -> None:
        publisher.post(("fleet", id(self)), self._changed.call)

    def _on_close(self) -> None:
        with self._lock:
            if len(self._changed) == 0:
                sources, self._sources = self._sources, ()
                for subscription in sources:
                    subscription.close()
                for subscription in self._observed.values():
                    subscription.close()
                self._observed = {}
                self._known = {}


def _heed(wanted: Preferences, connection: Connection) -> None:
    """Let a connection measure what is wanted, as often as it is wanted."""
    connection.stats.tick = wanted.update_interval
    connection.stats.measured = wanted.measured


@dataclass(frozen=True, slots=True)
class _Opener:
    """What "Connect" does; two of the same connection are equal, so their notices are."""

    fleet: Fleet
    connection: Connection

    def __call__(self, _client: str) -> None:
        self.fleet.open(self.connection)


fleet: Final = Fleet()
"""That of this process."""
