"""What all panels of a kernel share: the connections, what is asked, and what went wrong."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

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
from qvirt_jupyter.widgets.notices import Notice, NoticeBoard, NoticeButton
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Question, QuestionBoard, QuestionField
from qvirt_jupyter.widgets.saved_connections import SavedConnection, saved_connections

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import Job
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.credentials import CredentialRequest, Credentials

__all__ = ["ConnectionState", "Fleet", "Wishes", "fleet"]


class Wishes:
    """The preferences that say what is asked first."""

    def wants(self, name: str) -> bool:
        """Whether the question of this preference is asked."""
        return bool(getattr(preferences.now, name))

    def stop_asking(self, name: str) -> None:
        """Turn the question off, for good."""
        preferences.set(**{name: False})


class Fleet:
    """The connections that the panels show: the saved ones, and those that a notebook opened."""

    IDLE: ClassVar[frozenset[ConnectionState]] = frozenset(
        {ConnectionState.DISCONNECTED, ConnectionState.FAILED, ConnectionState.CLOSED}
    )
    """States in which a connection waits for somebody to open it."""

    def __init__(self) -> None:
        self.notices = NoticeBoard()
        self.questions = QuestionBoard()
        self.wishes = Wishes()
        self._lock = threading.RLock()
        self._known: dict[str, Connection] = {}
        self._observed: dict[str, Subscription] = {}
        self._changed: Subscribers[[]] = Subscribers()
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
                    self._observed[uri] = connection.observe(self._on_connection)
            self._known = wanted
        self._tell()

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
        self.notices.take(_key(connection))
        return connection.open()

    def open_if_idle(self, connection: Connection) -> None:
        """Open a connection unless it is open, being opened, or was refused just now."""
        if connection.state in {ConnectionState.DISCONNECTED, ConnectionState.CLOSED}:
            self.open(connection)

    def disconnect(self, connection: Connection) -> None:
        """Begin to close a connection; its machines go on."""
        self.notices.take(_key(connection))
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
        notice = self._notice(connection)
        if notice is None:
            board.take(_key(connection))
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
        connection = self._make(saved.uri, read_only=saved.read_only)
        if connection is None or not self._saving(lambda: saved_connections.add(saved)):
            return None
        self.refresh()
        self.open(connection)
        return connection

    def _forget(self, uri: str) -> None:
        with self._lock:
            known = self._known.get(uri)
        if known is not None:
            known.close()
            self.notices.take(_key(known))
        if not self._saving(lambda: saved_connections.remove(uri)):
            return
        with self._lock:
            self._known.pop(uri, None)
            observed = self._observed.pop(uri, None)
        if observed is not None:
            observed.close()
        self.refresh()

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
            connection.credentials = self._asker(connection)
        return connection

    def _asker(self, connection: Connection) -> Credentials:
        def ask(requests: list[CredentialRequest]) -> list[str] | None:
            return self._ask(connection, requests)

        return ask

    def _ask(self, connection: Connection, requests: list[CredentialRequest]) -> list[str] | None:
        """Ask in the panels what libvirt or ssh wants to know, on a thread that may wait."""
        if len(requests) == 1 and requests[0].kind in _YES_OR_NO:
            question = Question(
                _("Sign in to {label}").format(label=connection.label),
                requests[0].prompt,
                _("Accept") if requests[0].kind == "host_key" else _("Yes"),
            )
            return None if self.questions.ask_and_wait(question) is None else ["yes"]
        question = Question(
            _("Sign in to {label}").format(label=connection.label),
            _("The answers are passed on and not kept."),
            _("Sign in"),
            fields=tuple(
                QuestionField(
                    str(index),
                    request.prompt,
                    request.secret,
                    "" if request.secret else request.default,
                )
                for index, request in enumerate(requests)
            ),
        )
        answer = self.questions.ask_and_wait(question)
        if answer is None:
            return None
        return [answer.values.get(str(index), "") for index in range(len(requests))]

    def _notice(self, connection: Connection) -> Notice | None:
        state, error = connection.state, connection.error
        if state in {ConnectionState.CONNECTED, ConnectionState.CONNECTING}:
            return None
        if state is ConnectionState.RECONNECTING:
            return Notice(
                _key(connection),
                "warning",
                connection.label,
                _("The connection is lost. It is being tried again, and all goes on by itself."),
                error.details if error is not None else "",
            )
        if error is None or getattr(error, "cancelled", False):
            # Nothing went wrong: somebody closed it, or did not want to sign in.
            level: Literal["info", "error"] = "info"
            text, details = str(_("It is not connected.")), ""
        else:
            level = "error"
            text, details = f"{error.reason} {error.next_step}".strip(), error.details
        return Notice(
            _key(connection),
            level,
            connection.label,
            text,
            details,
            (NoticeButton(_("Connect"), _Opener(self, connection), primary=level == "info"),),
        )

    def _on_job(self, job: Job[object]) -> None:
        # A notebook that connects makes a job about a connection: then there is a new row.
        if job.subject is not None and job.subject.kind == "connection":
            with self._lock:
                is_known = job.subject.uri in self._known
            if not is_known:
                self.refresh()

    def _on_connection(self, connection: Connection) -> None:
        failed = connection.state is ConnectionState.FAILED
        if failed and not getattr(connection.error, "cancelled", False):
            self.explain(connection, self.notices)
        else:
            # Its row says the rest.
            self.notices.take(_key(connection))
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


@dataclass(frozen=True, slots=True)
class _Opener:
    """What "Connect" does; two of the same connection are equal, so their notices are."""

    fleet: Fleet
    connection: Connection

    def __call__(self, _client: str) -> None:
        self.fleet.open(self.connection)


_YES_OR_NO: Final = frozenset({"host_key", "confirm"})


def _key(connection: Connection) -> str:
    return f"connection {connection.uri}"


fleet: Final = Fleet()
"""That of this process."""
