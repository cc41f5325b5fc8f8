"""Virtual networks, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.switchable import Switchable, make, switch_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libvirt

    from qvirt_jupyter.hypervisor.records import NetworkRecord


class Network(Switchable):
    """A virtual network: ``connection.networks["default"]``.

    https://libvirt.org/html/libvirt-libvirt-network.html
    """

    kind: ClassVar[str] = "network"
    _collection: ClassVar[str] = "networks"
    _caption: ClassVar[LazyString] = _("Network {name}")
    headings: ClassVar[tuple[LazyString, ...]] = (
        _("State"),
        _("Autostart"),
        _("Forwarding"),
        _("Bridge"),
    )

    @property
    def record(self) -> NetworkRecord:
        """What the inventory knows of it, without asking libvirt."""
        return self.connection.inventory.network(self.uuid)

    def document(self, *, inactive: bool = False) -> documents.Network:
        """Return its definition as a document.

        Parameters
        ----------
        inactive
            As for :meth:`xml`.
        """
        return documents.Network.parse(self.xml(inactive=inactive))

    @action(_("Delete the network {name}"))
    def delete(self) -> None:
        """Remove its definition; it must be off.

        Raises
        ------
        WrongState
            It is on.
        """
        self._must_be_off()
        self._call(lambda network: network.undefine())

    def _find(self, connection: libvirt.virConnect) -> Any:  # noqa: ANN401 - libvirt has no types
        return connection.networkLookupByUUIDString(self._uuid)

    @staticmethod
    def _define(connection: Any, text: str) -> object:  # noqa: ANN401 - libvirt has no types
        return connection.networkDefineXML(text)

    @staticmethod
    def cells(found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        """Return the cells that tables show of libvirt's network."""
        definition = parse_xml(found.XMLDesc(0))
        forward, bridge = definition.find("forward"), definition.find("bridge")
        return (
            *switch_cells(found),
            _("isolated") if forward is None else forward.get("mode", "nat"),
            "" if bridge is None else bridge.get("name", ""),
        )


class Networks(Collection[Network]):
    """The virtual networks of a connection: ``connection.networks``."""

    kind: ClassVar[str] = "network"
    _attribute: ClassVar[str] = "networks"
    _caption: ClassVar[LazyString] = _("Networks")
    _missing: ClassVar[LazyString] = _("There is no network of this name.")
    _headings: ClassVar[tuple[LazyString, ...]] = (_("Name"), *Network.headings)

    @action(_("Define a network"))
    def define(self, definition: str | documents.Network) -> Network:
        """Add a network that is off, or replace the definition of the one with the same UUID.

        Parameters
        ----------
        definition
            XML or a document.

        Raises
        ------
        AlreadyExists
            Another network has the name.
        InvalidDefinition
            libvirt does not understand it, or the name is not allowed.
        """
        return self._add(
            definition, lambda connection, text: connection.networkDefineXML(text), may_replace=True
        )

    @action(_("Create a network"))
    def create(self, definition: str | documents.Network, *, autostart: bool = True) -> Network:
        """Add a network and switch it on; where that fails nothing of it is left.

        Parameters
        ----------
        definition
            XML or a document.
        autostart
            Whether it shall start with its host.

        Raises
        ------
        AlreadyExists
            A network has the name.
        OperationFailed
            It cannot be switched on: its bridge or its addresses are in use, for example.
        """

        def make_it(connection: libvirt.virConnect, text: str) -> Any:  # noqa: ANN401 - libvirt has no types
            return make(
                lambda: connection.networkDefineXML(text),
                lambda made: made.create(),
                autostart=autostart,
            )

        return self._add(definition, make_it)

    def _list(self, connection: libvirt.virConnect) -> Sequence[Any]:
        found: Sequence[Any] = connection.listAllNetworks(0)
        return found

    def _find(self, connection: libvirt.virConnect, key: str, *, by_uuid: bool) -> Any:  # noqa: ANN401 - libvirt has no types
        if by_uuid:
            return connection.networkLookupByUUIDString(key)
        return connection.networkLookupByName(key)

    def _handle(self, name: str, key: str) -> Network:
        return Network(self._connection, key, name)

    def _row(self, found: Any) -> tuple[object, ...]:  # noqa: ANN401 - libvirt has no types
        return Network.cells(found)
