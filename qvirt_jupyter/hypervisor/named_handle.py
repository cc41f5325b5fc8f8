"""A live object whose key is its name: libvirt gives it no UUID."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from qvirt_jupyter.hypervisor.actions import Submit
from qvirt_jupyter.hypervisor.errors import Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    import libvirt

    from qvirt_jupyter.hypervisor.connection import Connection

_Result = TypeVar("_Result")


class NamedHandle(ABC):
    """An object of libvirt that is known by its name.

    It holds no libvirt object, so it survives reconnects and may be used from any thread.

    Parameters
    ----------
    connection
        The connection that the object belongs to.
    name
        Its name.
    """

    kind: ClassVar[str]
    """As in :class:`Subject`."""
    _collection: ClassVar[str]

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name

    @property
    def connection(self) -> Connection:
        """The connection that it belongs to."""
        return self._connection

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def subject(self) -> Subject:
        """What errors, jobs and the action log call it."""
        return Subject(self.kind, self._name, self._connection.uri)

    @property
    def code(self) -> str:
        """A Python expression for it."""
        return f"{self._connection.code}.{self._collection}[{self._name!r}]"

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)

    @abstractmethod
    def _find(self, connection: libvirt.virConnect) -> Any:  # noqa: ANN401 - libvirt has no types
        """Return libvirt's object of the name."""

    def _call(self, function: Callable[[Any], _Result]) -> _Result:
        """Run the function with libvirt's object, in the connection's pool."""
        return self._connection.call(
            lambda connection: function(self._find(connection)), subject=self.subject
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return (self._name, self._connection.uri) == (other._name, other._connection.uri)

    def __hash__(self) -> int:
        return hash((self.kind, self._name, self._connection.uri))
