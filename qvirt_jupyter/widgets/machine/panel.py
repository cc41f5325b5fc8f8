"""The tab of one virtual machine: overview, details, performance, console, XML, history."""

from __future__ import annotations

import html
import importlib
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import ipywidgets

from qvirt_jupyter._translation import _
from qvirt_jupyter.hypervisor import DomainRecord, RecordKey, publisher
from qvirt_jupyter.hypervisor.lifecycle import Action
from qvirt_jupyter.widgets.cloning import CloneDialog, ask_about_template
from qvirt_jupyter.widgets.deletion import Deletion
from qvirt_jupyter.widgets.details import Details
from qvirt_jupyter.widgets.details.work import Boards
from qvirt_jupyter.widgets.dialog_place import DialogPlace
from qvirt_jupyter.widgets.fleet import ConnectionState, fleet
from qvirt_jupyter.widgets.graph_kinds import MACHINE_GRAPHS
from qvirt_jupyter.widgets.machine.actions import MachineActions
from qvirt_jupyter.widgets.machine.away_notice import AWAY, away_notice
from qvirt_jupyter.widgets.machine.head import HeadButton, MachineHead
from qvirt_jupyter.widgets.machine.overview import Overview, facts_html
from qvirt_jupyter.widgets.machine.pending import Pending
from qvirt_jupyter.widgets.notices import NoticeBoard, Notices
from qvirt_jupyter.widgets.panel import Panel
from qvirt_jupyter.widgets.presence import Presence
from qvirt_jupyter.widgets.questions import QuestionBoard, Questions
from qvirt_jupyter.widgets.shell import open_tab, rename_tab
from qvirt_jupyter.widgets.tasks import Tasks
from qvirt_jupyter.widgets.unheeded_shutdowns import offer_force_off
from qvirt_jupyter.widgets.xml.definition_tabs import DefinitionTabs
from qvirt_jupyter.widgets.xml.sources import NewDeviceXml

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import Domain, Subject, Subscription
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.inventory import Batch
    from qvirt_jupyter.hypervisor.statistics.stats import StatsBatch
    from qvirt_jupyter.widgets.consoles.views import ConsoleViews
    from qvirt_jupyter.widgets.performance import Performance

_OVERVIEW, _DETAILS, _PERFORMANCE, _CONSOLE, _XML, _HISTORY = range(6)
Page: TypeAlias = Literal["overview", "details", "performance", "console", "xml", "history"]
_PAGES: Final[tuple[Page, ...]] = get_args(Page)
_NOT_MEASURED: Final = _("It does not run: there is nothing to measure.")
_RUNS: Final = frozenset({Action.START, Action.RESTORE, Action.DROP_SAVED_STATE})
_CONSOLE_HEIGHT: Final = "max(320px, calc(100vh - 330px))"
"""What is left of a window beside JupyterLab's and our own bars."""


class VmPanel(Panel):
    """Everything about one machine; it stays usable when the machine goes and comes back.

    Parameters
    ----------
    domain
        The machine.
    page
        What is in front at first.
    """

    def __init__(self, domain: Domain, page: Page = "overview") -> None:
        self.domain = domain
        self._connection: Connection = domain.connection
        self._arguments = {"uri": self._connection.uri, "uuid": domain.uuid}
        self._key = RecordKey("domain", self._connection.uri, domain.uuid)
        self._record: DomainRecord | None = None
        self._was_seen = False
        self._name, self._last_name = domain.uuid, ""
        self._said: tuple[str, RecordKey | None] | None = None
        self._watch: Subscription | None = None
        self._examined: Subscription | None = None
        self._graphs: Performance | None = None
        self._console: ConsoleViews | None = None
        self._notices = NoticeBoard()
        self._questions = QuestionBoard()
        self._actions = MachineActions(self._questions, self._notices, fleet.wishes)

        self._pending = Pending(domain, self._update)
        self._presence = Presence(self._on_presence)
        self._dialog = DialogPlace()
        self._head = MachineHead(
            self._press,
            {
                "clone": HeadButton(_("Clone…"), self._clone, Action.UNDEFINE),
                "template": HeadButton(_("Template…"), self._template, Action.SET_TEMPLATE),
                "delete": HeadButton(_("Delete…"), self._delete),
            },
        )
        self._overview = Overview(domain, self._actions.run, lambda: self._go_to(_CONSOLE))
        self._details = Details(
            domain,
            self._questions,
            self._notices,
            fleet.wishes,
            to_performance=lambda: self._go_to(_PERFORMANCE),
            to_xml=self._go_to_xml,
            to_new_xml=self._go_to_new_xml,
        )
        self._performance = ipywidgets.VBox()
        self._console_tab = ipywidgets.VBox()
        self._definition = DefinitionTabs(domain)
        self._tabs = ipywidgets.Tab(
            [
                self._overview,
                self._details,
                self._performance,
                self._console_tab,
                self._definition.xml,
                self._definition.history,
            ],
            titles=[
                str(_("Overview")),
                str(_("Details")),
                str(_("Performance")),
                str(_("Console")),
                str(_("XML")),
                str(_("History")),
            ],
            selected_index=_PAGES.index(page),
        )
        self._front = self._tabs.selected_index
        self._tabs.add_class("qvirt-tabs")
        self._tabs.observe(
            lambda _change: publisher.post(("tab", id(self)), self._change_tab),
            names="selected_index",
        )
        super().__init__(
            (
                self._presence,
                self._head,
                self._dialog,
                Notices(self._notices),
                Questions(self._questions),
                Questions(fleet.questions),
                self._tabs,
                Tasks(self._concerns),
            )
        )
        self.add_class("qvirt-vm-panel")
        self.follow(
            self._connection.observe(lambda _connection: self._update()),
            self._connection.inventory.subscribe(self._on_batch),
            self._connection.stats.subscribe(self._on_stats),
            offer_force_off(self._notices, self._actions.do, domain.uuid),
        )
        publisher.post(("vm-panel", id(self)), self._update)
        publisher.post(("tab", id(self)), self._fill_tab)
        fleet.open_if_idle(self._connection)

    def snapshot(self) -> str:
        """Return what is known of the machine as plain HTML."""
        if self._record is None:
            return f"<p>{html.escape(self._name)}: {html.escape(self._why_away())}</p>"
        heading = html.escape(self._record.label)
        return f"<h3>{heading}</h3>{facts_html(self._record, self._connection.label)}"

    def take_over(self, before: Panel) -> None:
        """Show the page that was in front."""
        if isinstance(before, VmPanel):
            self._tabs.selected_index = before._tabs.selected_index  # noqa: SLF001 - of our class
            self._definition.take_over(before._definition)  # noqa: SLF001 - as above

    def close(self) -> None:
        """Close the tab's widgets; the machine is not touched."""
        super().close()
        self._stop_watching()

    # What comes up: on the publisher thread.

    def _on_batch(self, batch: Batch) -> None:
        before = self._record
        for record in (*batch.added, *batch.changed):
            if isinstance(record, DomainRecord) and record.uuid == self.domain.uuid:
                self._record = record
        if self._key in batch.removed:
            self._record = None
        if self._record is not before or self._record is None:
            self._update()

    def _on_stats(self, _batch: StatsBatch) -> None:
        self._presence.check()
        if self._watch is not None:
            self._update_tab()

    def _on_presence(self, is_seen: bool) -> None:  # noqa: FBT001 - what the part calls it with
        if is_seen and self._watch is None and not self.is_closed:
            self._watch = self._connection.stats.watch({self.domain.uuid})
            self._examined = self._connection.inventory.examine({self.domain.uuid})
            self._update_tab()
        elif not is_seen and self._watch is not None:
            self._stop_watching()

    def _stop_watching(self) -> None:
        watches = (self._watch, self._examined)
        self._watch = self._examined = None
        for watch in watches:
            if watch is not None:
                watch.close()

    def _update(self) -> None:
        if self.is_closed:
            return
        record = self._record
        if record is not None:
            if self._was_seen and record.label != self._name:
                rename_tab("vm", self._arguments, record.label)
            self._was_seen = True
            self._name, self._last_name = record.label, record.name
        words = self._why_away()
        self._pending.follow(record)
        self._head.update(
            record,
            name=self._name,
            away=words,
            refused=self._refused(),
            pending=self._pending.words,
        )
        self._say_away(words)
        self._update_tab()

    def _update_tab(self) -> None:
        if self.is_closed:
            return
        connection = self._connection
        self._details.follow(self._record, self._refused())
        self._overview.update(
            self._record,
            connection=connection.label,
            read_only=connection.features.reason("write"),
            dark=connection.features.reason("screenshots") if connection.is_connected else "",
            pending=self._pending.lines,
            is_seen=self._watch is not None and self._tabs.selected_index == _OVERVIEW,
        )
        if self._graphs is not None and self._tabs.selected_index == _PERFORMANCE:
            is_active = self._record is not None and self._record.is_active
            self._graphs.update(
                lambda seconds: connection.stats.history(self.domain.uuid, seconds),
                idle="" if is_active else _NOT_MEASURED,
                name=self._name,
                measured=connection.stats.measured,
            )

    def _change_tab(self) -> None:
        """Bring a tab to the front, after a question where what was typed is not applied."""
        wanted = self._tabs.selected_index
        drafts: dict[int | None, Details | DefinitionTabs] = {
            _DETAILS: self._details,
            _XML: self._definition,
        }
        front = drafts.get(self._front)
        if front is not None and front.is_dirty and self._front != wanted and not self.is_closed:
            self._tabs.selected_index = self._front

            def go_on() -> None:
                self._front = self._tabs.selected_index = wanted

            front.leave(go_on)
            return
        self._front = wanted
        self._fill_tab()

    def _fill_tab(self) -> None:
        if self.is_closed:
            return
        selected = self._tabs.selected_index
        if selected == _DETAILS:
            self._details.want()
        if selected == _XML:
            self._definition.want_xml()
        if selected == _HISTORY:
            self._definition.want_history()
        if selected == _PERFORMANCE and self._graphs is None:
            # bqplot costs half a second to import: only who wants graphs pays for it.
            performance = importlib.import_module("qvirt_jupyter.widgets.performance")
            self._graphs = performance.Performance(MACHINE_GRAPHS)
            self._performance.children = (self._graphs,)
        if selected == _CONSOLE and self._console is None:
            self._fill_console()
        self._update_tab()

    def _fill_console(self) -> None:
        own_tab = ipywidgets.Button(
            description=str(_("Open in a tab of its own")),
            layout=ipywidgets.Layout(width="max-content"),
        )
        own_tab.on_click(
            lambda _button: publisher.post(
                ("own-tab", id(self)),
                lambda: open_tab("console", self._arguments, self._name),
            )
        )
        views = importlib.import_module("qvirt_jupyter.widgets.consoles.views")
        self._console = views.ConsoleViews(self.domain, beside=own_tab)
        self._console.layout.height = _CONSOLE_HEIGHT
        self._console_tab.children = (self._console,)

    # Why not.

    def _refused(self) -> str:
        """Return why nothing can be done to the machine now; empty where it can."""
        if not self._connection.is_connected:
            return self._why_away()
        return self._connection.features.reason("write")

    def _why_away(self) -> str:
        """Return in a sentence why the machine is not there."""
        state, label = self._connection.state, self._connection.label
        if state is ConnectionState.CONNECTING:
            return str(_("Connecting to {label}…").format(label=label))
        if state is not ConnectionState.CONNECTED:
            return str(_("Not connected to {label}.").format(label=label))
        if self._was_seen:
            return str(_("This virtual machine was removed."))
        return str(_("There is no such virtual machine on {label}.").format(label=label))

    def _say_away(self, words: str) -> None:
        if self._record is None and self._connection.is_connected:
            namesake = self._namesake()
            if (words, namesake) != self._said:
                self._said = (words, namesake)
                self._notices.put(away_notice(words, self._last_name, namesake))
        else:
            self._said = None
            self._notices.take(AWAY)
        fleet.explain(self._connection, self._notices)

    def _namesake(self) -> RecordKey | None:
        """Return the machine that has this one's name now, which somebody has defined anew."""
        name, domains = self._last_name, self._connection.inventory.snapshot().domains
        return next((found.record_key for found in domains if name and found.name == name), None)

    # What goes down.

    def _press(self, action: Action, client: str) -> None:
        def go_on() -> None:
            self._actions.do(action, (self.domain,), client)

        if action in _RUNS:
            # What was typed is meant for this start (DET-05).
            publisher.post(None, lambda: self._details.leave(go_on, client))
        else:
            go_on()

    def _delete(self, _client: str) -> None:
        boards = Boards(self._questions, self._notices, fleet.wishes)
        self._dialog.show_soon(lambda: Deletion([self.domain], boards, self._dialog.clear))

    def _clone(self, _client: str) -> None:
        self._dialog.show_soon(lambda: CloneDialog((self.domain,), self._dialog.clear))

    def _template(self, client: str) -> None:
        ask_about_template((self.domain,), self._actions, self._questions, client)

    def _go_to(self, tab: int) -> None:
        self._tabs.selected_index = tab

    def _go_to_xml(self, key: str) -> None:
        self._go_to(_XML)
        self._definition.want_xml().choose(key)

    def _go_to_new_xml(self, text: str) -> str:
        reason = self._definition.why_no_new_xml()
        if not reason:
            # What was filled in goes along, so that nobody needs to be asked about it.
            self._front = self._tabs.selected_index = _XML
            self._definition.want_xml().choose(NewDeviceXml.key, text)
        return reason

    def _concerns(self, subject: Subject | None) -> bool:
        return subject is not None and subject.uuid == self.domain.uuid


def vm_panel(domain: Domain) -> VmPanel:
    """Return the panel of a virtual machine: the last value of a cell shows it.

    Parameters
    ----------
    domain
        The machine: ``connection.domains["web"]``.
    """
    return VmPanel(domain)


def vm_panel_of(uri: str, uuid: str) -> VmPanel:
    """Return the panel of a machine that may not be reachable yet, with its console in front.

    That is what somebody wants who opens a machine from the list (MGR-05).

    Parameters
    ----------
    uri
        Its connection.
    uuid
        Its UUID.
    """
    return VmPanel(fleet.domain(uri, uuid), page="console")
