"""What a page does about the source of a device: what can be chosen, and what speaks against it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from qvirt_jupyter import documents
from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import doubts_about
from qvirt_jupyter.widgets.details.add_page import AddPage
from qvirt_jupyter.widgets.details.doubts import Doubts
from qvirt_jupyter.widgets.details.offers import MEDIA, REMOVABLE
from qvirt_jupyter.widgets.details.page import Page
from qvirt_jupyter.widgets.details.page_desk import PageDesk
from qvirt_jupyter.widgets.details.sources import browsable, is_folder, source_of
from qvirt_jupyter.widgets.details.storage_browser import Mode, StorageBrowser
from qvirt_jupyter.widgets.recent_media import recent_media

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.documents import Element
    from qvirt_jupyter.hypervisor import Doubt
    from qvirt_jupyter.hypervisor.records import StorageVolumeRecord
    from qvirt_jupyter.widgets.details.applying import Applied
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.draft import Draft
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.offers import Offers
    from qvirt_jupyter.widgets.details.page_desk import Around
    from qvirt_jupyter.widgets.details.work import Work

StorageWish: TypeAlias = "Callable[[StorageBrowser], object] | None"
"""What is wanted in the storage browser; None closes it."""


class SourceDesk(PageDesk):
    """A desk whose pages also find files, media and networks.

    The parameters are those of :class:`PageDesk`.
    """

    def __init__(self, domain: Machine, work: Work, around: Around) -> None:
        super().__init__(domain, work, around)
        self._doubts = Doubts(around.boards.questions, work)

    def open(self, page: Page) -> None:
        """Bring a page to the front; what was asked about the one before is asked no more."""
        if self._page is None or page.key != self._page.key:
            self._doubts.withdraw()
        super().open(page)

    def press(self, key: str, button: str, client: str) -> None:
        """Do what a button says."""
        if button == "eject" and self._page is not None and key == self._page.key:
            self.edit(key, _medium_of(self._draft.element if self._draft else None), "")
        else:
            super().press(key, button, client)

    def edit(self, key: str, name: str, text: str) -> None:
        """Take what was typed on a page, as the browser sends it."""
        draft, element = self._editable(key)
        if draft is None or element is None:
            return
        draft.page.remarks.pop(name, None)
        if name == _medium_of(element) and text in self._offers.get(MEDIA, {}):
            # A drive of the host is another type of source than an image.
            self._chosen(name, text, None)
        else:
            super().edit(key, name, text)

    def _begin(self) -> None:
        if self._page is not None:
            # They were about what is forgotten now, and so is the question.
            self._page.remarks.clear()
            self._doubts.withdraw()
        super()._begin()

    def _typed(self, *, was_dirty: bool) -> None:
        # What was asked was about something else.
        self._doubts.withdraw()
        super()._typed(was_dirty=was_dirty)

    def apply(self, then: Callable[[], object] | None = None) -> None:
        """Apply what was touched, when nothing speaks against another source, and then go on."""
        draft = self._draft
        device = draft.new_source() if draft is not None and not draft.wrong else None
        if device is None or draft is None or self._refused or self._is_busy:
            super().apply(then)
            return
        self._when_settled(
            draft,
            lambda: doubts_about(self._domain, device),
            lambda: super(SourceDesk, self).apply(then),
        )

    def _applied(self, then: Callable[[], object] | None, applied: Applied) -> None:
        device = self._draft.new_source() if self._draft is not None else None
        if device is not None:
            self._remember(device)
        super()._applied(then, applied)

    def _remember(self, device: documents.Device) -> None:
        """Keep a medium among those that were used last."""
        if not isinstance(device, documents.Disk) or not device.path:
            return
        if device.device in REMOVABLE and device.type == "file":
            try:
                recent_media.add(self._domain.connection.uri, device.path)
            except OSError as error:
                self._around.boards.notices.put_error(
                    _("The media that were used last could not be saved."), error
                )

    def _when_settled(
        self,
        draft: Draft,
        look_up: Callable[[], tuple[Doubt, ...]],
        go_on: Callable[[], object],
    ) -> None:
        """Go on when nothing speaks against it any more."""

        def looked_up(doubts: tuple[Doubt, ...]) -> None:
            self._is_busy = False
            if draft is self._draft:
                draft.page.remarks.update({each.field: str(each.text) for each in doubts})
                self._show()
                self._doubts.settle(doubts, settled, self._failed)

        def settled() -> None:
            if draft is self._draft and not self._is_busy:
                draft.page.remarks.clear()
                go_on()

        self._begin_work()
        self._work(look_up, looked_up, self._failed)

    # What can be chosen -------------------------------------------------------------------------

    def _look_up(self, page: Page, found: Definitions) -> None:
        super()._look_up(page, found)
        if type(page).find_offers is Page.find_offers:
            return
        self._work(
            lambda: page.find_offers(self._domain, found),
            partial(self._offered, page),
            # Then it is typed.
            lambda _error: None,
        )

    def _offered(self, page: Page, offers: Offers) -> None:
        # More may be known of the page by now, which makes another one of it.
        if self._page is not None and page.key == self._page.key:
            self._offers = offers
            self._show()

    # Looking for files --------------------------------------------------------------------------

    def browse(self, key: str, name: str) -> None:
        """Look for a file or a folder for a field."""
        draft, element = self._editable(key)
        if draft is None or element is None:
            return
        declared = next((item for item in self._declared(element) if item.name == name), None)
        if declared is None or self._why_fixed(element, name) or not browsable(element, name):
            return
        if is_folder(element, name):
            self._folders.look(name, str(declared.get(element) or ""))
            return
        # New volumes are for disks; what is read only must be there already.
        is_new = (
            isinstance(self._page, AddPage)
            and isinstance(element, documents.Disk)
            and element.device in (None, element.tag)
        )
        self._storage = StorageBrowser(
            self._domain.connection,
            self._work,
            self._show,
            partial(self._chosen, name),
            name=self._domain.subject.name if is_new else "",
            path=str(declared.get(element) or ""),
            mode=_mode_of(element),
        )
        self._show()

    def storage(self, wish: StorageWish) -> None:
        """Do what is wanted in the storage browser."""
        if wish is None or self._storage is None:
            self._storage = None
            self._show()
        else:
            wish(self._storage)

    def folders(self, said: Mapping[str, Any]) -> None:
        """Do what is wanted in the list of folders."""
        self._folders.take(said)

    def _chosen(self, name: str, path: str, volume: StorageVolumeRecord | None) -> None:
        page, draft = self._page, self._draft
        self._storage = None
        if page is None or draft is None or draft.element is None:
            return
        was_dirty = draft.is_dirty
        for field, value in source_of(draft.element, name, path, volume):
            declared = next(
                (each for each in self._declared(draft.element) if each.name == field), None
            )
            if declared is not None and not self._why_fixed(draft.element, field):
                draft.touch(declared, value)
        self._typed(was_dirty=was_dirty)
        if isinstance(draft.element, documents.Disk):
            disk = draft.element.copy()
            self._work(
                lambda: doubts_about(self._domain, disk),
                partial(self._doubted, draft, path),
                # It is asked again when the disk is added.
                lambda _error: None,
            )

    def _doubted(self, draft: Draft, path: str, doubts: tuple[Doubt, ...]) -> None:
        disk = draft.element
        if draft is self._draft and isinstance(disk, documents.Disk) and disk.path == path:
            draft.page.remarks.update({each.field: str(each.text) for each in doubts})
            self._show()


def _mode_of(element: Element) -> Mode:
    """Return what is looked for: what fits into the drive."""
    kind = element.device if isinstance(element, documents.Disk) else None
    modes: dict[str | None, Mode] = {"cdrom": "iso", "floppy": "floppy"}
    return modes.get(kind, "image")


def _medium_of(element: Element | None) -> str:
    """Return the name of the value that is the medium of a drive; empty for other devices."""
    if not isinstance(element, documents.Disk) or element.device not in REMOVABLE:
        return ""
    return "source.device" if element.type == "block" else "source.file"
