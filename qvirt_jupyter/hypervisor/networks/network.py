"""Virtual networks, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter import documents
from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.documents.parsing import parse_xml
from qvirt_jupyter.hypervisor.actions import action
from qvirt_jupyter.hypervisor.collection import Collection
from qvirt_jupyter.hypervisor.editing.definition_history import (
    KeptDefinition,
    earlier_definition,
    kept,
)
from qvirt_jupyter.hypervisor.networks import network_edit, network_renaming, static_hosts
from qvirt_jupyter.hypervisor.networks.dhcp_leases import DhcpLeases, leases_of
from qvirt_jupyter.hypervisor.networks.network_edit import NetworkEdit
from qvirt_jupyter.hypervisor.networks.network_users import (
    NetworkPort,
    NetworkUser,
    ports_of,
    users_of,
)
from qvirt_jupyter.hypervisor.switchable import Switchable, make, switch_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libvirt

    from qvirt_jupyter.hypervisor.editing.effects import EditResult
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

    def edit(
        self, base: documents.Network | None = None, *, live: bool = True, cause: str = ""
    ) -> NetworkEdit:
        """Change its definition in one go: ``with network.edit() as definition: ...``.

        The block gets the definition that counts from the next start as a document. When it ends,
        the definition is read again; if somebody else changed it meanwhile, nothing is written.
        While the network is on, DHCP hosts and ranges, DNS records, port groups and shared devices
        are changed at once; the result says what waits for its next start. The definition that was
        replaced is kept.

        Parameters
        ----------
        base
            What the editing began with, where that was read earlier:
            ``network.document(inactive=True)``. A change since then is a conflict.
        live
            Whether a network that is on is changed, too.
        cause
            What the history says of it.

        Returns
        -------
        NetworkEdit
            Its ``result`` says, after the block, what was done.

        Raises
        ------
        EditConflict
            Somebody else changed it since the block began; the error has both changes.
        InvalidDefinition
            libvirt does not understand what the block made of it.
        """
        return NetworkEdit(self, base, live=live, cause=cause)

    @action(_("Edit {name}"))
    def redefine(
        self, definition: str | documents.Document, *, base: str | None = None
    ) -> EditResult:
        """Write its definition anew; what is on takes over what it can.

        Parameters
        ----------
        definition
            XML or a document, with its name and UUID.
        base
            The XML that it was made of; a change since then is a conflict. None overwrites.

        Returns
        -------
        EditResult
            What was changed, and from when it counts.

        Raises
        ------
        EditConflict
            Somebody else changed it since `base` was read.
        InvalidDefinition
            libvirt does not understand it, or it has another name or UUID.
        WrongState
            It has no definition: it is gone when it stops.
        """
        self._must_be_kept()
        return network_edit.write(self, definition, base)

    @property
    def history(self) -> tuple[KeptDefinition, ...]:
        """Its earlier definitions, as far as edits made here replaced them; the newest first."""
        return kept(self.subject)

    @action(_("Undo an edit of {name}"))
    def undo_edit(self, earlier: KeptDefinition | None = None) -> EditResult:
        """Bring an earlier definition back; the present one is kept, so this can be undone too.

        Parameters
        ----------
        earlier
            One of :attr:`history`; None means the newest.

        Returns
        -------
        EditResult
            What that changed.

        Raises
        ------
        NotFound
            No earlier definition is kept.
        WrongState
            It has no definition: it is gone when it stops.
        """
        self._must_be_kept()
        definition = documents.Network.parse(earlier_definition(self.subject, earlier))
        # The network may have a new one by now.
        definition.name = self.name
        return network_edit.write(self, definition, None, cause=str(_("Undo")))

    @action(_("Rename the network {name}"))
    def rename(self, new: str, *, force: bool = False) -> None:
        """Give it another name; it must be off. UUID and autostart stay.

        Parameters
        ----------
        new
            The new name.
        force
            Rename it although cards of machines are on it: they name it as it was, and their
            machines do not start until that is changed.

        Raises
        ------
        WrongState
            It is on, or has no definition.
        AlreadyExists
            Another network has the name.
        InUse
            Cards of machines are on it.
        OperationFailed
            libvirt refuses; it has its old name, or the error says where its definition is.
        """
        self._must_be_off()
        network_renaming.rename(self, new, force=force)

    @action(_("Add a static host to {name}"))
    def add_host(self, host: documents.DhcpHost, *, ip: str | None = None) -> EditResult:
        """Give a machine the same address each time, now and from the next start.

        Parameters
        ----------
        host
            ``DhcpHost(mac="52:54:00:00:00:01", ip="192.168.100.10", name="web")``.
        ip
            The address of the host in the network whose DHCP it is; None finds it by the address.

        Raises
        ------
        NotFound
            No addresses of the network have that one among them.
        AlreadyExists
            Another machine has the MAC address, the name or the address.
        """
        return static_hosts.add(self, host, ip)

    @action(_("Change a static host of {name}"))
    def update_host(self, old: str, host: documents.DhcpHost) -> EditResult:
        """Change what a machine gets, now and from the next start.

        Parameters
        ----------
        old
            The MAC address, client id, name or address of the one that is changed.
        host
            What it is instead.

        Raises
        ------
        NotFound
            There is none such.
        AlreadyExists
            Another machine has the MAC address, the name or the address.
        """
        return static_hosts.update(self, old, host)

    @action(_("Remove a static host of {name}"))
    def remove_host(self, old: str) -> EditResult:
        """Give a machine any address again, now and from the next start.

        Parameters
        ----------
        old
            The MAC address, client id, name or address.

        Raises
        ------
        NotFound
            There is none such.
        """
        return static_hosts.remove(self, old)

    def leases(self) -> DhcpLeases:
        """Return what its DHCP server has given out; nothing while it is off.

        Raises
        ------
        Unsupported
            The driver cannot say it.
        """
        return self._call(lambda found: leases_of(found) if found.isActive() else DhcpLeases())

    def users(self) -> tuple[NetworkUser, ...]:
        """Return the cards that are on it, of machines that run and of those that are off."""
        name = self.name
        return self.connection.call(
            lambda connection: users_of(connection, name), subject=self.subject
        )

    def ports(self) -> tuple[NetworkPort, ...]:
        """Return the ports that it has given to cards of machines that run.

        Raises
        ------
        Unsupported
            The driver has none.
        """
        return self._call(ports_of)

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
