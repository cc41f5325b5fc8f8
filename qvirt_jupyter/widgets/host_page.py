"""The tab of a host: a head, and a tab inside it for each section."""

from __future__ import annotations

import html
import threading
from typing import TYPE_CHECKING

import ipywidgets

from qvirt_jupyter.hypervisor import ConnectionLost, publisher
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.host.head import HostHead
from qvirt_jupyter.widgets.host.section import SectionContext
from qvirt_jupyter.widgets.host.sections import SECTIONS
from qvirt_jupyter.widgets.host_facts import host_facts_html
from qvirt_jupyter.widgets.notices import NoticeBoard, Notices
from qvirt_jupyter.widgets.panel import Panel
from qvirt_jupyter.widgets.presence import Presence
from qvirt_jupyter.widgets.questions import QuestionBoard, Questions
from qvirt_jupyter.widgets.shell import open_tab, rename_tab
from qvirt_jupyter.widgets.tasks import Tasks

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Subject
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.host.section import HostSection


class HostPanel(Panel):
    """Everything about one host; it stays usable when its connection goes and comes back.

    Parameters
    ----------
    connection
        The connection to it.
    section
        What is in front at first: an id of ``host.sections``.

    Raises
    ------
    ValueError
        There is no such section.
    """

    def __init__(self, connection: Connection, section: str = "overview") -> None:
        front = _index(section)
        self._connection = connection
        self._label = connection.label
        self._notices = NoticeBoard()
        self._questions = QuestionBoard()
        self._context = SectionContext(
            self._notices, self._questions, self._open_machine, self.open_section
        )
        self._making = threading.Lock()
        self._made: dict[int, HostSection] = {}
        self._seen: HostSection | None = None
        self._presence = Presence(lambda _is_seen: self._tell_who_is_seen())
        self._head = HostHead(connection)
        self._tabs = ipywidgets.Tab(
            [ipywidgets.VBox() for _each in SECTIONS],
            titles=[str(each.label) for each in SECTIONS],
            selected_index=front,
        )
        self._front = front
        self._tabs.add_class("qvirt-tabs")
        self._tabs.observe(
            lambda _change: publisher.post(("tab", id(self)), self._change_tab),
            names="selected_index",
        )
        super().__init__(
            (
                self._presence,
                self._head,
                Notices(self._notices),
                Questions(self._questions),
                Questions(fleet.questions),
                self._tabs,
                Tasks(self._concerns),
            )
        )
        self.add_class("qvirt-host-panel")
        self.follow(
            connection.observe(lambda _connection: self._update_soon()),
            connection.inventory.subscribe(lambda _batch: self._update_soon()),
            connection.stats.subscribe(lambda _batch: self._presence.check()),
        )
        self._update_soon()
        publisher.post(("tab", id(self)), self._fill_tab)
        fleet.open_if_idle(connection)

    def section(self, name: str) -> HostSection | None:
        """Return what stands in a tab; None where nobody opened it yet.

        Parameters
        ----------
        name
            An id of ``host.sections``.
        """
        return self._made.get(_index(name))

    def open_section(self, name: str) -> None:
        """Bring a section to the front.

        Parameters
        ----------
        name
            An id of ``host.sections``.
        """
        self._tabs.selected_index = _index(name)

    def turn_to(self, place: str) -> None:
        """Bring a section to the front, for a tab that is open when somebody asks for it."""
        if place in {section.id for section in SECTIONS}:
            self.open_section(place)

    def snapshot(self) -> str:
        """Return what is known of the host as plain HTML."""
        heading = f"<h3>{html.escape(self._connection.label)}</h3>"
        overview = self.section("overview")
        try:
            if overview is not None:
                return heading + overview.snapshot()
            return heading + host_facts_html(self._connection, "")
        except ConnectionLost as error:
            return f"{heading}<p>{html.escape(error.reason)}</p>"

    def take_over(self, before: Panel) -> None:
        """Show the section that was in front, with what was typed before the page was reloaded."""
        if not isinstance(before, HostPanel):
            return
        self._tabs.selected_index = before._tabs.selected_index  # noqa: SLF001 - of this class
        for index, section in before._made.items():  # noqa: SLF001 - as above
            if section.is_dirty:
                self._want(index).take_over(section)

    # What comes up: on the publisher thread.

    def _update_soon(self) -> None:
        # One drawing for however many objects change in a moment.
        publisher.post(("host-panel", id(self)), self._update)

    def _update(self) -> None:
        if self.is_closed:
            return
        connection = self._connection
        if connection.label != self._label:
            self._label = connection.label
            rename_tab("host", {"uri": connection.uri}, connection.label)
        self._head.update()
        fleet.explain(connection, self._notices)
        self._update_front()

    def _update_front(self) -> None:
        section = self._made.get(self._front)
        if section is not None:
            section.update()

    def _change_tab(self) -> None:
        """Bring a section to the front, after a question where what was typed is not applied."""
        wanted = self._tabs.selected_index
        if self.is_closed or wanted is None or wanted == self._front:
            return
        front = self._made.get(self._front)
        if front is not None and front.is_dirty:
            self._tabs.selected_index = self._front

            def go_on() -> None:
                self._front = self._tabs.selected_index = wanted
                self._fill_tab()

            front.leave(go_on)
            return
        self._front = wanted
        self._fill_tab()

    def _fill_tab(self) -> None:
        if self.is_closed:
            return
        self._want(self._front)
        for kind in SECTIONS[self._front].kinds:
            # Somebody who opens it wants to see what is there now (HOST-03).
            self._connection.inventory.refresh(kind)
        self._update_front()
        self._tell_who_is_seen()

    def _want(self, index: int) -> HostSection:
        with self._making:
            section = self._made.get(index)
            if section is None:
                section = SECTIONS[index].make(self._connection, self._context)
                self._made[index] = section
                self._tabs.children[index].children = (section,)
            return section

    def _tell_who_is_seen(self) -> None:
        if self.is_closed:
            return
        seen = self._made.get(self._front) if self._presence.is_seen else None
        before, self._seen = self._seen, seen
        if seen is before:
            return
        if before is not None:
            before.on_seen(False)  # noqa: FBT003 - what happened
        if seen is not None:
            seen.on_seen(True)  # noqa: FBT003 - as above

    # What goes down.

    def _open_machine(self, uuid: str, client: str) -> None:
        domain = fleet.domain(self._connection.uri, uuid)
        arguments = {"uri": self._connection.uri, "uuid": uuid}
        open_tab("vm", arguments, str(domain.subject), client)

    def _concerns(self, subject: Subject | None) -> bool:
        return subject is not None and subject.uri == self._connection.uri


def _index(name: str) -> int:
    names = [section.id for section in SECTIONS]
    if name not in names:
        raise ValueError(f"A host has no section {name!r}; there are {', '.join(names)}.")
    return names.index(name)


def host_panel(connection: Connection, section: str = "overview") -> HostPanel:
    """Return the panel of a host: the last value of a cell shows it.

    Parameters
    ----------
    connection
        The connection to it.
    section
        What is in front at first: ``"overview"``, ``"storage"``, ``"networks"``, ``"devices"``,
        ``"secrets"`` or ``"xml"``.

    Raises
    ------
    ValueError
        There is no such section.
    """
    return HostPanel(connection, section)
