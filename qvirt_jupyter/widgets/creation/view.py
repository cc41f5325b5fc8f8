"""The browser's side of the wizard: one page at a time, with its steps and buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets._panel_messages import VERSION
from qvirt_jupyter.widgets._transfer_messages import BrowserFile, file_of, go_message
from qvirt_jupyter.widgets.details.page_view import PageView, storage_wish
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.provision.transfers import Upload
    from qvirt_jupyter.widgets.details.source_desk import StorageWish


class WizardUser(Protocol):
    """Who is told what was typed and pressed; always on the publisher thread."""

    def edit(self, name: str, text: str, number: int) -> object:
        """Take what was typed into an input."""

    def press(self, button: str, client: str) -> object:
        """Do what a button says."""

    def choose_way(self, way: str) -> object:
        """Take a way to install."""

    def go(self, page: str) -> object:
        """Bring a page to the front that was there before."""

    def browse(self, name: str) -> object:
        """Look for a file for an input."""

    def mend(self, name: str, *, waives: bool = False) -> object:
        """Take away what is wrong with an input, or let it be."""

    def browsing(self, wish: StorageWish) -> object:
        """Do what is wanted in the storage browser."""

    def upload(self, file: BrowserFile, client: str) -> object:
        """Bring a file of a browser's machine into a pool."""

    def system(self, wish: str, text: str) -> object:
        """Search for an operating system, or take one."""


class WizardView(PanelPart):
    """Draws the wizard.

    Parameters
    ----------
    user
        Who is told what was typed and pressed.
    """

    _part: ClassVar[str] = "wizard"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        **PageView._strings,  # noqa: SLF001 - the storage browser's words
        "steps": _("Steps"),
        "advanced": _("Advanced"),
        "ways": _("How to install"),
        "searchSystem": _("Type to search: debian 12, windows, fedora"),
        "chosenSystem": _("Chosen: {name}"),
        "noSystem": _("none yet"),
        "showOld": _("Also systems that are no longer maintained"),
        "detectSystem": _("Take what the medium says"),
        "systems": _("Operating systems that were found"),
        "change": _("Change"),
        "summary": _("What will be made"),
        "log": _("Log"),
        "details": _("Details"),
        "copy": _("Copy"),
        "copied": _("Copied."),
        "upload": _("Upload a file…"),
        "uploadHelp": _("A file of this computer; it can also be dropped here."),
        "elapsed": _("{time} so far"),
    }

    def __init__(self, user: WizardUser) -> None:
        super().__init__()
        self._user = user

    def take_file(self, client: str, number: int, upload: Upload) -> None:
        """Tell a browser that its file may come; on the publisher thread.

        Parameters
        ----------
        client
            The browser window that has the file.
        number
            Which of its files it is.
        upload
            Where it goes.
        """
        self.send({"version": VERSION, **go_message(client, number, upload)})

    def _said(self, content: dict[str, Any], client: str) -> None:
        user = self._user
        match content:
            case {"type": "edit", "name": str(name), "value": str(text), "number": int(number)}:
                publisher.post(None, lambda: user.edit(name, text, number))
            case {"type": "press", "id": str(button)}:
                publisher.post(None, lambda: user.press(button, client))
            case {"type": "kind", "id": str(way)}:
                publisher.post(None, lambda: user.choose_way(way))
            case {"type": "select", "id": str(page)}:
                publisher.post(None, lambda: user.go(page))
            case {"type": "browse", "name": str(name)}:
                publisher.post(None, lambda: user.browse(name))
            case {"type": "mend", "name": str(name), "waives": bool(waives)}:
                publisher.post(None, lambda: user.mend(name, waives=waives))
            case {"type": "storage", "wish": str(wish)}:
                found = storage_wish(wish, content)
                publisher.post(None, lambda: user.browsing(found))
            case {"type": "file"} if (file := file_of(content)) is not None:
                publisher.post(None, lambda: user.upload(file, client))
            case {"type": "system", "wish": str(wish), "text": str(text)}:
                publisher.post(None, lambda: user.system(wish, text))
