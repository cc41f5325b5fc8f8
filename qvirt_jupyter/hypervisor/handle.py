"""A live object is a handle: its connection and libvirt's own key for it."""

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


class Handle(ABC):
    """An object of libvirt that has a UUID.

    It holds no libvirt object, so it survives reconnects and may be used from any thread.

    Parameters
    ----------
    connection
        The connection that the object belongs to.
    uuid
        libvirt's key for it.
    name
        Its name, where the caller knows it already: for titles and errors.
    """

    kind: ClassVar[str]
    """As in :class:`Subject`."""
    _collection: ClassVar[str]

    def __init__(self, connection: Connection, uuid: str, name: str = "") -> None:
        self._connection = connection
        self._uuid = uuid
        self._known_name = name

    @property
    def connection(self) -> Connection:
        """The connection that it belongs to."""
        return self._connection

    @property
    def uuid(self) -> str:
        """Its UUID, the same for good."""
        return self._uuid

    @property
    def name(self) -> str:
        """Its present name.

        Raises
        ------
        NotFound
            It does not exist any more.
        """
        self._call(lambda found: found)
        return self._known_name

    @property
    def subject(self) -> Subject:
        """What errors, jobs and the action log call it."""
        return Subject(self.kind, self._known_name or self._uuid, self._connection.uri, self._uuid)

    @property
    def code(self) -> str:
        """A Python expression for it."""
        key = self._known_name or self._uuid
        return f"{self._connection.code}.{self._collection}[{key!r}]"

    @property
    def submit(self) -> Submit:
        """Its actions, each of which returns a :class:`Job` at once."""
        return Submit(self)

    @abstractmethod
    def _find(self, connection: libvirt.virConnect) -> Any:  # noqa: ANN401 - libvirt has no types
        """Return libvirt's object for the UUID."""

    def _name_of(self, found: Any) -> str:  # noqa: ANN401 - libvirt has no types
        """Return the name of libvirt's object."""
        name: str = found.name()
        return name

    def _call(self, function: Callable[[Any], _Result]) -> _Result:
        """Run the function with libvirt's object, in the connection's pool."""

        def with_object(connection: libvirt.virConnect) -> _Result:
            found = self._find(connection)
            self._known_name = self._name_of(found)
            return function(found)

        return self._connection.call(with_object, subject=self.subject)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return (self._uuid, self._connection.uri) == (other._uuid, other._connection.uri)

    def __hash__(self) -> int:
        return hash((self.kind, self._uuid, self._connection.uri))
