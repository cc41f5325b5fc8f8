"""What a volume is called, and how libvirt is asked about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qvirt_jupyter import documents
from qvirt_jupyter.hypervisor.actions import Submit
from qvirt_jupyter.hypervisor.errors import Subject

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    import libvirt

    from qvirt_jupyter.hypervisor.connection import Connection
    from qvirt_jupyter.hypervisor.storage.storage_pool import StoragePool

    _Result = TypeVar("_Result")


class VolumeHandle:
    """A volume, by its pool and its name.

    Parameters
    ----------
    pool
        The pool that it is in.
    name
        Its name.
    """

    def __init__(self, pool: StoragePool, name: str) -> None:
        self._pool = pool
        self._name = name

    @property
    def connection(self) -> Connection:
        """The connection that it belongs to."""
        return self._pool.connection

    @property
    def pool(self) -> StoragePool:
        """The pool that it is in."""
        return self._pool

    @property
    def name(self) -> str:
        """Its name, the same for good."""
        return self._name

    @property
    def subject(self) -> Subject:
        """What errors, jobs and the action log call it."""
        return Subject("volume", self._name, self.connection.uri)

    @property
    def code(self) -> str:
        """A Python expression for it."""
        return f"{self._pool.code}.volumes[{self._name!r}]"

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)

    def xml(self) -> str:
        """Return its description as libvirt writes it."""
        text: str = self.call(lambda volume: volume.XMLDesc(0))
        return text

    def document(self) -> documents.StorageVolume:
        """Return its description as a document."""
        return documents.StorageVolume.parse(self.xml())

    def call(self, function: Callable[[Any], _Result]) -> _Result:
        """Run the function with libvirt's object of it, in the pool, and return its result.

        Parameters
        ----------
        function
            What calls libvirt; it must not keep what it is given.

        Raises
        ------
        NotFound
            It is gone.
        QvirtError
            As for :meth:`Connection.call`.
        """

        def with_volume(connection: libvirt.virConnect) -> _Result:
            pool = connection.storagePoolLookupByUUIDString(self._pool.uuid)
            return function(pool.storageVolLookupByName(self._name))

        return self.connection.call(with_volume, subject=self.subject)

    def _settle(self) -> None:
        """Have the pool read again: the inventory knows pools, not volumes."""
        self.connection.settled("pool", self._pool.uuid)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VolumeHandle):
            return NotImplemented
        return (self._name, self._pool) == (other._name, other._pool)

    def __hash__(self) -> int:
        return hash((self._name, self._pool))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name!r} in {self._pool.subject}>"
