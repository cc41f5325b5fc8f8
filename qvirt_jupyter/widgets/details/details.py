"""The Details tab of a machine: the tree on the left, the page in front on the right.

All of it happens on the publisher thread; what waits for libvirt runs in the connection's pool and
comes back there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import ipywidgets

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import QvirtError, publisher
from qvirt_jupyter.widgets.details import definitions as reading
from qvirt_jupyter.widgets.details.add_page import addable
from qvirt_jupyter.widgets.details.definitions import devices_of
from qvirt_jupyter.widgets.details.device_tree import DeviceTree
from qvirt_jupyter.widgets.details.drafted_machine import DraftedMachine
from qvirt_jupyter.widgets.details.entries import (
    PAGES,
    Learned,
    groups,
    learn,
    page_of,
    why_kept,
    with_lines,
)
from qvirt_jupyter.widgets.details.hardware_desk import HardwareDesk
from qvirt_jupyter.widgets.details.page_desk import Around
from qvirt_jupyter.widgets.details.page_view import PageView
from qvirt_jupyter.widgets.details.removal import Removal
from qvirt_jupyter.widgets.details.work import ASKING, Boards, work_in_pool
from qvirt_jupyter.widgets.questions import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import DomainRecord
    from qvirt_jupyter.widgets._details_messages import EntryGroupState
    from qvirt_jupyter.widgets.details.definitions import Definitions
    from qvirt_jupyter.widgets.details.drafted_machine import Machine
    from qvirt_jupyter.widgets.details.work import Work
    from qvirt_jupyter.widgets.machine.actions import Wishes
    from qvirt_jupyter.widgets.notices import NoticeBoard
    from qvirt_jupyter.widgets.questions import Answer, QuestionBoard


_ADDING: Final = "add"
"""What is selected while hardware is added: nothing of the tree."""
_ABOUT: Final = "unapplied changes"


class Details(ipywidgets.HBox):
    """Everything of a machine's definition, page by page.

    Parameters
    ----------
    domain
        The machine; one that is not made yet is shown by
        :class:`~qvirt_jupyter.widgets.details.Customisation`.
    questions, notices
        Where its panel asks and explains.
    wishes
        What is to be asked.
    to_performance
        Brings the graphs to the front, where there are any.
    to_xml
        Brings the XML of a device to the front; called with the name that the XML tab gives it,
        such as ``disk 1``.
    to_new_xml
        Brings the XML tab to the front with the XML of a device that is to be added; returns why
        it does not, empty where it does.
    """

    def __init__(
        self,
        domain: Machine,
        questions: QuestionBoard,
        notices: NoticeBoard,
        wishes: Wishes,
        *,
        to_performance: Callable[[], object] = lambda: None,
        to_xml: Callable[[str], object] = lambda _key: None,
        to_new_xml: Callable[[str], str] = lambda _text: "",
    ) -> None:
        self._domain = domain
        self._questions, self._notices, self._wishes = questions, notices, wishes
        self._work: Work = partial(work_in_pool, domain.connection)
        self._is_wanted = False
        self._record: DomainRecord | None = None
        self._refused = ""
        self._read_at: tuple[object, ...] | None = None
        self._definitions: Definitions | None = None
        self._learned = Learned()
        self._plain: tuple[Definitions, frozenset[str], list[EntryGroupState]] | None = None
        self._full: tuple[Learned, list[EntryGroupState]] | None = None
        self._awaited: frozenset[str] | None = None
        self._selected = self._before = next(iter(PAGES))
        boards = Boards(questions, notices, wishes)
        self._to_xml, self._to_new_xml = to_xml, to_new_xml
        around = Around(
            self._show_tree,
            self._read_again,
            self._end_adding,
            to_performance,
            self._show_xml,
            self._show_new_xml,
            boards,
        )
        self.desk = HardwareDesk(domain, self._work, around)
        self._removal = Removal(domain, boards, self._work, self._read_again)
        self._tree = DeviceTree(self._select, self._add, self._remove)
        self._view = PageView(self.desk)
        self.desk.show_on(self._view)
        super().__init__([self._tree, self._view])
        self.add_class("qvirt-details")

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed that is not applied."""
        return self.desk.is_dirty

    def want(self) -> None:
        """Begin to read: the tab is in front."""
        if not self._is_wanted:
            self._is_wanted = True
            self._read()

    def follow(self, record: DomainRecord | None, refused: str) -> None:
        """Take what is known of the machine now; on the publisher thread.

        Parameters
        ----------
        record
            The machine; None where it is not there.
        refused
            Why nothing can be changed; empty where it can.
        """
        self._record = record
        if refused != self._refused:
            self._refused = refused
            self.desk.refuse(refused)
            self._show_tree()
        self._read()

    def leave(self, then: Callable[[], object], client: str = "") -> bool:
        """Go on, after a question where something is not applied; return whether it went on.

        Parameters
        ----------
        then
            What is wanted.
        client
            The browser window that wants it.
        """
        if not self.desk.is_dirty:
            then()
            return True
        if not self._wishes.wants(ASKING):
            self._discard(then)
            return True

        def go_on(answer: Answer | None) -> None:
            if answer is None:
                publisher.post(None, self._show_tree)
                return
            if answer.remember:
                try:
                    self._wishes.stop_asking(ASKING)
                except OSError as error:
                    self._notices.put_error(_("The preferences could not be saved."), error)
            if answer.other:
                publisher.post(None, partial(self._discard, then))
            else:
                publisher.post(None, lambda: self.desk.apply(then))

        self._questions.withdraw(_ABOUT)
        self._questions.ask(
            Question(
                _("Apply the changes of {page}?").format(page=self.desk.title),
                _("They were typed, but not applied yet."),
                _("Apply"),
                other=_("Discard"),
                no=_("Stay"),
                remember=_("Don't ask again: discard them"),
                client=client,
                about=_ABOUT,
            ),
            go_on,
        )
        return False

    def _discard(self, then: Callable[[], object]) -> None:
        self.desk.discard()
        then()

    # What is read -------------------------------------------------------------------------------

    def _read_again(self) -> None:
        self._read_at = None
        self._read()

    def look_again(self) -> None:
        """Read the definition of a machine that is not made yet, if it was changed."""
        self._read()

    def _version(self) -> tuple[object, ...] | None:
        """Return what changes with the definition; None where there is nothing to be read."""
        if isinstance(self._domain, DraftedMachine):
            return (self._domain.version,)
        record = self._record
        if record is None:
            return None
        return (record.id, record.xml_version, record.state.is_active, record.autostart)

    def _read(self) -> None:
        now = self._version()
        if not self._is_wanted or now is None or now == self._read_at:
            return
        self._read_at = now
        self._work(
            partial(reading.read, self._domain),
            partial(self._take, now),
            lambda error: self._not_read(now, error),
        )

    def _take(self, now: tuple[object, ...], found: Definitions) -> None:
        if now != self._read_at:
            # A later reading is under way.
            return
        self._definitions = found
        self._removal.take(found.running)
        of_machine = self._domain if found.is_drafted else self._record
        self.desk.take(found, autostart=bool(getattr(of_machine, "autostart", False)))
        if not self._is_there(self._selected):
            self._selected = next(iter(PAGES))
        self._bring(self._selected)
        self._go_to_new(found)
        self._work(partial(learn, self._domain, found), self._take_lines, lambda _error: None)

    def _go_to_new(self, found: Definitions) -> None:
        """Show the device that was added, once it is there."""
        if self._awaited is None:
            return
        new = [key for key in devices_of(found.stored) if key not in self._awaited]
        if new:
            self._awaited = None
            if not self.desk.is_dirty:
                self._bring(new[0])

    def _not_read(self, now: tuple[object, ...], error: BaseException) -> None:
        if now == self._read_at:
            # Its next record asks again; the panel says where it is gone.
            self._read_at = None
            if not isinstance(error, QvirtError):
                self._notices.put_error(_("The definition could not be read."), error)

    def _take_lines(self, learned: Learned) -> None:
        if learned != self._learned:
            self._learned = learned
            self._show_tree()

    # What is shown ------------------------------------------------------------------------------

    def _show_tree(self) -> None:
        if self._definitions is None:
            return
        self._tree.update(
            {
                "groups": self._groups(self._definitions),
                "selected": self._selected,
                "dirty": self.desk.is_dirty,
                "refused": self._refused,
                "canAdd": self._selected != _ADDING,
            }
        )

    def _groups(self, found: Definitions) -> list[EntryGroupState]:
        """Return the entries; those of many devices take a while, a selection changes none."""
        leaving = frozenset(self._removal.unplugging)
        plain, full = self._plain, self._full
        if plain is None or plain[0] is not found or plain[1] != leaving:
            plain, full = (found, leaving, groups(found, leaving)), None
        if full is None or full[0] != self._learned:
            full = (self._learned, with_lines(plain[2], found, self._learned))
        self._plain, self._full = plain, full
        return full[1]

    def _is_there(self, key: str) -> bool:
        found = self._definitions
        if key in PAGES or found is None or key == _ADDING:
            return True
        page = page_of(key)
        both = (found.stored, found.running)
        return any(each is not None and page.element(each) is not None for each in both)

    def _bring(self, key: str) -> None:
        if key != _ADDING:
            self._before = key
            self.desk.open(page_of(key))
        elif self._selected != _ADDING and self._definitions is not None:
            # Networks, pools and devices of the host that others made just now are there, too.
            for kind in ("network", "pool", "node_device"):
                self._domain.connection.inventory.refresh(kind)
            first = next(kind.tag for kind, reason in addable(self._definitions) if not reason)
            self.desk.begin_adding(first)
        self._selected = key
        self._show_tree()

    def _end_adding(self, is_added: bool) -> None:  # noqa: FBT001 - what the desk calls it with
        found = self._definitions
        if is_added and found is not None:
            self._awaited = frozenset(devices_of(found.stored))
        if self._selected == _ADDING:
            self._bring(self._before if self._is_there(self._before) else next(iter(PAGES)))

    # What is wanted -----------------------------------------------------------------------------

    def _select(self, key: str, client: str) -> None:
        if key != self._selected and self._is_there(key):
            self.leave(partial(self._bring, key), client)

    def _add(self, client: str) -> None:
        if not self._refused and self._selected != _ADDING:
            self.leave(partial(self._bring, _ADDING), client)

    def _show_xml(self, key: str, client: str) -> None:
        found = self._definitions
        device = devices_of(found.stored).get(key) if found is not None else None
        if found is None or device is None:
            return
        number = list(found.stored.devices.of(type(device))).index(device) + 1
        self.leave(lambda: self._to_xml(f"{device.tag} {number}"), client)

    def _show_new_xml(self, text: str) -> str:
        reason = self._to_new_xml(text)
        if not reason:
            # It is typed there now.
            self.desk.discard()
            self._end_adding(is_added=False)
        return reason

    def _remove(self, key: str, client: str) -> None:
        found = self._definitions
        if found is None or self._refused or key in PAGES:
            return
        both = (found.stored, found.running)
        devices = [devices_of(each)[key] for each in both if each and key in devices_of(each)]
        is_leaving = key not in devices_of(found.stored)
        if not devices or why_kept(devices[0], is_leaving=is_leaving):
            return
        if is_leaving and key in self._removal.unplugging:
            self._removal.ask_guest_again(key, devices[0])
        else:
            self._removal.ask(key, devices[0], client)
