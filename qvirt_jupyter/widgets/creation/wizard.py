"""The wizard: what is said page by page becomes a request, and the request a machine.

All of it happens on the publisher thread; what waits for libvirt runs in the connection's pool and
comes back there.
"""

from __future__ import annotations

import dataclasses
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.provision import Creation
from qvirt_jupyter.widgets.creation import checks
from qvirt_jupyter.widgets.creation.conversation import Conversation
from qvirt_jupyter.widgets.creation.making import Making, was_cancelled, why
from qvirt_jupyter.widgets.creation.requested import name_of, network_of
from qvirt_jupyter.widgets.questions import Question
from qvirt_jupyter.widgets.recent_media import recent_media

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import Domain, Job
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.provision import CloudSeed
    from qvirt_jupyter.widgets.creation.checks import Problems
    from qvirt_jupyter.widgets.creation.inputs import Shown
    from qvirt_jupyter.widgets.questions import Answer, QuestionBoard

_LOG: Final = logging.getLogger(__name__)
_FILES: Final = frozenset({"media", "disk", "image"})
_NEEDED: Final = _FILES | {"url", "root"}
_CHOOSE: Final = _("Choose a file: type its path, or press Browse.")
_MISSING: Final = {
    "url": _("Enter the address of an installation tree."),
    "root": _("Enter the folder in which the system of the container lies."),
    **dict.fromkeys(_FILES, _CHOOSE),
}
_SHARED: Final = "a disk of another machine"


class Ends(NamedTuple):
    """What the panel of a wizard does; each is called with the browser window that wants it."""

    made: Callable[[Domain, str], object]
    """Shows the machine."""
    begin: Callable[[str], object]
    """Makes what was customised."""
    close: Callable[[str], object]
    """Closes the panel: no machine is wanted any more."""


class Wizard(Conversation):
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
        ask: Callable[[str, int, int], object],
        quick: bool = False,
    ) -> None:
        super().__init__(questions, on_change, on_connection, ask=ask, quick=quick)
        self._ends = ends
        self._autostart = False
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
        }
        self._agreed: set[tuple[str, ...]] = set()
        self._creation: Creation | None = None
        self.made: Domain | None = None
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

    # From page to page --------------------------------------------------------------------------

    def mend(self, name: str) -> None:
        """Take away what is wrong with an input, then look again."""
        problem = self.problems.get(name)
        if problem is None or problem.do is None or self.busy:
            return
        self._begin(_("Mending…"))

        def mended(_result: object) -> None:
            self.busy = ""
            self.problems.pop(name, None)
            self._on_change()

        self._work(problem.do, mended, partial(self._mend_failed, name))

    def _mend_failed(self, name: str, error: BaseException) -> None:
        self.busy = ""
        self.problems[name] = checks.Problem(why(error))
        self._on_change()

    def _check(self, then: Callable[[], object]) -> None:
        """Look whether the page is right, and go on where it is."""
        view = self.shown()
        if view is None or self.busy or self.is_making or self.made is not None:
            return
        page, connection = self.page, self.connection
        names = page.inputs(self.draft, view)
        if connection is None or self.facts is None:
            return
        self.problems = self._problems(names, view, connection)
        wrong_system = self.asks_for_system and not self._has_system()
        if self.problems or wrong_system or self.inputs.errors(names):
            self._refuse()
            return
        files = [(name, getattr(self.draft, name)) for name in names if name in _FILES]
        if not files:
            then()
            return
        self._begin(_("Looking at the file…"))
        draft = self.draft

        def look() -> tuple[Problems, tuple[str, ...]]:
            found: Problems = {}
            for name, path in files:
                found.update(checks.file_problem(name, path, connection))
            return found, checks.users_of(draft, connection)

        self._work(look, partial(self._checked, then), self._check_failed)

    def _problems(self, names: tuple[str, ...], view: Shown, connection: Connection) -> Problems:
        found: Problems = {}
        for name in names:
            if name in _NEEDED and not getattr(self.draft, name):
                found[name] = checks.Problem(_MISSING[name])
        if "size" in names or self.is_quick:
            found.update(checks.size_problem(view, connection) if self.makes_disk else {})
        if "network" in names or self.is_quick:
            found.update(checks.network_problem(network_of(self.draft, connection), connection))
        if "name" in names and self.facts is not None:
            name = name_of(self.draft, self.facts, connection)
            found.update(checks.name_problem(name, connection))
        return found

    def _has_system(self) -> bool:
        if self.draft.os:
            return True
        if self.systems.is_looking:
            self.systems.error = _("Wait until the medium was looked at, or choose one.")
        else:
            self.systems.error = _(
                "Choose the operating system; the generic one at the end of the list suits any."
            )
        return False

    def _checked(self, then: Callable[[], object], found: tuple[Problems, tuple[str, ...]]) -> None:
        self.busy = ""
        self.problems, users = found
        if self.problems:
            self._refuse()
            return
        agreed = (self.draft.disk, *users)
        if not users or agreed in self._agreed:
            then()
            return

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self._agreed.add(agreed)
                then()

        self._questions.withdraw(_SHARED)
        self._questions.ask(
            Question(
                _("Use a disk of another machine?"),
                _(
                    "{path} is used by {names}. Two machines that write to one disk at the same "
                    "time destroy what is on it."
                ).format(path=self.draft.disk, names=", ".join(users)),
                _("Use it"),
                danger=True,
                about=_SHARED,
            ),
            answered,
        )
        self._on_change()

    def _check_failed(self, error: BaseException) -> None:
        self.busy, self.problem = "", why(error)
        self._on_change()

    def _refuse(self) -> None:
        self.attempt += 1
        self._on_change()

    def _begin(self, words: LazyString | str) -> None:
        self.busy, self.problem = words, ""
        self._on_change()

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
        self._work(lambda: request.final(connection), self._prepared, self._check_failed)

    def _prepared(self, definition: documents.Domain) -> None:
        self.busy, self.customised = "", definition
        self.shows = self.text = ""
        self._on_change()

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
            self._work(lambda: str(request.final(connection)), self._xml_made, self._check_failed)
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
            self._creation = Creation(connection, self.facts.systems if self.facts else None)
        self.problem = self.shows = ""
        if definition is not None and definition.name:
            request = dataclasses.replace(request, name=definition.name)
        job = self._creation.submit(request, definition=definition)
        self.making = Making(job, self._on_change, partial(self._made, client))
        self._on_change()

    def _made(self, client: str, job: Job[Any]) -> None:
        if was_cancelled(job):
            self._take_back()
        elif job.error is None:
            self._creation, self.made = None, job.result()
            self._remember()
            if self._autostart:
                # What becomes of that is in the list of tasks.
                self.made.submit.set_autostart(enabled=True)
            self._ends.made(self.made, client)

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
        self._autostart = before._autostart
        if before.making is not None:
            before.making.close()
            self.making = Making(before.making.job, self._on_change, partial(self._made, ""))
            before.making = None
        self.systems.take_over(before.systems)
        self._on_change()

    def close(self) -> None:
        """Take away what failed attempts have left; one that goes on is not touched."""
        for each in (self.uploading, self.making):
            if each is not None:
                each.close()
        if self.uploading is not None:
            # Nobody sends any more.
            self.uploading.job.cancel()
        if not self.is_making:
            self._take_back()

    def _remember(self) -> None:
        """Offer the medium the next time, too."""
        if self.draft.method == "media" and self.connection is not None:
            try:
                recent_media.add(self.connection.uri, self.draft.media)
            except OSError:
                _LOG.warning("The media that were used last could not be saved.", exc_info=True)

    def _take_back(self) -> None:
        creation, self._creation = self._creation, None
        if creation is not None and creation.connection.is_connected:
            self._work(creation.take_back, self._taken_back, lambda _error: None)

    def _taken_back(self, left: tuple[str, ...]) -> None:
        if left:
            self.problem = " ".join(left)
            self._on_change()
