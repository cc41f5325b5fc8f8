"""Devices of the host, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import libvirt

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.node_device import DrmDevice
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor import html
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.errors import QvirtError, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.records import NodeDeviceRecord

    _Result = TypeVar("_Result")


_CELLS: Final = (_("Kind"), _("Vendor"), _("Product"), _("On"))


class NodeDevice:
    """A device of the host: ``connection.node_devices["pci_0000_02_00_0"]``.

    https://libvirt.org/html/libvirt-libvirt-nodedev.html

    Parameters
    ----------
    connection
        The connection that it belongs to.
    name
        libvirt's name of it, which is its key.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name

    @property
    def connection(self) -> Connection:
        """The connection that it belongs to."""
        return self._connection

    @property
    def name(self) -> str:
        """Libvirt's name of it."""
        return self._name

    @property
    def subject(self) -> Subject:
        """What errors call it."""
        return Subject("node_device", self._name, self._connection.uri)

    @property
    def code(self) -> str:
        """A Python expression for it."""
        return f"{self._connection.code}.node_devices[{self._name!r}]"

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

    def xml(self) -> str:
        """Return its description as libvirt writes it."""
        text: str = self._call(lambda device: device.XMLDesc(0))
        return text

    def document(self) -> documents.NodeDevice:
        """Return its description as a document."""
        return documents.NodeDevice.parse(self.xml())

    def _call(self, function: Callable[[Any], _Result]) -> _Result:
        return self._connection.call(
            lambda connection: function(connection.nodeDeviceLookupByName(self._name)),
            subject=self.subject,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NodeDevice):
            return NotImplemented
        return (self._name, self._connection.uri) == (other._name, other._connection.uri)

    def __hash__(self) -> int:
        return hash((self._name, self._connection.uri))

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
