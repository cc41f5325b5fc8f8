"""What one network is, who is on it, and its XML."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import ipywidgets

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import Network, publisher
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.machine.actions import MachineActions
from qvirt_jupyter.widgets.networks.facts import facts_html, look_at
from qvirt_jupyter.widgets.networks.members import COLUMNS, Member, members_of
from qvirt_jupyter.widgets.networks.settings import NetworkSettings
from qvirt_jupyter.widgets.networks.settings_form import settings_form
from qvirt_jupyter.widgets.networks.static_host import StaticHost, static_host_form
from qvirt_jupyter.widgets.notices import Notice
from qvirt_jupyter.widgets.table import Action, RecordTable
from qvirt_jupyter.widgets.xml.below import XmlBelow
from qvirt_jupyter.widgets.xml.editor import XmlEditor
from qvirt_jupyter.widgets.xml.host_xml_sources import StoredNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

    from qvirt_jupyter.hypervisor import EditResult, Job, NetworkRecord
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.dialog_place import DialogPlace
    from qvirt_jupyter.widgets.host.section import SectionContext
    from qvirt_jupyter.widgets.networks.facts import NetworkFacts

_NOBODY: Final = _("Nobody is on this network, and nobody has an address of it.")


class NetworkDetails(XmlBelow, ipywidgets.VBox):
    """The network that is selected in the list.

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
        self._record: NetworkRecord | None = None
        self._looked_at: object = None
        self._members: dict[str, Member] = {}
        self._definition: documents.Network | None = None
        self._jobs: list[Any] = []
        self.title = ipywidgets.HTML()
        self.facts = ipywidgets.HTML()
        self.members = RecordTable(
            COLUMNS,
            label=_("Machines and leases of the network"),
            empty=_NOBODY,
            on_activate=self._activate,
            on_action=self._act,
            actions=self._offer,
            sort="machine",
        )
        self.xml: XmlEditor | None = None
        self._xml_place = ipywidgets.Accordion((ipywidgets.VBox(),), titles=(str(_("XML")),))
        self._xml_place.observe(self._on_unfolded, names="selected_index")
        super().__init__((self.title, self.facts, self.members, self._xml_place))
        self.add_class("qvirt-network-details")

    def __del__(self) -> None:
        # ipywidgets closes what is deleted; this one is closed by its section.
        return

    def look_again(self) -> None:
        """Ask libvirt again, whatever is known."""
        self._looked_at = None
        self.show(self._record)

    def show(self, record: NetworkRecord | None) -> None:
        """Show a network; on the publisher thread.

        Parameters
        ----------
        record
            What the inventory knows of it; None shows nothing.
        """
        before, self._record = self._record, record
        if record is None:
            return
        if before is None or before.uuid != record.uuid:
            self.facts.value = ""
            self._members, self._definition = {}, None
            self.members.update(())
            self._show_xml(record)
        elif before != record and self.xml is not None:
            self.xml.reload()
        self._look(record)

    def close(self) -> None:
        """Take it away."""
        for subscription in self._jobs:
            subscription.close()
        super().close()

    def _look(self, record: NetworkRecord) -> None:
        """Ask libvirt, where something may have changed since."""
        connection = self._connection
        if not connection.is_connected:
            return
        machines = connection.inventory.snapshot().domains
        now = (
            record,
            tuple((each.uuid, each.id, each.xml_version, each.addresses) for each in machines),
        )
        if now == self._looked_at:
            return
        self._looked_at = now
        network = Network(connection, record.uuid, record.name)
        work_in_pool(
            connection,
            partial(look_at, network),
            partial(self._found, record.uuid),
            partial(self._not_found, record.uuid),
        )

    def _found(self, uuid: str, facts: NetworkFacts) -> None:
        record = self._record
        if record is None or record.uuid != uuid:
            return
        state = str(_("on") if record.active else _("off"))
        autostart = str(_("yes") if record.autostart else _("no"))
        text = facts_html(facts.definition, autostart, state)
        if self.facts.value != text:
            self.facts.value = text
        self._definition = facts.definition
        self._members = {member.key: member for member in members_of(facts)}
        self.members.say(facts.no_leases or _NOBODY)
        self.members.update(member.row for member in self._members.values())

    def _not_found(self, uuid: str, error: BaseException) -> None:
        if self._record is not None and self._record.uuid == uuid and self._connection.is_connected:
            title = _("The network could not be looked at.")
            self._context.notices.put_error(title, error, key="network-look")

    # XML.

    def _on_unfolded(self, change: dict[str, Any]) -> None:
        if change["new"] is not None and self._record is not None:
            record = self._record
            publisher.post(("network-xml", id(self)), lambda: self._show_xml(record, wanted=True))

    def _show_xml(self, record: NetworkRecord, *, wanted: bool = False) -> None:
        network = Network(self._connection, record.uuid, record.name)
        source = StoredNetwork(network, record.name)
        if self.xml is not None:
            self.xml.edit(source)
        elif wanted:
            # The editor is loaded when somebody wants it.
            self.xml = XmlEditor(source)
            self._xml_place.children[0].children = (self.xml,)

    # What can be done.

    @property
    def _refused(self) -> str:
        connection = self._connection
        if not connection.is_connected:
            return str(_("Not connected to {label}.").format(label=connection.label))
        return connection.features.reason("write")

    def _offer(self, ids: tuple[str, ...]) -> list[Action]:
        members = [self._members[key] for key in ids if key in self._members]
        member = members[0] if len(members) == 1 else None
        one = "" if member else _("Choose one row.")
        static = "" if member and member.host else _("Nothing is kept for it.")
        machine = "" if member and member.user else _("It is no machine of this host.")
        no_dhcp, no_settings = self._lacks
        return [
            Action("open", _("Open"), one or machine, icon="open"),
            Action(
                "static",
                _("Static host…"),
                self._refused or no_dhcp,
                icon="create",
                key="Insert",
            ),
            Action(
                "forget",
                _("Remove static host"),
                self._refused or one or static,
                icon="remove",
                key="Delete",
                danger=True,
            ),
            Action(
                "settings",
                _("Addresses, names and speed…"),
                self._refused or no_settings,
                icon="change",
            ),
            Action("refresh", _("Look again"), icon="reboot"),
        ]

    @property
    def _lacks(self) -> tuple[LazyString | str, LazyString | str]:
        """Why no static host and no settings can be said; empty where they can."""
        if self._definition is None:
            # Nobody has looked yet.
            return "", ""
        ips = list(self._definition.ips)
        if not self._definition.has_own_bridge:
            not_ours = _(
                "Its addresses and names are not libvirt's: it is a way to another network."
            )
            return not_ours, not_ours
        if not ips:
            return _("The network has no addresses of its own."), ""
        if any(ip.ranges or ip.hosts for ip in ips):
            return "", ""
        return _("It gives out no addresses: say which ones in “Addresses, names and speed…”."), ""

    def _activate(self, ids: tuple[str, ...], client: str) -> None:
        member = self._members.get(ids[0])
        if member is not None and member.user is not None:
            self._context.open_machine(member.user.uuid, client)

    def _act(self, name: str, ids: tuple[str, ...], client: str) -> None:
        member = self._members.get(ids[0]) if len(ids) == 1 else None
        match name:
            case "open":
                self._activate(ids, client)
            case "refresh":
                publisher.post(("network-look", id(self)), self.look_again)
            case "settings" if self._record is not None:
                self._edit_settings(self._record)
            case "static" if self._record is not None:
                self._edit_host(self._record, member)
            case "forget" if member is not None and self._record is not None:
                network = Network(self._connection, self._record.uuid, self._record.name)
                key = member.key
                self._run(network, lambda: network.submit.remove_host(key))

    def _edit_settings(self, record: NetworkRecord) -> None:
        network = Network(self._connection, record.uuid, record.name)

        def show(stored: str) -> None:
            before = NetworkSettings.of(documents.Network.parse(stored))

            def save(wanted: NetworkSettings) -> None:
                definition = documents.Network.parse(stored)
                wanted.write(definition, before)
                self._run(network, lambda: network.submit.redefine(definition, base=stored))

            self._dialog.show(
                settings_form(self._connection, before, record.name, save, self._dialog.clear)
            )

        work_in_pool(
            self._connection,
            lambda: network.xml(inactive=True),
            show,
            partial(self._not_found, record.uuid),
        )

    def _edit_host(self, record: NetworkRecord, member: Member | None) -> None:
        network = Network(self._connection, record.uuid, record.name)
        old = member.key if member is not None and member.host is not None else ""
        host = member.host if member is not None else None
        user = member.user if member is not None else None
        before = StaticHost(
            mac=(host.mac if host else None) or (user.mac if user else ""),
            client_id=host.id if host else None,
            ip=(host.ip if host else None) or "",
            name=host.name if host else None,
        )

        def save(wanted: StaticHost) -> None:
            document = wanted.document()
            if old:
                self._run(network, lambda: network.submit.update_host(old, document))
            else:
                self._run(network, lambda: network.submit.add_host(document))

        self._dialog.show_soon(
            lambda: static_host_form(before, record.name, save, self._dialog.clear)
        )

    def _run(self, network: Network, begin: Callable[[], Job[EditResult]]) -> None:
        """Change the network, and say what counts now and what waits for its next start."""
        job = self._actions.run(_("Change a network"), begin)
        if job is None:
            return

        def tell(done: Job[EditResult]) -> None:
            if done.done() and done.error is None:
                publisher.post(None, lambda: self._tell(network, done.result(0)))

        self._jobs.append(job.on_change(tell))

    def _tell(self, network: Network, result: EditResult) -> None:
        name = self._record.name if self._record is not None else ""
        waiting = "; ".join(str(effect) for effect in result.at_next_start)
        if waiting:
            title = _("Some changes of {network} wait for its next start").format(network=name)
            notice = Notice(f"network {network.uuid}", "warning", title, waiting)
        else:
            title = _("{network} was changed").format(network=name)
            notice = Notice(f"network {network.uuid}", "success", title, _("It counts already."))
        self._context.notices.put(notice)
        self.look_again()
