"""The devices of a host: a tree to search, and what can be done with each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import DeviceCondition, NodeDevice, publisher
from qvirt_jupyter.widgets.confirmations import joined
from qvirt_jupyter.widgets.dialog_place import DialogPlace
from qvirt_jupyter.widgets.fleet import fleet
from qvirt_jupyter.widgets.host.conditions import Conditions
from qvirt_jupyter.widgets.host.section import HostSection
from qvirt_jupyter.widgets.host_devices.device_xml import DeviceDescription
from qvirt_jupyter.widgets.host_devices.parts import part_form
from qvirt_jupyter.widgets.host_devices.rows import COLUMNS, label, rows
from qvirt_jupyter.widgets.machine.actions import MachineActions
from qvirt_jupyter.widgets.panel import close_all
from qvirt_jupyter.widgets.questions import Question
from qvirt_jupyter.widgets.table import Action, RecordTable
from qvirt_jupyter.widgets.xml.editor import XmlEditor

if TYPE_CHECKING:
    from qvirt_jupyter import documents
    from qvirt_jupyter.hypervisor import NodeDeviceRecord
    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.widgets.host.section import SectionContext

_VFIO = "vfio-pci"
"""The driver that holds a PCI device for machines: nothing of the host uses it then."""
_NO_GROUP = _(
    "It is in no IOMMU group, without which no machine can get it: see Capabilities for what to do."
)
_FAR = _(
    "What its host has mounted cannot be seen from here: make sure that the host does not need it."
)
_OPEN = "open-user-"
_EMPTY = _("libvirt knows no devices of this host.")
_KNOWN_NOTHING = DeviceCondition()


class DevicesSection(HostSection):
    """A tree of devices with driver, IOMMU group and users; it follows libvirt's events.

    Parameters
    ----------
    connection, context
        As for each section.
    """

    def __init__(self, connection: Connection, context: SectionContext) -> None:
        self._conditions: Conditions[DeviceCondition] = Conditions(
            self,
            connection.node_devices.conditions,
            self._draw,
            _("Who uses the devices could not be found out."),
        )
        self._shown_xml = ""
        self._actions = MachineActions(context.questions, context.notices, fleet.wishes)
        self.dialog = DialogPlace()
        self.table = RecordTable(
            COLUMNS,
            label=_("Devices of the host"),
            empty=_EMPTY,
            on_activate=lambda ids, client: self._act("xml", ids, client),
            on_action=self._act,
            actions=self._offer,
        )
        self.xml = ipywidgets.VBox()
        super().__init__(connection, context, (self.dialog, self.table, self.xml))

    def on_seen(self, is_seen: bool) -> None:  # noqa: FBT001 - as the frame calls it
        """Look anew who uses the devices, when somebody comes to see them."""
        if is_seen:
            self._conditions.forget()
            self.update()

    def update(self) -> None:
        """Show the devices that are there now."""
        if self.is_closed:
            return
        if self.refused:
            # A dialog that could do nothing any more (HOST-04).
            self.dialog.clear()
        connection = self.connection
        reason = connection.features.reason("node_devices") if connection.is_connected else ""
        self.table.say(_EMPTY if connection.is_connected and not reason else reason or self.refused)
        self._draw()
        self._look()

    # What is shown.

    def _draw(self) -> None:
        self.table.update(rows(self._records, self._conditions.known))

    @property
    def _records(self) -> tuple[NodeDeviceRecord, ...]:
        return self.connection.inventory.snapshot().node_devices

    def _look(self) -> None:
        """Ask libvirt who uses them, where something may have changed."""
        connection = self.connection
        if not connection.is_connected or connection.features.reason("node_devices"):
            return
        snapshot = connection.inventory.snapshot()
        now = (
            snapshot.node_devices,
            tuple((each.uuid, each.xml_version, each.is_active) for each in snapshot.domains),
        )
        self._conditions.look(now)

    # What can be done.

    def _offer(self, ids: tuple[str, ...]) -> list[Action]:
        record = self._one(ids)
        one = "" if record is not None else str(_("Choose one device."))
        refused = self.refused or one
        actions = [
            Action("detach", _("Detach…"), refused or self._why_not_detached(record)),
            Action("reattach", _("Give back"), refused or self._why_not_reattached(record)),
            Action("part", _("New part…"), refused or self._why_not_divided(record)),
        ]
        if record is not None and record.capability == "mdev":
            actions += [
                Action(
                    "start",
                    _("Start"),
                    refused or (_("It is running.") if record.active else ""),
                    icon="start",
                ),
                Action(
                    "stop",
                    _("Stop…"),
                    refused or self._why_not_stopped(record),
                    icon="destroy",
                    danger=True,
                ),
            ]
        lost = "" if self.connection.is_connected else self.refused
        actions.append(Action("xml", _("XML"), lost or one, icon="details"))
        users = self._condition(record).users if record is not None else ()
        return actions + [
            Action(
                f"{_OPEN}{name}", _("Open machine {name}").format(name=name), lost, toolbar=False
            )
            for name in users
        ]

    def _one(self, ids: tuple[str, ...]) -> NodeDeviceRecord | None:
        if len(ids) != 1:
            return None
        return next((record for record in self._records if record.name == ids[0]), None)

    def _condition(self, record: NodeDeviceRecord) -> DeviceCondition:
        return self._conditions.known.get(record.name, _KNOWN_NOTHING)

    def _why_not_detached(self, record: NodeDeviceRecord | None) -> LazyString | str:
        if record is None:
            return ""
        if record.capability != "pci":
            return _("Only PCI devices are detached: others are given as they are.")
        if record.driver == _VFIO:
            return _("It is detached already.")
        condition = self._condition(record)
        if condition.users:
            return _("It is given to {names}, and detached when that starts.").format(
                names=joined(condition.users)
            )
        if self.connection.parts.driver == "qemu" and not record.iommu_group:
            # QEMU gets devices through VFIO only: https://docs.kernel.org/driver-api/vfio.html
            return condition.held or _NO_GROUP
        return condition.held

    def _why_not_reattached(self, record: NodeDeviceRecord | None) -> LazyString | str:
        if record is None:
            return ""
        if record.capability != "pci":
            return _("Only PCI devices are detached and given back.")
        return "" if record.driver in {_VFIO, ""} else _("The host has it.")

    def _why_not_divided(self, record: NodeDeviceRecord | None) -> LazyString | str:
        if record is None:
            return ""
        parts = self._condition(record).parts
        if not parts:
            return _("It cannot be divided into mediated devices.")
        if not any(part.available for part in parts):
            return _("There is no room for another part.")
        return ""

    def _why_not_stopped(self, record: NodeDeviceRecord) -> LazyString | str:
        if not record.active:
            return _("It is not running.")
        users = self._condition(record).users
        return _("It is given to {names}.").format(names=joined(users)) if users else ""

    def _act(self, name: str, ids: tuple[str, ...], client: str) -> None:
        record = self._one(ids)
        offers = {action.id: action for action in self._offer(ids)}
        if record is None or name not in offers or str(offers[name].reason):
            return
        if name.startswith(_OPEN):
            self._open_machine(name.removeprefix(_OPEN), client)
            return
        device = NodeDevice(self.connection, record.name)
        match name:
            case "xml":
                publisher.post(None, lambda: self._show_xml(device))
            case "detach":
                self._ask(
                    _("Detach {device} from the host?").format(device=label(record)),
                    self._before_detaching(record),
                    _("Detach"),
                    device.submit.detach,
                    client,
                )
            case "stop":
                self._ask(
                    _("Stop {device}?").format(device=label(record)),
                    _("What was kept in it is lost."),
                    _("Stop"),
                    device.submit.stop,
                    client,
                )
            case "part":
                parts = self._condition(record).parts
                self.dialog.show_soon(
                    lambda: part_form(record.name, parts, self._make_part, self.dialog.clear)
                )
            case "reattach" | "start":
                self._actions.run(offers[name].label, getattr(device.submit, name))

    def _open_machine(self, name: str, client: str) -> None:
        machines = self.connection.inventory.snapshot().domains
        found = next((each for each in machines if each.name == name), None)
        if found is not None:
            self.context.open_machine(found.uuid, client)

    def _before_detaching(self, record: NodeDeviceRecord) -> str:
        text = str(
            _("The host cannot use it until it is given back; a machine can be given it then.")
        )
        group = record.iommu_group
        others = [
            label(each)
            for each in self._records
            if group and each.iommu_group == group and each.name != record.name
        ]
        if others:
            shared = _("It shares IOMMU group {group} with {others}: a machine gets all or none.")
            text += " " + str(shared.format(group=group, others=joined(others)))
        if not self.connection.parts.is_here:
            text += " " + str(_FAR)
        return text

    def _ask(
        self,
        title: LazyString | str,
        text: LazyString | str,
        yes: LazyString,
        begin: Any,  # noqa: ANN401 - what begins a job
        client: str,
    ) -> None:
        def go_on(answer: object) -> None:
            if answer is not None:
                self._actions.run(yes, begin)

        about = f"devices {id(self)}"
        # Who asks twice is asked once.
        self.context.questions.withdraw(about)
        self.context.questions.ask(
            Question(
                title,
                text,
                yes,
                danger=True,
                client=client,
                about=about,
            ),
            go_on,
        )

    def _make_part(self, wanted: documents.NodeDevice) -> None:
        self._actions.run(
            _("Make a device on the host"),
            lambda: self.connection.node_devices.submit.create(wanted),
        )

    def _show_xml(self, device: NodeDevice) -> None:
        """Show the XML of a device, or take it away where it is shown already."""
        before = self.xml.children
        if self._shown_xml == device.name:
            self._shown_xml, self.xml.children = "", ()
        else:
            source = DeviceDescription(device)
            editor = XmlEditor(source)
            editor.refuse(str(source.why_fixed))
            self._shown_xml, self.xml.children = device.name, (editor,)
        for each in before:
            close_all(each)
