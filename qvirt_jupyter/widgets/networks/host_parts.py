"""The host's own interfaces and libvirt's network filters: a list with what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import ipywidgets

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.host_interface import TYPES
from qvirt_jupyter.hypervisor import Interface, NWFilter, publisher
from qvirt_jupyter.widgets.confirmations import joined
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.machine.actions import MachineActions
from qvirt_jupyter.widgets.networks.new_filter import NewFilterForm
from qvirt_jupyter.widgets.preferences import preferences
from qvirt_jupyter.widgets.questions import Question
from qvirt_jupyter.widgets.table import Action, Column, RecordTable, Row
from qvirt_jupyter.widgets.xml.below import XmlBelow
from qvirt_jupyter.widgets.xml.editor import XmlEditor
from qvirt_jupyter.widgets.xml.host_xml_sources import StoredFilter, StoredInterface, why_fixed
from qvirt_jupyter.widgets.xml.words import EDITING_OFF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qvirt_jupyter.hypervisor import FilterUser, Job
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.dialog_place import DialogPlace
    from qvirt_jupyter.widgets.host.section import SectionContext

COLUMNS: Final = (
    Column("name", _("Name")),
    Column("kind", _("Kind"), width=140),
    Column("state", _("State"), width=80),
    Column("what", _("MAC address or chain"), width=160, least=152),
    Column("more", _("Addresses or users")),
)
_EMPTY: Final = _("libvirt knows no interface of this host and no network filter.")
_FILTER: Final = _("Network filter")


@dataclass(frozen=True, slots=True)
class HostPart:
    """An interface of the host or a network filter.

    Parameters
    ----------
    source
        Where its XML comes from.
    handle
        What can be done with it.
    row
        What the table shows.
    is_active
        Whether an interface is up; None for a filter.
    users
        Who uses a filter, by name.
    """

    source: StoredInterface
    handle: Interface | NWFilter
    row: Row
    is_active: bool | None = None
    users: tuple[str, ...] = ()

    def refusal(self, deed: str) -> LazyString | str:
        """Return why something cannot be done with it; empty where it can."""
        if self.is_active is None:
            if deed != "delete":
                return _("It is a filter: it counts always.")
            used = _("It is used by {names}.").format(names=joined(self.users))
            return used if self.users else ""
        if self.source.why_fixed:
            return self.source.why_fixed
        if deed == "start":
            return _("It is on already.") if self.is_active else ""
        if deed == "stop":
            return "" if self.is_active else _("It is off already.")
        return _("It is on: stop it first.") if self.is_active else ""


def look_at_parts(connection: Connection) -> tuple[HostPart, ...]:
    """Ask libvirt for all of them; none of a kind that its driver does not know. In the pool.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    return (*_interfaces(connection), *_filters(connection))


def _interfaces(connection: Connection) -> Iterator[HostPart]:
    if connection.interfaces.why_missing:
        return
    fixed = connection.interfaces.why_read_only
    for each in connection.interfaces:
        definition, is_active = each.document(), each.is_active
        addresses = [
            f"{address.address}/{address.prefix}"
            for protocol in definition.protocols
            for address in protocol.addresses
        ]
        source = StoredInterface(each, fixed)
        cells = {
            "name": each.name,
            "kind": str(TYPES.label(definition.type or "")),
            "state": str(_("on") if is_active else _("off")),
            "what": definition.mac or "",
            "more": ", ".join(addresses),
        }
        yield HostPart(source, each, Row(source.key, cells, dimmed=not is_active), is_active)


def _filters(connection: Connection) -> Iterator[HostPart]:
    if connection.nw_filters.why_missing:
        return
    by_filter = connection.nw_filters.users()
    for each in connection.nw_filters:
        users = _names(by_filter.get(each.name, ()))
        source = StoredFilter(each)
        cells = {
            "name": each.name,
            "kind": str(_FILTER),
            "state": "",
            "what": each.document().chain or "root",
            "more": ", ".join(users),
        }
        yield HostPart(source, each, Row(source.key, cells), users=users)


def _names(users: tuple[FilterUser, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(user.name for user in users))


class HostParts(XmlBelow, ipywidgets.Accordion):
    """The list, folded away until somebody wants it; the XML of the selected one is below it.

    Parameters
    ----------
    connection, context
        Those of the section.
    dialog
        Where the section shows its dialogs.
    """

    def __init__(
        self, connection: Connection, context: SectionContext, dialog: DialogPlace
    ) -> None:
        self._connection, self._context, self._dialog = connection, context, dialog
        self._actions = MachineActions(context.questions, context.notices, fleet.wishes)
        self._parts: dict[str, HostPart] = {}
        self._no_filters = ""
        self._jobs: list[Any] = []
        self.table = RecordTable(
            COLUMNS,
            label=_("Interfaces of the host and network filters"),
            empty=_EMPTY,
            on_select=self._select,
            on_action=self._act,
            actions=self._offer,
            sort="name",
        )
        self.xml: XmlEditor | None = None
        self._place = ipywidgets.VBox((self.table,))
        title = str(_("Interfaces of the host and network filters"))
        super().__init__((self._place,), titles=(title,))
        self.observe(lambda _change: self.look(), names="selected_index")

    def __del__(self) -> None:
        # ipywidgets closes what is deleted; this one is closed by its section.
        return

    def look(self) -> None:
        """Ask libvirt again, where it is unfolded."""
        if self.selected_index is None or not self._connection.is_connected:
            self.table.offer()
            return
        connection = self._connection
        work_in_pool(
            connection,
            lambda: (look_at_parts(connection), connection.nw_filters.why_missing),
            self._found,
            self._not_found,
        )

    def close(self) -> None:
        """Take it away."""
        for subscription in self._jobs:
            subscription.close()
        super().close()

    def _found(self, found: tuple[tuple[HostPart, ...], str]) -> None:
        parts, self._no_filters = found
        self._parts = {part.source.key: part for part in parts}
        self.table.update(part.row for part in parts)

    def _not_found(self, error: BaseException) -> None:
        if self._connection.is_connected:
            title = _("Interfaces and network filters could not be looked at.")
            self._context.notices.put_error(title, error, key="host-parts")

    def _select(self, ids: tuple[str, ...]) -> None:
        part = self._parts.get(ids[0]) if len(ids) == 1 else None
        if part is not None:
            publisher.post(("host-parts", id(self)), lambda: self.leave(lambda: self._show(part)))

    def _show(self, part: HostPart) -> None:
        if self.xml is None:
            self.xml = XmlEditor(part.source)
            self._place.children = (self.table, self.xml)
        else:
            self.xml.edit(part.source)
        self.xml.refuse(why_fixed(self._connection, part.source))

    # What can be done.

    def _offer(self, ids: tuple[str, ...]) -> list[Action]:
        connection = self._connection
        refused: LazyString | str = connection.features.reason("write")
        if not connection.is_connected:
            refused = _("Not connected to {label}.").format(label=connection.label)
        part = self._parts.get(ids[0]) if len(ids) == 1 else None

        def why(deed: str) -> LazyString | str:
            return refused or (part.refusal(deed) if part else _("Choose one row."))

        return [
            Action("filter", _("New filter…"), refused or self._why_no_filter(), icon="create"),
            Action("start", _("Start"), why("start"), icon="start"),
            Action("stop", _("Stop…"), why("stop"), icon="shutdown"),
            Action("delete", _("Delete…"), why("delete"), icon="remove", key="Delete", danger=True),
            Action("refresh", _("Look again"), icon="reboot"),
        ]

    def _act(self, name: str, ids: tuple[str, ...], client: str) -> None:
        part = self._parts.get(ids[0]) if len(ids) == 1 else None
        if name == "refresh":
            self.look()
        elif name == "filter":
            self._dialog.show_soon(self._new_filter)
        elif part is not None:
            self._do(name, part, client)

    def _why_no_filter(self) -> str:
        if not preferences.now.edit_xml:
            return str(EDITING_OFF)
        return self._no_filters

    def _new_filter(self) -> NewFilterForm:
        filters = self._connection.nw_filters
        taken = [
            part.handle.name for part in self._parts.values() if isinstance(part.handle, NWFilter)
        ]
        return NewFilterForm(taken, filters.submit.define, self._dialog.clear, self._made)

    def _made(self, made: NWFilter) -> None:
        self.table.select(StoredFilter(made).key)
        self.look()

    def _do(self, name: str, part: HostPart, client: str) -> None:
        submit = part.handle.submit
        match name:
            case "start":
                self._run(_("Start an interface"), submit.start)
            case "stop":
                self._ask(
                    client,
                    _("Stop the interface {name}?").format(name=part.handle.name),
                    _("Who reaches the host by it loses the host, this tab perhaps too."),
                    _("Stop"),
                    lambda: self._run(_("Stop an interface"), submit.stop),
                )
            case "delete":
                self._ask(
                    client,
                    _("Delete {name}?").format(name=part.source.label),
                    _("Its definition is gone for good."),
                    _("Delete"),
                    lambda: self._run(_("Delete it"), submit.delete),
                )

    def _ask(
        self,
        client: str,
        title: LazyString,
        text: LazyString,
        yes: LazyString,
        then: Callable[[], object],
    ) -> None:
        about = f"host parts {id(self)}"
        self._context.questions.withdraw(about)
        self._context.questions.ask(
            Question(title, text, yes, danger=True, client=client, about=about),
            lambda answer: None if answer is None else then(),
        )

    def _run(self, title: LazyString, begin: Callable[[], Job[Any]]) -> None:
        job = self._actions.run(title, begin)
        if job is not None:
            self._jobs.append(
                job.on_change(lambda done: publisher.post(None, self.look) if done.done() else None)
            )
