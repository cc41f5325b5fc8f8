"""The wizard: what is said page by page becomes a request, and the request a machine.

All of it happens on the publisher thread; what waits for libvirt runs in the connection's pool and
comes back there.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qvirt_jupyter._translation import _
from qvirt_jupyter.provision import Creation
from qvirt_jupyter.provision.guest.customising import customisable, customised
from qvirt_jupyter.widgets.creation.added_disks import AddedDisks
from qvirt_jupyter.widgets.creation.checked_conversation import CheckedConversation
from qvirt_jupyter.widgets.creation.making import Making, was_cancelled, why
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.recent_media import recent_media, recent_trees

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import Domain, Job, StorageVolume
    from qvirt_jupyter.provision import CloudSeed
    from qvirt_jupyter.provision.transfers import Upload
    from qvirt_jupyter.widgets.questions import QuestionBoard

_LOG: Final = logging.getLogger(__name__)


class Ends(NamedTuple):
    """What the panel of a wizard does; each is called with the browser window that wants it."""

    made: Callable[[Domain, str], object]
    """Shows the machine."""
    begin: Callable[[str], object]
    """Makes what was customised."""
    close: Callable[[str], object]
    """Closes the panel: no machine is wanted any more."""


class Wizard(CheckedConversation):
    """Goes from page to page, and makes the machine.

    The parameters are those of :class:`Conversation`, and:

    Parameters
    ----------
    ends
        What becomes of it.
    """

    def __init__(
        self,
        questions: QuestionBoard,
        on_change: Callable[[], object],
        on_connection: Callable[[str], object],
        ends: Ends,
        *,
        tell: Callable[[str, int, Upload], object],
        quick: bool = False,
    ) -> None:
        super().__init__(questions, on_change, on_connection, tell=tell, quick=quick)
        self._ends = ends
        self._autostart = self._is_closed = False
        self._leaves: str | None = None
        self._presses: dict[str, Callable[[str], object]] = {
            "back": lambda _client: self._go_back(),
            "next": lambda client: self._check(
                partial(self._create, client) if self.page.id == self.pages[-1].id else self._go_on
            ),
            "create": lambda client: self._check(partial(self._create, client)),
            "skip": lambda _client: self.take_seed(None),
            "customise": lambda _client: self._check(self._customise),
            "begin": self._begin_customised,
            "cancel": lambda _client: self._cancel(),
            "xml": lambda _client: self._show_text("xml"),
            "code": lambda _client: self._show_text("code"),
            "open": self._open,
            "again": lambda _client: self._begin_anew(),
            "close": self._close,
            "pages": lambda _client: self._page_by_page(),
            "abandon": self._abandon,
        }
        self._creation: Creation | None = None
        self._added = AddedDisks(self._taken_back)
        self.customised: documents.Domain | None = None

    def go(self, page: str) -> None:
        """Bring a page to the front that was there before."""
        known = {each.id for each in self.pages}
        if page in known and self.is_reached(page) and not self.is_making:
            self._bring(page)

    def press(self, button: str, client: str) -> None:
        """Do what a button says."""
        if button in self._presses:
            self._presses[button](client)

    def _cancel(self) -> None:
        for each in (self.uploading, self.making):
            if each is not None and each.is_running:
                each.cancel()

    def _begin_customised(self, client: str) -> None:
        if self.customised is not None and not self.is_making and self.made is None:
            self._ends.begin(client)

    def _open(self, client: str) -> None:
        if self.made is not None:
            self._ends.made(self.made, client)

    def _begin_anew(self) -> None:
        if self.made is not None:
            self.made = self.making = None
            self.draft = self.draft.with_("name", None)
            self._bring(self.pages[0].id)

    def _close(self, client: str) -> None:
        if not self.is_making and not self.is_uploading:
            self._ends.close(client)

    def _abandon(self, client: str) -> None:
        """Cancel what is under way, and close the panel once that is over."""
        if self.is_making or self.is_uploading:
            self._leaves = client
            self._cancel()
        else:
            self._ends.close(client)

    def _page_by_page(self) -> None:
        if self.is_quick and not self.is_making and not self.is_uploading:
            self.is_quick = False
            self._bring(self.pages[0].id)

    # From page to page --------------------------------------------------------------------------

    def _go_on(self) -> None:
        pages = [page.id for page in self.pages]
        at = pages.index(self.page.id)
        self._reached.add(pages[at])
        self._bring(pages[min(at + 1, len(pages) - 1)])

    def _go_back(self) -> None:
        if self.customised is not None and not self.is_making:
            self._bring(self.page.id)
            return
        pages = [page.id for page in self.pages]
        at = pages.index(self.page.id)
        if at and not self.is_making:
            self._reached.add(pages[at])
            self._bring(pages[at - 1])

    def _bring(self, page: str) -> None:
        self._page = page
        self.customised = None
        self._added.take_back()
        self.uploading = None
        self.problems, self.problem, self.shows = {}, "", ""
        self._on_change()

    # What is more than a page --------------------------------------------------------------------

    def take_seed(self, seed: CloudSeed | None) -> None:
        """Take what a cloud image is told on its first start, and go on."""
        if self.page.id == "seed" and not self.is_making:
            self.draft = self.draft.with_("seed", seed)
            self._go_on()

    def _customise(self) -> None:
        request, connection = self.request, self.connection
        if request is None or connection is None:
            return
        self._begin(_("Preparing the definition…"))
        self._work(partial(customisable, request, connection), self._prepared, self._check_failed)

    def _prepared(self, definition: documents.Domain) -> None:
        self.busy, self.customised = "", definition
        self.shows = self.text = ""
        self._on_change()

    def disk_added(self, definition: documents.Domain, volume: StorageVolume) -> None:
        """Take note of an image that was made for a disk of a definition that is customised.

        Parameters
        ----------
        definition
            With which customising began.
        volume
            The image.
        """
        self._added.add(volume)
        if self._is_closed or definition is not self.customised:
            # It came too late.
            self._added.take_back()

    def create(
        self, client: str, definition: documents.Domain | None = None, *, autostart: bool = False
    ) -> None:
        """Make the machine.

        Parameters
        ----------
        client
            The browser window that wants it.
        definition
            What was customised; None takes what the request makes.
        autostart
            Whether it is to start with its host.
        """
        self._autostart = autostart
        self._create(client, definition)

    def _show_text(self, kind: str) -> None:
        request, connection = self.request, self.connection
        if self.shows == kind or request is None or connection is None:
            self.shows = self.text = ""
        elif kind == "code":
            self.shows, self.text = kind, self.code
        else:
            self.shows, self.text = kind, ""
            self._work(
                lambda: str(customisable(request, connection)), self._xml_made, self._check_failed
            )
        self._on_change()

    def _xml_made(self, text: str) -> None:
        if self.shows == "xml":
            self.text = text
            self._on_change()

    # Making -------------------------------------------------------------------------------------

    def _create(self, client: str, definition: documents.Domain | None = None) -> None:
        request, connection = self.request, self.connection
        if request is None or connection is None or self.is_making or self.made is not None:
            return
        if self._creation is None or self._creation.connection is not connection:
            self._take_back()
            self._creation = Creation(
                connection, self.facts.systems if self.facts else None, manages_folders=True
            )
        self.problem = self.shows = ""
        if definition is not None:
            request, definition = customised(request, definition)
        job = self._creation.submit(request, definition=definition)
        self.making = Making(job, self._on_change, partial(self._made, client))
        self._on_change()

    def _made(self, client: str, job: Job[Any]) -> None:
        if was_cancelled(job) or (job.error is not None and self._is_closed):
            self._take_back()
            if self._is_closed:
                self._added.take_back()
        elif job.error is None:
            self._creation, self.made = None, job.result()
            self._added.settle(self.made)
            self._remember()
            if self._autostart:
                # What becomes of that is in the list of tasks.
                self.made.submit.set_autostart(enabled=True)
            if not self._is_closed:
                self._ends.made(self.made, client)
        self._leave_if_wanted(has_failed=job.error is not None)

    def _uploaded(self, field: str, job: Job[Any]) -> None:
        super()._uploaded(field, job)
        self._leave_if_wanted(has_failed=True)

    def _leave_if_wanted(self, *, has_failed: bool) -> None:
        """Close the panel where somebody waits for that; a machine that came about is shown."""
        client, self._leaves = self._leaves, None
        if client is not None and has_failed and not self._is_closed:
            self._ends.close(client)

    def take_over(self, before: Wizard) -> None:
        """Go on where a wizard was whose page is loaded again; that one has nothing to do then.

        Parameters
        ----------
        before
            It is closed next.
        """
        self.draft, self.made = before.draft, before.made
        self._page, self._reached, self._agreed = before._page, before._reached, before._agreed
        self._creation, before._creation = before._creation, None
        self._added.take_over(before._added)
        self._autostart, self.is_quick = before._autostart, before.is_quick
        if before.making is not None:
            before.making.close()
            self.making = Making(before.making.job, self._on_change, partial(self._made, ""))
            before.making = None
        self.systems.take_over(before.systems)
        self._on_change()

    def close(self) -> None:
        """Take away what failed attempts have left; one that goes on is followed to its end."""
        self._is_closed = True
        if self.uploading is not None:
            self.uploading.close()
            # Nobody sends any more.
            self.uploading.job.cancel()
        if not self.is_making:
            self._take_back()
            self._added.take_back()

    def _remember(self) -> None:
        """Offer the medium the next time, too."""
        draft, connection = self.draft, self.connection
        if draft.method in ("media", "tree") and connection is not None:
            try:
                if draft.method == "tree":
                    recent_trees.add("", draft.url)
                else:
                    recent_media.add(connection.uri, draft.media)
            except OSError:
                _LOG.warning("The media that were used last could not be saved.", exc_info=True)

    def _take_back(self) -> None:
        creation, self._creation = self._creation, None
        if creation is not None and creation.connection.is_connected:
            work_in_pool(
                creation.connection,
                creation.take_back,
                self._taken_back,
                lambda error: self._taken_back((why(error),)),
            )

    def _taken_back(self, left: tuple[str, ...]) -> None:
        if left:
            self.problem = " ".join(left)
            self._on_change()
