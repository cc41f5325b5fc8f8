"""The connections that the manager remembers, in a private file of Jupyter's configuration."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets.kept_file import KeptFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qvirt_jupyter.hypervisor.publisher import Subscription

VERSION: Final = 1
"""Of the file's layout. A file of a newer one is read as far as it is understood."""
RECENT: Final = 10
"""How many URIs are kept that were open lately."""


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


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What is in the file.

    Parameters
    ----------
    connections
        In the order in which they were added.
    recent
        URIs of others that were open lately, the newest first (PREF-15).
    """

    connections: tuple[SavedConnection, ...] = ()
    recent: tuple[str, ...] = ()


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
        self._file = KeptFile("connections.json", path, self._understood, _Remembered())

    @property
    def path(self) -> Path:
        """Where they are kept."""
        return self._file.path

    @property
    def problem(self) -> LazyString | None:
        """What was wrong with the file, for people; None where nothing was."""
        _now = self._file.now
        return self._file.problem

    @property
    def all(self) -> tuple[SavedConnection, ...]:
        """All of them, in the order in which they were added."""
        return self._file.now.connections

    @property
    def recent(self) -> tuple[str, ...]:
        """URIs that were open lately and are not remembered, the newest first."""
        now = self._file.now
        remembered = {item.uri for item in now.connections}
        return tuple(uri for uri in now.recent if uri not in remembered)

    def get(self, uri: str) -> SavedConnection | None:
        """Return the one with this URI, or None."""
        return next((item for item in self.all if item.uri == uri), None)

    def add(self, connection: SavedConnection) -> None:
        """Remember a connection, in place of what was remembered of its URI.

        Raises
        ------
        OSError
            The file cannot be written; nothing has changed then.
        """
        self.replace(connection.uri, connection)

    def replace(self, uri: str, connection: SavedConnection) -> None:
        """Remember a connection in the place of another, or as the last where that is not there.

        Raises
        ------
        OSError
            The file cannot be written; nothing has changed then.
        """

        def change(now: _Remembered) -> _Remembered:
            # Another one that has the new URI already gives way.
            kept = [x for x in now.connections if x.uri == uri or x.uri != connection.uri]
            items = [connection if item.uri == uri else item for item in kept]
            items = items if connection in items else [*items, connection]
            return dataclasses.replace(now, connections=tuple(items))

        self._file.change(change, _document)

    def remove(self, uri: str, *, recent: bool = True) -> None:
        """Forget a connection; one that is not there is forgotten already.

        Parameters
        ----------
        uri
            Which.
        recent
            Whether its URI is offered to who adds a connection.

        Raises
        ------
        OSError
            The file cannot be written; nothing has changed then.
        """

        def change(now: _Remembered) -> _Remembered:
            left = tuple(item for item in now.connections if item.uri != uri)
            return _Remembered(left, _newest_first(uri, now.recent) if recent else now.recent)

        self._file.change(change, _document)

    def opened(self, uri: str) -> None:
        """Note that a connection which is not remembered was open.

        Raises
        ------
        OSError
            The file cannot be written; nothing has changed then.
        """
        self._file.change(
            lambda now: dataclasses.replace(now, recent=_newest_first(uri, now.recent)), _document
        )

    def observe(self, callback: Callable[[], object]) -> Subscription:
        """Call the callback on the publisher thread when they change."""
        return self._file.observe(lambda _now: callback())

    def _understood(self, document: dict[str, Any]) -> _Remembered:
        items = [_connection(item) for item in document["connections"]]
        if document.get("version", VERSION) > VERSION:
            self._file.problem = _(
                "The saved connections were written by a newer version. What this version "
                "understands is shown; the whole is kept as {path}."
            ).format(path=self._file.keep_copy())
        recent = [uri for uri in document.get("recent", ()) if isinstance(uri, str)]
        return _Remembered(
            tuple({item.uri: item for item in items}.values()), tuple(recent[:RECENT])
        )


def _newest_first(uri: str, others: tuple[str, ...]) -> tuple[str, ...]:
    return (uri, *(other for other in others if other != uri))[:RECENT]


def _document(remembered: _Remembered) -> dict[str, Any]:
    return {"version": VERSION, **dataclasses.asdict(remembered)}


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
