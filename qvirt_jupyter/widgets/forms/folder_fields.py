"""Fields of a form or a page that take a folder of the host: typed, or looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision.host_folders import why_not_listed
from qvirt_jupyter.widgets.forms.folder_search import FolderSearch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets._form_messages import BrowsedFieldState, FieldState, FoldersState

FOLDER_WORDS: Final[Mapping[str, LazyString]] = {
    "folders": _("Folders of the host"),
    "folderUp": _("Up"),
    "folderChoose": _("Use this folder"),
    "folderClose": _("Close"),
    "noFolders": _("There is no folder in it."),
    "folderHint": _("Enter or a double click opens a folder, Backspace goes up."),
}
"""The words of the list of folders, for whatever draws it."""


class FolderFields:
    """Looks for a folder for one field at a time; always on the publisher thread.

    Parameters
    ----------
    connection
        Whose folders.
    on_change
        Called when it shows something else.
    on_choose
        Called with the name of the field and the folder that was chosen for it.
    """

    def __init__(
        self,
        connection: Connection,
        on_change: Callable[[], object],
        on_choose: Callable[[str, str], object],
    ) -> None:
        self._connection = connection
        self._on_change, self._on_choose = on_change, on_choose
        self._search: FolderSearch | None = None

    @property
    def why_not(self) -> str:
        """Why no folder can be looked for; empty where one can."""
        return str(why_not_listed(self._connection))

    @property
    def state(self) -> FoldersState | None:
        """What it shows; None while nothing is looked for."""
        return self._search.state if self._search is not None else None

    def browsed(self, state: FieldState) -> BrowsedFieldState:
        """Return the state of a field with the button that looks for a folder."""
        return {**state, "browse": str(_("Browse…")), "noBrowse": self.why_not}

    def look(self, field: str, path: str) -> None:
        """Look for a folder, beginning at one or at the nearest above it.

        Parameters
        ----------
        field
            The field that gets it.
        path
            What stands there; empty begins at the root.
        """
        if not self.why_not:
            self._search = FolderSearch(self._connection, field, path, self._on_change)
            self._on_change()

    def forget(self) -> None:
        """Look for nothing any more; whoever calls it draws."""
        self._search = None

    def take(self, content: Mapping[str, Any]) -> bool:
        """Take what a browser says in the list of folders; return whether it was that."""
        search = self._search
        if content.get("type") != "folders":
            return False
        match content:
            case {"wish": "open", "path": str(path)} if search is not None:
                search.open(path)
            case {"wish": "choose", "path": str(path)} if search is not None:
                self._search = None
                self._on_choose(search.field, path)
            case {"wish": "close"} if search is not None:
                self._search = None
                self._on_change()
        return True
