"""Devices of the host, live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.node_device import DrmDevice, MediatedKind
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.errors import InUse, QvirtError, Subject, Unsupported
from qvirt_jupyter.hypervisor.host import device_users as host_device_users
from qvirt_jupyter.hypervisor.host import usage as host_usage
from qvirt_jupyter.hypervisor.named_handle import NamedHandle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qvirt_jupyter.hypervisor.records import NodeDeviceRecord


_CELLS: Final = (_("Kind"), _("Vendor"), _("Product"), _("On"))


@dataclass(frozen=True, slots=True)
class DeviceCondition:
    """Who uses a device of the host.

    Parameters
    ----------
    users
        The names of the machines that are given it.
    held
        Why the host itself needs it, in a sentence; empty where nobody knows of it.
    parts
        The kinds of parts that it can be divided into.
    """

    users: tuple[str, ...] = ()
    held: str = ""
    parts: tuple[MediatedKind, ...] = ()


class NodeDevice(NamedHandle):
    """A device of the host: ``connection.node_devices["pci_0000_02_00_0"]``.

    https://libvirt.org/html/libvirt-libvirt-nodedev.html
    """

    kind: ClassVar[str] = "node_device"
    _collection: ClassVar[str] = "node_devices"

    @property
    def subject(self) -> Subject:
        """What errors call it."""
        # The name is the key, by which the inventory reads it again.
        return Subject(self.kind, self._name, self._connection.uri, self._name)

    @property
    def record(self) -> NodeDeviceRecord:
        """What the inventory knows of it, without asking libvirt."""
        return self._connection.inventory.node_device(self._name)

    @property
    def parent(self) -> NodeDevice | None:
        """The device that it hangs on; None for the host itself."""
        name: str | None = self._call(lambda device: device.parent())
        return NodeDevice(self._connection, name) if name else None

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can be used as: ``("pci",)``, ``("scsi_host", "fc_host")``, ..."""
        return tuple(self._call(lambda device: device.listCaps()))

    def condition(self) -> DeviceCondition:
        """Return who has it, and why the host needs it."""
        return NodeDevices(self._connection).conditions().get(self._name, DeviceCondition())

    @action(_("Detach the device {name} from the host"))
    def detach(self) -> None:
        """Take it from the host's driver, so that a machine can be given it.

        https://libvirt.org/html/libvirt-libvirt-nodedev.html#virNodeDeviceDetachFlags

        Raises
        ------
        InUse
            The host needs it, or a machine is given it.
        QvirtError
            It is no PCI device, or the driver cannot do it.
        """
        condition = self.condition()
        if condition.held:
            raise InUse(
                condition.held,
                subject=self.subject,
                next_step=_("Take it out of use on the host first."),
            )
        if condition.users:
            raise InUse(
                _("It is given to {names}.").format(names=", ".join(condition.users)),
                subject=self.subject,
                next_step=_("libvirt detaches it itself when that machine starts."),
            )
        self._call(lambda device: device.dettach())

    @action(_("Give the device {name} back to the host"))
    def reattach(self) -> None:
        """Give it back to the host's own driver.

        Raises
        ------
        QvirtError
            A machine that runs has it, or the driver cannot do it.
        """
        self._call(lambda device: device.reAttach())

    @action(_("Start the device {name}"))
    def start(self) -> None:
        """Make a mediated device that is defined only.

        Raises
        ------
        Unsupported
            It is another kind of device, or libvirt is older than 7.3.
        """
        self._call(_known("create"))

    @action(_("Stop the device {name}"))
    def stop(self) -> None:
        """Take away a mediated device; one without a definition is gone then.

        Raises
        ------
        QvirtError
            A machine has it, or it is another kind of device.
        """
        self._call(lambda device: device.destroy())

    def xml(self) -> str:
        """Return its description as libvirt writes it."""
        text: str = self._call(lambda device: device.XMLDesc(0))
        return text

    def document(self) -> documents.NodeDevice:
        """Return its description as a document."""
        return documents.NodeDevice.parse(self.xml())

    def _find(self, connection: libvirt.virConnect) -> Any:  # noqa: ANN401 - libvirt has no types
        return connection.nodeDeviceLookupByName(self._name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name!r} on {self._connection.uri}>"

    def _repr_html_(self) -> str:
        caption = _("Host device {name}").format(name=self._name)
        try:
            cells = self._call(_cells)
        except QvirtError as error:
            return html.properties(caption, [(_("State"), error.reason)])
        return html.properties(caption, zip(_CELLS, cells, strict=True))


class NodeDevices(Collection[NodeDevice]):
    """The devices of the host: ``connection.node_devices``."""

    kind: ClassVar[str] = "node_device"
    _attribute: ClassVar[str] = "node_devices"
    _caption: ClassVar[LazyString] = _("Host devices")
    _missing: ClassVar[LazyString] = _("There is no host device of this name.")
    _headings: ClassVar[tuple[LazyString, ...]] = (_("Name"), *_CELLS)

    @property
    def descriptions(self) -> tuple[documents.NodeDevice, ...]:
        """The descriptions of all of them, asked of libvirt just now."""

        def read(connection: libvirt.virConnect) -> list[str]:
            texts = []
            for device in self._list(connection):
                try:
                    texts.append(device.XMLDesc(0))
                except libvirt.libvirtError as error:
                    # It was unplugged while the list was read.
                    if error.get_error_code() != libvirt.VIR_ERR_NO_NODE_DEVICE:
                        raise
            return texts

        texts = self._connection.call(read, subject=self.subject)
        return tuple(documents.NodeDevice.parse(text) for text in texts)

    def conditions(self) -> dict[str, DeviceCondition]:
        """Return of each, by name, who has it and why the host needs it; one look for all."""
        nodes = self.descriptions
        connection = self._connection
        given = connection.call(
            lambda raw: list(host_device_users.given_devices(raw)), subject=self.subject
        )
        # What another machine has mounted cannot be seen from here.
        is_here = connection.parts.is_here
        held = host_usage.uses_of_host(nodes, host_usage.mounted_disks() if is_here else {})
        users = {str(node.name): _users(node, nodes, given) for node in nodes}
        parts = {str(node.name): node.mediated_kinds for node in nodes}
        return {
            name: DeviceCondition(users[name], held.get(name, ""), parts[name]) for name in users
        }

    @action(_("Make a device on the host"))
    def create(self, description: str | documents.NodeDevice) -> NodeDevice:
        """Make a mediated device, or a virtual adapter of a storage network, until it is stopped.

        https://libvirt.org/html/libvirt-libvirt-nodedev.html#virNodeDeviceCreateXML

        Parameters
        ----------
        description
            XML or a document with the parent and the kind.

        Raises
        ------
        QvirtError
            The parent has no room for it, or the driver cannot do it.
        """
        text = str(description)
        made = self._connection.call(
            lambda connection: connection.nodeDeviceCreateXML(text, 0).name(), subject=self.subject
        )
        return NodeDevice(self._connection, made)

    @property
    def render_nodes(self) -> tuple[str, ...]:
        """The files by which programs draw with the host's graphics cards, in order."""

        def read(connection: libvirt.virConnect) -> list[str]:
            found = connection.listAllDevices(libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_DRM)
            return [device.XMLDesc(0) for device in found]

        texts = self._connection.call(read, subject=self.subject)
        cards = [documents.NodeDevice.parse(text).capability for text in texts]
        return tuple(
            sorted(
                card.file
                for card in cards
                if isinstance(card, DrmDevice) and card.kind == "render" and card.file
            )
        )

    def of_kind(self, capability: str) -> tuple[NodeDevice, ...]:
        """Return the devices that have a capability, sorted by name.

        Parameters
        ----------
        capability
            ``"pci"``, ``"usb_device"``, ``"net"``, ``"storage"``, ``"mdev"``, ...
        """
        return tuple(device for device in self if capability in device.capabilities)

    def _list(self, connection: libvirt.virConnect) -> Sequence[Any]:
        found: Sequence[Any] = connection.listAllDevices(0)
        return found

    def _find(self, connection: libvirt.virConnect, key: str, *, by_uuid: bool) -> Any:  # noqa: ANN401 - libvirt has no types
        # Devices have no UUID, and a name may look like one (mediated devices).
        return None if by_uuid else connection.nodeDeviceLookupByName(key)

    def _key(self, found: Any) -> str:  # noqa: ANN401 - libvirt has no types
        name: str = found.name()
        return name

    def _handle(self, name: str, key: str) -> NodeDevice:  # noqa: ARG002 - the name is the key
        return NodeDevice(self._connection, name)

    def _row(self, found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        return _cells(found)


def _users(
    node: documents.NodeDevice,
    nodes: Sequence[documents.NodeDevice],
    given: Sequence[tuple[str, documents.Hostdev]],
) -> tuple[str, ...]:
    if not given or documents.why_not_given(node):
        return ()
    wanted = documents.hostdev_of(node, None, nodes)
    return tuple(
        sorted({name for name, device in given if host_device_users.is_same(wanted, device)})
    )


def _known(name: str) -> Callable[[Any], object]:
    """Return what calls a method of libvirt's devices that older ones have not."""

    def call(device: Any) -> object:  # noqa: ANN401 - libvirt has no types
        if not hasattr(device, name):
            raise Unsupported(
                _("libvirt here is too old for it."), next_step=_("It needs libvirt 7.3.")
            )
        return getattr(device, name)(0)

    return call


def _cells(device: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
    definition = parse_xml(device.XMLDesc(0))
    capability = definition.find("capability")
    kind = "" if capability is None else capability.get("type", "")
    return (
        kind,
        definition.findtext("capability/vendor") or "",
        definition.findtext("capability/product") or "",
        definition.findtext("parent") or "",
    )
