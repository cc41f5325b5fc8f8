"""The page in front: inputs, what applying does, and the buttons below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import publisher
from qvirt_jupyter.widgets.forms.folder_fields import FOLDER_WORDS
from qvirt_jupyter.widgets.panel_part import PanelPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qvirt_jupyter.widgets.details.source_desk import StorageWish


class PageUser(Protocol):
    """Who is told what was typed and pressed; always on the publisher thread."""

    def edit(self, key: str, name: str, text: str) -> object:
        """Take what was typed on a page."""

    def order(self, key: str, chosen: tuple[str, ...]) -> object:
        """Take an order of boot devices."""

    def revert(self, key: str, name: str, client: str) -> object:
        """Take the running value of a field back."""

    def press(self, key: str, button: str, client: str) -> object:
        """Do what a button says."""

    def choose_kind(self, kind: str) -> object:
        """Show what a device of another kind needs."""

    def browse(self, key: str, name: str) -> object:
        """Look for a file for a field."""

    def storage(self, wish: StorageWish) -> object:
        """Do what is wanted in the storage browser."""

    def folders(self, said: Mapping[str, Any]) -> object:
        """Do what is wanted in the list of folders."""

    def show_diff(self, *, wanted: bool) -> object:
        """Show what changes in the XML, or show it no more."""


class PageView(PanelPart):
    """Draws one page at a time; the page that was there before leaves nothing behind.

    Parameters
    ----------
    user
        Who is told.
    """

    _part: ClassVar[str] = "page"
    _strings: ClassVar[Mapping[str, LazyString]] = {
        "advanced": _("Advanced"),
        "other": _("Other…"),
        "otherValue": _("Another value"),
        "showPassword": _("Show password"),
        "hidePassword": _("Hide password"),
        "unchanged": _("unchanged"),
        "untilStop": _("Until it stops: {value}"),
        "revert": _("Keep that"),
        "effects": _("What applying does"),
        "adding": _("What adding does"),
        "now": _("Now"),
        "next_boot": _("At the next start"),
        "never": _("Not at all: the machine is transient, and has no definition to keep it"),
        "pending": _("When the guest lets go"),
        "diff": _("Changes in the XML"),
        "xml": _("XML"),
        "bootDevices": _("Devices to boot from"),
        "up": _("Move up"),
        "down": _("Move down"),
        "kinds": _("Kinds of devices"),
        "pools": _("Storage pools"),
        "search": _("Search"),
        "refresh": _("Look again"),
        "choose": _("Choose"),
        "close": _("Close"),
        "path": _("Path on the host"),
        "volumes": _("Volumes"),
        "volume": _("Volume"),
        "format": _("Format"),
        "size": _("Size"),
        "noVolumes": _("Nothing is there."),
        "users": _("Used by"),
        "more": _("and {count} more: search for them"),
        "newVolume": _("New volume"),
        "newName": _("Name"),
        "create": _("Create"),
        **FOLDER_WORDS,
    }

    def __init__(self, user: PageUser) -> None:
        super().__init__()
        self._user = user
        self.answered = 0
        """The number of the last edit that was taken."""

    def _said(self, content: dict[str, Any], client: str) -> None:
        user = self._user
        match content:
            case {
                "type": "edit",
                "key": str(key),
                "name": str(name),
                "value": str(text),
                "number": int(number),
            }:
                publisher.post(None, lambda: self._take(key, name, text, number))
            case {
                "type": "order",
                "key": str(key),
                "chosen": list(chosen),
                "number": int(number),
            }:
                keys = tuple(str(each) for each in chosen)
                publisher.post(None, lambda: self._take_order(key, keys, number))
            case {"type": "revert", "key": str(key), "name": str(name)}:
                publisher.post(None, lambda: user.revert(key, name, client))
            case {"type": "press", "item": str(key), "id": str(button)}:
                publisher.post(None, lambda: user.press(key, button, client))
            case {"type": "diff", "wanted": bool(wanted)}:
                publisher.post(None, lambda: user.show_diff(wanted=wanted))
            case {"type": "kind", "id": str(kind)}:
                publisher.post(None, lambda: user.choose_kind(kind))
            case {"type": "browse", "key": str(key), "name": str(name)}:
                publisher.post(None, lambda: user.browse(key, name))
            case {"type": "storage", "wish": str(wish)}:
                found = storage_wish(wish, content)
                publisher.post(None, lambda: user.storage(found))
            case {"type": "folders"}:
                publisher.post(None, lambda: user.folders(content))

    def _take_order(self, key: str, chosen: tuple[str, ...], number: int) -> None:
        self.answered = number
        self._user.order(key, chosen)

    def _take(self, key: str, name: str, text: str, number: int) -> None:
        self.answered = number
        self._user.edit(key, name, text)


def storage_wish(wish: str, content: dict[str, Any]) -> StorageWish:
    """Return what to do in the storage browser; what makes no sense closes it."""
    match wish, content:
        case "pool", {"id": str(pool)}:
            return lambda browser: browser.look_into(pool)
        case "refresh", {"id": str(pool)}:
            return lambda browser: browser.look_into(pool, refresh=True)
        case "choose", {"path": str(path)}:
            return lambda browser: browser.choose(path)
        case "create", {"name": str(name), "size": str(size), "format": str(form)}:
            return lambda browser: browser.create(name, size, form)
    return None
