"""The tab of a host: what it is, how busy it is, and which of its machines makes it so."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, ClassVar, Final

import ipywidgets

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import ConnectionLost, QvirtError, publisher
from qvirt_jupyter.hypervisor.host import processor_model
from qvirt_jupyter.widgets.fleet import ConnectionState, fleet
from qvirt_jupyter.widgets.graph_kinds import HOST_GRAPHS
from qvirt_jupyter.widgets.host_facts import host_facts_html
from qvirt_jupyter.widgets.host_xml import HostXml
from qvirt_jupyter.widgets.notices import NoticeBoard, Notices
from qvirt_jupyter.widgets.panel import Panel
from qvirt_jupyter.widgets.panel_part import PanelPart
from qvirt_jupyter.widgets.performance import Performance
from qvirt_jupyter.widgets.presence import Presence
from qvirt_jupyter.widgets.questions import Questions
from qvirt_jupyter.widgets.ranking import Ranking
from qvirt_jupyter.widgets.shell import open_tab, rename_tab
from qvirt_jupyter.widgets.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from qvirt_jupyter.hypervisor import Subject, Subscription
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets._panel_messages import MachineState

_NOT_MEASURED: Final = _("It is not connected: nothing is measured.")


class HostHead(PanelPart):
    """A connection's name and state, with buttons that open and close it.

    Parameters
    ----------
    connection
        The connection.
    """

    _part: ClassVar[str] = "machine"
    _strings: ClassVar[Mapping[str, LazyString]] = {"actions": _("Actions")}

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection
        self._presses: Final[Mapping[str, Callable[[Connection], object]]] = {
            "connect": fleet.open,
            "disconnect": fleet.disconnect,
        }

    def update(self) -> None:
        """Show how the connection is now."""
        connection = self._connection
        is_idle = connection.state in fleet.IDLE
        state: MachineState = {
            "title": connection.label,
            "name": connection.label,
            "state": connection.state.value,
            "stateLabel": str(connection.state.label),
            "reason": str(_("read-only")) if connection.read_only else "",
            "pending": "",
            "buttons": [
                {
                    "id": "connect",
                    "label": str(_("Connect")),
                    "reason": "" if is_idle else str(_("It is connected or about to be.")),
                },
                {
                    "id": "disconnect",
                    "label": str(_("Disconnect")),
                    "reason": str(_("It is not connected.")) if is_idle else "",
                },
            ],
        }
        if state != self.shown:
            self.show(state)

    def _said(self, content: dict[str, Any], client: str) -> None:  # noqa: ARG002 - any may
        match content:
            case {"type": "press", "id": str(name)} if name in self._presses:
                self._presses[name](self._connection)


class HostPanel(Panel):
    """Everything about one host; it stays usable when its connection goes and comes back.

    Parameters
    ----------
    connection
        The connection to it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._label = connection.label
        self._processor = ""
        self._asked: Future[str] | None = None
        self._watch: Subscription | None = None
        self._notices = NoticeBoard()
        self._presence = Presence(self._on_presence)
        self._head = HostHead(connection)
        self._facts = ipywidgets.HTML()
        self._graphs = Performance(HOST_GRAPHS)
        self._ranking = Ranking(self._open_machine)
        self._xml: HostXml | None = None
        self._place = ipywidgets.VBox()
        self._objects = ipywidgets.Accordion(
            (self._place,), titles=(str(_("XML of networks, storage pools and volumes")),)
        )
        self._objects.observe(self._on_unfolded, "selected_index")
        super().__init__(
            (
                self._presence,
                self._head,
                Notices(self._notices),
                Questions(fleet.questions),
                self._facts,
                self._graphs,
                self._ranking,
                self._objects,
                Tasks(self._concerns),
            )
        )
        self.add_class("qvirt-host-panel")
        self.follow(
            connection.observe(lambda _connection: self._update_soon()),
            connection.inventory.subscribe(lambda _batch: self._update_soon()),
            connection.stats.subscribe(lambda _batch: self._on_stats()),
        )
        self._update_soon()
        fleet.open_if_idle(connection)

    def snapshot(self) -> str:
        """Return what is known of the host as plain HTML."""
        heading = f"<h3>{html.escape(self._connection.label)}</h3>"
        try:
            return heading + host_facts_html(self._connection, self._processor)
        except ConnectionLost as error:
            return f"{heading}<p>{html.escape(error.reason)}</p>"

    def close(self) -> None:
        """Close the tab's widgets; the host and its machines are not touched."""
        if self._watch is not None:
            self._watch.close()
        super().close()

    # What comes up: on the publisher thread.

    def _update_soon(self) -> None:
        # One drawing for however many machines change in a moment.
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
        self._ask_for_processor()
        self._update_figures()

    def _on_stats(self) -> None:
        self._presence.check()
        if self._watch is not None and not self.is_closed:
            self._update_figures()

    def _update_figures(self) -> None:
        connection = self._connection
        try:
            facts = host_facts_html(connection, self._processor)
        except ConnectionLost:
            # It was never open: the notice above says why.
            facts = ""
        if self._facts.value != facts:
            self._facts.value = facts
        stats = connection.stats
        is_connected = connection.state is ConnectionState.CONNECTED
        self._graphs.update(
            stats.host_history, idle="" if is_connected else _NOT_MEASURED, name=self._label
        )
        records = connection.inventory.snapshot().domains if is_connected else ()
        self._ranking.update(records, stats.newest)

    def _on_presence(self, is_seen: bool) -> None:  # noqa: FBT001 - what the part calls it with
        if is_seen and self._watch is None and not self.is_closed:
            self._watch = self._connection.stats.watch()
            self._update_figures()
        elif not is_seen and self._watch is not None:
            watch, self._watch = self._watch, None
            watch.close()

    def _ask_for_processor(self) -> None:
        """Ask once for what opening the connection leaves out, for it takes libvirt a while."""
        connection = self._connection
        if not connection.is_connected or self._asked is not None:
            return
        try:
            self._asked = connection.pool.submit(lambda: connection.call(processor_model))
        except ConnectionLost:
            # It was closed in this moment, which the panel hears next.
            return
        self._asked.add_done_callback(self._on_processor)

    def _on_processor(self, asked: Future[str]) -> None:
        try:
            self._processor = asked.result()
        except QvirtError:
            # The connection went away; the next one is asked.
            self._asked = None
            return
        self._update_soon()

    # What goes down.

    def _on_unfolded(self, change: Mapping[str, Any]) -> None:
        # The editor is loaded when somebody wants it.
        if change["new"] is not None and self._xml is None:
            self._xml = HostXml(self._connection)
            self._place.children = (self._xml,)

    def take_over(self, before: Panel) -> None:
        """Have what was typed before the page was loaded again."""
        xml = before._xml if isinstance(before, HostPanel) else None  # noqa: SLF001 - of this class
        if xml is not None and xml.is_dirty:
            self._objects.selected_index = 0
            assert self._xml is not None  # noqa: S101 - it is unfolded
            self._xml.take_over(xml)

    def _open_machine(self, uuid: str, client: str) -> None:
        domain = fleet.domain(self._connection.uri, uuid)
        arguments = {"uri": self._connection.uri, "uuid": uuid}
        open_tab("vm", arguments, str(domain.subject), client)

    def _concerns(self, subject: Subject | None) -> bool:
        return subject is not None and subject.uri == self._connection.uri


def host_panel(connection: Connection) -> HostPanel:
    """Return the panel of a host: the last value of a cell shows it.

    Parameters
    ----------
    connection
        The connection to it.
    """
    return HostPanel(connection)
