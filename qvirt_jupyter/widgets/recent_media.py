"""The media that a person used last: discs and images of each connection, and trees on servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter.widgets.kept_file import KeptFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST: Final = 10
"""Paths that are kept for a connection."""


class RecentMedia:
    """Paths of media, the last one first.

    Parameters
    ----------
    path
        The file; None means the one in Jupyter's configuration.
    name
        What that is called.
    """

    def __init__(self, path: Path | None = None, *, name: str = "recent-media.json") -> None:
        self._file: KeptFile[Mapping[str, tuple[str, ...]]] = KeptFile(name, path, _understood, {})

    def of(self, uri: str) -> tuple[str, ...]:
        """Return the paths of a connection's host.

        Parameters
        ----------
        uri
            The URI of the connection.
        """
        return self._file.now.get(uri, ())

    def add(self, uri: str, path: str) -> None:
        """Put a path first.

        Parameters
        ----------
        uri
            The URI of the connection.
        path
            A path of its host.

        Raises
        ------
        OSError
            It cannot be kept.
        """

        def change(now: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
            others = [each for each in now.get(uri, ()) if each != path]
            return {**now, uri: (path, *others)[:MOST]}

        self._file.change(change, lambda kept: {uri: list(kept[uri]) for uri in kept})


def _understood(document: dict[str, Any]) -> Mapping[str, tuple[str, ...]]:
    return {
        uri: tuple(path for path in paths if isinstance(path, str))[:MOST]
        for uri, paths in document.items()
        if isinstance(paths, list)
    }


recent_media: Final = RecentMedia()
"""Those of this user."""
folders_let_be: Final = RecentMedia(name="folders-let-be.json")
"""Folders that the emulator may not pass, and that are used all the same."""
recent_trees: Final = RecentMedia(name="recent-trees.json")
"""Addresses, under no connection: a server is the same from all hosts."""
