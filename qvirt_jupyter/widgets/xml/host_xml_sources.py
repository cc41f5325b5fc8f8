"""Where the XML of networks, storage pools and volumes comes from and goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import Unsupported
from qvirt_jupyter.widgets.preferences import preferences

if TYPE_CHECKING:
    from concurrent.futures import Future

    from qvirt_jupyter.hypervisor import (
        EditResult,
        Interface,
        Network,
        NWFilter,
        StoragePool,
        StorageVolume,
    )
    from qvirt_jupyter.hypervisor.connection import Connection


class OfConnection:
    """What belongs to a connection, and is read in its pool of threads.

    Parameters
    ----------
    connection
        The connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def in_background(self, work: Any) -> Future[Any]:  # noqa: ANN401 - a function of any result
        """Run it in the pool of the connection.

        Raises
        ------
        ConnectionLost
            It has none.
        """
        return self._connection.pool.submit(work)


class Nothing(OfConnection):
    """The text of a host that has none of them."""

    key = ""
    label = ""
    root = "network"
    why_fixed: ClassVar[LazyString | str] = _(
        "This host has no network, no storage pool, no interface and no network filter."
    )

    def read(self) -> str:
        """Return a comment that says so: an empty editor would say nothing."""
        return f"<!-- {self.why_fixed} -->\n"

    def write(self, text: str, over: str) -> EditResult:  # noqa: ARG002 - it is never asked
        """Refuse it."""
        raise Unsupported(self.why_fixed)


class StoredNetwork(OfConnection):
    """The definition of a network that counts from its next start.

    Parameters
    ----------
    network
        The network.
    name
        Its name.
    """

    root = "network"
    words: ClassVar[LazyString] = _("Network {name}")
    why_fixed: LazyString | str = ""

    def __init__(self, network: Network | StoragePool, name: str) -> None:
        super().__init__(network.connection)
        self._network = network
        self._name = name
        self.key = f"{self.root} {network.uuid}"

    @property
    def label(self) -> str:
        """What people call it."""
        return str(self.words.format(name=self._name))

    def read(self) -> str:
        """Return what is stored; of one that is not stored, what is on."""
        return self._network.xml(inactive=self._network.persistent)

    def write(self, text: str, over: str) -> EditResult:
        """Store it in place of the text that it was made of.

        Raises
        ------
        QvirtError
            It was not stored.
        """
        return self._network.redefine(text, base=over)


class StoredPool(StoredNetwork):
    """The definition of a storage pool that counts from its next start.

    Parameters
    ----------
    pool
        The pool.
    name
        Its name.
    """

    root = "pool"
    words: ClassVar[LazyString] = _("Storage pool {name}")

    def __init__(self, pool: StoragePool, name: str) -> None:
        super().__init__(pool, name)
        self.pool = pool


class StoredInterface(OfConnection):
    """The configuration of a network interface of the host.

    Parameters
    ----------
    interface
        The interface.
    why_fixed
        Why it cannot be changed; empty where it can.
    """

    root = "interface"
    words: ClassVar[LazyString] = _("Interface {name}")

    def __init__(self, interface: Interface | NWFilter, why_fixed: str = "") -> None:
        super().__init__(interface.connection)
        self._stored = interface
        self._name = interface.name
        self.why_fixed = why_fixed
        self.key = f"{self.root} {self._name}"

    @property
    def label(self) -> str:
        """What people call it."""
        return str(self.words.format(name=self._name))

    def read(self) -> str:
        """Return what is stored."""
        return self._stored.xml()

    def write(self, text: str, over: str) -> EditResult:
        """Store it in place of the text that it was made of.

        Raises
        ------
        QvirtError
            It was not stored.
        """
        return self._stored.redefine(text, base=over)


class StoredFilter(StoredInterface):
    """A network filter, which counts at once."""

    root = "filter"
    words: ClassVar[LazyString] = _("Network filter {name}")


def interfaces_and_filters(connection: Connection) -> tuple[StoredInterface, ...]:
    """Return those of a host; none of a kind that its driver does not know. In the pool.

    Raises
    ------
    QvirtError
        The connection is lost.
    """
    found: list[StoredInterface] = []
    if not connection.interfaces.why_missing:
        fixed = connection.interfaces.why_read_only
        found += [StoredInterface(each, fixed) for each in connection.interfaces]
    if not connection.nw_filters.why_missing:
        found += [StoredFilter(each) for each in connection.nw_filters]
    return tuple(found)


class VolumeDescription(OfConnection):
    """What libvirt says of a volume; nobody can change that by its XML.

    Parameters
    ----------
    volume
        The volume.
    """

    root = "volume"
    why_fixed: ClassVar[LazyString | str] = _(
        "libvirt reads this off the volume: resize it, or make another one."
    )

    def __init__(self, volume: StorageVolume) -> None:
        super().__init__(volume.connection)
        self._volume = volume
        self.key = f"volume {volume.pool.uuid} {volume.name}"

    @property
    def label(self) -> str:
        """What people call it, below its pool."""
        return f"\u2003{self._volume.name}"

    def read(self) -> str:
        """Return what libvirt says."""
        return self._volume.xml()

    def write(self, text: str, over: str) -> EditResult:  # noqa: ARG002 - it is never asked
        """Refuse it."""
        raise Unsupported(self.why_fixed, subject=self._volume.subject)


def why_fixed(
    connection: Connection,
    source: Nothing | StoredNetwork | StoredInterface | VolumeDescription,
) -> str:
    """Say why the XML of something cannot be changed now; empty where it can.

    Parameters
    ----------
    connection
        The connection to the host.
    source
        What the editor shows.
    """
    if not connection.is_connected:
        return str(_("Not connected to {label}.").format(label=connection.label))
    if reason := connection.features.reason("write"):
        return reason
    if source.why_fixed:
        return str(source.why_fixed)
    if not preferences.now.edit_xml:
        return str(
            _(
                "Editing XML is off. To turn it on, open the preferences of the Virtual "
                "Machine Manager and set “Edit XML”."
            )
        )
    return ""
