"""The virtual networks of a host: a list, what the selected one is, and who is on it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import ipywidgets

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import Network, publisher
from qvirt_jupyter.provision.networks import HostNetworks
from qvirt_jupyter.widgets.confirmations import joined
from qvirt_jupyter.widgets.details.work import work_in_pool
from qvirt_jupyter.widgets.dialog_place import DialogPlace
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.host.section import HostSection
from qvirt_jupyter.widgets.machine.actions import MachineActions
from qvirt_jupyter.widgets.network_map.segments import MODES
from qvirt_jupyter.widgets.networks.creation import NewNetworkForm
from qvirt_jupyter.widgets.networks.details import NetworkDetails
from qvirt_jupyter.widgets.networks.host_parts import HostParts
from qvirt_jupyter.widgets.networks.renaming import rename_form
from qvirt_jupyter.widgets.networks.switching import DEEDS
from qvirt_jupyter.widgets.questions import Question
from qvirt_jupyter.widgets.shell import open_topology_tab
from qvirt_jupyter.widgets.table import Action, Column, RecordTable, Row

if TYPE_CHECKING:
    from qvirt_jupyter.hypervisor import NetworkRecord
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.host.section import SectionContext

COLUMNS: Final = (
    Column("name", _("Name")),
    Column("state", _("State"), width=80),
    Column("mode", _("Mode"), width=110),
    Column("subnets", _("Addresses")),
    Column("bridge", _("Bridge"), width=110),
    Column("machines", _("Machines"), align="end", width=100),
    Column("autostart", _("Starts with the host"), width=150),
)
_EMPTY: Final = _("There are no virtual networks. One gives machines addresses and a way out.")


class NetworksSection(HostSection):
    """A table of networks, the details of the one that is selected, and the dialogs.

    Parameters
    ----------
    connection, context
        As for each section.
    """

    def __init__(self, connection: Connection, context: SectionContext) -> None:
        self._actions = MachineActions(context.questions, context.notices, fleet.wishes)
        self._selected: tuple[str, ...] = ()
        self.dialog = DialogPlace()
        self.table = RecordTable(
            COLUMNS,
            label=_("Virtual networks"),
            empty=_EMPTY,
            on_select=self._select,
            on_action=self._act,
            actions=self._offer,
            sort="name",
        )
        self.details = NetworkDetails(connection, context, self.dialog)
        self._place = ipywidgets.VBox()
        self.host_parts = HostParts(connection, context, self.dialog)
        children = (self.dialog, self.table, self._place, self.host_parts)
        super().__init__(connection, context, children)
        self.add_class("qvirt-networks")

    @property
    def is_dirty(self) -> bool:
        """Whether there is XML that is not stored."""
        return self.details.is_dirty or self.host_parts.is_dirty

    def leave(self, then: Any) -> None:  # noqa: ANN401 - as the frame calls it
        """Go on, after a question where XML is not stored."""
        self.details.leave(lambda: self.host_parts.leave(then))

    def on_seen(self, is_seen: bool) -> None:  # noqa: FBT001 - as the frame calls it
        """Look anew at the selected one, when somebody comes to see it."""
        if is_seen:
            self.details.look_again()
            self.host_parts.look()

    def update(self) -> None:
        """Show the networks that are there now."""
        if self.is_closed:
            return
        if self.refused:
            # A dialog that could do nothing any more (HOST-04).
            self.dialog.clear()
        connected = self.connection.is_connected
        self.table.say(_EMPTY if connected else self.refused)
        counts = self._machines_on()
        self.table.update(self._row(record, counts) for record in self._records)
        self._show_selected()
        self.host_parts.table.offer()

    def close(self) -> None:
        """Take it away; no network is touched."""
        self.details.close()
        self.host_parts.close()
        super().close()

    # What is shown.

    @property
    def _records(self) -> tuple[NetworkRecord, ...]:
        return self.connection.inventory.snapshot().networks

    def _machines_on(self) -> dict[str, int]:
        inventory = self.connection.inventory
        counts: dict[str, int] = {}
        for machine in inventory.snapshot().domains:
            definition = inventory.definition(machine.uuid)
            cards = definition.interfaces if definition else ()
            for name in {card.source for card in cards if card.type == "network"}:
                counts[name] = counts.get(name, 0) + 1
        return counts

    def _row(self, record: NetworkRecord, counts: dict[str, int]) -> Row:
        return Row(
            record.uuid,
            {
                "name": record.name,
                "state": str(_("on") if record.active else _("off")),
                "mode": str(MODES.get(record.forward, record.forward)),
                "subnets": ", ".join(record.subnets),
                "bridge": record.bridge,
                "machines": str(counts.get(record.name, 0)),
                "autostart": str(_("yes") if record.autostart else _("no")),
            },
            dimmed=not record.active,
        )

    def _select(self, ids: tuple[str, ...]) -> None:
        self._selected = ids
        publisher.post(("networks", id(self)), self._show_selected)

    def _show_selected(self) -> None:
        if self.is_closed:
            return
        records = [record for record in self._records if record.uuid in self._selected]
        one = records[0] if len(records) == 1 else None
        wanted = (self.details,) if one is not None else ()
        if self._place.children != wanted:
            self._place.children = wanted
        self.details.show(one)

    # What can be done.

    def _offer(self, ids: tuple[str, ...]) -> list[Action]:
        refused = self.refused
        records = [record for record in self._records if record.uuid in ids]
        one = "" if len(records) == 1 else _("Choose one network.")
        return [
            Action("create", _("New network…"), refused, icon="create", key="Insert"),
            *(
                deed.offer(refused or one or (deed.refusal(records[0]) if records else ""))
                for deed in DEEDS
            ),
            Action("map", _("Network topology"), icon="topology"),
        ]

    def _act(self, name: str, ids: tuple[str, ...], client: str) -> None:
        if name == "map":
            open_topology_tab(self.connection, client)
            return
        if self.refused:
            return
        if name == "create":
            self._create_soon()
            return
        for record in self._records:
            if ids == (record.uuid,):
                self._do(name, record, client)

    def _do(self, name: str, record: NetworkRecord, client: str) -> None:
        network = Network(self.connection, record.uuid, record.name)
        match name:
            case "start":
                self._actions.run(_("Start a network"), network.submit.start)
            case "stop":
                self._ask_to_stop(network, record, client)
            case "autostart":
                self._actions.run(
                    _("Set autostart"),
                    lambda: network.submit.set_autostart(not record.autostart),
                )
            case "rename":
                self.dialog.show_soon(
                    lambda: rename_form(
                        record.name, partial(self._rename, network), self.dialog.clear
                    )
                )
            case "delete":
                self._ask(
                    client,
                    _("Delete the network {name}?").format(name=record.name),
                    self._consequence(
                        record,
                        _("Its definition is gone for good."),
                        _("{names} cannot start any more until its card is on another network."),
                    ),
                    _("Delete"),
                    lambda: self._actions.run(_("Delete a network"), network.submit.delete),
                )

    def _rename(self, network: Network, name: str) -> None:
        self._actions.run(_("Rename a network"), lambda: network.submit.rename(name))

    def _ask_to_stop(self, network: Network, record: NetworkRecord, client: str) -> None:
        text = self._consequence(
            record,
            _("Its DHCP and DNS server stop."),
            _("{names} loses its connection, and has it again only after it was restarted."),
            running=True,
        )
        if not record.persistent:
            text += " " + str(_("It has no definition: it is gone then."))
        self._ask(
            client,
            _("Stop the network {name}?").format(name=record.name),
            text,
            _("Stop"),
            lambda: self._actions.run(_("Stop a network"), network.submit.stop),
        )

    def _consequence(
        self,
        record: NetworkRecord,
        text: LazyString,
        with_users: LazyString,
        *,
        running: bool = False,
    ) -> str:
        inventory = self.connection.inventory
        names = [
            machine.label
            for machine in inventory.snapshot().domains
            if (machine.is_active or not running)
            and (found := inventory.definition(machine.uuid)) is not None
            and any(
                card.type == "network" and card.source == record.name for card in found.interfaces
            )
        ]
        users = f" {with_users.format(names=joined(names))}" if names else ""
        return f"{text}{users}"

    def _ask(
        self,
        client: str,
        title: LazyString,
        text: str,
        yes: LazyString,
        then: Any,  # noqa: ANN401 - what it returns is not looked at
    ) -> None:
        about = f"networks {id(self)}"
        # Who asks twice is asked once.
        self.context.questions.withdraw(about)
        self.context.questions.ask(
            Question(title, text, yes, danger=True, client=client, about=about),
            lambda answer: None if answer is None else then(),
        )

    # A new one.

    def _create_soon(self) -> None:
        connection = self.connection

        def show(seen: HostNetworks) -> None:
            if not self.is_closed:
                self.dialog.show(NewNetworkForm(connection, seen, self.dialog.clear, self._made))

        def failed(error: BaseException) -> None:
            self.context.notices.put_error(_("The host could not be looked at."), error)

        work_in_pool(connection, partial(HostNetworks.of, connection), show, failed)

    def _made(self, network: Network) -> None:
        if not self.is_closed:
            self.table.select(network.uuid)
