"""The connections that the manager remembers, in a private file of Jupyter's configuration."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.hypervisor.publisher import Subscribers, Subscription
from qvirt_jupyter.widgets.kept_file import KeptFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERSION: Final = 1
"""Of the file's layout. A file of a newer one is read as far as it is understood."""


@dataclass(frozen=True, slots=True)
class SavedConnection:
    """One connection, as it is remembered.

    Parameters
    ----------
    uri
        As for libvirt: https://libvirt.org/uri.html
    label
        Its name for people; empty means the one made from the URI.
    autoconnect
        Whether the manager opens it when it starts.
    read_only
        Whether it may only look.
    """

    uri: str
    label: str = ""
    autoconnect: bool = False
    read_only: bool = False


class SavedConnections:
    """What is in the file, and who wants to know when it changes.

    A file that cannot be read is set aside under another name, never overwritten: ``problem``
    says so in words.

    Parameters
    ----------
    path
        The file; None means the one in Jupyter's configuration.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._file = KeptFile("connections.json", path)
        self._lock = threading.RLock()
        self._found: dict[str, SavedConnection] | None = None
        self._observers: Subscribers[[]] = Subscribers()

    @property
    def path(self) -> Path:
        """Where they are kept."""
        return self._file.path

    @property
    def problem(self) -> LazyString | None:
        """What was wrong with the file, for people; None where nothing was."""
        with self._lock:
            self._load()
            return self._file.problem

    @property
    def all(self) -> tuple[SavedConnection, ...]:
        """All of them, in the order in which they were added."""
        with self._lock:
            return tuple(self._load().values())

    def get(self, uri: str) -> SavedConnection | None:
        """Return the one with this URI, or None."""
        with self._lock:
            return self._load().get(uri)

    def add(self, connection: SavedConnection) -> None:
        """Remember a connection, in place of what was remembered of its URI.

        Raises
        ------
        OSError
            The file cannot be written; nothing has changed then.
        """
        with self._lock:
            self._save({**self._load(), connection.uri: connection})

    def replace(self, uri: str, connection: SavedConnection) -> None:
        """Remember a connection in the place of another, or as the last where that is not there.

        Raises
        ------
        OSError
            The file cannot be written; nothing has changed then.
        """
        with self._lock:
            items = [
                connection if item.uri == uri else item
                for item in self._load().values()
                # Another one that has the new URI already gives way.
                if item.uri == uri or item.uri != connection.uri
            ]
            if connection not in items:
                items.append(connection)
            self._save({item.uri: item for item in items})

    def remove(self, uri: str) -> None:
        """Forget a connection; one that is not there is forgotten already.

        Raises
        ------
        OSError
            The file cannot be written; nothing has changed then.
        """
        with self._lock:
            left = {key: value for key, value in self._load().items() if key != uri}
            self._save(left)

    def observe(self, callback: Callable[[], object]) -> Subscription:
        """Call the callback on the publisher thread when they change."""
        return self._observers.add(callback)

    def reload(self) -> None:
        """Read the file again, because another program may have written it."""
        with self._lock:
            self._found = None
        self._announce()

    def _announce(self) -> None:
        publisher.post(("saved-connections", id(self)), self._observers.call)

    def _save(self, wanted: dict[str, SavedConnection]) -> None:
        if wanted == self._found:
            return
        document = {
            "version": VERSION,
            "connections": [dataclasses.asdict(item) for item in wanted.values()],
        }
        self._file.write(document)
        self._found = wanted
        self._announce()

    def _load(self) -> dict[str, SavedConnection]:
        if self._found is None:
            nothing: dict[str, SavedConnection] = {}
            self._found = self._file.read(self._understood, nothing)
        return self._found

    def _understood(self, document: dict[str, Any]) -> dict[str, SavedConnection]:
        items = [_connection(item) for item in document["connections"]]
        if document.get("version", VERSION) > VERSION:
            self._file.problem = _(
                "The saved connections were written by a newer version. What this version "
                "understands is shown; the whole is kept as {path}."
            ).format(path=self._file.keep_copy())
        return {item.uri: item for item in items}


def _connection(item: Any) -> SavedConnection:  # noqa: ANN401 - JSON from a file
    if not isinstance(item["uri"], str) or not item["uri"]:
        raise ValueError("a connection without a URI")
    return SavedConnection(
        uri=item["uri"],
        label=str(item.get("label", "")),
        autoconnect=bool(item.get("autoconnect", False)),
        read_only=bool(item.get("read_only", False)),
    )


saved_connections = SavedConnections()
"""Those of this user."""
