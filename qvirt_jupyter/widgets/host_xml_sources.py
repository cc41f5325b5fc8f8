"""Where the XML of networks, storage pools and volumes comes from and goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from qvirt_jupyter._translation import LazyString, _
from qvirt_jupyter.hypervisor import Unsupported

if TYPE_CHECKING:
    from concurrent.futures import Future

    from qvirt_jupyter.hypervisor import EditResult, Network, StoragePool, StorageVolume
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
    why_fixed: ClassVar[LazyString | str] = _("This host has no network and no storage pool.")

    def read(self) -> str:
        """Return nothing."""
        return ""

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
