"""The virtual machine manager: all connections and their machines in one panel."""

from __future__ import annotations

import dataclasses
import html
import time
from typing import TYPE_CHECKING, Any, Final

import ipywidgets

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import Domain, NotFound, RecordKey, publisher
from qvirt_jupyter.hypervisor.lifecycle import Action
from qvirt_jupyter.widgets.about import About
from qvirt_jupyter.widgets.cloning import CloneDialog, ask_about_template
from qvirt_jupyter.widgets.connections.autoconnect import open_saved
from qvirt_jupyter.widgets.connections.dialog import ConnectionDialog
from qvirt_jupyter.widgets.connections.first_start import FirstStart
from qvirt_jupyter.widgets.connections.request import ConnectionRequest
from qvirt_jupyter.widgets.connections.saved_connections import SavedConnection, saved_connections
from qvirt_jupyter.widgets.connections.view import ConnectionView, snapshot_rows
from qvirt_jupyter.widgets.deletion import Deletion
from qvirt_jupyter.widgets.details.work import Boards
from qvirt_jupyter.widgets.dialog_place import DialogPlace
from qvirt_jupyter.widgets.fleet import ConnectionState, fleet
from qvirt_jupyter.widgets.machine.actions import MachineActions
from qvirt_jupyter.widgets.machine.pane import MachinePane
from qvirt_jupyter.widgets.machine_list.actions import CONNECTION_ACTIONS, DOMAIN_ACTIONS
from qvirt_jupyter.widgets.machine_list.vm_list import VmList
from qvirt_jupyter.widgets.notices import Notice, Notices
from qvirt_jupyter.widgets.panel import Panel
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.preferences_dialog import PreferencesDialog
from qvirt_jupyter.widgets.questions import QuestionBoard, Questions
from qvirt_jupyter.widgets.shell import (
    open_creation_tab,
    open_host_tab,
    open_tab,
    open_topology_tab,
    open_wall_tab,
    open_wall_tab_of,
)
from qvirt_jupyter.widgets.tasks import Tasks
from qvirt_jupyter.widgets.unheeded_shutdowns import offer_force_off

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.widgets.machine_list.list_arrangement import ListArrangement
    from qvirt_jupyter.widgets.preferences import Preferences

_NO_TEXT = LazyString("")
_MOMENT: Final = 0.5
"""Seconds that a cell waits at most for connections that are being opened."""
_LIFECYCLE: Final = frozenset(action.value for action in Action)
# The preferences decide what is asked, and the panel asks it: not the list as well.
_ACTIONS: Final = tuple(
    dataclasses.replace(action, confirm=_NO_TEXT) if action.name in _LIFECYCLE else action
    for action in (*DOMAIN_ACTIONS, *CONNECTION_ACTIONS)
)


class Manager(Panel):
    """A view of all connections and their virtual machines; several views share one state."""

    def __init__(self) -> None:
        self._views: dict[str, ConnectionView] = {}
        self._questions = QuestionBoard()
        self._actions = MachineActions(self._questions, fleet.notices, fleet.wishes)
        self._chosen = ""
        self._first_start = FirstStart(
            fleet, lambda: publisher.post(("dialog", id(self)), self._add_connection)
        )
        self._list = VmList(
            self._act,
            self._open,
            on_watch=self._on_watch,
            on_arrange=self._on_arrange,
            on_select=lambda key: publisher.post(("pane", id(self)), lambda: self._show(key)),
            on_choose=self._on_choose,
            on_history=lambda key, span: fleet.connection(key.uri).stats.history(key.id, span),
            arrangement=preferences.now.list_arrangement,
            actions=_ACTIONS,
        )
        self._list.measure(preferences.now.measured)
        self._pane = MachinePane(self._actions, self._open_console, self._act)
        beside = ipywidgets.HBox([self._list, self._pane])
        beside.add_class("qvirt-beside")
        beside.add_class("qvirt-grows")
        self._dialog = DialogPlace()
        self._bar = ipywidgets.HBox(
            [
                self._button("create", _("New virtual machine"), "plus-square", self._create),
                self._button("quick-create", _("Quick create"), "bolt", self._quick_create),
                self._button("wall", _("Screens"), "th", self._open_wall),
                self._button("add-connection", _("Add connection…"), "plus", self._add_connection),
                self._button("preferences", _("Preferences…"), "sliders", self._edit_preferences),
                self._button("about", _("About"), "info-circle", self._show_about),
            ]
        )
        self._bar.add_class("qvirt-bar")
        super().__init__(
            (
                self._bar,
                self._dialog,
                Notices(fleet.notices),
                Questions(fleet.questions),
                Questions(self._questions),
                beside,
                Tasks(),
            )
        )
        self.add_class("qvirt-manager")
        self._list.reset((), ())
        self.follow(
            fleet.subscribe(self._update),
            preferences.observe(self._on_preferences),
            fleet.offer_editor(self._edit_connection_soon),
            # All views of the manager show its notices, so all of them show what one of it asks.
            offer_force_off(
                fleet.notices, MachineActions(fleet.questions, fleet.notices, fleet.wishes).do
            ),
        )
        self._begin()

    def snapshot(self) -> str:
        """Return the connections and machines as a plain table."""
        rows = "".join(snapshot_rows(connection) for connection in fleet.connections)
        head = "".join(
            f"<th>{html.escape(str(words))}</th>"
            for words in (_("Name"), _("State"), _("Memory"), _("IP address"))
        )
        caption = html.escape(str(_("Virtual machines")))
        return f"<table><caption>{caption}</caption><tr>{head}</tr>{rows}</table>"

    def close(self) -> None:
        """Close the view; connections and machines go on."""
        if self.is_closed:
            return
        self._first_start.cancel()
        for view in self._views.values():
            view.close()
        self._views = {}
        super().close()

    def _repr_mimebundle_(self, **keywords: Any) -> dict[str, Any]:  # noqa: ANN401 - IPython's
        # A hypervisor on this machine is open in a moment: then its machines are in the snapshot.
        end = time.monotonic() + _MOMENT
        while time.monotonic() < end and any(
            connection.state is ConnectionState.CONNECTING for connection in fleet.connections
        ):
            time.sleep(_MOMENT / 20)
        return super()._repr_mimebundle_(**keywords)

    def _begin(self) -> None:
        if not fleet.saved and not fleet.connections:
            self._first_start.begin()
        open_saved()

    # What comes up: on the publisher thread.

    def _update(self) -> None:
        if self.is_closed:
            return
        wanted = {connection.uri: connection for connection in fleet.connections}
        for uri in [uri for uri in self._views if uri not in wanted]:
            self._views.pop(uri).close()
            self._list.patch(removed=[RecordKey("connection", uri, uri)])
        for uri, connection in wanted.items():
            view = self._views.get(uri)
            if view is None or view.connection is not connection:
                if view is not None:
                    view.close()
                self._views[uri] = ConnectionView(connection, self._list)
            else:
                view.show()

    def _on_watch(self, keys: frozenset[RecordKey]) -> None:
        visible: dict[str, set[str]] = {}
        for key in keys:
            if key.kind == "domain":
                visible.setdefault(key.uri, set()).add(key.id)
        for uri, view in self._views.items():
            view.watch(frozenset(visible.get(uri, ())))

    def _on_preferences(self, now: Preferences) -> None:
        self._list.arrange(now.list_arrangement)
        self._list.measure(now.measured)
        if not now.list_arrangement.pane:
            self._show(None)

    def _show(self, key: RecordKey | None) -> None:
        if not self.is_closed:
            self._pane.show(key)

    def _on_choose(self, key: RecordKey | None) -> None:
        # At once: the button behind the list may be pressed next.
        self._chosen = "" if key is None else key.uri

    def _on_arrange(self, arrangement: ListArrangement) -> None:
        publisher.post(("arrange", id(self)), lambda: _remember(arrangement))

    # What goes down: from any thread.

    def _act(self, name: str, keys: tuple[RecordKey, ...], client: str) -> None:
        if keys[0].kind == "connection":
            for key in keys:
                self._act_on_connection(name, key.uri, client)
        else:
            self._act_on_machines(name, [_domain(key) for key in keys], client)

    def _act_on_machines(self, name: str, domains: list[Domain], client: str) -> None:
        match name:
            case "delete":
                self._delete(domains)
            case "clone":
                self._dialog.show_soon(lambda: CloneDialog(domains, self._dialog.clear))
            case "template":
                ask_about_template(domains, self._actions, self._questions, client)
            case "tag":
                self._actions.tag(domains, client)
            case "open":
                open_tab("vm", _arguments(domains[0]), _title(domains[0]), client)
            case "open_console":
                open_tab("console", _arguments(domains[0]), _title(domains[0]), client)
            case "open_wall":
                open_wall_tab_of(domains, client)
            case _ if name in _LIFECYCLE:
                self._actions.do(Action(name), domains, client)

    def _act_on_connection(self, name: str, uri: str, client: str) -> None:
        match name:
            case "open_host":
                open_host_tab(fleet.connection(uri), client)
            case "open_topology":
                open_topology_tab(fleet.connection(uri), client)
            case "open_host_wall":
                open_wall_tab(fleet.connection(uri), client)
            case "create":
                open_creation_tab(client, uri=uri)
            case "connect":
                fleet.open(fleet.connection(uri))
            case "disconnect":
                fleet.disconnect(fleet.connection(uri))
            case "change_connection" | "remember_connection":
                self._edit_connection_soon(uri)
            case "remove_connection":
                fleet.forget(uri)

    def _open_console(self, key: RecordKey, client: str = "") -> None:
        domain = _domain(key)
        open_tab("console", _arguments(domain), _title(domain), client)

    def _open(self, kind: str, key: RecordKey, client: str) -> None:
        if kind == "domain":
            domain = _domain(key)
            open_tab("vm", _arguments(domain), _title(domain), client)
            return
        connection = fleet.connection(key.uri)
        if connection.state in fleet.IDLE:
            fleet.open(connection)
        else:
            open_host_tab(connection, client)

    # Dialogs stand in the panel.

    def _button(
        self, name: str, label: LazyString, icon: str, show: Callable[[], object]
    ) -> ipywidgets.Button:
        button = ipywidgets.Button(description=str(label), icon=icon)
        # By this JupyterLab's commands find it: frontend/src/commands.ts.
        button.add_class(f"qvirt-bar-{name}")
        button.layout.width = "max-content"
        button.on_click(lambda _button: publisher.post(("dialog", id(self)), show))
        return button

    def _show_dialog(self, dialog: Any) -> None:  # noqa: ANN401 - widgets have no types
        self._dialog.show(dialog)

    def _close_dialog(self) -> None:
        self._dialog.clear()

    def _create(self) -> None:
        open_creation_tab(**self._where())

    def _quick_create(self) -> None:
        open_creation_tab(quick="true", **self._where())

    def _where(self) -> dict[str, str]:
        """Return the connection of the selected row, as far as it is still there (MGR-22)."""
        known = any(each.uri == self._chosen for each in fleet.connections)
        return {"uri": self._chosen} if known else {}

    def _open_wall(self) -> None:
        open_tab("wall", {}, str(_("Screens of all hosts")))

    def _add_connection(self) -> None:
        empty = ConnectionRequest(recents=saved_connections.recent).coupled("hypervisor")
        self._show_dialog(ConnectionDialog(fleet.add, self._close_dialog, empty))

    def _delete(self, domains: list[Domain]) -> None:
        boards = Boards(self._questions, fleet.notices, fleet.wishes)
        self._dialog.show_soon(lambda: Deletion(domains, boards, self._close_dialog))

    def _edit_connection_soon(self, uri: str) -> None:
        publisher.post(("dialog", id(self)), lambda: self._edit_connection(uri))

    def _edit_connection(self, uri: str) -> None:
        saved = saved_connections.get(uri)
        connection = fleet.connection(uri)
        what = saved or SavedConnection(uri, connection.own_label, read_only=connection.read_only)
        self._show_dialog(
            ConnectionDialog(
                lambda changed: fleet.change(uri, changed),
                self._close_dialog,
                ConnectionRequest.of(what),
                title=_("Change connection") if saved else _("Remember connection"),
                submit=_("Save") if saved else _("Remember"),
            )
        )

    def _edit_preferences(self) -> None:
        self._show_dialog(PreferencesDialog(self._close_dialog))

    def _show_about(self) -> None:
        self._show_dialog(About(fleet.connections, self._close_dialog))


def _remember(arrangement: ListArrangement) -> None:
    try:
        preferences.set(list_arrangement=arrangement)
    except OSError as error:
        text = _("How the list is arranged could not be saved.")
        fleet.notices.put(Notice("saving", "error", _("Preferences"), text, details=str(error)))


def _domain(key: RecordKey) -> Domain:
    """Return the handle of a row, with its name as the inventory knows it."""
    return fleet.domain(key.uri, key.id)


def _title(domain: Domain) -> str:
    try:
        return domain.record.label
    except NotFound:
        return str(domain.subject)


def _arguments(domain: Domain) -> dict[str, str]:
    return {"uri": domain.connection.uri, "uuid": domain.uuid}


def manager() -> Manager:
    """Show all connections and virtual machines, and what can be done with them.

    The last value of a cell shows the panel; in a tab of its own JupyterLab opens it from the
    launcher. Each call gives another view of the same state.
    """
    return Manager()
