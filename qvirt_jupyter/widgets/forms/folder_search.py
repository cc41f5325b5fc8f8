"""Looks for a folder of the host, for a field of a form that takes the path of one."""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING

from qvirt_jupyter._translation import _, ngettext
from qvirt_jupyter.hypervisor import QvirtError
from qvirt_jupyter.provision.host_folders import list_folders
from qvirt_jupyter.widgets.details.work import work_in_pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision.host_folders import FolderListing
    from qvirt_jupyter.widgets._form_messages import FoldersState


class FolderSearch:
    """One search; always on the publisher thread.

    Parameters
    ----------
    connection
        Whose folders.
    field
        The name of the field that gets the path.
    path
        Where it begins: there, or in the nearest folder above.
    on_change
        Called when it shows something else.
    """

    def __init__(
        self, connection: Connection, field: str, path: str, on_change: Callable[[], object]
    ) -> None:
        self._connection, self.field = connection, field
        self._on_change = on_change
        self._listing: FolderListing | None = None
        self._busy, self._problem = "", ""
        self._wanted = ""
        self._look(path, nearest=True)

    def open(self, path: str) -> None:
        """List another folder; where that fails, the one that is shown stays.

        Parameters
        ----------
        path
            The folder, from the root on.
        """
        self._look(path, nearest=False)

    @property
    def path(self) -> str:
        """The folder that is shown; empty until the first one is read."""
        return self._listing.path if self._listing is not None else ""

    @property
    def state(self) -> FoldersState:
        """What it shows."""
        found = self._listing
        return {
            "field": self.field,
            "path": self.path,
            "parent": posixpath.dirname(self.path) if self.path not in ("", "/") else "",
            "folders": list(found.folders) if found is not None else [],
            "note": self._note(found) if found is not None else "",
            "problem": self._problem,
            "busy": self._busy,
        }

    def _look(self, path: str, *, nearest: bool) -> None:
        self._wanted, self._problem = path, ""
        self._busy = str(_("Reading the folder…"))
        self._on_change()
        work_in_pool(
            self._connection,
            lambda: list_folders(self._connection, path, nearest=nearest),
            partial(self._listed, path),
            partial(self._failed, path),
        )

    def _listed(self, path: str, listing: FolderListing) -> None:
        if path == self._wanted:
            self._listing, self._busy = listing, ""
            self._on_change()

    def _failed(self, path: str, error: BaseException) -> None:
        if path != self._wanted:
            return
        self._busy = ""
        if isinstance(error, QvirtError):
            self._problem = " ".join(part for part in (error.reason, error.next_step) if part)
        else:
            self._problem = str(error)
        self._on_change()

    def _note(self, listing: FolderListing) -> str:
        """Say who has read it where libvirt's service may see more, and what is left out."""
        words = []
        if listing.left_out:
            words.append(
                str(
                    ngettext(
                        "{number} more folder is not listed.",
                        "{number} more folders are not listed.",
                        listing.left_out,
                    )
                )
            )
        is_service = self._connection.parts.is_session or listing.reader.split("@")[0] == "root"
        if not is_service:
            words.append(
                str(
                    _(
                        "Read as {user}: libvirt's service may see folders that {user} may not. "
                        "Their path can be typed."
                    ).format(user=listing.reader)
                )
            )
        return " ".join(words)
