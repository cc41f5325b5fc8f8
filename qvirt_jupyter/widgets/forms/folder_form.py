"""A form with fields that take a folder of the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from qvirt_jupyter.widgets.forms.folder_fields import FOLDER_WORDS, FolderFields
from qvirt_jupyter.widgets.forms.form import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter._translation import LazyString
    from qvirt_jupyter.documents import Declared
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets._form_messages import FieldState

T = TypeVar("T")


class FolderForm(Form[T]):
    """A form whose folders are typed, or looked for where the host can be looked at.

    A subclass calls :meth:`_look_in` before the form is made.
    """

    _strings: ClassVar[Mapping[str, LazyString]] = {
        **Form._strings,  # noqa: SLF001 - the words of each form
        **FOLDER_WORDS,
    }
    _folder_fields: ClassVar[tuple[str, ...]]
    """The names of the fields that take one."""

    def _look_in(self, connection: Connection) -> None:
        """Say whose folders they are."""
        self._folders = FolderFields(connection, self._show, self.edit)

    def _first_folder(self, name: str) -> str:
        """Return where looking begins for a field: at what stands there."""
        return str(getattr(self._draft, name) or "")

    def _said(self, content: dict[str, Any], client: str) -> None:
        match content:
            case {"type": "folders", "wish": "look", "path": str(name)}:
                if name in self._folder_fields and not self.is_busy:
                    self._folders.look(name, self._first_folder(name))
            case _ if not self._folders.take(content):
                super()._said(content, client)

    def _field(self, declared: Declared, error: str) -> FieldState:
        state = super()._field(declared, error)
        return self._folders.browsed(state) if declared.name in self._folder_fields else state

    def _more(self) -> Mapping[str, Any]:
        return {**super()._more(), "folders": self._folders.state}
