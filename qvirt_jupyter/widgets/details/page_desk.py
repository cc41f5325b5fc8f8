"""Where a page is worked on: its draft, what applying it would do, and what it did."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.widgets.details import applying
from qvirt_jupyter.widgets.details.add_page import AddPage
from qvirt_jupyter.widgets.details.boot_page import boot_order, bootable
from qvirt_jupyter.widgets.details.differences import differences
from qvirt_jupyter.widgets.details.draft import Draft, words_of
from qvirt_jupyter.widgets.details.drafted_machine import DraftedMachine
from qvirt_jupyter.widgets.details.fields import AWAY, input_for
from qvirt_jupyter.widgets.details.foresight import Foresight
from qvirt_jupyter.widgets.details.page import Known, Page
from qvirt_jupyter.widgets.details.page_state import page_state, xml_of
from qvirt_jupyter.widgets.details.work import ASKING
from qvirt_jupyter.widgets.forms.folder_fields import FolderFields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qvirt_jupyter.documents import Declared, Element
    from qvirt_jupyter.widgets.details.applying import Applied
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.differences import Difference
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.offers import Offers
    from qvirt_jupyter.widgets.details.page_view import PageView
    from qvirt_jupyter.widgets.details.storage_browser import StorageBrowser
    from qvirt_jupyter.widgets.details.work import Boards, Work

_CHANGED: Final = _(
    "Somebody else changed this meanwhile. What you see is what you began with; applying changes "
    "only what you touched, and Cancel shows what is there now."
)
_GONE: Final = _("Somebody else removed it meanwhile. It cannot be changed any more.")
_APPLIED_LATER: Final = _("It is stored, and counts from the next start.")
_NEVER: Final = _("It was not done: the machine is transient, and has no definition to keep it.")


class Around(NamedTuple):
    """Who is told what happens to a page."""

    on_draft: Callable[[], object]
    """The draft has become dirty or clean."""
    on_applied: Callable[[], object]
    """Something was applied, so that the definition is to be read again."""
    on_added: Callable[[bool], object]
    """A device was added; or, with False, none is wanted any more."""
    to_performance: Callable[[], object]
    """The graphs are wanted."""
    to_xml: Callable[[str, str], object]
    """The XML of an entry is wanted, in a browser window."""
    to_new_xml: Callable[[str], str]
    """The XML of a device that is not added yet is to be edited; returns why it cannot be."""
    boards: Boards
    """Where the panel asks and explains."""


class PageDesk:
    """One page and its draft.

    Parameters
    ----------
    domain
        The machine.
    work
        How something that waits for libvirt is done.
    around
        Who is told.
    """

    def __init__(self, domain: Machine, work: Work, around: Around) -> None:
        self._domain = domain
        self._work = work
        self._around = around
        self._storage: StorageBrowser | None = None
        self._folders = FolderFields(domain.connection, self._show, self._folder_chosen)
        self._view: PageView | None = None
        self._definitions: Definitions | None = None
        self._autostart = False
        self._page: Page | None = None
        self._draft: Draft | None = None
        self._differences: Mapping[str, Difference] = {}
        self._known = Known()
        self._offers: Offers = {}
        self._number = 0
        self._attempt = 0
        self._refused = ""
        self._warning: LazyString | str = ""
        self._problem = ""
        self._said: tuple[str, ...] = ()
        self._is_busy = False
        self._wants_diff = False
        self._foresight = Foresight(domain, work, self._show)

    def show_on(self, view: PageView) -> None:
        """Show the page there."""
        self._view = view

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed that is not applied."""
        return self._draft is not None and self._draft.is_dirty

    @property
    def title(self) -> str:
        """What the page is called."""
        if self._page is None or self._definitions is None:
            return ""
        return self._page.title(self._definitions)

    # What is there ------------------------------------------------------------------------------

    def take(self, found: Definitions, *, autostart: bool) -> None:
        """Take what was read of the machine; a page that somebody works on stays as it is."""
        self._definitions, self._autostart = found, autostart
        if self._page is None or self._draft is None:
            return
        if not self._draft.is_dirty:
            self._begin()
            return
        self._differences = differences(self._page, found)
        before, now = self._page.element(self._draft.base), self._page.element(found.stored)
        if isinstance(self._page, AddPage):
            # What is added is in no definition that somebody else could change.
            self._warning = ""
        elif now is None:
            self._warning = _GONE
        elif before is not None and before.diff(now):
            self._warning = _CHANGED
        self._show()

    def refuse(self, reason: str) -> None:
        """Say why nothing can be changed now; empty where it can."""
        self._refused = reason
        self._show()

    def open(self, page: Page) -> None:
        """Bring a page to the front; the draft of another one is forgotten."""
        if self._page is not None and page.key == self._page.key:
            self._show()
            return
        self._page = page
        self._known, self._offers = Known(), {}
        self._wants_diff = False
        self._said = ()
        self._begin()

    def discard(self) -> None:
        """Forget what was typed."""
        self._begin()
        self._around.on_draft()

    def _begin(self) -> None:
        if self._page is None or self._definitions is None:
            return
        self._page = self._page.bound(self._definitions)
        self._draft = Draft(self._page, self._page.basis(self._definitions))
        self._storage = None
        self._folders.forget()
        self._differences = differences(self._page, self._definitions)
        self._number += 1
        self._warning = self._problem = ""
        self._foresight.forget()
        if isinstance(self._page, AddPage) and self._definitions.running is not None:
            self._foresight.look(self._draft, self._definitions.stored)
        self._show()
        self._look_up(self._page, self._definitions)

    def _look_up(self, page: Page, found: Definitions) -> None:
        if (type(page).facts, type(page).look_up) == (Page.facts, Page.look_up):
            return
        self._work(
            lambda: page.look_up(self._domain, found),
            partial(self._looked_up, page),
            # What nobody knows is not said.
            lambda _error: None,
        )

    def _looked_up(self, page: Page, known: Known) -> None:
        if page is not self._page or self._draft is None:
            return
        if known.page is not None:
            self._page = self._draft.page = known.page
        self._known = known
        self._show()

    # What is typed ------------------------------------------------------------------------------

    def edit(self, key: str, name: str, text: str) -> None:
        """Take what was typed on a page, as the browser sends it."""
        draft, element = self._editable(key)
        if draft is None or element is None:
            return
        of, away = name.removesuffix(AWAY), name.endswith(AWAY)
        declared = next((item for item in self._declared(element) if item.name == of), None)
        if declared is None or self._why_fixed(element, of):
            return
        was_dirty = draft.is_dirty
        self._problem, self._said = "", ()
        if away:
            draft.take_away(of, wanted=text == "true")
        elif declared.type.secret:
            draft.touch_secret(name, text)
        else:
            try:
                value = input_for(declared).read(text)
                if value is not None and value != "":
                    declared.type.check(value)
                draft.touch(declared, value)
            except ValueError as error:
                draft.wrong[name] = (text, str(error))
        self._typed(was_dirty=was_dirty)

    def order(self, key: str, chosen: tuple[str, ...]) -> None:
        """Take an order of boot devices."""
        draft, element = self._editable(key)
        if draft is None or element is None or key != "boot":
            return
        there = bootable(draft.base)
        was_dirty = draft.is_dirty
        wanted = tuple(each for each in dict.fromkeys(chosen) if each in there)
        draft.set_order(wanted, boot_order(draft.base))
        self._problem, self._said = "", ()
        self._typed(was_dirty=was_dirty)

    def revert(self, key: str, name: str, client: str) -> None:  # noqa: ARG002 - no question
        """Write the running value of a field back into the stored definition."""
        difference = self._differences.get(name)
        draft, _element = self._editable(key)
        if difference is None or draft is None:
            return

        def put_back() -> None:
            for change in difference.changes:
                self._domain.revert(change)

        self._begin_work()
        self._work(put_back, lambda _none: self._reverted(), self._failed)

    def show_diff(self, *, wanted: bool) -> None:
        """Show what changes in the XML, or show it no more."""
        self._wants_diff = wanted
        self._show()

    def press(self, key: str, button: str, client: str) -> None:
        """Do what a button says."""
        if self._page is None or key != self._page.key:
            return
        if button == "apply":
            self.apply()
        elif button == "cancel":
            self.discard()
        elif button == "performance":
            self._around.to_performance()
        elif button == "xml":
            self._around.to_xml(key, client)
        elif button == "eject":
            self.edit(key, "source.file", "")
        elif button == "force":
            self._force()

    def _editable(self, key: str) -> tuple[Draft | None, Element | None]:
        draft = self._draft
        if self._page is None or key != self._page.key or draft is None or self._is_busy:
            # It comes late, from a page that is not in front any more.
            return None, None
        return draft, draft.element

    def _declared(self, element: Element) -> list[Declared]:
        return self._page.declared(element) if self._page is not None else []

    def _why_fixed(self, element: Element, name: str) -> str:
        page, found = self._page, self._definitions
        if page is None or found is None:
            return ""
        return page.why_fixed(element, name, customise=found.is_drafted)

    def _typed(self, *, was_dirty: bool) -> None:
        self._show()
        if self._definitions is not None:
            self._foresight.look(self._draft, self._definitions.stored)
        if was_dirty != self.is_dirty:
            self._around.on_draft()

    # Applying -----------------------------------------------------------------------------------

    def apply(self, then: Callable[[], object] | None = None) -> None:
        """Apply what was touched, and then go on; where it fails the page stays as it is."""
        draft = self._draft
        if draft is None or not draft.is_dirty or self._is_busy:
            return
        refused = self._refused or draft.page.refused(draft.domain)
        if draft.wrong or refused:
            self._attempt += 1
            self._problem = refused
            self._show()
            return
        self._begin_work()
        cause = draft.cause(self.title)
        self._work(
            partial(applying.apply, self._domain, draft, cause),
            partial(self._applied, then),
            self._failed,
        )

    def _force(self) -> None:
        """Change the medium of the running machine although the guest has locked its tray."""
        page, machine = self._page, self._domain
        if page is None or self._is_busy or self.is_dirty or isinstance(machine, DraftedMachine):
            return
        self._begin_work()
        self._work(
            partial(applying.change_by_force, machine, page),
            partial(self._applied, None),
            self._failed,
        )

    def _applied(self, then: Callable[[], object] | None, applied: Applied) -> None:
        self._is_busy = False
        if applied.found is not None:
            self._definitions = applied.found
        if applied.autostart is not None:
            self._autostart = applied.autostart
        result = applied.result
        waiting = [each for each in result.effects if each.when != "now"] if result else []
        self._said = tuple(
            dict.fromkeys(
                f"{_NEVER if each.when == 'never' else _APPLIED_LATER} {each.reason}".rstrip()
                for each in waiting
            )
        )
        self._begin()
        self._around.on_draft()
        self._around.on_applied()
        if then is not None:
            then()

    def _reverted(self) -> None:
        self._is_busy = False
        self._show()
        self._around.on_applied()

    def _begin_work(self) -> None:
        self._is_busy = True
        self._problem, self._said = "", ()
        self._show()

    def _failed(self, error: BaseException) -> None:
        self._is_busy = False
        self._attempt += 1
        at_field = self._draft is not None and self._draft.refuse(error)
        self._problem = "" if at_field else words_of(error)
        self._show()

    def _folder_chosen(self, name: str, path: str) -> None:
        if self._page is not None:
            self.edit(self._page.key, name, path)

    # What is shown ------------------------------------------------------------------------------

    def _show(self) -> None:
        page, draft, found = self._page, self._draft, self._definitions
        if self._view is None or page is None or draft is None or found is None:
            return
        self._view.show(
            page_state(
                page,
                draft,
                found,
                differences=self._differences,
                autostart=self._autostart,
                frame={
                    "draft": self._number,
                    "asks": self._around.boards.wishes.wants(ASKING),
                    "warning": str(self._warning) or page.warning(draft.domain, found),
                    "busy": self._is_busy,
                    "refused": self._refused,
                    "problem": self._problem,
                    "attempt": self._attempt,
                    "answered": self._view.answered,
                    "said": list(self._said),
                    "diff": xml_of(page, draft, found.stored) if self._wants_diff else "",
                    "facts": [
                        {"label": label, "value": value} for label, value in self._known.facts
                    ],
                    "storage": self._storage.state if self._storage is not None else None,
                    "folders": self._folders.state,
                },
                no_folders=self._folders.why_not,
                effects=self._foresight.effects,
                offers=self._offers,
            )
        )
